"""The Qt view of a board: items from paint plans, one picture in tiles, overlay, input, export."""
