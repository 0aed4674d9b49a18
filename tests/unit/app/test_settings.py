"""The settings file: whatever stands in it, the program starts; what it cannot write, it keeps."""

from __future__ import annotations

import json

import pytest

from whiteboard.app.settings import SavedAccount, SavedRoom, Settings, SettingsStore


def store_with(tmp_path, text: str) -> SettingsStore:
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    return SettingsStore(path)


def test_what_is_saved_is_there_at_the_next_start(tmp_path):
    path = tmp_path / "new" / "settings.json"
    store = SettingsStore(path)
    store.settings.account = SavedAccount("ana@example.org", host="10.0.0.1", port=5222)
    store.settings.rooms = [SavedRoom("плáн@rooms.example", "Ana")]
    store.remember("example.org", "ab12")
    store.put("theme", "dark")
    again = SettingsStore(path)
    assert again.settings == store.settings
    assert again.problem == ""


def test_only_their_owner_may_read_them(tmp_path):
    store = SettingsStore(tmp_path / "settings.json")
    assert store.save()
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_beside_the_file(tmp_path):
    store = SettingsStore(tmp_path / "settings.json")
    store.put("theme", "dark")
    store.put("theme", "light")
    assert [one.name for one in tmp_path.iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "\0\0\0",
        "[" * 100_000,
        '{"account": "ana@example.org"}',
        '{"account": {}}',
        '{"account": {"address": 5}}',
        '{"account": {"address": "a@b", "port": "5222"}}',
        '{"rooms": {"a": "b"}}',
        '{"rooms": ["a@b"]}',
        '{"rooms": [{"address": null}]}',
        '{"trusted": []}',
    ],
)
def test_a_broken_file_is_set_aside_and_the_person_is_told(tmp_path, text):
    store = store_with(tmp_path, text)
    assert store.settings == Settings()
    assert "could not be read" in store.problem
    assert not store.path.exists()
    assert (tmp_path / "settings.json.broken").read_text(encoding="utf-8") == text
    store.put("theme", "dark")
    assert SettingsStore(store.path).get("theme") == "dark"


def test_a_file_that_is_no_text_is_set_aside(tmp_path):
    (tmp_path / "settings.json").write_bytes(b"\xff\xfe\x80")
    assert "could not be read" in SettingsStore(tmp_path / "settings.json").problem


def test_a_file_of_a_newer_version_is_read_as_far_as_it_is_known(tmp_path):
    text = json.dumps(
        {
            "version": 9,
            "account": {"address": "a@b", "name": "Ana", "colour": "red"},
            "rooms": [{"address": "r@b", "nick": "Ana", "muted": True}],
            "preferences": {"theme": "dark", "novelty": 3},
        }
    )
    store = store_with(tmp_path, text)
    assert store.problem == ""
    assert store.settings.account == SavedAccount("a@b", "Ana")
    assert store.settings.rooms == [SavedRoom("r@b", "Ana")]
    assert store.get("theme") == "dark"


def test_where_nothing_can_be_written_the_program_goes_on_and_the_old_file_stays(tmp_path):
    store = store_with(tmp_path, '{"preferences": {"theme": "dark"}}')
    store.settings.preferences["theme"] = "light"
    store.path = tmp_path / "settings.json" / "below-a-file" / "settings.json"
    assert not store.save()
    assert SettingsStore(tmp_path / "settings.json").get("theme") == "dark"


def test_what_the_command_line_says_is_not_remembered(tmp_path):
    store = store_with(tmp_path, '{"preferences": {"theme": "light"}}')
    store.override("theme", "dark")
    assert store.get("theme") == "dark"
    store.put("panes", "sessions")
    assert SettingsStore(store.path).get("theme") == "light"
