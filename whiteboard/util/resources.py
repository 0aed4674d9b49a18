"""Where the program's own files are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import whiteboard

_PACKAGE = Path(whiteboard.__file__).parent


@cache
def root() -> Path:
    """The folder that holds `icons/` and its siblings.

    Raises:
        FileNotFoundError: neither place has them; the installation is broken.
    """
    for folder in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        if (folder / "icons").is_dir():
            return folder
    raise FileNotFoundError(f"Whiteboard's resources are missing beside {_PACKAGE}")


def icon_path(name: str) -> Path:
    """The SVG file of an icon by its name, such as 'pen'."""
    return root() / "icons" / f"{name}.svg"
