"""Questions: shown with `open()`, never `exec()` (a nested loop kills network tasks)."""
