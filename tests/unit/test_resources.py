"""The program finds its own files in a checkout and in a wheel."""

from __future__ import annotations

import pytest

from whiteboard.util import resources


@pytest.fixture(autouse=True)
def fresh():
    resources.root.cache_clear()
    yield
    resources.root.cache_clear()


def test_in_a_checkout_they_stand_beside_the_package():
    assert resources.icon_path("pen").is_file()
    assert resources.root().name == "resources"


def test_in_a_wheel_they_are_inside_the_package(tmp_path, monkeypatch):
    package = tmp_path / "whiteboard"
    (package / "_resources" / "icons").mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.root() == package / "_resources"


def test_a_broken_installation_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "whiteboard")
    with pytest.raises(FileNotFoundError, match="resources are missing"):
        resources.root()
