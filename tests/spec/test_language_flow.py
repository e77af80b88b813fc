"""The flow words: names and scopes, from, repeat, first, when, share."""

import pytest

import cnncalc
from tests.spec.checking import facts_of, findings, names, only, places, shapes, spec


def inputs(text: str) -> list[tuple[str, ...]]:
    return [layer.inputs for layer in facts_of(text).layers]


# -- names


def test_names_are_the_op_and_a_number_in_its_scope() -> None:
    text = """\
input: 8x8x3
blocks:
  Pair: {layers: [{conv: {filters: 3, kernel: 1}}, relu, {conv: {filters: 3, kernel: 1}}]}
layers:
  - conv: {filters: 3, kernel: 1}
  - Pair
  - conv: {filters: 3, kernel: 1, name: mine}
  - relu
  - Pair
  - Pair: {name: third}
  - add: [[relu, relu], [Pair]]
  - residual: {body: [relu]}
  - conv: {filters: 3, kernel: 1}"""
    assert names(facts_of(text)) == [
        "conv_1",
        "Pair_1.conv_1",
        "Pair_1.relu_1",
        "Pair_1.conv_2",
        "mine",
        "relu_1",
        "Pair_2.conv_1",
        "Pair_2.relu_1",
        "Pair_2.conv_2",
        "third.conv_1",
        "third.relu_1",
        "third.conv_2",
        "relu_2",
        "relu_3",
        "Pair_3.conv_1",
        "Pair_3.relu_1",
        "Pair_3.conv_2",
        "add_1",
        "relu_4",
        "residual_1",
        "conv_2",
    ]


def test_a_number_that_is_taken_is_passed_over() -> None:
    text = spec("relu: {name: relu_1}", "relu", "relu: {name: relu_4}", "relu", "relu")
    assert names(facts_of(text)) == ["relu_1", "relu_2", "relu_4", "relu_3", "relu_5"]


def test_names_are_unique_in_their_scope() -> None:
    finding = only(spec("relu: {name: a}", "relu: {name: a}"))
    assert (finding.code, finding.line, finding.column) == ("Y701", 4, 18)
    assert finding.message == "the name 'a' is taken by another layer"
    assert only(spec("relu", "relu: {name: relu_1}")).code == "Y701"
    assert only(spec("relu: {name: input}")).message == "the name 'input' is taken by the input"
    assert only(spec("relu: {name: prev}")).message == "the name 'prev' means what enters a merge"


def test_whatever_is_wrong_with_names_every_layer_has_its_own() -> None:
    blocks = "blocks: {B: {layers: [relu, convv: 3]}, C: {layers: [convv: 3, relu]}}"
    layers = [
        "relu: {name: a}",
        "relu: {name: a}",
        "tanh: {name: a}",
        "relu: {name: prev}",
        "B: {name: b}",
        "B: {name: b}",
        "C: {name: c}",
        "C: {name: c}",
        "relu: {name: b}",
        "relu: {name: r_2}",
        "relu: {name: r, repeat: 3}",
        "C: {name: c, repeat: 2}",
        "relu: {name: a, from: a}",
        "relu: {name: input}",
        "relu: {name: b.relu_1}",
        "relu: {name: c_1.relu_1}",
        "relu: {name: c_1.relu_1}",
    ]
    network = cnncalc.load(spec(*layers, head=blocks) + "\n")
    given = [node.name for node in network.graph.nodes]
    assert len(set(given)) == len(given)
    wrong = {problem.message for problem in network.problems if problem.code == "Y701"}
    assert wrong == {
        *(
            f"the name '{name}' is taken by another layer"
            for name in ("a", "b", "c", "r_2", "b.relu_1", "c_1.relu_1")
        ),
        "the name 'input' is taken by the input",
        "the name 'prev' means what enters a merge",
    }


def test_calls_that_end_nowhere_have_names_too() -> None:
    head = "blocks: {D: {layers: [relu, E: {from: nobody}]}, E: {layers: []}}"
    network = cnncalc.load(spec("D: {name: d}", "D: {name: d, from: input}", head=head) + "\n")
    assert [node.name for node in network.graph.nodes] == ["input", "d.relu_1", "D_1.relu_1"]


def test_the_same_name_may_stand_in_several_scopes() -> None:
    text = """\
input: 8x8x3
blocks: {B: {layers: [relu: {name: a}]}}
layers: [B, B, relu: {name: a}]"""
    assert names(facts_of(text)) == ["B_1.a", "B_2.a", "a"]


def test_a_name_with_dots_is_not_that_of_a_layer_in_a_block() -> None:
    text = """\
input: 8x8x3
blocks: {B: {layers: [relu]}}
layers:
  - B
  - relu: {name: B_1.relu_1}
  - relu: {name: B_1.relu_2}"""
    finding = only(text)
    assert (finding.code, finding.line, finding.column) == ("Y701", 5, 18)


@pytest.mark.parametrize(
    ("word", "value", "why"),
    [
        ("name", "3", "name must be a text, not 3"),
        ("name", "''", "name must not be empty"),
        ("from", "[a, b]", "from must be the name of one layer, a text, not ['a', 'b']"),
        ("share", "3", "share must be the name of one layer, a text, not 3"),
        ("repeat", "1.5", "repeat must be an integer from 0, not 1.5"),
        ("repeat", "-1", "repeat must be an integer from 0, not -1"),
        ("repeat", "many", "repeat must be an integer from 0, not 'many'"),
        ("repeat", "true", "repeat must be an integer from 0, not true"),
        ("when", "no", "when must be true or false, not 'no'"),
        ("when", "0", "when must be true or false, not 0"),
        ("first", "3", "first must be a map of arguments"),
        ("first", "{name: a}", "first overrides arguments, not the flow word name"),
    ],
)
def test_bad_flow_words(word: str, value: str, why: str) -> None:
    finding = only(spec(f"relu: {{{word}: {value}}}"))
    assert (finding.code, finding.line) == ("Y705", 3)
    assert finding.message == why


# -- from


def test_from_is_the_layer_before_unless_given() -> None:
    text = spec("relu: {name: a}", "tanh", "sigmoid: {from: a}", "elu: {from: input}", "selu")
    assert inputs(text) == [("input",), ("a",), ("a",), ("input",), ("elu_1",)]


def test_from_a_block_is_its_output() -> None:
    text = """\
input: 8x8x3
blocks: {B: {layers: [relu, tanh]}, Empty: {layers: []}}
layers:
  - B: {name: b}
  - Empty: {name: e}
  - sigmoid
  - elu: {from: b}
  - selu: {from: e}
  - silu: {from: B_1}
  - B"""
    finding = only(text)
    assert finding.message == "no layer before this one is called 'B_1'"
    fixed = text.replace("B_1", "b")
    assert inputs(fixed)[2:5] == [("b.tanh_1",)] * 3


def test_from_inside_a_block_sees_its_surroundings() -> None:
    text = """\
input: 8x8x3
blocks: {B: {layers: [tanh: {from: a}, relu: {name: a}, sigmoid: {from: a}, elu: {from: input}]}}
layers: [relu: {name: a}, relu, B]"""
    assert inputs(text)[2:] == [("a",), ("B_1.tanh_1",), ("B_1.a",), ("input",)]


def test_from_outside_only_the_block_is_seen() -> None:
    text = """\
input: 8x8x3
blocks: {B: {layers: [relu: {name: inner}]}}
layers:
  - B
  - relu: {from: inner}
  - relu: {from: B_1.inner}"""
    assert places(text) == [("Y701", 5, 18), ("Y701", 6, 18)]


def test_from_a_layer_that_comes_later() -> None:
    finding = only(spec("relu: {from: later}", "tanh: {name: later}"))
    assert (finding.line, finding.column) == (3, 18)
    assert finding.message == "no layer before this one is called 'later'"


def test_the_nearest_name_is_offered() -> None:
    finding = only(spec("relu: {name: stem}", "relu: {from: stm}"))
    assert finding.help == "did you mean stem?"


# -- repeat and first


def test_repeat_makes_copies_in_a_row() -> None:
    text = spec("relu: {name: a}", "conv: {filters: 3, kernel: 1, repeat: 3, from: input}", "tanh")
    assert names(facts_of(text)) == ["a", "conv_1", "conv_2", "conv_3", "tanh_1"]
    assert inputs(text) == [("input",), ("input",), ("conv_1",), ("conv_2",), ("conv_3",)]


def test_a_name_is_numbered_and_alone_means_the_last() -> None:
    text = spec("relu: {name: a, repeat: 3}", "tanh: {from: a_2}", "elu: {from: a}")
    assert names(facts_of(text)) == ["a_1", "a_2", "a_3", "tanh_1", "elu_1"]
    assert inputs(text)[3:] == [("a_2",), ("a_3",)]
    assert names(facts_of(spec("relu: {name: a, repeat: 1}"))) == ["a_1"]


def test_the_name_of_a_repeated_layer_is_taken() -> None:
    assert places(spec("relu: {name: a, repeat: 2}", "relu: {name: a}")) == [("Y701", 4, 18)]
    assert places(spec("relu: {name: a_2}", "relu: {name: a, repeat: 2}")) == [("Y701", 4, 18)]
    assert places(spec("relu: {name: a}", "relu: {name: a, repeat: 2}")) == [("Y701", 4, 18)]


def test_repeat_of_a_block_and_of_merges() -> None:
    text = """\
input: 8x8x3
blocks: {B: {layers: [residual: {body: [relu]}]}}
layers:
  - B: {repeat: 2, name: b}
  - concat: {paths: [prev, prev], repeat: 2}
  - add: [b, b_1]"""
    facts = facts_of(text)
    assert names(facts)[:4] == ["b_1.relu_1", "b_1.residual_1", "b_2.relu_1", "b_2.residual_1"]
    assert facts.layer("concat_2").output_shape == (8, 8, 12)
    assert facts.layers[-1].inputs == ("b_2.residual_1", "b_1.residual_1")


def test_nothing_is_left_of_a_layer_repeated_no_times() -> None:
    text = spec("relu", "tanh: {from: input, repeat: 0, name: a}", "elu")
    assert inputs(text) == [("input",), ("relu_1",)]
    finding = only(spec("tanh: {repeat: 0, name: a}", "elu: {from: a}"))
    assert finding.message == "'a' was dropped by when: false or repeat: 0"


def test_first_overrides_the_first_copy_only() -> None:
    text = spec(
        "conv: {filters: 4, kernel: 3, padding: 1, repeat: 3, first: {stride: 2, filters: 2}}"
    )
    assert shapes(facts_of(text)) == [(4, 4, 2), (4, 4, 4), (4, 4, 4)]


def test_first_counts_without_repeat_and_with_one() -> None:
    for repeat in ("", ", repeat: 1"):
        text = spec(f"conv: {{filters: 4, kernel: 1, first: {{filters: 2}}{repeat}}}")
        assert facts_of(text).output_shape == (8, 8, 2)


def test_the_order_is_first_own_defaults() -> None:
    head = "defaults: {conv: {kernel: 5, filters: 7, padding: same}}"
    text = spec("conv: {filters: 4, repeat: 2, first: {filters: 2, kernel: 1}}", head=head)
    layers = [layer.node.layer for layer in facts_of(text).layers]
    assert [(x.filters, x.kernel, x.padding) for x in layers] == [  # type: ignore[union-attr]
        (2, 1, "same"),
        (4, 5, "same"),
    ]


def test_first_of_a_merge() -> None:
    text = spec("concat: {paths: [prev, prev], repeat: 2, first: {axis: 0}}")
    assert shapes(facts_of(text)) == [(16, 8, 3), (16, 8, 6)]
    text = spec("residual: {body: [relu], repeat: 2, first: {body: [tanh, elu]}}")
    assert names(facts_of(text)) == ["tanh_1", "elu_1", "residual_1", "relu_1", "residual_2"]


def test_first_takes_other_spellings_and_knows_its_words() -> None:
    text = spec("conv: {filters: 4, kernel: 1, first: {out_channels: 2}}")
    assert facts_of(text).output_shape == (8, 8, 2)
    assert places(spec("conv: {filters: 4, kernel: 1, first: {filtres: 2}}")) == [("Y702", 3, 43)]


# -- when


def test_when_false_drops_the_layer() -> None:
    text = spec("relu", "conv: {filters: 2, kernel: 3, when: false}", "tanh: {when: true}")
    assert names(facts_of(text)) == ["relu_1", "tanh_1"]
    assert inputs(text) == [("input",), ("relu_1",)]


def test_when_drops_before_anything_else() -> None:
    text = spec(
        "conv: {filters: $nowhere, kernel: -1, from: nobody, repeat: -3, when: false}", "relu"
    )
    assert names(facts_of(text)) == ["relu_1"]


def test_a_reference_to_a_dropped_layer() -> None:
    finding = only(spec("relu: {name: a, when: false}", "relu: {from: a}"))
    assert (finding.code, finding.line, finding.column) == ("Y701", 4, 18)
    assert finding.message == "'a' was dropped by when: false or repeat: 0"
    assert finding.help == "drop what refers to it as well"
    text = """\
input: 8x8x3
blocks: {B: {layers: [relu: {name: a, when: false}, tanh: {from: a}]}}
layers: [relu: {name: a}, B]"""
    assert only(text).message.startswith("'a' was dropped")  # the outer one is not meant


def test_two_alternatives_may_have_one_name() -> None:
    layers = [
        "relu: {name: a, when: $deep}",
        "tanh: {name: a, when: $(not deep)}",
        "elu: {from: a}",
    ]
    for deep, op in (("true", "relu"), ("false", "tanh")):
        facts = facts_of(spec(*layers, head=f"vars: {{deep: {deep}}}"))
        assert [layer.op for layer in facts.layers] == [op, "elu"]


def test_a_network_of_which_nothing_is_left() -> None:
    facts = facts_of(spec("relu: {when: false}"))
    assert facts.layers == ()
    assert facts.output_shape == (8, 8, 3)


# -- share


def test_share_uses_weights_and_arguments_counted_once() -> None:
    text = spec(
        "conv: {name: a, filters: 3, kernel: 3, padding: 1, activation: relu}",
        "conv: {share: a}",
        "conv: {share: conv_1, name: c}",
        "conv: {share: a, repeat: 2, from: input}",
    )
    facts = facts_of(text)
    assert names(facts) == ["a", "conv_1", "c", "conv_2", "conv_3"]
    assert [layer.shares for layer in facts.layers] == [None, *["a"] * 4]
    assert [layer.n_params for layer in facts.layers] == [84, 0, 0, 0, 0]
    assert facts.totals.n_params == 84
    assert facts.totals.n_macs == 5 * 84 // 84 * 27 * 3 * 64
    assert [layer.inputs for layer in facts.layers][-2:] == [("input",), ("conv_2",)]


def test_share_of_a_block() -> None:
    text = """\
input: 8x8x3
blocks:
  Tower:
    params: {filters: null}
    layers:
      - conv: {filters: $filters, kernel: 3, padding: 1}
      - batch_norm
      - residual: {body: [{conv: {filters: $filters, kernel: 1}}]}
layers:
  - Tower: {filters: 4, name: left}
  - Tower: {share: left, from: input, name: right}
  - Tower: {share: right, from: input}
  - add: [left, right, prev]"""
    facts = facts_of(text)
    assert facts.totals.n_params == (27 + 1) * 4 + 2 * 4 + (4 + 1) * 4
    assert facts.totals.n_statistics == 8
    assert facts.layer("right.conv_1").shares == "left.conv_1"
    assert facts.layer("Tower_1.conv_2").shares == "left.conv_2"
    assert facts.layer("right.residual_1").shares is None
    assert facts.layer("right.conv_1").inputs == ("input",)


def test_share_may_repeat_the_arguments() -> None:
    text = spec(
        "conv: {name: a, filters: 3, kernel: [3, 3], activation: relu}",
        "conv: {share: a, kernel: [3, 3], out_channels: 3, activation: relu}",
    )
    assert facts_of(text).layers[1].shares == "a"
    for other in ("3, kernel: [1, 3], activation: relu", "3, kernel: [3, 3]"):
        finding = only(
            spec(
                "conv: {name: a, filters: 3, kernel: [3, 3], activation: relu}",
                f"conv: {{share: a, filters: {other}}}",
            )
        )
        assert finding.message == "share takes the arguments of 'a' as well as its weights"
        assert finding.help is not None
        assert finding.help.startswith("remove filters, kernel")


def test_share_from_inside_a_block_and_of_its_surroundings() -> None:
    text = """\
input: 8x8x3
blocks:
  B:
    layers:
      - conv: {share: stem}
      - conv: {name: own, filters: 3, kernel: 1}
      - conv: {share: own}
layers: [{conv: {name: stem, filters: 3, kernel: 1}}, B, B]"""
    facts = facts_of(text)
    assert facts.totals.n_params == 12 * 3
    assert facts.layer("B_2.conv_2").shares == "B_2.own"


def test_shared_weights_must_suit() -> None:
    text = spec("conv: {name: a, filters: 4, kernel: 3}", "conv: {share: a, name: b}")
    finding = only(text)
    assert (finding.code, finding.line, finding.column, finding.layer) == ("S113", 4, 5, "b")
    assert finding.message == "conv: the weights of a are 3×3×3×4, but 3×3×4×4 are needed"
    # another size of the map is no matter for a convolution, but one for a dense layer
    facts_of(spec("conv: {name: a, filters: 3, kernel: 3}", "conv: {share: a}"))
    text = spec("flatten", "dense: {name: a, units: 9}", "dense: {share: a}")
    assert only(text).code == "S113"


@pytest.mark.parametrize(
    ("layer", "code", "column", "message"),
    [
        ("conv: {share: nobody}", "Y701", 19, "no layer before this one is called 'nobody'"),
        ("conv: {share: r}", "Y705", 19, "'r' is a layer relu: conv cannot share its weights"),
        (
            "dense: {share: input}",
            "Y705",
            20,
            "'input' is a layer input: dense cannot share its weights",
        ),
        (
            "conv: {share: a, filters: 3}",
            "Y705",
            19,
            "share takes the arguments of 'a' as well as its weights",
        ),
        (
            "conv: {share: a, first: {filters: 3}}",
            "Y705",
            19,
            "share takes the arguments of 'a' as well as its weights",
        ),
        (
            "B: {share: a}",
            "Y701",
            16,
            "'a' is no block call before this one: B cannot share its weights",
        ),
        ("B: {share: c}", "Y705", 16, "'c' is a C: B cannot share its weights"),
        ("residual: {share: r}", "Y705", 23, "residual has no weights to share"),
    ],
)
def test_what_cannot_be_shared(layer: str, code: str, column: int, message: str) -> None:
    blocks = "blocks: {B: {layers: [relu]}, C: {layers: [relu]}}"
    layers = ["relu: {name: r}", "conv: {name: a, filters: 3, kernel: 1}", "C: {name: c}", layer]
    finding = only(spec(*layers, head=blocks))
    assert (finding.code, finding.message) == (code, message)
    assert (finding.line, finding.column) == (7, column)


def test_sharing_with_a_broken_layer_is_not_a_fault_of_its_own() -> None:
    text = spec("conv: {name: a, filters: 0, kernel: 1}", "conv: {share: a}")
    assert places(text) == [("Y705", 3, 30)]


def test_a_share_of_a_name_in_messages_is_quoted() -> None:
    assert all("\n" not in f.message for f in findings(spec('conv: {share: "a\\nb"}')))


def test_flow_words_are_no_arguments_of_the_layer() -> None:
    facts = facts_of(spec("relu: {name: a, repeat: 2, when: true, from: input}"))
    assert facts.layers[0].node.layer == cnncalc.load(spec("relu") + "\n").graph.nodes[1].layer
