"""What a file is, by its content."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from cnncalc import SpecError, load
from cnncalc.importers.load import ModelFile, opened
from cnncalc.importers.recognize import recognize, refusal
from cnncalc.source import Source
from tests.helpers import ZOO


def tiny_onnx(**fields: object) -> bytes:
    image = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3, 8, 8])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [image], [result])
    model = helper.make_model(graph)
    for name, value in fields.items():
        setattr(model, name, value)
    data: bytes = model.SerializeToString()
    return data


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"producer_name": "x" * 300},
        {"doc_string": "a text\n" * 1000, "producer_version": "1", "domain": "d"},
        {"model_version": 2**40},
    ],
)
def test_onnx(fields: dict[str, object]) -> None:
    assert recognize(tiny_onnx(**fields)) == "onnx"


def test_onnx_of_which_only_the_start_was_read() -> None:
    data = tiny_onnx(doc_string="")
    assert recognize(data[:60]) == "onnx"


def test_an_archive() -> None:
    assert recognize(b"PK\x03\x04" + bytes(100)) == "keras archive"


KERAS = {"class_name": "Sequential", "config": {"layers": []}}
NET = {"layers": [{"out_depth": 3, "out_sx": 8, "out_sy": 8, "layer_type": "input"}]}
DEFINITIONS = [{"type": "input", "out_sx": 8, "out_sy": 8, "out_depth": 3}]


@pytest.mark.parametrize(
    ("value", "kind"),
    [(KERAS, "keras config"), (NET, "convnetjs"), (DEFINITIONS, "convnetjs")],
)
@pytest.mark.parametrize("before", ["", "\n  ", "\ufeff"])
def test_json(value: object, kind: str, before: str) -> None:
    for indent in (None, 2):
        assert recognize((before + json.dumps(value, indent=indent)).encode()) == kind


def test_a_script() -> None:
    script = (
        b"var layer_defs = [];\nlayer_defs.push({type:'input', out_sx:8, out_sy:8, out_depth:3});"
    )
    assert recognize(script) == "convnetjs"


@pytest.mark.parametrize("path", sorted(ZOO.glob("*.yaml")), ids=lambda path: path.stem)
def test_specs_are_no_models(path: Path) -> None:
    assert recognize(path.read_bytes()) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"input": "8x8x3", "layers": [{"conv": {"filters": 4, "kernel": 3}}]}',
        "name: layer_defs\ninput: 8x8x3\nlayers: [relu]",
        ": odd",
        '"input": 8x8x3',
        "BIG: 1",
        "2: 3",
        "",
        "x-type: [1]",
        '" ' + 32 * "a" + ": 1",  # by chance the fields of an ONNX model up to its graph
    ],
)
def test_texts_are_no_models(text: str) -> None:
    assert recognize(text.encode()) is None


@given(st.text(alphabet=st.characters(min_codepoint=9, max_codepoint=0x2FF), max_size=300))
def test_no_text_is_onnx(text: str) -> None:
    assert recognize(text.encode()) not in ("onnx", "keras archive")


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    recognize(data)
    refusal(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89HDF\r\n\x1a\n" + bytes(50), "save a Keras model as .keras"),
        (b"\x80\x02}q\x00.", "export the model to ONNX"),
        (b"\x1c\x00\x00\x00TFL3" + bytes(50), "TensorFlow Lite"),
    ],
)
def test_what_is_refused_says_what_to_do(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "model"
    path.write_bytes(data)
    with pytest.raises(SpecError, match=words):
        load(path)


def test_opened(tmp_path: Path) -> None:
    spec, model = tmp_path / "a.onnx", tmp_path / "b.yaml"  # the names say nothing
    spec.write_text("input: 8x8x3\nlayers: [relu]\n")
    model.write_bytes(tiny_onnx())
    assert isinstance(opened(str(spec)), Source)
    found = opened(str(model))
    assert isinstance(found, ModelFile)
    assert found.kind == "onnx"


def test_every_onnx_model_of_the_wheel_is_recognised() -> None:
    folder = Path(onnx.__file__).parent / "backend" / "test" / "data"
    models = sorted(folder.rglob("*.onnx"))
    assert len(models) > 9
    assert [path for path in models if recognize(path.read_bytes()) != "onnx"] == []
