"""Wiring: the command line, settings, the asyncio and Qt loop, and who is given to whom."""
