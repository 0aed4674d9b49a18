"""Application types (SVG, XHTML, any XML) and whether an edit keeps to the rules of its type.

Nothing here changes a document: what offends stays in the log and in the canonical form, for tables
differ between versions (SYNC 0.3.8). The canvas does not draw it, clean exports leave it out.
"""
