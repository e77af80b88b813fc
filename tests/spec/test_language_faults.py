"""A broken layer does not hide the rest: every fault is found, and none that only follows."""

import pytest

import cnncalc
from tests.spec.checking import facts_of, findings, only, places, shapes, spec

BROKEN = {
    "an unknown op": "convv: {filters: 8, kernel: 3}",
    "an unknown argument": "reshape: {shape: [8, -1], kernal: 3}",
    "a bad value": "reshape: [-1, -1]",
    "a missing argument": "reshape",
    "an undefined value": "reshape: [$nowhere, 2]",
    "an undefined layer": "reshape: {shape: [8, -1], from: nobody}",
    "a missing block": "Nothing: 3",
    "a missing parameter": "Needs",
    "a bad path": "concat: [prev, nobody]",
    "too few paths": "concat: [prev]",
    "a bad flow word": "reshape: {shape: [8, -1], repeat: many}",
    "a bad share": "reshape: {share: nobody}",
    "a map for a layer": "{a: 1, b: 2}",
    "no layer": "[]",
    "a bad element count": "reshape: [7, 7, 7]",
    "a vector for a map": "conv: {filters: 3, kernel: 3, from: vector}",
}
HEAD = "blocks: {Needs: {params: {n: null}, layers: [dense: $n]}}"
VECTOR = "global_avg_pool: {name: vector, from: input}"
# None of these is wrong with what arrives, whatever it is.
DOWNSTREAM = [
    "conv: {filters: 8, kernel: 99}",
    "max_pool: [2, 2, 2]",
    "conv: {filters: 6, kernel: 3, groups: 5}",
    "reshape: [5, 5]",
    "add: [prev, input]",
    "concat: [prev, [conv: {filters: 3, kernel: 1}]]",
    "permute: [0, 1]",
    "slice: {start: 100, stop: 101}",
    "relu: {in_channels: 17}",
    "residual: {body: [dense: 4], shortcut: [flatten]}",
    "split: {parts: 7}",
    "conv: {filters: $(in_channels/7), kernel: 1}",
]


@pytest.mark.parametrize("broken", BROKEN.values(), ids=list(BROKEN))
def test_no_cascade(broken: str) -> None:
    alone = places(spec(VECTOR, "identity: {from: input}", broken, head=HEAD))
    assert len(alone) == 1
    followed = places(spec(VECTOR, "identity: {from: input}", broken, *DOWNSTREAM, head=HEAD))
    assert followed == alone


@pytest.mark.parametrize("broken", BROKEN.values(), ids=list(BROKEN))
def test_independent_faults_are_found_after_a_broken_layer(broken: str) -> None:
    layers = [
        VECTOR,
        "identity: {from: input}",
        broken,
        "conv: {filters: -1, kernel: 3}",
        "reluu",
        "relu: {from: nobody_else}",
        "conv: {filters: 4, kernel: 3, groups: 2, from: input}",
        "conv: {filters: 4, kernel: 3, from: input, in_channels: 9}",
        "add: [input, [conv: {filters: 4, kernel: 1, from: input}]]",
    ]
    found = [(code, line) for code, line, _ in places(spec(*layers, head=HEAD))]
    assert [place for place in found if place[1] != 6] == [
        ("Y705", 7),
        ("Y702", 8),
        ("Y701", 9),
        ("S114", 10),
        ("S113", 11),
        ("S111", 12),
    ]


def test_sizes_are_known_again_where_they_are_certain() -> None:
    text = spec("convv: 3", "opaque: {output: 4x4x2}", "add: [prev, input]")
    assert places(text) == [("Y702", 3, 5), ("S111", 5, 5)]
    # the channels of a convolution are certain whatever arrives, and a global pooling has one cell
    text = spec(
        "conv: {filters: 6, kernel: 99}",
        "global_avg_pool",
        "add: [prev, [global_avg_pool: {from: input}]]",
    )
    assert places(text) == [("S101", 3, 5), ("S111", 5, 5)]
    text = spec("conv: {filters: 6, kernel: 3, groups: 4}", "conv: {filters: 4, kernel: 9}")
    assert places(text) == [("S114", 3, 35), ("S101", 4, 5)]


def test_a_merge_mismatch_keeps_what_the_paths_agree_on() -> None:
    text = spec("add: [input, [conv: {filters: 4, kernel: 1}]]", "conv: {filters: 2, kernel: 9}")
    assert places(text) == [("S111", 3, 5), ("S101", 4, 5)]
    text = spec("concat: [input, [conv: {filters: 4, kernel: 3}]]", "relu: {in_channels: 8}")
    assert places(text) == [("S111", 3, 5), ("S113", 4, 12)]


def test_only_the_first_collapse_is_reported() -> None:
    text = spec(*["conv: {filters: 3, kernel: 5}"] * 4)
    assert places(text) == [("S101", 4, 5)]


def test_a_wrong_declaration_breaks_nothing() -> None:
    text = spec("conv: {filters: 4, kernel: 3, in_channels: 9}", "add: [prev, input]")
    assert places(text) == [("S113", 3, 35), ("S111", 4, 5)]


def test_an_input_that_is_wrong_hides_no_other_fault() -> None:
    text = spec("conv: {filters: 4, kernel: 3}", "reluu", "dense: -3", input="many")
    assert [(code, line) for code, line, _ in places(text)] == [
        ("Y705", 1),
        ("Y702", 4),
        ("Y705", 5),
    ]


def test_a_fault_in_a_block_is_one_finding_with_all_its_layers() -> None:
    text = """\
input: 8x8x3
blocks:
  B: {params: {n: null}, layers: [{conv: {filters: $n, kernel: 3, padding: -1}}]}
layers: [B: 3, B: {n: 4, repeat: 2}]"""
    finding = only(text)
    assert (finding.line, finding.column) == (3, 76)
    assert finding.layers == ("B_1.conv_1", "B_2.conv_1", "B_3.conv_1")


def test_two_faults_of_one_layer_are_two_findings_with_all_its_copies() -> None:
    text = """\
input: 8x8x3
blocks: {B: {layers: [{conv: {filters: 4, kernel: 3, groups: 3, padding: 1, in_channels: 9}}]}}
layers: [B, B: {from: input}]"""
    found = findings(text)
    assert [(f.code, f.layers) for f in found] == [
        ("S114", ("B_1.conv_1", "B_2.conv_1")),
        ("S113", ("B_1.conv_1", "B_2.conv_1")),
    ]


def test_what_is_broken_has_no_figures_and_makes_totals_partial() -> None:
    facts = cnncalc.analyze(cnncalc.load(spec("conv: {filters: 4, kernel: 3}", "convv: 3") + "\n"))
    assert facts.layers[1].n_params is None
    assert "n_params" in facts.totals.partial
    assert facts.totals.n_params == 112


def test_a_sound_spec_has_no_findings_of_the_language() -> None:
    facts = facts_of(spec("conv: {filters: 4, kernel: 3}", "relu"))
    assert facts.network.problems == ()
    assert shapes(facts) == [(6, 6, 4), (6, 6, 4)]
