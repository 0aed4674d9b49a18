"""The shared document: operations, the records they make, and the visible tree of them."""
