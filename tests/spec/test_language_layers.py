"""How one layer is written: every op and argument of the table, sizes, padding, spellings."""

import re

import pytest

import cnncalc
from cnncalc.layers import families, find
from tests.spec.checking import facts_of, findings, first_layer, only, places, spec

# The table of the language: op, the argument that stands without a name, and every other argument
# with a value. The value of the main argument is first.
TABLE: list[tuple[str, str | None, dict[str, str], str]] = [
    (
        "conv",
        "filters",
        {
            "filters": "6",
            "kernel": "3",
            "stride": "2",
            "padding": "same",
            "dilation": "1",
            "groups": "1",
            "bias": "false",
            "activation": "tanh",
            "connections": "[[0], [1], [2], [0, 1], [1, 2], [0, 1, 2]]",
        },
        "8x8x3",
    ),
    (
        "depthwise_conv",
        "kernel",
        {
            "kernel": "3",
            "multiplier": "2",
            "stride": "2",
            "padding": "1",
            "dilation": "1",
            "bias": "false",
            "activation": "relu",
        },
        "8x8x3",
    ),
    (
        "separable_conv",
        "filters",
        {
            "filters": "6",
            "kernel": "3",
            "multiplier": "2",
            "stride": "2",
            "padding": "same",
            "dilation": "1",
            "bias": "false",
            "activation": "relu",
        },
        "8x8x3",
    ),
    (
        "conv_transpose",
        "filters",
        {
            "filters": "6",
            "kernel": "3",
            "stride": "2",
            "padding": "1",
            "output_padding": "1",
            "dilation": "1",
            "groups": "3",
            "bias": "false",
            "activation": "relu",
        },
        "8x8x3",
    ),
    (
        "max_pool",
        "size",
        {"size": "2", "stride": "2", "padding": "1", "rounding": "ceil", "dilation": "2"},
        "8x8x3",
    ),
    (
        "avg_pool",
        "size",
        {"size": "2", "stride": "1", "padding": "1", "rounding": "ceil", "count_padding": "true"},
        "8x8x3",
    ),
    ("global_avg_pool", None, {"keep_dims": "true"}, "8x8x3"),
    ("global_max_pool", None, {"keep_dims": "true"}, "8x8x3"),
    ("adaptive_avg_pool", "size", {"size": "4"}, "8x8x3"),
    ("adaptive_max_pool", "size", {"size": "4"}, "8x8x3"),
    ("subsample", "size", {"size": "2"}, "8x8x3"),
    ("dense", "units", {"units": "10", "bias": "false", "activation": "softmax"}, "12"),
    ("batch_norm", None, {"epsilon": "1e-5", "scale": "false", "center": "false"}, "8x8x3"),
    (
        "layer_norm",
        None,
        {"axes": "channels", "epsilon": "1e-5", "scale": "false", "center": "false"},
        "8x8x3",
    ),
    (
        "group_norm",
        "groups",
        {"groups": "3", "epsilon": "1e-5", "scale": "false", "center": "false"},
        "8x8x3",
    ),
    ("instance_norm", None, {"epsilon": "1e-5"}, "8x8x3"),
    ("l2_norm", None, {"epsilon": "1e-5"}, "8x8x3"),
    ("global_response_norm", None, {"epsilon": "1e-5"}, "8x8x3"),
    (
        "local_response_norm",
        "size",
        {"size": "5", "alpha": "1e-4", "beta": "0.5", "bias": "2"},
        "8x8x3",
    ),
    ("normalize", None, {}, "8x8x3"),
    ("rescale", None, {"scale": "1/255", "offset": "-1"}, "8x8x3"),
    ("scale", None, {"bias": "true"}, "8x8x3"),
    ("dropout", "rate", {"rate": "0.5"}, "8x8x3"),
    ("spatial_dropout", "rate", {"rate": "0.5"}, "8x8x3"),
    ("drop_path", "rate", {"rate": "0.5"}, "8x8x3"),
    ("leaky_relu", "slope", {"slope": "0.1"}, "8x8x3"),
    ("elu", "alpha", {"alpha": "0.5"}, "8x8x3"),
    ("gelu", "approximate", {"approximate": "true"}, "8x8x3"),
    ("hard_sigmoid", "variant", {"variant": "keras2"}, "8x8x3"),
    ("maxout", "pieces", {"pieces": "3"}, "8x8x3"),
    *(
        (op, None, {}, "8x8x3")
        for op in (
            "relu",
            "relu6",
            "prelu",
            "selu",
            "silu",
            "mish",
            "softplus",
            "sigmoid",
            "hard_swish",
            "tanh",
            "softmax",
            "log_softmax",
            "flatten",
            "identity",
        )
    ),
    ("reshape", "shape", {"shape": "[4, -1]"}, "8x8x3"),
    ("permute", "order", {"order": "[1, 0, 2]"}, "8x8x3"),
    ("channel_shuffle", "groups", {"groups": "3"}, "8x8x3"),
    ("pixel_shuffle", "factor", {"factor": "2"}, "8x8x12"),
    ("space_to_depth", "factor", {"factor": "2"}, "8x8x3"),
    ("slice", None, {"axis": "channels", "start": "1", "stop": "3"}, "8x8x3"),
    ("split", "parts", {"parts": "3", "take": "2", "axis": "channels"}, "8x8x3"),
    ("pad", "amount", {"amount": "[[1, 2], [0, 1]]", "mode": "reflect"}, "8x8x3"),
    ("crop", "amount", {"amount": "[1, 2]"}, "8x8x3"),
    ("resize", "factor", {"factor": "2", "mode": "bilinear", "align_corners": "true"}, "8x8x3"),
    *(
        (op, "paths", {"paths": "[prev, [relu]]"}, "8x8x3")
        for op in (
            "add",
            "multiply",
            "subtract",
            "maximum",
            "average",
        )
    ),
    ("concat", "paths", {"paths": "[prev, [relu]]", "axis": "0"}, "8x8x3"),
    ("residual", None, {"body": "[relu]", "shortcut": "[tanh]"}, "8x8x3"),
    ("opaque", None, {"output": "7x7x512", "params": "1200", "macs": "3400"}, "8x8x3"),
]


@pytest.mark.parametrize(("op", "main", "arguments", "input"), TABLE, ids=str)
def test_every_argument(op: str, main: str | None, arguments: dict[str, str], input: str) -> None:
    inside = ", ".join(f"{name}: {value}" for name, value in arguments.items())
    facts = facts_of(spec(f"{op}: {{{inside}}}", input=input))
    layer_type = find(op)
    assert layer_type is not None
    assert layer_type.main == main
    written = facts.layers[-1].node.layer
    assert isinstance(written, layer_type)
    assert written.model_fields_set == arguments.keys() - set(layer_type.path_fields)


@pytest.mark.parametrize(
    ("op", "main", "arguments", "input"),
    [row for row in TABLE if row[1]],
    ids=str,
)
def test_the_main_argument_needs_no_name(
    op: str, main: str, arguments: dict[str, str], input: str
) -> None:
    needed = {"conv", "separable_conv", "conv_transpose"}
    head = f"defaults: {{{op}: {{kernel: 3}}}}" if op in needed else ""
    short = facts_of(spec(f"{op}: {arguments[main]}", input=input, head=head))
    long = facts_of(spec(f"{op}: {{{main}: {arguments[main]}}}", input=input, head=head))
    assert short.layers[-1].output_shape == long.layers[-1].output_shape
    assert short.layers[-1].node.layer == long.layers[-1].node.layer


@pytest.mark.parametrize(
    "op", [row[0] for row in TABLE if row[1] is None and row[0] not in ("opaque", "residual")]
)
def test_a_layer_may_be_its_op(op: str) -> None:
    assert facts_of(spec(op)).layers[0].node.layer == first_layer(spec(f"{op}: {{}}"))


def test_the_table_has_every_op() -> None:
    beyond = {"celu", "exponential", "hard_tanh", "log_sigmoid", "scaled_tanh", "softsign"}
    assert {row[0] for row in TABLE} == set(families()) - beyond


DEFAULTS = [
    (
        "conv: {filters: 2, kernel: 3}",
        "stride: 1, padding: valid, dilation: 1, groups: 1, bias: true",
    ),
    ("max_pool: 2", "stride: 2, padding: valid, rounding: floor, dilation: 1"),
    ("avg_pool: 2", "stride: 2, padding: valid, rounding: floor, count_padding: false"),
    ("global_avg_pool", "keep_dims: false"),
    ("batch_norm", "epsilon: 1e-3, scale: true, center: true"),
    ("layer_norm", "axes: channels, epsilon: 1e-6"),
    ("local_response_norm: 5", "alpha: 1e-4, beta: 0.75, bias: 1"),
    ("depthwise_conv: 3", "multiplier: 1"),
    ("conv_transpose: {filters: 2, kernel: 3}", "stride: 1, output_padding: 0"),
    ("scale", "bias: false"),
    ("split: 3", "take: 0, axis: channels"),
    ("pad: 1", "mode: zero"),
    ("resize: 2", "mode: nearest, align_corners: false"),
    ("dense: 3", "bias: true"),
]


@pytest.mark.parametrize(("layer", "defaults"), DEFAULTS)
def test_defaults_are_those_of_the_table(layer: str, defaults: str) -> None:
    op, _, rest = layer.partition(": ")
    layer_type = find(op)
    assert layer_type is not None
    inside = (
        rest.strip("{}") if rest.startswith("{") else f"{layer_type.main}: {rest}" if rest else ""
    )
    spelt = f"{op}: {{{', '.join(filter(None, (inside, defaults)))}}}"
    plain, explicit = facts_of(spec(layer)), facts_of(spec(spelt))
    assert plain.layers[0].figures == explicit.layers[0].figures
    assert plain.layers[0].output_shape == explicit.layers[0].output_shape
    given, default = explicit.layers[0].node.layer, plain.layers[0].node.layer
    assert given is not None
    assert default is not None
    for field in re.findall(r"(\w+):", defaults):
        expected = None if field == "stride" and "pool" in op else getattr(given, field)
        assert getattr(default, field) == expected


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ("3", (6, 6, 2)),
        ("[1, 7]", (8, 2, 2)),
        ("1x7", (8, 2, 2)),
        ("3x3", (6, 6, 2)),
    ],
)
def test_forms_of_a_size(size: str, shape: tuple[int, ...]) -> None:
    assert facts_of(spec(f"conv: {{filters: 2, kernel: {size}}}")).output_shape == shape


@pytest.mark.parametrize(
    ("input", "shape"),
    [
        ("32x32x3", (32, 32, 3)),
        ("16000x1", (16000, 1)),
        ("16x112x112x3", (16, 112, 112, 3)),
        ("[32, 32, 3]", (32, 32, 3)),
        ("1024", (1024,)),
        ("[1024]", (1024,)),
        ("$shape", (4, 4, 1)),
        ("[$shape.0, $(2*shape.1), 3]", (4, 8, 3)),
    ],
)
def test_forms_of_the_input(input: str, shape: tuple[int, ...]) -> None:
    facts = facts_of(spec("relu", input=input, head="vars: {shape: [4, 4, 1]}"))
    assert facts.inputs == {"input": shape}


@pytest.mark.parametrize(
    "input",
    [
        "0x3x3",
        "-3",
        "3.5",
        "[3, 3, 3, 3, 3]",
        "1x2x3x4x5",
        "[]",
        "{a: 3}",
        "true",
        "a",
        "3x",
        "x3",
        "10000000000000000x3",
        "[[3]]",
        "'3 x 3'",
        "null",
    ],
)
def test_no_input(input: str) -> None:
    finding = only(spec("relu", input=input))
    assert finding.code == "Y705"
    assert (finding.line, finding.column) == (1, 8)
    assert "input must be up to 4 sizes from 1 to 10^15" in finding.message


@pytest.mark.parametrize(
    ("input", "padding", "shape"),
    [
        ("8x8x1", "valid", (6, 6, 1)),
        ("8x8x1", "same", (8, 8, 1)),
        ("8x1", "causal", (8, 1)),
        ("8x8x1", "2", (10, 10, 1)),
        ("8x8x1", "[1, 2]", (8, 10, 1)),
        ("8x8x1", "[[1, 2], [0, 1]]", (9, 7, 1)),
        ("8x1", "[[1, 2]]", (9, 1)),
        ("8x1", "[1]", (8, 1)),
        ("8x8x8x1", "[1, 0, 2]", (8, 6, 10, 1)),
    ],
)
def test_forms_of_padding(input: str, padding: str, shape: tuple[int, ...]) -> None:
    text = spec(f"conv: {{filters: 1, kernel: 3, padding: {padding}}}", input=input)
    assert facts_of(text).output_shape == shape


def test_same_is_uneven_and_the_smaller_half_first() -> None:
    facts = facts_of(spec("conv: {filters: 1, kernel: 3, stride: 2, padding: same}"))
    assert [(w.begin, w.end) for w in facts.layers[0].windows] == [(0, 1), (0, 1)]


@pytest.mark.parametrize(
    ("padding", "why"),
    [
        (
            "smae",
            "conv: padding must be valid, same, causal, an integer from 0, one per axis, or a "
            "[begin, end] pair per axis, not 'smae'",
        ),
        ("-1", "not -1"),
        ("[[1, 2, 3], [1, 2, 3]]", "not [[1, 2, 3], [1, 2, 3]]"),
        ("[1, [1, 2]]", "not [1, [1, 2]]"),
        ("1.5", "not 1.5"),
        ("[]", "not []"),
        ("true", "not true"),
        ("causal", "causal is for 1-D, but what arrives has 2 spatial axes"),
        ("[1, 2, 3]", "padding has 3 entries, but what arrives has 2 spatial axes"),
    ],
)
def test_bad_padding(padding: str, why: str) -> None:
    finding = only(spec(f"conv: {{filters: 1, kernel: 3, padding: {padding}}}"))
    assert finding.code == "Y705"
    assert why in finding.message
    assert finding.line == 3


SPELLINGS = [
    (
        "conv: {out_channels: 2, kernel_size: 3, strides: 2, use_bias: false, dilation_rate: 1}",
        "conv: {filters: 2, kernel: 3, stride: 2, bias: false, dilation: 1}",
    ),
    (
        "depthwise_conv: {kernel_size: 3, depth_multiplier: 2}",
        "depthwise_conv: {kernel: 3, multiplier: 2}",
    ),
    (
        "max_pool: {pool_size: 2, strides: 1, ceil_mode: true}",
        "max_pool: {size: 2, stride: 1, rounding: ceil}",
    ),
    (
        "avg_pool: {kernel_size: 2, count_include_pad: true}",
        "avg_pool: {size: 2, count_padding: true}",
    ),
    ("adaptive_avg_pool: {output_size: 2}", "adaptive_avg_pool: 2"),
    ("dense: {out_features: 4}", "dense: 4"),
    ("batch_norm: {eps: 1e-5}", "batch_norm: {epsilon: 1e-5}"),
    ("group_norm: {num_groups: 3}", "group_norm: 3"),
    ("dropout: {p: 0.3}", "dropout: 0.3"),
    ("leaky_relu: {negative_slope: 0.2}", "leaky_relu: 0.2"),
    ("pad: {padding: 1}", "pad: 1"),
    ("crop: {cropping: 1}", "crop: 1"),
    ("resize: {scale_factor: 2, interpolation: bilinear}", "resize: {factor: 2, mode: bilinear}"),
    ("reshape: {target_shape: [64, 3]}", "reshape: [64, 3]"),
    ("space_to_depth: {block_size: 2}", "space_to_depth: 2"),
]


@pytest.mark.parametrize(("theirs", "ours"), SPELLINGS)
def test_spellings_of_keras_and_pytorch(theirs: str, ours: str) -> None:
    assert first_layer(spec(theirs)) == first_layer(spec(ours))


def test_two_spellings_at_once() -> None:
    finding = only(spec("conv: {filters: 2, kernel: 3, kernel_size: 3}"))
    assert (finding.code, finding.line, finding.column) == ("Y705", 3, 35)
    assert finding.message == "conv: kernel and kernel_size are one argument"
    assert finding.help == "keep one of the two spellings"


@pytest.mark.parametrize(
    ("layer", "column", "message", "help"),
    [
        ("cnov: 3", 5, "unknown op 'cnov'", "did you mean conv?"),
        ("Conv2d: 3", 5, "unknown block 'Conv2d'", "did you mean conv?"),
        ("MaxPool: 3", 5, "unknown block 'MaxPool'", "did you mean max_pool?"),
        ("ReLU", 5, "unknown block 'ReLU'", "did you mean relu?"),
        ("linear: 3", 5, "unknown op 'linear'", "it is called dense here"),
        ("fc: 3", 5, "unknown op 'fc'", "it is called dense here"),
        ("swish", 5, "unknown op 'swish'", "it is called silu here"),
        (
            "relu: {slop: 1}",
            12,
            "relu has no argument 'slop'",
            "it has dtype, in_channels, in_features, trainable",
        ),
        ("max_pool: {siez: 1}", 16, "max_pool has no argument 'siez'", "did you mean size?"),
        (
            "conv: {filters: 1, kernel: 3, Stride: 2}",
            35,
            "conv has no argument 'Stride'",
            "did you mean stride?",
        ),
    ],
)
def test_unknown_words(layer: str, column: int, message: str, help: str) -> None:
    finding = only(spec(layer))
    assert (finding.code, finding.line, finding.column) == ("Y702", 3, column)
    assert (finding.message, finding.help) == (message, help)


@pytest.mark.parametrize(
    ("layer", "column", "message"),
    [
        ("conv: 3", 5, "conv needs kernel, the size of the window"),
        ("conv: {filters: -1, kernel: 3}", 21, "conv: filters must be at least 1, not -1"),
        ("conv: {filters: 3.5, kernel: 3}", 21, "conv: filters must be an integer, not 3.5"),
        ("conv: {filters: '3', kernel: 3}", 21, "conv: filters must be an integer, not '3'"),
        ("conv: {filters: true, kernel: 3}", 21, "conv: filters must be an integer, not true"),
        (
            "conv: {filters: 3, kernel: 0}",
            32,
            "conv: kernel must be an integer from 1, one per axis such as [1, 7], or 1x7, not 0",
        ),
        (
            "conv: {filters: 3, kernel: 3, stride: -2}",
            43,
            "conv: stride must be an integer from 1, one per axis such as [1, 7], or 1x7, not -2",
        ),
        (
            "conv: {filters: 3, kernel: [1, 2, 3]}",
            24,
            "conv: kernel has 3 entries, but what arrives has 2 spatial axes",
        ),
        (
            "conv: {filters: 3, kernel: 3, bias: no}",
            41,
            "conv: bias must be true or false, not 'no'",
        ),
        ("dropout: 1", 14, "dropout: rate must be less than 1.0, not 1"),
        ("dropout: -0.1", 14, "dropout: rate must be at least 0.0, not -0.1"),
        (
            "max_pool: {size: 2, rounding: up}",
            35,
            "max_pool: rounding must be floor or ceil, not 'up'",
        ),
        ("pad: {amount: 1, mode: wrap}", 28, "pad: mode must be zero, reflect or edge, not 'wrap'"),
        (
            "relu: {dtype: int3}",
            19,
            "relu: dtype must be float16, bfloat16, float32, float64, int8 or uint8, not 'int3'",
        ),
        ("relu: {in_channels: 0}", 25, "relu: in_channels must be at least 1, not 0"),
        ("flatten: 3", 14, "flatten takes no argument without a name, but 3 is given"),
        ("relu: [3]", 11, "relu takes no argument without a name, but a list is given"),
        ("7", 5, "a layer is an op, such as relu, or a map such as conv: {filters: 8, …}"),
        ("[relu]", 5, "a layer is an op, such as relu, or a map such as conv: {filters: 8, …}"),
        ("null", 5, "a layer is an op, such as relu, or a map such as conv: {filters: 8, …}"),
        ("{}", 5, "a layer is an op, such as relu, or a map such as conv: {filters: 8, …}"),
        (
            "conv: {filters: 1, kernel: 3, activation: relo}",
            47,
            "conv: activation must be an activation "
            "op such as relu, or none (did you mean relu?), not 'relo'",
        ),
        ("resize: {factor: 2, size: 3}", 5, "resize: give either factor or size"),
    ],
)
def test_bad_values(layer: str, column: int, message: str) -> None:
    finding = only(spec(layer))
    assert (finding.code, finding.line, finding.column) == ("Y705", 3, column)
    assert finding.message == message


def test_every_argument_that_is_missing_is_named() -> None:
    assert [(finding.column, finding.message) for finding in findings(spec("conv"))] == [
        (5, "conv needs kernel, the size of the window"),
        (5, "conv needs filters, the number of filters, the output channels"),
    ]


def test_several_faults_of_one_layer_are_all_reported() -> None:
    text = spec("conv: {filters: -1, kernel: 0, stride: a, padding: x, bias: 3, activation: y}")
    assert len(findings(text)) == 6
    text = spec("conv: {filters: $a, kernel: $b, strid: 3}")
    assert [finding.code for finding in findings(text)] == ["Y702"]  # what else is not looked at
    assert [f.code for f in findings(spec("conv: {filters: $a, kernel: $b}"))] == ["Y701", "Y701"]


def test_two_keys_of_one_layer() -> None:
    finding = only(spec("conv: 3\n    kernel: 3"))
    assert (finding.line, finding.column) == (4, 5)
    assert finding.message == "a layer is a map with one key, its op"
    assert finding.help == "put the others into it: - conv: {kernel: …}"
    finding = only(spec("name: stem\n    relu:"))
    assert (finding.line, finding.column) == (3, 5)
    assert finding.help == "put the others into it: - relu: {name: …}"


def test_an_activation_argument_means_the_op_after_the_layer() -> None:
    inside = facts_of(spec("conv: {filters: 2, kernel: 3, activation: {leaky_relu: 0.1}}"))
    after = facts_of(spec("conv: {filters: 2, kernel: 3}", "leaky_relu: 0.1"))
    assert inside.totals.n_flops == after.totals.n_flops
    assert [layer.name for layer in inside.layers] == ["conv_1"]
    for written in (
        "{leaky_relu: 0.1}",
        "{leaky_relu: {slope: 0.1}}",
        "{leaky_relu: {negative_slope: 0.1}}",
    ):
        layer = first_layer(spec(f"dense: {{units: 2, activation: {written}}}"))
        assert layer.activation == first_layer(spec("leaky_relu: 0.1"))
    assert first_layer(spec("dense: {units: 2, activation: none}")).activation is None
    assert first_layer(spec("dense: {units: 2, activation: null}")).activation is None


def test_the_rank_follows_the_input() -> None:
    for input, shape in [("9x2", (7, 4)), ("9x9x2", (7, 7, 4)), ("9x9x9x2", (7, 7, 7, 4))]:
        facts = facts_of(spec("conv: {filters: 4, kernel: 3}", "max_pool: {size: 1}", input=input))
        assert facts.output_shape == shape


def test_declared_channels_are_checked() -> None:
    facts_of(
        spec("conv: {filters: 4, kernel: 3, in_channels: 3}", "dense: {units: 2, in_features: 4}")
    )
    finding = only(spec("relu: {in_channels: 4}"))
    assert (finding.code, finding.line, finding.column) == ("S113", 3, 12)
    assert finding.message == "relu: in_channels is declared as 4, but 3 arrive"
    assert places(spec("dense: {units: 2, in_features: 1}")) == [("S113", 3, 23)]


def test_weights_written_out() -> None:
    blur = "[[1, 2, 1], [2, 4, 2], [1, 2, 1]]"
    layer = f"conv: {{filters: 1, kernel: 3, bias: false, weights: {blur}, weights_scale: 1/16}}"
    facts = facts_of(spec(layer, input="8x8x1"))
    assert facts.totals.n_params == 9
    assert first_layer(spec(layer, input="8x8x1")).weights_scale == 0.0625
    facts_of(spec("conv: {filters: 2, kernel: 1, weights: [[[[1, 2], [3, 4], [5, 6]]]]}"))
    finding = only(spec(f"conv: {{filters: 2, kernel: 3, weights: {blur}}}", input="8x8x1"))
    assert finding.code == "Y705"
    assert finding.message == "conv: weights are 3×3, but 3×3×1×2 are needed"
    finding = only(spec("conv: {filters: 1, kernel: 1, weights: [[1, 2], [3]]}"))
    assert "weights must be nested lists of numbers" in finding.message
    finding = only(spec(layer.replace("1/16", "1/0"), input="8x8x1"))
    assert finding.message == "conv: weights_scale must be a number or a ratio like 1/5, not '1/0'"


def test_scalars_are_yaml_1_2() -> None:
    assert first_layer(spec("conv: {filters: 010, kernel: 1}")).filters == 10
    assert first_layer(spec("batch_norm: {epsilon: 1e-3}")).epsilon == 0.001
    assert cnncalc.load(spec("relu", head="name: no") + "\n").name == "no"


def test_connections() -> None:
    facts = facts_of(spec("conv: {filters: 2, kernel: 5, connections: [[0, 1], [2]]}"))
    assert facts.totals.n_params == 25 * 3 + 2
    for table, why in [
        ("[[0]]", "connections has 1 entries, but 2 are needed, one per filter"),
        ("[[0], [3]]", "channel 3 does not exist: channels are numbered 0 to 2"),
        ("[[0], [1, 1]]", "each channel once"),
        ("[[0], []]", "each channel once"),
    ]:
        finding = only(spec(f"conv: {{filters: 2, kernel: 5, connections: {table}}}"))
        assert finding.code == "Y705"
        assert why in finding.message
