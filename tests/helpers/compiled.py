"""Whether the engine that runs is the compiled one (scripts/compiled.py)."""

import pytest

from whiteboard.model import history

FROM_SOURCE = history.__file__.endswith(".py")


def need_source() -> None:
    """Leave a test out that replaces a function of the engine: compiled code calls its own."""
    if not FROM_SOURCE:
        pytest.skip("replaces a function of the engine, which is compiled")
