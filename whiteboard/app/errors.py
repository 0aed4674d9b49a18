"""What goes wrong on the command line, in words for a person."""


class CommandError(Exception):
    """The command cannot do what was asked; the text is one line for a person."""
