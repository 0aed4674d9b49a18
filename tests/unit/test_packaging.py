"""What desktops read about the program fits together and fits the program."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
ID = "org.whiteboard.Whiteboard"


@pytest.fixture
def entry():
    parser = configparser.ConfigParser(interpolation=None, delimiters="=")
    parser.optionxform = str
    parser.read(PACKAGING / f"{ID}.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


def test_the_desktop_opens_drawings_and_addresses_with_the_program(entry):
    assert entry["Exec"] == "whiteboard %u"
    assert {"image/svg+xml", "x-scheme-handler/xmpp"} <= set(entry["MimeType"].split(";"))
    assert entry["Terminal"] == "false"


def test_entry_metadata_and_icon_have_one_name(entry):
    root = ET.parse(PACKAGING / f"{ID}.metainfo.xml").getroot()
    assert root.findtext("id") == ID == entry["Icon"]
    assert root.findtext("launchable") == f"{ID}.desktop"
    assert root.findtext("project_license") == "MIT"
    icon = ET.parse(PACKAGING / "icons" / f"{ID}.svg").getroot()
    assert icon.get("viewBox", "").split()[2] == icon.get("viewBox", "").split()[3]


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="appstreamcli is not installed")
def test_the_metadata_pass_their_validator():
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", PACKAGING / f"{ID}.metainfo.xml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("luac") is None, reason="luac is not installed")
def test_the_configuration_for_prosody_can_be_read():
    path = PACKAGING / "server" / "prosody.cfg.lua"
    done = subprocess.run(["luac", "-p", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
