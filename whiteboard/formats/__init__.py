"""File formats: SVG files and the clipboard."""
