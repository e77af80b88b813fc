"""C305: dead ends, and how they are taken out."""

from __future__ import annotations

from tests.linter.rules.looking import fixed, look, mended


def test_the_outputs_are_used() -> None:
    text = """
        input: 8x8x3
        outputs: [a, b]
        layers:
          - conv: {name: a, filters: 8, kernel: 3}
          - conv: {name: b, filters: 8, kernel: 3, from: input}
        """
    assert look(text, "C305") == []
    (finding,) = look(text.replace("outputs: [a, b]", "outputs: [b]"), "C305")
    assert finding.layer == "a"


def test_a_dead_branch_is_one_finding_and_goes_as_a_whole() -> None:
    text = """\
input: 8x8x3
layers:
  - conv: {name: stem, filters: 8, kernel: 3}
  - relu: {name: r}
  - conv: {name: side, filters: 16, kernel: 3}   # a try
  - batch_norm: {name: n}
  # the head
  - global_avg_pool: {from: r}
"""
    (finding,) = look(text, "C305")
    assert finding.line == 6
    assert "1 layer before" in finding.message
    assert fixed(text, "C305") == (
        "input: 8x8x3\n"
        "layers:\n"
        "  - conv: {name: stem, filters: 8, kernel: 3}\n"
        "  - relu: {name: r}\n"
        "  # the head\n"
        "  - global_avg_pool: {from: r}\n"
    )
    assert finding.fixes[0].is_safe


def test_a_layer_that_serves_two_dead_ends_leads_to_neither_alone() -> None:
    text = """
        input: 8x8x3
        layers:
          - conv: {name: a, filters: 8, kernel: 3}
          - relu
          - tanh: {from: a}
          - conv: {filters: 8, kernel: 3, from: input}
        """
    found = look(text, "C305")
    assert [finding.layer for finding in found] == ["relu_1", "tanh_1"]
    assert not any("before" in finding.message for finding in found)


def test_copies_in_a_row_are_one_finding() -> None:
    text = """\
input: 8x8x3
layers:
  - conv: {name: dead, filters: 8, kernel: 3, padding: same, repeat: 3}
  - conv: {filters: 4, kernel: 3, from: input}
"""
    (finding,) = look(text, "C305")
    assert finding.layers == ("dead_3", "dead_2", "dead_1")
    assert fixed(text, "C305") == (
        "input: 8x8x3\nlayers:\n  - conv: {filters: 4, kernel: 3, from: input}\n"
    )


def test_a_fix_that_might_rename_what_is_referred_to_is_not_safe() -> None:
    text = """\
input: 8x8x3
layers:
  - conv: {filters: 8, kernel: 3}
  - conv: {filters: 4, kernel: 3, from: input}
  - relu: {from: conv_2}
"""
    (finding,) = look(text, "C305")
    assert not finding.fixes[0].is_safe
    assert mended(text, "C305") == text


def test_inside_a_block_there_is_no_fix() -> None:
    text = """
        input: 8x8x3
        blocks:
          Pair:
            layers:
              - identity: {name: in}
              - conv: {filters: 8, kernel: 3}
              - conv: {filters: 8, kernel: 3, from: in}
        layers:
          - Pair
          - Pair
        """
    (finding,) = look(text, "C305")
    assert len(finding.layers) == 2
    assert finding.fixes == ()


def test_a_layer_may_stand_there_for_its_weights() -> None:
    text = """
        input: 8x8x3
        layers:
          - conv: {name: template, filters: 8, kernel: 3}
          - conv: {share: template, from: input}
        """
    assert look(text, "C305") == []


def test_a_typing_error_elsewhere_is_not_blamed_on_the_layer() -> None:
    text = """
        input: 8x8x3
        layers:
          - conv: {name: stem, filters: 8, kernel: 3}
          - relu: {from: stam}
        """
    assert look(text, "C305") == []


def test_everything_is_used_in_a_network_with_two_inputs() -> None:
    text = """
        inputs: {left: 8x8x3, right: 8x8x3}
        layers:
          - conv: {name: a, filters: 8, kernel: 3, from: left}
          - conv: {name: b, share: a, from: right}
          - subtract: [a, b]
          - global_avg_pool
        """
    assert look(text, "C305") == []
