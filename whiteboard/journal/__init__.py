"""The durable log of a board: a seam so far.

Sessions hand every batch to `Persist`; nothing is kept on disk yet.
"""
