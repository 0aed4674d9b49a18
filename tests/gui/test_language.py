"""Dates and numbers on a system that names no language."""

from __future__ import annotations

import os
import subprocess
import sys

WORK = """
from PySide6.QtCore import QDate, QLocale
from whiteboard.app.main import make_application
make_application()
print(QLocale().toString(QDate(2025, 11, 22), QLocale.FormatType.ShortFormat))
"""


def short_date(lang: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    environment |= {"LANG": lang, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("LANGUAGE", None)
    done = subprocess.run(
        [sys.executable, "-c", WORK], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_system_without_a_language_gets_dates_that_can_be_read():
    assert short_date("C.UTF-8") == "22/11/2025"
    assert short_date("C") == "22/11/2025"


def test_a_persons_language_is_theirs():
    assert short_date("de_DE.UTF-8") == "22.11.25"
