"""Which elements and attributes SVG has, what may stand where, and how values are written."""
