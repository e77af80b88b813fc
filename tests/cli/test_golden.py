"""Whole outputs, to be read by a person: `CNNCALC_GOLDEN=1 pytest tests/cli` writes them anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run

GOLDEN = Path(__file__).with_name("golden")
DRAWN = {"FORCE_COLOR": "1"}  # laid out as for a terminal; the colours are taken away here
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize(
    ("name", "arguments", "environment"),
    [
        ("lenet5.txt", ["summary", "lenet5"], {}),
        ("lenet5-60.txt", ["summary", "lenet5"], {**DRAWN, "COLUMNS": "60"}),
        ("lenet5-160.txt", ["summary", "lenet5"], {**DRAWN, "COLUMNS": "160"}),
        ("lenet5.md", ["summary", "lenet5", "--table", "markdown"], {}),
        ("lenet5.csv", ["summary", "lenet5", "--table", "csv"], {}),
        ("lenet5.json", ["summary", "lenet5", "--output-format", "json"], {}),
        ("resnet50-60.txt", ["summary", "resnet50", "--depth", "1"], {**DRAWN, "COLUMNS": "60"}),
        ("resnet50-80.txt", ["summary", "resnet50"], {**DRAWN, "COLUMNS": "80"}),
        ("efficientnet-b0.txt", ["summary", "efficientnet-b0", "--depth", "1"], {}),
    ],
)
def test_output(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    arguments: list[str],
    environment: dict[str, str],
) -> None:
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    out = _STYLE.sub("", run(*arguments).out)
    out = "\n".join(line.rstrip() for line in out.split("\n"))
    path = GOLDEN / name
    if os.environ.get("CNNCALC_GOLDEN"):
        path.write_text(out, encoding="utf-8")
    assert out == path.read_text(encoding="utf-8")
