"""The configuration file: `cnncalc.toml`, or `[tool.cnncalc]` in a `pyproject.toml`.

The closest one counts, looked for from the spec's folder upwards; `cnncalc.toml` goes before
`pyproject.toml` in one folder. Unknown keys are errors, so that a slip of the pen does not pass for
a setting.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cnncalc.errors import UsageError
from cnncalc.linter.engine import codes as known_codes
from cnncalc.linter.settings import LintSettings, check_codes, check_severity
from cnncalc.spec.problems import show, suggestion

_KEYS = (
    "select", "extend-select", "ignore", "severity", "fail-on", "strict", "per-file-ignores",
)  # fmt: skip
FAIL_ON = ("error", "warning", "info", "never")
_NAMES = ("cnncalc.toml", "pyproject.toml")
_LARGEST = 2**20
# how a line of a pyproject.toml looks that may give us settings
_OURS = re.compile(
    rb"""^[^#\n]*\btool\b[^\n]*cnncalc|^[ \t]*\[[ \t]*["']?tool["']?[ \t]*\]""", re.MULTILINE
)


class Config(NamedTuple):
    """What a configuration file says.

    Attributes:
        path: The file, or None when there is none.
        settings: Settings of the linter.
        fail_on: Least severity that makes a check fail, or None.
        per_file_ignores: Codes by pattern of the paths for which they are ignored.
    """

    path: Path | None = None
    settings: LintSettings = LintSettings()
    fail_on: str | None = None
    per_file_ignores: Mapping[str, tuple[str, ...]] = {}

    def settings_for(self, path: Path | None) -> LintSettings:
        """The settings for one spec."""
        if path is None or not self.per_file_ignores:
            return self.settings
        ignored = tuple(
            code
            for pattern, codes in self.per_file_ignores.items()
            if self._matches(path, pattern)
            for code in codes
        )
        return self.settings._replace(never=ignored)

    def _matches(self, path: Path, pattern: str) -> bool:
        """A pattern is matched against the name, and against the path from the file's folder on."""
        from fnmatch import fnmatch

        assert self.path is not None
        path = path.resolve()
        folder = self.path.parent.resolve()
        relative = path.relative_to(folder) if path.is_relative_to(folder) else path
        return fnmatch(path.name, pattern) or fnmatch(relative.as_posix(), pattern)


def find_config(folder: Path) -> Config:
    """The closest configuration from a folder upwards.

    Where there is none this costs two questions per folder to the file system, and no imports.

    Raises:
        UsageError: The file cannot be read, or says something that is no setting.
    """
    try:
        parent = os.path.realpath(folder)
    except OSError:  # the current folder is gone
        return Config()
    while True:
        for name in _NAMES:
            path = os.path.join(parent, name)
            if os.path.isfile(path):
                config = _load(Path(path))
                if config is not None:
                    return config
        above = os.path.dirname(parent)
        if above == parent:
            return Config()
        parent = above


def read_config(path: Path) -> Config:
    """The configuration in a file that was asked for.

    Raises:
        UsageError: There is no such file, it has no settings, or they are wrong.
    """
    config = _load(path)
    if config is None:
        raise UsageError(f"{path}: the file has no [tool.cnncalc]")
    return config


def _load(path: Path) -> Config | None:
    table = _table(path)
    return None if table is None else _config(path, table)


def _table(path: Path) -> dict[str, Any] | None:
    """The settings in a file; None for a `pyproject.toml` without any."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > _LARGEST:
        raise UsageError(f"{path}: the file is larger than 1 MiB")
    whole = path.name != "pyproject.toml"
    if not whole and _OURS.search(data) is None:
        return None  # most have nothing to do with us, and reading TOML takes time
    import tomllib

    try:
        document = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from None
    if whole:
        return document
    tool = document.get("tool", {})
    table = tool.get("cnncalc") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: tool.cnncalc must be a table")
    return table


def _config(path: Path, table: dict[str, Any]) -> Config:
    for key in table:
        if key not in _KEYS:
            hint = suggestion(key, _KEYS) or f"the keys are {', '.join(_KEYS)}"
            raise UsageError(f"{path}: unknown key {show(key)}; {hint}")
    fail_on = table.get("fail-on")
    if fail_on is not None and fail_on not in FAIL_ON:
        allowed = ", ".join(FAIL_ON)
        raise UsageError(f"{path}: fail-on must be one of {allowed}, not {show(fail_on)}")
    strict = table.get("strict", False)
    if not isinstance(strict, bool):
        raise UsageError(f"{path}: strict must be true or false, not {show(strict)}")
    severities = _section(path, table, "severity")
    check_codes(severities, known_codes(), f"{path}: severity")
    settings = LintSettings(
        select=_codes(path, "select", table.get("select", [])),
        extend_select=_codes(path, "extend-select", table.get("extend-select", [])),
        ignore=_codes(path, "ignore", table.get("ignore", [])),
        severity={
            code: check_severity(value, f"{path}: severity.{code}")
            for code, value in severities.items()
        },
        strict=strict,
    )
    ignores = {
        pattern: _codes(path, f"per-file-ignores.{pattern}", codes)
        for pattern, codes in _section(path, table, "per-file-ignores").items()
    }
    return Config(path, settings, fail_on, ignores)


def _section(path: Path, table: dict[str, Any], key: str) -> dict[str, Any]:
    section = table.get(key, {})
    if not isinstance(section, dict):
        raise UsageError(f"{path}: {key} must be a table, not {show(section)}")
    return section


def _codes(path: Path, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise UsageError(f'{path}: {key} must be a list of codes such as ["S102"]')
    return check_codes(value, known_codes(), f"{path}: {key}")
