"""What the pointer and the keys do on the board: state machines fed by plain events (no Qt)."""
