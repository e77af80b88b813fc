"""Merges, residual connections, several inputs and outputs."""

import pytest

from tests.spec.checking import facts_of, findings, names, only, places, spec


def test_paths_are_lists_names_and_prev() -> None:
    text = spec(
        "conv: {name: a, filters: 4, kernel: 1}",
        "tanh",
        "concat: [[relu, {conv: {filters: 2, kernel: 1}}], a, prev, [], [sigmoid]]",
    )
    facts = facts_of(text)
    assert facts.layers[-1].inputs == ("conv_1", "a", "tanh_1", "tanh_1", "sigmoid_1")
    assert facts.layer("relu_1").inputs == ("tanh_1",)
    assert facts.layer("sigmoid_1").inputs == ("tanh_1",)
    assert facts.output_shape == (8, 8, 18)


def test_paths_of_a_merge_are_no_scope() -> None:
    text = spec("add: [[relu: {name: a}], [tanh]]", "elu: {from: a}", "elu: {from: tanh_1}")
    facts = facts_of(text)
    assert names(facts) == ["a", "tanh_1", "add_1", "elu_1", "elu_2"]
    assert [layer.inputs for layer in facts.layers[3:]] == [("a",), ("tanh_1",)]


@pytest.mark.parametrize("op", ["add", "multiply", "subtract", "maximum", "average"])
def test_the_long_form_has_room_for_flow_words(op: str) -> None:
    text = spec("relu: {name: a}", "tanh", f"{op}: {{paths: [a, prev], name: x, from: a}}")
    facts = facts_of(text)
    assert (facts.layers[-1].name, facts.layers[-1].op) == ("x", op)
    assert facts.layers[-1].inputs == ("a", "a")
    assert facts.layers[-1].output_shape == (8, 8, 3)


@pytest.mark.parametrize(
    ("axis", "shape"),
    [
        ("channels", (8, 8, 6)),
        ("2", (8, 8, 6)),
        ("-1", (8, 8, 6)),
        ("0", (16, 8, 3)),
        ("1", (8, 16, 3)),
    ],
)
def test_concat_along_an_axis(axis: str, shape: tuple[int, ...]) -> None:
    assert facts_of(spec(f"concat: {{paths: [prev, []], axis: {axis}}}")).output_shape == shape


@pytest.mark.parametrize("axis", ["3", "-4", "9"])
def test_concat_along_an_axis_that_is_none(axis: str) -> None:
    finding = only(
        spec(f"concat: {{paths: [prev, []], axis: {axis}}}", "conv: {filters: 3, kernel: 3}")
    )
    assert (finding.code, finding.line, finding.column) == ("Y705", 3, 33)
    assert finding.message == f"concat: axis {axis} does not exist: the shape has axes 0 to 2"


@pytest.mark.parametrize(
    ("paths", "column", "message"),
    [
        ("[prev]", 10, "add needs a list of at least two paths"),
        ("[]", 10, "add needs a list of at least two paths"),
        ("prev", 10, "add needs a list of at least two paths"),
        ("[prev, 3]", 17, "a path is a list of layers, a name, or prev"),
        ("[prev, {relu: 3}]", 17, "a path is a list of layers: put brackets around 'relu'"),
        ("[prev, relu]", 17, "no layer before this one is called 'relu'"),
        ("[prev, $no]", 18, "a path: no is not defined"),
    ],
)
def test_what_is_no_path(paths: str, column: int, message: str) -> None:
    finding = only(spec(f"add: {paths}", head="vars: {three: 3}"))
    assert (finding.line, finding.message) == (4, message)
    assert finding.column == column


def test_a_value_that_is_no_path() -> None:
    finding = only(spec("add: [prev, $three]", head="vars: {three: 3}"))
    assert (finding.line, finding.column) == (2, 15)  # where it is written
    assert finding.message == "a path is a list of layers, a name, or prev"


def test_a_merge_without_paths() -> None:
    for layer in ("add", "add: {}", "concat: {axis: 0}"):
        assert only(spec(layer)).message.endswith("needs a list of at least two paths")


def test_residual() -> None:
    body = "conv: {filters: 3, kernel: 3, padding: 1}"
    for layer in (
        f"residual: {{body: [{body}]}}",
        f"residual: {{body: [{body}], shortcut: []}}",
        f"residual: {{body: [{body}], shortcut: prev}}",
        f"add: [[{body}], prev]",
    ):
        facts = facts_of(spec("relu", layer, "tanh"))
        assert [layer.inputs for layer in facts.layers[1:]] == [
            ("relu_1",),
            ("conv_1", "relu_1"),
            (facts.layers[2].name,),
        ]
        assert facts.layers[2].op == "add"
    facts = facts_of(spec("residual: {body: [relu, tanh], shortcut: [elu], name: r, repeat: 2}"))
    assert names(facts)[3::4] == ["r_1", "r_2"]
    assert facts.layers[-1].inputs == ("tanh_2", "elu_2")


@pytest.mark.parametrize("layer", ["residual", "residual: {shortcut: [relu]}"])
def test_residual_without_a_body(layer: str) -> None:
    finding = only(spec(layer))
    assert (finding.code, finding.column) == ("Y705", 5)
    assert finding.message == "residual needs body, a list of layers"


def test_an_empty_body_is_the_identity() -> None:
    assert facts_of(spec("relu", "residual: {body: []}")).layers[-1].inputs == ("relu_1", "relu_1")


GATES = [
    ("add: [input, [global_avg_pool]]", (8, 8, 3)),
    ("multiply: [input, [{global_avg_pool: {keep_dims: true}}, sigmoid]]", (8, 8, 3)),
    ("multiply: [[global_max_pool], input]", (8, 8, 3)),
]


@pytest.mark.parametrize(("layer", "shape"), GATES)
def test_channel_gates(layer: str, shape: tuple[int, ...]) -> None:
    assert facts_of(spec(layer)).output_shape == shape


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            "maximum: [input, [global_avg_pool]]",
            "maximum: the paths have 8×8×3 (input) and 3 (global_avg_pool_1), which differ in rank",
        ),
        (
            "add: [input, [conv: {filters: 4, kernel: 1}]]",
            "add: the paths have 3 (input) and 4 (conv_1) channels",
        ),
        (
            "add: [[conv: {filters: 3, kernel: 3}], prev]",
            "add: the paths have 6×6 (conv_1) and 8×8 (input) in height and in width",
        ),
        (
            "add: [[conv: {filters: 3, kernel: [3, 1]}], prev]",
            "add: the paths have 6 (conv_1) and 8 (input) in height",
        ),
        (
            "concat: [[conv: {filters: 9, kernel: 3}], prev, prev]",
            "concat: the paths have 6×6 (conv_1) and 8×8 (input, input) in height and in width",
        ),
        (
            "add: [input, [flatten]]",
            "add: the paths have 8×8×3 (input) and 192 (flatten_1), which differ in rank",
        ),
        (
            "multiply: [input, [conv: {filters: 1, kernel: 1}]]",  # a spatial gate is none
            "multiply: the paths have 3 (input) and 1 (conv_1) channels",
        ),
    ],
)
def test_shapes_that_do_not_merge(layer: str, message: str) -> None:
    finding = only(spec(layer))
    assert (finding.code, finding.line, finding.column) == ("S111", 3, 5)
    assert finding.message == message


def test_a_merge_of_ten_thousand_paths_is_told_in_a_line() -> None:
    paths = ", ".join(["input"] * 9999)
    finding = only(spec(f"add: [{paths}, [conv: {{filters: 4, kernel: 1}}]]"))
    assert finding.message == (
        "add: the paths have 3 (input, input, input, 9996 more) and 4 (conv_1) channels"
    )


def test_nested_merges() -> None:
    text = spec(
        "add: [[residual: {body: [relu]}, tanh],"
        " [concat: [[], []], {conv: {filters: 3, kernel: 1}}]]"
    )
    facts = facts_of(text)
    assert names(facts) == ["relu_1", "residual_1", "tanh_1", "concat_1", "conv_1", "add_1"]
    assert facts.layer("concat_1").inputs == ("input", "input")


# -- several inputs and outputs

SIAMESE = """\
inputs: {left: 8x8x3, right: 8x8x1}
outputs: [sum, a]
layers:
  - conv: {name: a, from: left, filters: 4, kernel: 1}
  - conv: {name: b, from: right, filters: 4, kernel: 1}
  - add: {paths: [a, b], name: sum}
  - relu"""


def test_several_inputs_and_outputs() -> None:
    facts = facts_of(SIAMESE)
    assert facts.inputs == {"left": (8, 8, 3), "right": (8, 8, 1)}
    assert facts.outputs == ("sum", "a")
    assert facts.output_shape == (8, 8, 4)
    assert facts.layer("b").inputs == ("right",)


def test_one_of_several_inputs_is_named_first() -> None:
    text = "inputs: {left: 8x8x3, right: 8x8x3}\nlayers:\n"
    where = [
        ("  - relu\n  - tanh", 5, "relu"),
        ("  - add: [prev, right]", 11, "this path"),
        ("  - add: [[], right]", 11, "this path"),
        ("  - add: [[relu], right]", 12, "relu"),
        ("  - residual: {body: [relu: {from: left}]}", 5, "the shortcut"),
    ]
    for layers, column, what in where:
        finding = only(text + layers)
        assert (finding.code, finding.line, finding.column) == ("Y701", 3, column), layers
        assert finding.message == f"the network has several inputs: say which one enters {what}"
        assert finding.help == "give from: one of left, right"
    facts_of(text + "  - add: [left, right]\n  - relu")
    facts_of(text + "  - concat: {paths: [prev, right], from: left}")
    facts_of(text + "  - residual: {body: [relu], from: left}\n  - add: [prev, right]")


def test_a_block_may_choose_among_the_inputs() -> None:
    text = """\
inputs: {left: 8x8x3, right: 8x8x3}
blocks: {Stem: {layers: [relu: {from: left}]}}
layers: [Stem, add: [prev, right]]"""
    assert facts_of(text).layers[-1].inputs == ("Stem_1.relu_1", "right")


def test_one_input_by_name() -> None:
    facts = facts_of("inputs: {image: 8x8x3}\nlayers: [relu, tanh: {from: image}]")
    assert [layer.inputs for layer in facts.layers] == [("image",), ("image",)]


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ("a", ("a",)),
        ("[a]", ("a",)),
        ("[a, input]", ("a", "input")),
        ("[b, a]", ("b", "a")),
    ],
)
def test_outputs(outputs: str, expected: tuple[str, ...]) -> None:
    text = spec("relu: {name: a}", "tanh: {name: b}", head=f"outputs: {outputs}")
    assert facts_of(text).outputs == expected


def test_outputs_that_are_none() -> None:
    finding = only(spec("relu: {name: a}", head="outputs: [a, nobody]"))
    assert (finding.code, finding.line, finding.column) == ("Y701", 2, 14)
    assert only(spec("relu", head="outputs: 3")).code == "Y705"
    assert only(spec("relu", head="outputs: []")).code == "Y705"
    assert only(spec("relu", head="outputs: [3]")).column == 10


def test_the_output_is_what_the_layers_end_in() -> None:
    for last in ("Empty: {from: relu_1}", "relu: {from: input, repeat: 0}", "tanh: {when: false}"):
        facts = facts_of(spec("relu", "elu", last, head="blocks: {Empty: {layers: []}}"))
        assert facts.outputs == ("relu_1" if "Empty" in last else "elu_1",)


@pytest.mark.parametrize(
    ("inputs", "column"),
    [
        ("{}", 9),
        ("3", 9),
        ("[a]", 9),
        ("{prev: 3}", 10),
        ("{$a: 3}", 10),
        ('{"": 3}', 10),
    ],
)
def test_inputs_that_are_none(inputs: str, column: int) -> None:
    (finding,) = findings(f"inputs: {inputs}\nlayers: [identity]")
    assert (finding.code, finding.line, finding.column) == ("Y705", 1, column)


def test_input_and_inputs() -> None:
    assert places("input: 3\ninputs: {a: 3}\nlayers: [identity]") == [("Y705", 2, 9)]


def test_values_of_inputs() -> None:
    assert places("inputs: {a: 0x3, b: [1.5]}\nlayers: [add: [a, b]]") == [("Y705", 1, 21)]
