"""S113: its fix is safe."""

from __future__ import annotations

from tests.linter.rules.looking import chain, look, mended


def test_the_number_is_corrected_without_asking() -> None:
    text = chain("4x4x2", "flatten", "dense: {units: 3, in_features: 30}  # was 5x3x2")
    assert mended(text) == text.replace("30", "32")
    assert not look(mended(text), "S113")


def test_an_expression_is_left_alone() -> None:
    text = (
        "input: 4x4x2\nvars: {n: 3}\nlayers:\n  - conv: {filters: 1, kernel: 1, in_channels: $n}\n"
    )
    (finding,) = look(text, "S113")
    assert not finding.fixes
