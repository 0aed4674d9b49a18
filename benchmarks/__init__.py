"""Figures, one module each; `python -m benchmarks` prints one table."""
