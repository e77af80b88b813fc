"""R204: which stacks of dilations leave holes."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look


def conv(dilation: int | str, kernel: int | str = 3, padding: int | str = "same") -> str:
    return (
        f"conv: {{filters: 4, kernel: {kernel}, padding: {padding}, dilation: {dilation}, "
        "activation: relu}"
    )


@pytest.mark.parametrize(
    ("dilations", "expected"),
    [
        ([2, 2], 1),
        ([2, 4, 8], 1),
        ([3, 3, 3], 1),
        ([6, 9], 1),
        ([2, 3], 0),
        ([1, 2, 5], 0),
        ([2, 2, 1], 0),
        ([1, 2, 4], 0),
        ([4], 0),
    ],
)
def test_a_common_factor(dilations: list[int], expected: int) -> None:
    assert len(look(chain("64x64x4", *map(conv, dilations)), "R204")) == expected


def test_one_finding_at_the_second_of_them() -> None:
    (finding,) = look(chain("64x64x4", conv(2), "relu", conv(2), conv(4)), "R204")
    assert finding.line == 5
    assert "2, 2, 4 share the factor 2" in finding.message


def test_other_resolutions_are_other_stacks() -> None:
    assert look(chain("64x64x4", conv(2), "max_pool: 2", conv(2)), "R204") == []


def test_a_stride_in_between_ends_a_stack() -> None:
    between = "conv: {filters: 4, kernel: 1, stride: 2, activation: relu}"
    assert look(chain("64x64x4", conv(2), between, conv(2)), "R204") == []


def test_a_pool_with_stride_1_looks_at_neighbours() -> None:
    pool = "avg_pool: {size: 3, stride: 1, padding: same}"
    assert look(chain("64x64x4", conv(2), pool, conv(2)), "R204") == []


def test_1x1_fills_no_holes() -> None:
    assert len(look(chain("64x64x4", conv(2), conv(1, kernel=1), conv(2)), "R204")) == 1


def test_parallel_branches_are_not_stacked() -> None:
    branches = ", ".join(f"[{conv(d)}]" for d in (6, 12, 18))
    assert look(chain("64x64x4", f"concat: [{branches}]"), "R204") == []


def test_a_stack_goes_on_through_shortcuts() -> None:
    block = f"residual: {{body: [{conv(2)}]}}"
    assert len(look(chain("64x64x4", conv(1, kernel=1), block, "relu", conv(4)), "R204")) == 1


def test_an_undilated_path_of_the_same_resolution_fills_the_holes() -> None:
    both = f"add: [[{conv(2)}, {conv(2)}], [{conv(1)}]]"
    assert look(chain("64x64x4", both), "R204") == []


def test_each_axis_counts_by_itself() -> None:
    (finding,) = look(chain("64x64x4", conv("[1, 2]"), conv("[2, 2]")), "R204")
    assert "along width" in finding.message
    assert look(chain("64x64x4", conv(2, kernel="[1, 3]"), conv(2, kernel="[3, 1]")), "R204") == []


def test_one_dimension() -> None:
    assert len(look(chain("640x4", conv(4, kernel=2), conv(8, kernel=2)), "R204")) == 1


def test_a_repeated_layer_is_a_stack_and_has_no_fix() -> None:
    text = chain("64x64x4", conv(2).replace("}", ", repeat: 3}"))
    (finding,) = look(text, "R204")
    assert finding.fixes == ()


def test_the_fix_leaves_no_holes_and_keeps_the_size() -> None:
    text = chain("64x64x4", conv(2, padding=2), conv(2, padding=2))
    assert fixed(text, "R204") == chain("64x64x4", conv(2, padding=2), conv(1, padding=1))


def test_a_stack_with_holes_whatever_is_changed_has_no_fix() -> None:
    (finding,) = look(chain("64x64x4", conv(8), conv(8)), "R204")
    assert finding.fixes == ()


def test_what_cannot_be_understood_says_nothing() -> None:
    assert look(chain("64x64x4", conv(2), "nonsense", conv("[2, 2, 2]")), "R204") == []
