"""The durable log of every board: one SQLite file each, written by one thread.

`file` is one board's database, `writer` the thread that commits in groups and survives a full disk,
`folder` all boards of a profile: which there are, who has one open, whether one is the newest copy.
"""
