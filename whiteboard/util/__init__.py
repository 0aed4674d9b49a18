"""What every layer may use: the event hook, clocks, log names, resource files."""
