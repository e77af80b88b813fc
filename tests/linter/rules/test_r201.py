"""R201: what the last map has to see."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import look

# two 3×3, a pool, two 3×3 at stride 2: 5, 6, 10, 14
FIELD_14 = """
    input: {input}
    task: {task}
    layers:
      - conv: {{filters: 8, kernel: 3, padding: same, activation: relu, repeat: 2}}
      - max_pool: 2
      - conv: {{filters: 8, kernel: 3, padding: same, activation: relu, repeat: 2}}
      - {head}
      - dense: 10
    """


def n_found(*, task: str, head: str = "global_avg_pool", input: str = "32x32x3") -> int:
    return len(look(FIELD_14.format(task=task, head=head, input=input), "R201"))


@pytest.mark.parametrize(("size", "expected"), [(13, 0), (14, 0), (15, 1), (1000, 1)])
def test_the_object_must_fit_into_the_field(size: int, expected: int) -> None:
    assert n_found(task=f"{{object_size: {size}}}") == expected


def test_an_object_is_no_larger_than_the_input() -> None:
    assert n_found(task="{object_size: 1000}", input="14x14x3") == 0


def test_without_a_size_the_whole_input_is_the_object() -> None:
    assert n_found(task="{classes: 10}") == 1
    assert n_found(task="{classes: 10}", input="14x14x3") == 0


def test_a_dense_layer_on_the_flattened_map_sees_everything() -> None:
    assert n_found(task="{classes: 10}", head="flatten") == 0


def test_a_declared_size_counts_before_flattening_too() -> None:
    assert n_found(task="{object_size: 15}", head="flatten") == 1


def test_one_axis_is_enough() -> None:
    assert n_found(task="{classes: 10}", input="14x32x3") == 1


def test_nothing_is_said_without_a_task() -> None:
    text = FIELD_14.format(task="{}", head="global_avg_pool", input="32x32x3")
    assert look(text.replace("task: {}", "x-task: {}"), "R201") == []


def test_nothing_is_said_past_an_opaque_layer() -> None:
    text = """
        input: 32x32x3
        task: {object_size: 30}
        layers:
          - opaque: {output: 16x16x8}
          - conv: {filters: 8, kernel: 3}
          - global_avg_pool
          - dense: 10
        """
    assert look(text, "R201") == []


def test_a_map_that_is_given_out_need_not_see_everything() -> None:
    text = """
        input: 64x64x3
        task: {classes: 2}
        layers:
          - conv: {filters: 8, kernel: 3, padding: same, activation: relu}
          - conv: {filters: 2, kernel: 1}
        """
    assert look(text, "R201") == []
