"""The rest of the document: its sections, opaque layers, what is declared, and what is missing."""

import pytest

import cnncalc
from cnncalc import SpecError
from cnncalc.spec.declarations import Budget, Declarations, Task
from cnncalc.spec.flat import flat_spec
from tests.spec.checking import facts_of, findings, only, places, spec


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("layers: [relu]", 1, 1, "the spec has no input: add, say, input: 32x32x3"),
        ("input: 3", 1, 1, "the spec has no layers: add layers: and a list"),
        ("input: 3\nlayers:", 1, 1, "the spec has no layers: add layers: and a list"),
        ("input: 3\nlayers: {relu: 3}", 2, 9, "layers must be a list: one '- op: …' per layer"),
        ("input: 3\nlayers: relu", 2, 9, "layers must be a list: one '- op: …' per layer"),
        ("- relu", 1, 1, "a spec is a map with the keys input and layers"),
        ("relu", 1, 1, "a spec is a map with the keys input and layers"),
        ("3", 1, 1, "a spec is a map with the keys input and layers"),
    ],
)
def test_a_document_that_cannot_be_read(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        cnncalc.load(text + "\n")
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic == (message, line, column, "<text>")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("layer", "did you mean layers?"),
        ("Input", "did you mean input?"),
        ("var", "did you mean vars?"),
        (
            "zzz",
            "there are name, input, inputs, outputs, layers, blocks, vars, variants, defaults, "
            "budget, task, target, and x-… for keys of your own",
        ),
    ],
)
def test_unknown_sections(key: str, hint: str) -> None:
    finding = only(spec("relu", head=f"{key}: 3"))
    assert (finding.code, finding.line, finding.column) == ("Y702", 2, 1)
    assert (finding.message, finding.help) == (f"unknown key '{key}'", hint)


def test_keys_of_ones_own_are_ignored_and_kept() -> None:
    facts = facts_of(spec("relu", head="x-source: {paper: [1, 2.5, yes, null], 'a: b': \"$x\"}"))
    assert 'x-source: {paper: [1, 2.5, "yes", null], "a: b": "$x"}' in flat_spec(facts.network)


@pytest.mark.parametrize("name", ["3", "[a]", "''", "null", "true"])
def test_a_name_that_is_none(name: str) -> None:
    finding = only(spec("relu", head=f"name: {name}"))
    assert (finding.code, finding.line, finding.column) == ("Y705", 2, 7)


# -- opaque


def test_an_opaque_layer_counts_as_declared() -> None:
    facts = facts_of(spec("opaque: {output: 7x7x512, params: 1200, macs: 3400}", "relu"))
    assert facts.output_shape == (7, 7, 512)
    assert (facts.totals.n_params, facts.totals.n_macs) == (1200, 3400)
    assert not {"n_params", "n_macs"} & set(facts.totals.partial)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("", {"n_params", "n_macs"}),
        (", params: 5", {"n_macs"}),
        (", macs: 5", {"n_params"}),
    ],
)
def test_a_figure_left_out_makes_totals_partial(given: str, missing: set[str]) -> None:
    text = spec("conv: {filters: 4, kernel: 1}", f"opaque: {{output: 7x7x2{given}}}")
    facts = facts_of(text)
    assert missing <= set(facts.totals.partial)
    assert not ({"n_params", "n_macs"} - missing) & set(facts.totals.partial)
    assert facts.totals.n_params == 16 + ("params" in given) * 5


def test_a_field_through_an_opaque_layer_is_unavailable() -> None:
    layers = ["conv: {filters: 4, kernel: 3}", "opaque: {output: 6x6x4, params: 0, macs: 0}"]
    facts = facts_of(spec(*layers, "conv: {filters: 4, kernel: 3}"))
    first, opaque, last = (layer.receptive_field for layer in facts.layers)
    assert first is not None
    assert first.size == (3, 3)
    for field in (opaque, last):
        assert field is None or field.size is None


def test_an_opaque_layer_takes_whatever_arrives() -> None:
    text = spec(
        "convv: 3", "opaque: {output: 4x4x2, params: 0, macs: 0}", "conv: {filters: 1, kernel: 5}"
    )
    assert places(text) == [("S101", 5, 5), ("Y702", 3, 5)][::-1]


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            "opaque: {output: 0}",
            "opaque: output must be a shape such as 7x7x512 or [7, 7, 512], not 0",
        ),
        ("opaque: {output: 3x3x3, params: -1}", "opaque: params must be at least 0, not -1"),
        ("opaque: {output: 3x3x3, macs: 1.5}", "opaque: macs must be an integer, not 1.5"),
    ],
)
def test_opaque_layers_that_are_none(layer: str, message: str) -> None:
    assert only(spec(layer)).message == message


# -- budget, task, target


def declared(head: str) -> Declarations:
    network = cnncalc.load(spec("relu", head=head))
    assert not network.problems
    return network.document.declarations()


def test_what_is_declared() -> None:
    budget = "budget: {params: 5M, macs: 300M, memory: 2MiB, receptive_field: 200}"
    task = (
        "task: {loss: categorical_crossentropy, from_logits: false, classes: 10, object_size: 64}"
    )
    found = declared(f"{budget}\n{task}\ntarget: [keras, torch, onnx, caffe]")
    assert found.budget == Budget(
        params=5_000_000, macs=300_000_000, memory=2**21, receptive_field=200
    )
    assert found.task == Task(loss="categorical_crossentropy", classes=10, object_size=64)
    assert found.target == ("keras", "torch", "onnx", "caffe")
    assert declared("target: keras").target == ("keras",)
    assert declared("name: a") == (None, None, ())
    assert declared("budget:") == (None, None, ())


@pytest.mark.parametrize(
    ("quantity", "number"),
    [
        ("5M", 5_000_000),
        ("1.5k", 1500),
        ("2G", 2 * 10**9),
        ("2KiB", 2048),
        ("1.5MiB", 3 * 2**19),
        ("1GiB", 2**30),
        ("12", 12),
        ("'12 M'", 12_000_000),
        ("$(3*4)", 12),
        ("0", 0),
    ],
)
def test_quantities(quantity: str, number: int) -> None:
    budget = declared(f"budget: {{params: {quantity}}}").budget
    assert budget is not None
    assert budget.params == number


@pytest.mark.parametrize(
    "quantity",
    [
        "5X",
        "-1",
        "1.0001k",
        "true",
        "[5]",
        "5 M M",
        "M",
        "1e3M",
        "99999999999999999M",
        "0.5",
        "{a: 1}",
    ],
)
def test_quantities_that_are_none(quantity: str) -> None:
    finding = only(spec("relu", head=f"budget: {{params: {quantity}}}"))
    assert (finding.code, finding.line, finding.column) == ("Y705", 2, 18)
    assert "params must be a number such as 5M (k, M, G: powers of ten" in finding.message


def test_every_fault_of_what_is_declared() -> None:
    text = spec(
        "relu",
        head="""\
budget: {params: 5X, mac: 3}
task: {loss: 3, classes: 0, from_logits: no, object_size: $size}
target: [keras, tensorflow]""",
    )
    assert [(f.code, f.line, f.column, f.message) for f in findings(text)][:2] == [
        (
            "Y705",
            2,
            18,
            "budget: params must be a number such as 5M (k, M, G: powers of ten; KiB, MiB, "
            "GiB: of two), not '5X'",
        ),
        ("Y702", 2, 22, "budget has no key 'mac'"),
    ]
    text = text.replace(", object_size: $size", "")
    assert places(text)[2:] == [("Y705", 3, 14), ("Y705", 3, 26), ("Y705", 3, 42), ("Y705", 4, 9)]
    assert (
        findings(text)[-1].message == "target must be keras, torch, onnx or caffe, not 'tensorflow'"
    )


@pytest.mark.parametrize(
    ("head", "code", "column"),
    [
        ("budget: 5M", "Y705", 9),
        ("task: softmax", "Y705", 7),
        ("target: 3", "Y705", 9),
        ("task: {clases: 3}", "Y702", 8),
        ("budget: {params: $n}", "Y701", 19),
    ],
)
def test_declarations_that_are_none(head: str, code: str, column: int) -> None:
    assert places(spec("relu", head=head)) == [(code, 2, column)]
