"""Where the program keeps its files: the platform's folders, or all of it in one profile folder."""

from __future__ import annotations

from pathlib import Path

import platformdirs

APP = "whiteboard"


class Paths:
    """The folders of one profile.

    `profile` puts everything into one folder: for the demo, for tests, for trying things out
    without touching one's own accounts.
    """

    def __init__(self, profile: Path | None = None) -> None:
        if profile is None:
            self.config = Path(platformdirs.user_config_dir(APP, appauthor=False))
            self.data = Path(platformdirs.user_data_dir(APP, appauthor=False))
            self.state = Path(platformdirs.user_state_dir(APP, appauthor=False))
        else:
            self.config = profile / "config"
            self.data = profile / "data"
            self.state = profile / "state"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.json"

    @property
    def boards(self) -> Path:
        """The folder of the boards' journals."""
        return self.data / "boards"

    @property
    def board_marks(self) -> Path:
        """The folder of the marks that say which journals are the newest copies."""
        return self.state / "boards"
