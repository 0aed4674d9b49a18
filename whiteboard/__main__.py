"""`python -m whiteboard` is the command `whiteboard`."""

import sys

from whiteboard.app.cli import main

sys.exit(main())
