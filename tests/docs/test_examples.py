"""Every network that the documentation shows is read, analysed and means what the text says.

A block of YAML that has an input and layers is a whole network. It must have no error, unless the
line before it is `<!-- faulty -->`; with codes, `<!-- faulty: S102 -->`, exactly those must be
found at warning or above.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc

ROOT = Path(__file__).resolve().parents[2]
# the pages of rules are made of docstrings, whose examples tests/linter runs
WRITTEN = [page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "rules"]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(WRITTEN)]

_BLOCK = re.compile(
    r"(?:^<!-- (?P<faulty>faulty)(?:: (?P<codes>[A-Z0-9, ]+))? -->\n+)?"
    r"^(?P<fence>```+)yaml\n(?P<text>.*?)^(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)


class Example(NamedTuple):
    text: str
    faulty: bool
    codes: frozenset[str]


def examples() -> list[object]:
    found: list[object] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in _BLOCK.finditer(text):
            if not re.search(r"^inputs?:", block["text"], re.MULTILINE):
                continue
            if not re.search(r"^layers:", block["text"], re.MULTILINE):
                continue
            line = text.count("\n", 0, block.start("text")) + 1
            codes = frozenset(re.findall(r"[A-Z]\d+", block["codes"] or ""))
            example = Example(block["text"], block["faulty"] is not None, codes)
            found.append(pytest.param(example, id=f"{page.relative_to(ROOT).as_posix()}:{line}"))
    return found


@pytest.mark.parametrize("example", examples())
def test_example(example: Example) -> None:
    facts = cnncalc.analyze(cnncalc.load(example.text))
    findings = [finding for finding in cnncalc.lint(facts) if finding.severity != "info"]
    if example.codes:
        assert {finding.code for finding in findings} == example.codes
    elif example.faulty:
        assert findings
    else:
        assert [finding for finding in findings if finding.severity == "error"] == []


def test_there_are_examples() -> None:
    assert len(examples()) > 15
