"""A person's intentions as operations: selection, style, shapes, texts, undo. No Qt, no network."""
