"""Configuration files: any content ends in settings or in one clear line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import UsageError
from cnncalc.linter.config import Config, find_config, read_config
from cnncalc.linter.settings import LintSettings

KEYS = ["select", "extend-select", "ignore", "severity", "fail-on", "strict", "per-file-ignores"]
WORDS = st.sampled_from(
    ["S102", "S", "ALL", "T401", "", "s102", "error", "warning", "never", "*.yaml", "[a-"]
) | st.text("S1\"'\\é\n\t#[]{}=,.", max_size=4)
VALUES = st.recursive(
    WORDS | st.booleans() | st.integers() | st.floats() | st.dates() | st.datetimes(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(WORDS, values, max_size=3),
    max_leaves=6,
)
TABLES = st.dictionaries(st.sampled_from(KEYS) | WORDS, VALUES, max_size=4)


def toml(value: Any) -> str:
    """A value in TOML."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\U{ord(char):08x}" for char in value) + '"'
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{toml(key)} = {toml(v)}" for key, v in value.items()) + "}"
        case int() | float():
            return repr(value)
        case _:
            return str(value.isoformat())


def document(table: dict[str, Any]) -> str:
    return "".join(f"{toml(key)} = {toml(value)}\n" for key, value in table.items())


def outcome(path: Path) -> Config | str:
    """The configuration, or the line that says what is wrong with it."""
    try:
        config = read_config(path)
    except UsageError as error:
        complaint = str(error)
    else:
        assert find_config(path.parent) == config
        config.settings_for(path.parent / "arch.yaml")
        return config
    assert complaint.startswith(f"{path}: ")
    assert len(complaint.splitlines()) == 1
    return complaint


@given(TABLES)
def test_any_toml(tmp_path_factory: pytest.TempPathFactory, table: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("config") / "cnncalc.toml"
    path.write_text(document(table), encoding="utf-8")
    outcome(path)


@given(st.binary(max_size=60) | st.text("[]{}=\"'#\n.select S102", max_size=60).map(str.encode))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("config") / "cnncalc.toml"
    path.write_bytes(data)
    outcome(path)


@pytest.mark.parametrize(
    "data",
    [b"a = " + b"[" * 20000, b"a." * 20000 + b"a = 1", b"#" * (2**20 + 1), b"\xff", b"select=[\0]"],
)
def test_hostile_files(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "cnncalc.toml"
    path.write_bytes(data)
    assert isinstance(outcome(path), str)


def test_everything(tmp_path: Path) -> None:
    path = tmp_path / "cnncalc.toml"
    path.write_text("""
select = ["S", "T4"]
extend-select = ["C304"]
ignore = ["S103"]
fail-on = "error"
strict = true
[severity]
T401 = "warning"
[per-file-ignores]
"old/*" = ["S"]
"*.old.yaml" = ["T"]
""")
    config = read_config(path)
    assert config.settings == LintSettings(
        ("S", "T4"), ("C304",), ("S103",), {"T401": "warning"}, True
    )
    assert (config.path, config.fail_on) == (path, "error")
    assert config.settings_for(None).never == ()
    assert config.settings_for(tmp_path / "new.yaml").never == ()
    assert config.settings_for(tmp_path / "old" / "a.old.yaml").never == ("S", "T")
    assert config.settings_for(tmp_path / "sub" / "a.old.yaml").never == ("T",)
    assert config.settings_for(tmp_path.parent / "old" / "a.yaml").never == ()


def test_the_closest_file_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "cnncalc.toml").write_text('select = ["S"]\n')
    assert find_config(inner).path == tmp_path.resolve() / "cnncalc.toml"
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\n")
    assert find_config(inner).settings.select == ("S",)
    (tmp_path / "a" / "pyproject.toml").write_text('[tool.cnncalc]\nselect = ["T"]\n')
    assert find_config(inner).settings.select == ("T",)
    (tmp_path / "a" / "cnncalc.toml").write_text("")
    assert find_config(inner).settings.select == ()
    assert find_config(inner / "not" / "there").path == (tmp_path / "a").resolve() / "cnncalc.toml"


def test_links_are_followed_first(tmp_path: Path) -> None:
    real = tmp_path / "real" / "nets"
    real.mkdir(parents=True)
    (tmp_path / "real" / "cnncalc.toml").write_text('select = ["S"]\n')
    (tmp_path / "link").symlink_to(real)
    assert find_config(tmp_path / "link").settings.select == ("S",)


def test_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    try:
        assert find_config(Path()) == Config()
    finally:
        os.chdir(tmp_path)


@pytest.mark.parametrize(
    "text", ["[tool]\ncnncalc = 3\n", '[tool]\n"cnncalc" = []\n', "tool = {cnncalc = 1}\n"]
)
def test_settings_that_are_no_table(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"tool\.cnncalc must be a table"):
        find_config(tmp_path)
