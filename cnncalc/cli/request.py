"""What the words of a command line ask for, as values; nothing here needs an option parser."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from cnncalc.errors import UsageError


class OutputFormat(StrEnum):
    """How much is printed, and for whom."""

    full = "full"
    concise = "concise"
    json = "json"


class TableStyle(StrEnum):
    """Other forms of the table."""

    markdown = "markdown"
    csv = "csv"


class SortBy(StrEnum):
    """What the rows of the table can be sorted by."""

    macs = "macs"
    params = "params"
    flops = "flops"
    memory = "memory"
    name = "name"


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    error = "error"
    warning = "warning"
    info = "info"


class Request(NamedTuple):
    """The command line of `check` or `summary`; the defaults are those of their options.

    Without `fail_on` nothing is linted.
    """

    networks: list[str]
    output_format: OutputFormat = OutputFormat.full
    table: TableStyle | None = None
    columns: str | None = None
    sort: SortBy | None = None
    top: int | None = None
    depth: int | None = None
    batch: int = 1
    dtype: str = "float32"
    input: list[str] | None = None
    define: list[str] | None = None
    variant: str | None = None
    fail_on: FailOn | None = FailOn.warning


def defined(pairs: list[str] | None) -> dict[str, Any]:
    """The variables that `-D` sets, their values read as YAML.

    Raises:
        UsageError: One is not of the form name=value.
    """
    values = {}
    for pair in pairs or ():
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"-D takes name=value, such as -D width=0.5, not {pair[:40]!r}")
        from cnncalc.api import parse_value

        values[name] = parse_value(text)
    return values


def given_input(texts: list[str] | None) -> str | dict[str, str] | None:
    """The input shapes that `--input` gives: one, or several by name.

    Raises:
        UsageError: There are several without a name.
    """
    if not texts:
        return None
    if len(texts) == 1 and "=" not in texts[0]:
        return texts[0]
    shapes = {}
    for text in texts:
        name, equals, shape = text.partition("=")
        if not equals or not name:
            raise UsageError("with several inputs every --input is NAME=SHAPE")
        shapes[name] = shape
    return shapes


def listed(keys: str | None) -> tuple[str, ...] | None:
    """The words of a list with commas."""
    return None if keys is None else tuple(key.strip() for key in keys.split(",") if key.strip())
