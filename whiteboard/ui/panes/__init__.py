"""What stands beside the board: sessions on the leading side, people on the trailing one."""
