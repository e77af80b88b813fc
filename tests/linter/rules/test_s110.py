"""S110 beyond its examples: inputs for which all of the network fits."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.linter.rules.looking import look

UNET = """\
input: {size}
layers:
  - conv: {{name: enter, filters: 8, kernel: 3, padding: 1, activation: relu}}
  - max_pool: 2
  - conv: {{name: middle, filters: 8, kernel: 3, padding: 1, activation: relu}}
  - max_pool: 2
  - conv_transpose: {{filters: 8, kernel: 2, stride: 2}}
  - concat: [middle, prev]
  - conv_transpose: {{filters: 8, kernel: 2, stride: 2}}
  - concat: [enter, prev]
"""


@pytest.mark.parametrize(
    ("size", "working"),
    [
        ("30x30x3", ["set input to 32x32x3", "set input to 28x28x3"]),
        ("30x40x3", ["set input to 32x40x3", "set input to 28x40x3"]),  # 40 fits as it is
        ("30x41x3", ["set input to 28x40x3", "set input to 32x44x3"]),
    ],
)
def test_axes_that_fit_stay(size: str, working: list[str]) -> None:
    first = look(UNET.format(size=size), "S110")[0]
    assert [fix.title for fix in first.fixes] == working
    assert not look(fixed_input(UNET.format(size=size)), "S102", "S110", "S111")


def fixed_input(text: str) -> str:
    finding = look(text, "S110")[0]
    (edit,) = finding.fixes[0].edits
    return text[: edit.span.start] + edit.text + text[edit.span.end :]


def test_a_gate_is_not_what_was_meant() -> None:
    text = UNET.format(size="6x6x3").replace("concat", "add")
    titles = [fix.title for fix in look(text, "S110")[0].fixes]
    assert titles == ["set input to 8x8x3", "set input to 4x4x3"]


def test_other_faults_do_not_hide_the_answer() -> None:
    text = UNET.format(size="30x30x3") + dedent("""\
      - add: [enter, [conv: {filters: 8, kernel: 2}]]
    """).replace("- add", "  - add")
    finding = look(text, "S110")[0]
    assert finding.help == "the paths fit with an input of 32×32×3 or 28×28×3"


def test_what_no_input_mends_is_s111s() -> None:
    text = """\
        input: 30x30x3
        layers:
          - residual: {body: [conv: {filters: 3, kernel: 2}]}
        """
    assert [finding.code for finding in look(text, "S110", "S111")] == ["S111"]


def test_a_variant_keeps_its_input() -> None:
    text = UNET.format(size="30x30x3").replace(
        "input: 30x30x3", "vars: {n: 30}\ninput: [$n, $n, 3]"
    )
    assert not look(text, "S110")[0].fixes
