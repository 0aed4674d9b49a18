"""SVG kernels: pure functions and the paint plan; no Qt, no lxml."""
