"""The JSON Schema takes every spec that is right and refuses what is wrong."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import cnncalc
from cnncalc.layers import families
from cnncalc.report.json_schema import language_schema
from cnncalc.source import Mapping, Node, Scalar, Sequence, Source, parse
from cnncalc.spec.document import FLOW_WORDS
from tests.helpers import ZOO

STARTER = Path(cnncalc.__file__).parent / "cli" / "starter.yaml"


@cache
def validator() -> jsonschema.Draft7Validator:
    schema = language_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def plain(node: Node) -> Any:
    match node:
        case Scalar(value):
            return value
        case Sequence(items):
            return [plain(item) for item in items]
        case Mapping(entries):
            return {key.value: plain(value) for key, value in entries}


def is_valid(text: str) -> bool:
    return bool(validator().is_valid(plain(parse(Source("t.yaml", text)))))


def with_layers(*layers: str) -> str:
    return "\n".join(["input: 8x8x3", "layers:", *(f"  - {layer}" for layer in layers)])


@pytest.mark.parametrize("path", [*sorted(ZOO.glob("*.yaml")), STARTER], ids=lambda path: path.stem)
def test_specs_that_come_with_cnncalc(path: Path) -> None:
    validator().validate(plain(parse(Source(path.name, path.read_text(encoding="utf-8")))))


def test_every_op_is_there() -> None:
    definitions = language_schema()["definitions"]
    assert set(families()) <= set(definitions)
    assert all(definitions[op]["description"] for op in families())


@pytest.mark.parametrize(
    "layer",
    [
        "conv: 8",
        "conv: {filters: 8, kernel: 3}",
        "conv: {out_channels: 8, kernel_size: [1, 3], strides: 2x1, use_bias: false}",
        "conv: {filters: $width, kernel: [1, $k], padding: [[1, $p], [1, 2]]}",
        "conv: {filters: $(2*width), kernel: 3, activation: {leaky_relu: 0.1}}",
        "conv: {filters: 8, kernel: 3, activation: none, name: a, repeat: 2, first: {stride: 2}}",
        "conv: {share: a, from: b, when: $last}",
        "relu",
        "leaky_relu: {slope: 0.1}",
        "global_avg_pool: {keep_dims: true}",
        "concat: [prev, [relu], [], other]",
        "concat: {paths: [[relu], [tanh]], axis: 0, name: x}",
        "residual: {body: [conv: {filters: 8, kernel: 3}], shortcut: [conv: 8]}",
        "residual: {body: $body}",
        "Bottleneck",
        "Bottleneck: 64",
        "Bottleneck: {width: 64, repeat: 3, first: {stride: 2}}",
        "max_pool:",
    ],
)
def test_layers_that_are_right(layer: str) -> None:
    assert is_valid(with_layers(layer))


@pytest.mark.parametrize(
    "layer",
    [
        "covn: 8",
        "conv: [8]",
        "conv: -8",
        "conv: {filters: 8, kernal: 3}",
        "conv: {filters: 8, kernel: 0}",
        "conv: {filters: 8, kernel: 3, padding: some}",
        "conv: {filters: 8, kernel: 3, bias: 1}",
        "conv: {filters: 8, kernel: 3, kernel_size: 3}",
        "conv: {filters: 8, activation: rleu}",
        "conv: {filters: 8, first: {name: x}}",
        "conv: {filters: 8, repeat: -1}",
        "conv: {filters: 8, when: maybe}",
        "relu: 3",
        "dropout: 1.5",
        "concat: [prev]",
        "residual: {bodi: [relu]}",
        "residual: {body: [rleu]}",
        "Bottleneck: {width: 64, repeat: many}",
        "bottleneck: 64",
        "{conv: 8, relu: null}",
        "3",
    ],
)
def test_layers_that_are_wrong(layer: str) -> None:
    assert not is_valid(with_layers(layer))


@pytest.mark.parametrize(
    "text",
    [
        "input: 8x8x3",
        "layers: [relu]",
        "input: 8x8x3\ninputs: {a: 8}\nlayers: [relu]",
        "input: 8 by 8\nlayers: [relu]",
        "input: [8, 0]\nlayers: [relu]",
        "input: 8\nlayer: [relu]\nlayers: [relu]",
        "input: 8\nlayers: relu",
        "input: 8\nlayers: [relu]\nblocks: {small: {layers: [relu]}}",
        "input: 8\nlayers: [relu]\nblocks: {B: {params: {repeat: 1}, layers: [relu]}}",
        "input: 8\nlayers: [relu]\nblocks: {B: {params: {}}}",
        "input: 8\nlayers: [relu]\nvariants: {a: {layers: []}}",
        "input: 8\nlayers: [relu]\nvars: {in_channels: 3}",
        "input: 8\nlayers: [relu]\ndefaults: {conv: {kernl: 3}}",
        "input: 8\nlayers: [relu]\nbudget: {parms: 3}",
        "input: 8\nlayers: [relu]\ntask: {from_logits: 3}",
        "input: 8\nlayers: [relu]\ntarget: [tensorflow]",
        "input: 8\nlayers: [relu]\noutputs: []",
        "[]",
    ],
)
def test_documents_that_are_wrong(text: str) -> None:
    assert not is_valid(text)


def test_a_document_with_everything() -> None:
    assert is_valid("""
name: all
inputs: {a: 8x8x3, b: [8, 8, $n]}
outputs: [x, y]
vars: {n: 3, depths: [1, 2]}
variants: {big: {vars: {n: 6}, input: 16x16x3}}
defaults: {conv: {padding: same}, dense: {bias: false}}
blocks:
  B: {params: {width: null, act: relu}, layers: [conv: $width]}
  C: {params: null, layers: []}
budget: {params: 5M, memory: 2MiB, receptive_field: 200}
task: {loss: categorical_crossentropy, classes: 10}
target: [keras, onnx]
x-anything: {goes: [1]}
layers: [B: {width: 3, act: none}]
""")


def test_editors_have_something_to_show() -> None:
    """What yaml-language-server shows on hover: a description at every key and every op."""
    schema = language_schema()
    for key, section in schema["properties"].items():
        assert section["description"], key
    for op in families():
        definition = schema["definitions"][op]
        assert definition["description"], op
        arguments = schema["definitions"][f"{op}.arguments"]["properties"]
        for name, argument in arguments.items():
            told = argument
            while "$ref" in told and "description" not in told:
                told = resolved(told["$ref"], schema)
            assert told["description"], (op, name)
    for word in FLOW_WORDS:
        assert schema["definitions"]["flow"]["properties"][word]["description"]


def resolved(reference: str, schema: dict[str, Any]) -> dict[str, Any]:
    found: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return found


def references(value: Any) -> list[str]:
    match value:
        case dict():
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for part in value.values() for found in references(part)]
        case list():
            return [found for part in value for found in references(part)]
        case _:
            return []


def test_every_reference_leads_somewhere() -> None:
    schema = language_schema()
    found = set(references(schema))
    assert found
    for reference in found:
        resolved(reference, schema)


@pytest.mark.parametrize("path", sorted(ZOO.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_slip_in_a_zoo_file_is_seen(path: Path) -> None:
    """Misspelling any top-level key, or any op, makes the document invalid."""
    document = plain(parse(Source(path.name, path.read_text(encoding="utf-8"))))
    for key in document:
        if not key.startswith("x-"):
            slipped = {f"{k}s" if k == key else k: value for k, value in document.items()}
            assert not validator().is_valid(slipped), key
    first = document["layers"][0]
    op = first if isinstance(first, str) else next(iter(first))
    wrong = f"{op.lower()}q"
    slip = wrong if isinstance(first, str) else {wrong: first[op]}
    assert not validator().is_valid({**document, "layers": [slip, *document["layers"][1:]]})
