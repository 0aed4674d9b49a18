"""The board as it was: every state of it, who did what, and taking back what was done."""
