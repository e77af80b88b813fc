"""What objects show of themselves in a notebook: balanced, escaped, without scripts."""

from __future__ import annotations

import pickle
import re

import pytest

import cnncalc
from cnncalc.linter.finding import Findings
from cnncalc.report.html_parts import table
from tests.helpers import zoo_facts
from tests.report.test_html import Balanced, parsed

EVIL = "<img src=x onerror=alert(1)>"
FAULTY = f"""
name: "{EVIL}"
input: 7x7x3
layers:
  - conv: {{name: "{EVIL}", filters: 4, kernel: 3, stride: 3}}  # </pre><script>
  - conv: {{filters: "{EVIL}", kernel: 3}}
"""


def shown(answer: object) -> Balanced:
    html = answer._repr_html_()  # type: ignore[attr-defined]  # as a notebook asks
    assert not re.search(r"<script|<img|javascript:|<style|<link", html)
    return parsed(html)


def findings_of(text: str) -> Findings:
    return cnncalc.lint(cnncalc.analyze(cnncalc.load(text)))


def test_findings() -> None:
    page = shown(findings_of(FAULTY))
    words = "".join(page.texts)
    assert "S102" in page.texts
    assert "Y705" in page.texts
    assert EVIL in words
    assert "5 |   - conv:" in words  # the line at fault
    assert "^" in words
    assert "= " in words  # the remedy


def test_findings_are_a_list() -> None:
    found = findings_of(FAULTY)
    assert isinstance(found, list)
    assert found == list(found)
    assert [one.code for one in found] == [
        one.code for one in pickle.loads(pickle.dumps(list(found)))
    ]


def test_no_findings() -> None:
    assert "No findings." in shown(findings_of("input: 4x4x1\nlayers: [relu]\n")).texts


def test_many_findings_are_cut_and_say_so() -> None:
    text = "input: 7x7x1\nlayers:\n" + "".join(
        f"  - conv: {{name: c{k}, filters: 0, kernel: 1}}\n" for k in range(300)
    )
    assert any(text.endswith("findings more") for text in shown(findings_of(text)).texts)


def test_a_difference() -> None:
    page = shown(cnncalc.diff(cnncalc.load("vgg16"), cnncalc.load("vgg19")))
    for text in ("vgg16 → vgg19: 3 layers added, 10 affected, 15 the same", "stage3.conv_4"):
        assert text in page.texts
    assert "+5,309,696" in page.texts
    assert len(shown(cnncalc.diff(zoo_facts("vgg16"), zoo_facts("vgg16"))).texts) == 1


def test_a_count() -> None:
    page = shown(cnncalc.count(zoo_facts("resnet50"), "thop"))
    assert "25,557,032" in page.texts


def test_sizes() -> None:
    fitting = cnncalc.sizes(cnncalc.load("unet-valid"), range(1, 600))[0]
    page = shown(fitting)
    assert "height and width: 188 + 16k" in page.texts
    assert "388×388×2" in page.texts
    assert "no size fits" in "".join(shown(fitting._replace(sizes=(), pattern=None)).texts)


def test_a_worked_answer() -> None:
    text = cnncalc.explain(zoo_facts("ten-filters"), "conv_1")._repr_markdown_()
    assert text.startswith("### conv")
    assert "760" in text
    assert "$$" in text


def test_a_comparison() -> None:
    faulty = cnncalc.load(FAULTY)
    page = shown(cnncalc.compare(zoo_facts("vgg16"), zoo_facts("resnet50"), faulty))
    for text in ("71.59 %", "25.6 M", EVIL, "svg"):
        assert text in page.texts or text in page.tags
    assert "svg" not in shown(cnncalc.compare(faulty, faulty)).tags  # nothing to plot


def test_a_picture() -> None:
    assert cnncalc.draw(zoo_facts("lenet5"))._repr_svg_().startswith("<svg")


def test_a_long_table_is_cut_and_says_so() -> None:
    assert "and 500 rows more" in parsed(table(["a"], [["b"]] * 1500, ())).texts


@pytest.mark.parametrize("name", ["Comparison", "ComparedNetwork", "Accuracy", "Findings"])
def test_they_are_public(name: str) -> None:
    assert getattr(cnncalc, name).__name__ == name
