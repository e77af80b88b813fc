"""What the words of a command line ask for, as values; nothing here needs an option parser."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from cnncalc.errors import UsageError


class OutputFormat(StrEnum):
    """How much is printed, and for whom."""

    full = "full"
    concise = "concise"
    json = "json"
    json_lines = "json-lines"
    sarif = "sarif"
    github = "github"
    gitlab = "gitlab"
    junit = "junit"


class SummaryFormat(StrEnum):
    """Those of the formats that there are without findings."""

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
    never = "never"


class Checking(NamedTuple):
    """What only `check` is asked; the defaults are those of its options.

    Without `fail_on` the configuration decides.
    """

    select: list[str] | None = None
    ignore: list[str] | None = None
    extend_select: list[str] | None = None
    strict: bool = False
    fail_on: FailOn | None = None
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    fix_only: bool = False
    isolated: bool = False
    config: str | None = None
    baseline: str | None = None
    write_baseline: str | None = None
    statistics: bool = False
    output_file: str | None = None

    @property
    def mends(self) -> bool:
        """Whether fixes are made, be it only to show them."""
        return self.fix or self.diff or self.fix_only


class Request(NamedTuple):
    """The command line of `check` or `summary`; the defaults are those of their options.

    Without `checking` nothing is linted.
    """

    networks: list[str]
    output_format: OutputFormat = OutputFormat.full
    table: TableStyle | None = None
    columns: str | None = None
    sort: SortBy | None = None
    top: int | None = None
    depth: int | None = None
    convention: str | None = None
    batch: int = 1
    dtype: str = "float32"
    input: list[str] | None = None
    define: list[str] | None = None
    variant: str | None = None
    checking: Checking | None = None


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


def file_of(network: str) -> Path | None:
    """The file that a network is read from: None for standard input and for the zoo."""
    if network == "-":
        return None
    try:
        return Path(network) if "/" in network or os.path.exists(network) else None
    except ValueError:  # it has a zero byte in it
        return None


def to_load(network: str) -> str | Path:
    """What `load` is to be given: on a command line a name with a line break is no spec's text."""
    return Path(network) if "\n" in network else network
