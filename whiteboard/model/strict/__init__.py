"""Strict mode: the rules of plain XEP-0284 sessions, which any client can take part in (SYNC 2, 3).

`document` is the door; `view` says the same slowly and plainly, and the tests compare the two.
"""
