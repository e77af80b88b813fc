"""Workflow commands, read as the runner of GitHub Actions does: parse first, unescape then."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import Diagnostic
from cnncalc.report.formats import github
from cnncalc.report.formats.checked import Checked, unicode
from tests.report.formats.hostile import ERRORS, FILES, checked, crashed

# of the commands that the runner knows, those that annotate
DOCUMENTED = {"file", "line", "endLine", "col", "endColumn", "title"}


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def unescaped(text: str, *, is_property: bool) -> str:
    """The inverse of the documented escaping: `%25` last."""
    pairs = [("%0D", "\r"), ("%0A", "\n")]
    if is_property:
        pairs += [("%3A", ":"), ("%2C", ",")]
    for escape, char in pairs:
        text = text.replace(escape, char)
    return text.replace("%25", "%")


def parsed(line: str) -> Command:
    match = re.fullmatch(r"::([a-z-]+)(?: ([^\r\n]*?))?::([^\r\n]*)", line)
    assert match, line
    properties = dict(part.split("=", 1) for part in (match[2] or "").split(",") if part)
    return Command(
        match[1],
        {key: unescaped(value, is_property=True) for key, value in properties.items()},
        unescaped(match[3], is_property=False),
    )


def commands(networks: Sequence[Checked], errors: Sequence[Diagnostic] = ()) -> list[Command]:
    text = github.render(networks, errors)
    assert text == "" or text.endswith("\n")
    return [parsed(line) for line in re.split("[\r\n]+", text)[:-1]]


def test_nothing() -> None:
    assert commands([]) == []


@pytest.mark.parametrize("file", FILES)
def test_a_command_per_finding(file: str) -> None:
    network = checked(file)
    found = commands([network])
    assert [command.name for command in found] == ["warning", "notice", "warning", "error"]
    for command, finding in zip(found, network.findings, strict=True):
        assert set(command.properties) == DOCUMENTED
        assert command.properties["file"] == unicode(file)
        assert command.properties["title"] == f"{finding.code} {finding.name}"
        places = [command.properties[key] for key in ("line", "col", "endLine", "endColumn")]
        assert places == [
            str(part)
            for part in (finding.line, finding.column, finding.end_line, finding.end_column)
        ]
        lines = command.message.split("\n")
        assert lines[0] == network.message(finding)
        assert lines[1:] == ([finding.help] if finding.help else [])
        assert "\x1b" not in command.message
        assert "\u202e" not in command.message


def test_errors_and_crashes() -> None:
    *errors, crash = [*commands([], ERRORS), *commands([crashed()])]
    assert [error.message for error in errors] == [error.message for error in ERRORS]
    assert errors[0].properties == {"file": "bad:one,two%.yaml", "line": "3", "col": "7"}
    assert errors[1].properties == {}
    assert crash.properties == {"file": "arch.yaml", "title": "E000 internal-error"}


@given(st.text(max_size=30), st.text(st.characters(blacklist_characters="\0"), max_size=30))
def test_any_text_survives(message: str, file: str) -> None:
    (command,) = commands([], [Diagnostic(message, 1, 2, file)])
    assert (command.name, command.message) == ("error", message)
    assert command.properties["file"] == file
