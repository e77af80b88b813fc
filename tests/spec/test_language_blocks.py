"""Blocks and values: parameters, substitution, variables, variants, -D, defaults."""

import pytest

import cnncalc
from cnncalc import SpecError, UsageError
from tests.spec.checking import facts_of, findings, names, only, places, shapes, spec

CONV_BN = """\
input: 8x8x3
blocks:
  ConvBN:
    params: {filters: null, kernel: 1, act: none}
    layers:
      - conv: {filters: $filters, kernel: $kernel, padding: same, activation: $act}
      - batch_norm
layers:
"""

PAGE = """\
name: resnet50-body
input: 56x56x64
blocks:
  ConvBN:
    params: {filters: null, kernel: 1, stride: 1, padding: 0}
    layers:
      - conv: {filters: $filters, kernel: $kernel, stride: $stride, padding: $padding, bias: false}
      - batch_norm
  Bottleneck:
    params: {width: null, stride: 1, project: false}
    layers:
      - residual:
          body:
            - ConvBN: $width
            - relu
            - ConvBN: {filters: $width, kernel: 3, stride: $stride, padding: 1}
            - relu
            - ConvBN: $(4*width)
          shortcut:
            - ConvBN: {filters: $(4*width), stride: $stride, when: $project}
      - relu
layers:
  - Bottleneck: {width: 64, repeat: 3, first: {project: true}}
  - Bottleneck: {width: 128, repeat: 4, first: {stride: 2, project: true}}
  - global_avg_pool
  - dense: 1000"""


def test_the_example_of_the_page() -> None:
    facts = facts_of(PAGE)
    assert facts.name == "resnet50-body"
    assert len(facts.layers) == 7 * 10 + 2 * 2 + 2
    assert facts.layer("Bottleneck_1.ConvBN_4.conv_1").output_shape == (56, 56, 256)
    assert facts.layer("Bottleneck_4.residual_1").output_shape == (28, 28, 512)
    assert facts.layer("Bottleneck_2.residual_1").inputs == (
        "Bottleneck_2.ConvBN_3.batch_norm_1",
        "Bottleneck_1.relu_3",
    )
    assert facts.output_shape == (1000,)
    # ResNet-50 without stem, conv4_x and conv5_x, and its classifier on 512 channels
    assert facts.totals.n_params == 215_808 + 1_219_584 + 513_000


def test_main_argument_defaults_and_names() -> None:
    facts = facts_of(
        CONV_BN
        + "  - ConvBN: 8\n  - ConvBN: {filters: 4, kernel: 3, name: b}\n  - relu: {from: ConvBN_1}"
    )
    assert names(facts) == [
        "ConvBN_1.conv_1",
        "ConvBN_1.batch_norm_1",
        "b.conv_1",
        "b.batch_norm_1",
        "relu_1",
    ]
    assert shapes(facts) == [(8, 8, 8), (8, 8, 8), (8, 8, 4), (8, 8, 4), (8, 8, 8)]


@pytest.mark.parametrize("act", ["none", "relu", "{leaky_relu: 0.2}", "null"])
def test_a_whole_value_is_substituted_by_anything(act: str) -> None:
    facts = facts_of(CONV_BN + f"  - ConvBN: {{filters: 8, act: {act}}}")
    plain = facts_of(
        spec(f"conv: {{filters: 8, kernel: 1, padding: same, activation: {act}}}", "batch_norm")
    )
    assert facts.layers[0].node.layer == plain.layers[0].node.layer


def test_required_parameters() -> None:
    finding = only(CONV_BN + "  - ConvBN\n  - relu")
    assert (finding.code, finding.line, finding.column) == ("Y705", 9, 5)
    assert finding.message == "block ConvBN needs filters"
    assert only(CONV_BN + "  - ConvBN: {kernel: 3}").message == "block ConvBN needs filters"


def test_of_thousands_of_parameters_a_message_names_some() -> None:
    params = ", ".join(f"width_{number}: 1" for number in range(41))
    blocks = f"blocks: {{B: {{params: {{{params}}}, layers: [relu]}}}}"
    help = only(f"input: 3\n{blocks}\nlayers:\n  - B: {{x: 1}}\n").help
    assert help is not None
    assert help.endswith("width_39, …")


def test_arguments_that_no_parameter_takes() -> None:
    finding = only(CONV_BN + "  - ConvBN: {filters: 3, kernal: 3}")
    assert (finding.code, finding.line, finding.column) == ("Y702", 9, 26)
    assert (finding.message, finding.help) == (
        "ConvBN has no argument 'kernal'",
        "did you mean kernel?",
    )
    finding = only(CONV_BN + "  - ConvBN: {filters: 3, bias: true}")
    assert finding.help == "it has filters, kernel, act"
    finding = only(CONV_BN + "  - CovBN: 3")
    assert (finding.message, finding.help) == ("unknown block 'CovBN'", "did you mean ConvBN?")
    text = "input: 8x8x3\nblocks: {B: {layers: [relu]}}\nlayers: [B: 3]"
    finding = only(text)
    assert (finding.column, finding.help) == (13, "write - B")


def test_flow_words_are_no_parameters() -> None:
    for word in ("name", "from", "repeat", "first", "when", "share"):
        block = f"B: {{params: {{{word}: 1}}, layers: [identity]}}"
        text = f"input: 3\nblocks:\n  {block}\nlayers: [identity]"
        finding = only(text)
        assert (finding.code, finding.line, finding.column) == ("Y705", 3, 16)
        assert finding.message == f"'{word}' cannot be a parameter of block 'B'"
    text = 'input: 3\nblocks: {B: {params: {"a b": 1}, layers: [identity]}}\nlayers: [identity]'
    assert only(text).code == "Y705"


@pytest.mark.parametrize(
    ("blocks", "code", "column"),
    [
        ("{conv: {layers: []}}", "Y705", 10),
        ("{convBN: {layers: []}}", "Y705", 10),
        ('{"A-B": {layers: []}}', "Y705", 10),
        ("{B: 3}", "Y705", 10),
        ("{B: {}}", "Y705", 10),
        ("{B: {layers: relu}}", "Y705", 10),
        ("{B: {layers: [], parms: {}}}", "Y702", 26),
        ("{B: {layers: [], params: [a]}}", "Y705", 34),
        ("[B]", "Y705", 9),
    ],
)
def test_blocks_that_are_none(blocks: str, code: str, column: int) -> None:
    finding = only(f"input: 3\nblocks: {blocks}\nlayers: [identity]")
    assert (finding.code, finding.line) == (code, 2)
    assert finding.column in (column, column - 8)


def test_in_channels_is_what_enters_this_layer() -> None:
    facts = facts_of(
        spec(
            "conv: {filters: $(2*in_channels), kernel: 1}",
            "conv: {filters: $in_channels, kernel: 1}",
        )
    )
    assert shapes(facts) == [(8, 8, 6), (8, 8, 6)]


def test_in_channels_in_a_default_is_what_enters_the_block() -> None:
    text = """\
input: 8x8x3
blocks:
  B:
    params: {filters: $(4*in_channels)}
    layers:
      - conv: {filters: 7, kernel: 1}
      - conv: {filters: $filters, kernel: 1}
      - conv: {filters: $in_channels, kernel: 1}
layers: [B, B, B: {filters: $(2*in_channels)}]"""
    channels = [shape[-1] for shape in shapes(facts_of(text))]  # type: ignore[index]
    assert channels == [7, 12, 12, 7, 48, 48, 7, 96, 96]


def test_defaults_may_use_other_parameters() -> None:
    text = """\
input: 8x8x3
blocks:
  B:
    params: {width: 4, inner: $(width//2), kernel: "$max(1, inner - 1)"}
    layers: [{conv: {filters: $inner, kernel: $kernel}}]
layers: [B, B: {inner: 5}, B: 8]"""
    facts = facts_of(text)
    assert shapes(facts) == [(8, 8, 2), (5, 5, 5), (3, 3, 4)]


@pytest.mark.parametrize("word", ["repeat", "when"])
@pytest.mark.parametrize("value", ["$in_channels", "$n", "$(n > 2)"])
def test_in_channels_may_not_decide_what_there_is(word: str, value: str) -> None:
    text = f"""\
input: 8x8x3
blocks:
  B:
    params: {{n: $(in_channels + 1)}}
    layers:
      - relu: {{{word}: {value}}}
layers: [B]"""
    finding = only(text)
    assert finding.code == "Y705"
    assert f"{word}: in_channels may not stand here" in finding.message
    finding = only(text.replace("$(in_channels + 1)", "3").replace("[B]", "[B: $in_channels]"))
    assert "in_channels may not stand here" in finding.message


def test_in_channels_is_unknown_after_a_broken_layer() -> None:
    text = spec(
        "convv: 3",
        "conv: {filters: $(2*in_channels), kernel: 1}",
        "B",
        "relu",
        head="blocks: {B: {params: {n: $in_channels}, layers: [{conv: {filters: $n, kernel: 1}}]}}",
    )
    assert places(text) == [("Y702", 4, 5)]


def test_lists_of_layers_as_parameters() -> None:
    text = """\
input: 8x8x3
blocks:
  Skip:
    params: {body: null, shortcut: []}
    layers:
      - residual: {body: $body, shortcut: $shortcut}
  Both:
    params: {paths: null}
    layers: [concat: $paths]
layers:
  - conv: {name: stem, filters: 3, kernel: 1}
  - Skip: {body: [relu, tanh]}
  - Skip: {body: [elu], shortcut: stem}
  - Skip: {body: [{Skip: {body: [selu]}}, {conv: {filters: $in_channels, kernel: 1}}]}
  - Both: [[relu], prev, stem]"""
    facts = facts_of(text)
    assert facts.layer("Skip_2.residual_1").inputs == ("Skip_2.elu_1", "stem")
    assert facts.layer("Skip_3.Skip_1.selu_1").inputs == ("Skip_2.residual_1",)
    assert facts.layer("Both_1.concat_1").inputs == ("Both_1.relu_1", "Skip_3.residual_1", "stem")


def test_a_list_of_layers_means_what_it_says_where_it_is_written() -> None:
    text = """\
input: 8x8x3
vars: {w: 5}
blocks:
  Skip: {params: {body: null, w: 2}, layers: [concat: [$body, prev]]}
  Outer: {params: {w: 4}, layers: [{Skip: {body: [{conv: {filters: $w, kernel: 1}}]}}]}
layers:
  - Outer
  - Skip: {body: [{conv: {filters: $w, kernel: 1}}]}"""
    facts = facts_of(text)
    assert facts.layer("Outer_1.Skip_1.conv_1").output_shape == (8, 8, 4)
    assert facts.layer("Skip_1.conv_1").output_shape == (8, 8, 5)


def test_an_op_or_a_key_is_not_substituted() -> None:
    head = "vars: {op: relu, key: name}"
    assert places(spec("$op", head=head)) == [("Y702", 4, 5)]
    assert places(spec("relu: {$key: a}", head=head)) == [("Y702", 4, 12)]


@pytest.mark.parametrize(
    ("value", "filters"),
    [
        ("$w", 6),
        ("$widths.1", 20),
        ("$(2*w + 1)", 13),
        ("$div8(3*w)", 24),
        ("$(w/2)", 3),
        ("$(w/4*2)", 3),
        ("'$max(w, 7)'", 7),
        ("$round(2.5)", 2),
        ("$round(3.5)", 4),
        ("$(7//2)", 3),
        ("$ceil(w/4)", 2),
        ("$(widths.0 % 4)", 2),
        ("$(0.1*w*10/2)", 3),
    ],
)
def test_values(value: str, filters: int) -> None:
    head = "vars: {w: 6, widths: [10, 20]}"
    text = spec(f"conv: {{filters: {value}, kernel: 1}}", head=head)
    assert facts_of(text).output_shape == (8, 8, filters)


@pytest.mark.parametrize(
    ("value", "code", "column", "message"),
    [
        ("$q", "Y701", 22, "conv: q is not defined"),
        ("$(w + q)", "Y701", 27, "conv: q is not defined"),
        ("$widths.2", "Y705", 22, "conv: there is no widths.2: the list has length 2, from 0"),
        ("$w.0", "Y705", 22, "conv: 'w' has no elements: it is a number"),
        ("$(w/4)", "Y705", 21, "conv: filters must be an integer, not 1.5"),
        ("$(w/0)", "Y705", 24, "conv: '/' divides by zero"),
        ("$(w", "Y705", 22, "conv: this '(' is never closed"),
        (
            "$",
            "Y705",
            21,
            "conv: after $ comes a name ($width), or an expression in parentheses ($(4*width))",
        ),
        ("$(name)", "Y701", 23, "conv: name is not defined"),
        ("$word", "Y705", 21, "conv: filters must be an integer, not 'abc'"),
        ("$(10**15)", "Y705", 25, "conv: unexpected '**'; there are no powers; write x*x"),
        ("$(10000000000*1000000)", "Y705", 34, "conv: the result is over 10^15"),
    ],
)
def test_values_that_cannot_be(value: str, code: str, column: int, message: str) -> None:
    head = "vars: {w: 6, widths: [10, 20], word: abc}"
    found = findings(spec(f"conv: {{filters: {value}, kernel: 1}}", head=head))
    assert (found[0].code, found[0].line, found[0].message) == (code, 4, message)
    assert found[0].column == column


def test_an_expression_with_a_comma_is_quoted_in_braces() -> None:
    finding = only(spec("conv: {filters: $max(2, 7), kernel: 1}"))
    assert (finding.line, finding.column) == (3, 29)
    assert finding.message == "conv has no argument '7)'"
    assert finding.help == "put the expression before in quotes: inside {…} a comma ends it"
    assert facts_of(spec("conv: {filters: '$max(2, 7)', kernel: 1}")).output_shape == (8, 8, 7)
    assert facts_of(spec("dense: $max(2, 7)")).output_shape == (8, 8, 7)


def test_an_expression_has_at_most_200_characters() -> None:
    for count, good in [(97, True), (98, False)]:
        value = "$(1" + "+1" * count + ")"
        text = spec(f"conv: {{filters: {value}, kernel: 1}}")
        assert len(value) == 4 + 2 * count
        if good:
            assert facts_of(text).output_shape == (8, 8, 98)
    finding = only(spec(f"conv: {{filters: $({'1+' * 99}1), kernel: 1}}"))
    assert "an expression has at most 200 characters" in finding.message


# -- variables


def test_variables_use_variables() -> None:
    text = spec(
        "conv: {filters: $c, kernel: $k}", head="vars: {a: 2, c: $(b + 1), b: $(2*a), k: [$a, $b]}"
    )
    facts = facts_of(text)
    assert facts.output_shape == (7, 5, 5)


def test_variables_are_seen_in_blocks_and_hidden_by_parameters() -> None:
    text = """\
input: 8x8x3
vars: {w: 5, v: 7}
blocks:
  B: {params: {w: 2}, layers: [{conv: {filters: $w, kernel: 1}}, {conv: {filters: $v, kernel: 1}}]}
layers: [B, B: $w]"""
    assert [shape[-1] for shape in shapes(facts_of(text))] == [2, 7, 5, 7]  # type: ignore[index]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ("{a: $a}", "conv: the value depends on itself"),
        ("{a: $b, b: '$(c + 1)', c: $max(1,a)}", "conv: the value depends on itself"),
        (
            "{a: $in_channels}",
            "conv: in_channels may not stand here: it is known only inside a layer",
        ),
        ("{a: $nobody}", "conv: nobody is not defined"),
    ],
)
def test_variables_that_have_no_value(variables: str, message: str) -> None:
    text = spec(
        "conv: {filters: $a, kernel: 1}", head=f"vars: {variables.replace('$max(1,a)', '$(a)')}"
    )
    finding = only(text)
    assert finding.line == 2
    assert finding.message == message


def test_names_of_variables() -> None:
    for name in ("in_channels", '"a b"', '"1a"', '"a.b"', '"ä"'):
        finding = only(spec("relu", head=f"vars: {{{name}: 1}}"))
        assert (finding.code, finding.line, finding.column) == ("Y705", 2, 8)
    assert only(spec("relu", head="vars: [a]")).message == "vars must be a map"
    facts_of(spec("relu", head="vars:"))


# -- variants and -D

SCALED = """\
input: 8x8x3
vars: {width: 1, depths: [1, 2]}
variants:
  wide: {vars: {width: 4}}
  large: {input: 16x16x3, vars: {width: $double, double: 3}}
layers:
  - conv: {filters: $(8*width), kernel: 1, repeat: $depths.0}
  - conv: {filters: $(8*width), kernel: 1, repeat: $depths.1}"""


def test_variants_set_vars_and_input() -> None:
    sound = SCALED.replace("width: $double, double: 3", "width: 6")
    assert facts_of(sound).output_shape == (8, 8, 8)
    assert facts_of(sound, variant="wide").output_shape == (8, 8, 32)
    assert facts_of(sound, variant="large").output_shape == (16, 16, 48)
    assert places(SCALED) == []  # what a variant sets is looked at when it is chosen
    found = findings(SCALED, variant="large")
    assert [(f.code, f.line, f.column) for f in found] == [("Y701", 5, 42), ("Y702", 5, 50)]


def test_unknown_variants() -> None:
    with pytest.raises(UsageError, match=r"the spec has no variant 'wid'; did you mean wide\?"):
        cnncalc.load(SCALED, variant="wid")
    with pytest.raises(UsageError, match="it has wide, large"):
        cnncalc.load(SCALED, variant="zzz")
    with pytest.raises(UsageError, match="it has none"):
        cnncalc.load(spec("relu"), variant="zzz")


@pytest.mark.parametrize(
    ("variants", "code", "column"),
    [
        ("{a: {layers: []}}", "Y702", 16),
        ("{a: 3}", "Y705", 15),
        ("[a]", "Y705", 11),
    ],
)
def test_variants_that_are_none(variants: str, code: str, column: int) -> None:
    assert places(spec("relu", head=f"variants: {variants}")) == [(code, 2, column)]


def test_a_chosen_variant_is_looked_at() -> None:
    head = "vars: {width: 1}\nvariants: {a: {vars: {widht: 3}}, b: {vars: 3}, c: {input: x}}"
    (finding,) = findings(spec("relu", head=head), variant="a")
    assert (finding.code, finding.line, finding.column) == ("Y702", 3, 23)
    assert finding.help == "did you mean width?"
    (finding,) = findings(spec("relu", head=head), variant="b")
    assert finding.message == "vars of a variant must be a map"
    (finding,) = findings(spec("relu", head=head), variant="c")
    assert (finding.line, finding.column) == (3, 60)


def test_definitions_from_outside() -> None:
    assert facts_of(SCALED, define={"width": 0.5}).output_shape == (8, 8, 4)
    assert len(facts_of(SCALED, define={"depths": [2, 3]}).layers) == 5
    assert facts_of(SCALED, define={"width": "$(depths.1)"}).output_shape == (8, 8, 16)
    sound = SCALED.replace("width: $double, double: 3", "width: 6")
    assert facts_of(sound, define={"width": 2}, variant="large").output_shape == (16, 16, 16)


@pytest.mark.parametrize(
    ("define", "why"),
    [
        ({"widht": 1}, r"-D 'widht': the spec has no such variable; did you mean width\?"),
        ({"zzz": 1}, "it has width, depths"),
        ({"width": "$nobody"}, "-D 'width': nobody is not defined"),
        ({"width": "$width"}, "-D 'width': the value depends on itself"),
        ({"width": "$(1"}, "is never closed"),
        ({"width": "$in_channels"}, "in_channels may not stand here"),
    ],
)
def test_definitions_that_cannot_be(define: dict[str, object], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        cnncalc.load(SCALED, define=define)


@pytest.mark.parametrize(
    "value", [10**16, float("nan"), float("inf"), {1: 2}, {"a": {"b": object()}}, "\ud800"]
)
def test_definitions_that_no_spec_can_hold(value: object) -> None:
    with pytest.raises(SpecError):
        cnncalc.load(SCALED, define={"width": value})


def test_a_definition_of_a_wrong_type_is_found_where_it_is_used() -> None:
    (finding, *_) = findings(SCALED, define={"depths": ["many", 1]})
    assert finding.message == "repeat must be an integer from 0, not 'many'"
    assert finding.line == 7


# -- defaults


def test_defaults_hold_everywhere() -> None:
    text = """\
input: 8x8x3
defaults: {conv: {padding: same, kernel_size: 3}, max_pool: {size: 2}}
blocks: {B: {layers: [conv: 4]}}
layers: [conv: 4, B, {conv: {filters: 4, padding: valid}}, max_pool, add: [[conv: 4], prev]]"""
    assert [shape[:2] for shape in shapes(facts_of(text))] == [  # type: ignore[index]
        (8, 8),
        (8, 8),
        (6, 6),
        (3, 3),
        (3, 3),
        (3, 3),
    ]


def test_defaults_know_the_variables_and_no_parameters() -> None:
    text = """\
input: 8x8x3
vars: {p: same}
defaults: {conv: {padding: $p, kernel: 3, filters: $(2*in_channels)}}
blocks:
  B: {params: {p: valid}, layers: [conv, {conv: {padding: $p}}]}
layers: [B]"""
    assert shapes(facts_of(text)) == [(8, 8, 6), (6, 6, 12)]


@pytest.mark.parametrize(
    ("defaults", "code", "column", "message"),
    [
        ("{cnov: {padding: 1}}", "Y702", 12, "defaults: unknown op 'cnov'"),
        ("{B: {padding: 1}}", "Y702", 12, "defaults: unknown op 'B'"),
        ("{conv: {paddding: 1}}", "Y702", 19, "conv has no argument 'paddding'"),
        ("{conv: {name: a}}", "Y702", 19, "conv has no argument 'name'"),
        (
            "{conv: {stride: 1, strides: 1}}",
            "Y705",
            30,
            "conv: stride and strides are one argument",
        ),
        ("{conv: 3}", "Y705", 18, "defaults: conv must be a map of arguments"),
        ("[conv]", "Y705", 11, "defaults must be a map"),
    ],
)
def test_defaults_that_are_none(defaults: str, code: str, column: int, message: str) -> None:
    text = spec(
        "conv: {filters: 3, kernel: 1}", head=f"blocks: {{B: {{layers: []}}}}\ndefaults: {defaults}"
    )
    finding = only(text)
    assert (finding.code, finding.line, finding.column) == (code, 3, column)
    assert finding.message == message


def test_a_bad_default_is_reported_once_where_it_is_written() -> None:
    text = spec(
        "conv: {filters: 3, kernel: 1, repeat: 3}",
        "conv: {filters: 4, kernel: 1}",
        head="defaults: {conv: {padding: -1}}",
    )
    finding = only(text)
    assert (finding.line, finding.column) == (2, 28)
    assert finding.layers == ("conv_1", "conv_2", "conv_3", "conv_4")


# -- blocks that contain themselves


@pytest.mark.parametrize(
    ("blocks", "chain"),
    [
        ("{A: {layers: [A]}}", "A → A"),
        ("{A: {layers: [B]}, B: {layers: [relu, A]}}", "A → B → A"),
        ("{A: {layers: [add: [[relu], [A]]]}}", "A → A"),
        ("{A: {layers: [residual: {body: [A]}]}}", "A → A"),
        ("{A: {layers: [A: {when: false}]}}", "A → A"),
        (
            "{A: {layers: [B: {p: [A]}]}, B: {params: {p: null}, layers: [add: [$p, prev]]}}",
            "A → A",
        ),
        ("{A: {params: {n: 9}, layers: [A: {n: $(n-1), when: $(n > 0)}]}}", "A → A"),
        ("{A: {params: {p: []}, layers: [add: [$p, prev], {A: {p: $p}}]}}", "A → A"),
    ],
)
def test_blocks_that_contain_themselves(blocks: str, chain: str) -> None:
    text = f"input: 8x8x3\nblocks: {blocks}\nlayers: [A]\n"
    with pytest.raises(SpecError) as raised:
        cnncalc.load(text)
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.message == f"blocks contain themselves: {chain}; use repeat, or another block"
    assert diagnostic.line == 2


def test_a_block_may_stand_in_a_list_that_it_is_given() -> None:
    text = """\
input: 8x8x3
blocks: {A: {params: {p: null}, layers: [add: [$p, prev]]}}
layers: [A: {p: [relu, {A: {p: [tanh, {A: {p: [elu]}}]}}]}]"""
    assert names(facts_of(text))[2] == "A_1.A_1.A_1.elu_1"
