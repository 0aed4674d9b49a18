"""`whiteboard validate`: what of a drawing is forbidden, invalid or unknown; and the schema."""

from __future__ import annotations

import argparse
import sys

from whiteboard.app.errors import CommandError
from whiteboard.formats.clean import faults
from whiteboard.formats.svgfile import FileError, load
from whiteboard.svg.schema.check import Severity
from whiteboard.svg.schema.relaxng import schema_bytes


def run_validate(options: argparse.Namespace) -> int:
    """Print what is found, one line each; 1 if something of it is not shown.

    Raises:
        CommandError: there is no file, or it cannot be read.
    """
    if options.schema:
        sys.stdout.write(schema_bytes().decode())
        return 0
    if options.file is None:
        raise CommandError("Say which file, or --schema.")
    try:
        found = faults(load(options.file).root, unknown=True)
    except FileError as error:
        raise CommandError(str(error)) from error
    for finding in found:
        print(finding)
    return int(any(finding.severity is not Severity.UNKNOWN for finding in found))
