"""The command line on models of other programs."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

import cnncalc
from cnncalc.spec.flat import flat_spec
from tests.cli.conftest import Run

DEFINITIONS = """\
var layer_defs = [];
layer_defs.push({type:'input', out_sx:8, out_sy:8, out_depth:3});
layer_defs.push({type:'conv', sx:3, filters:4, stride:2, pad:0, activation:'relu'});
layer_defs.push({type:'softmax', num_classes:10});
"""
KERAS = {
    "module": "keras",
    "class_name": "Sequential",
    "config": {
        "name": "small",
        "layers": [
            {
                "module": "keras.layers",
                "class_name": "InputLayer",
                "config": {"batch_shape": [None, 8, 8, 3], "dtype": "float32", "name": "image"},
                "registered_name": None,
            },
            {
                "module": "keras.layers",
                "class_name": "Lambda",
                "config": {"name": "odd", "function": {"class_name": "__lambda__", "config": {}}},
                "registered_name": None,
            },
        ],
    },
    "registered_name": "Sequential",
}


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.js"
    path.write_text(DEFINITIONS)
    return path


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(KERAS))
    return path


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    source = Path(__file__).parents[1] / "importers" / "convnetjs" / "small.json"
    path = tmp_path / "small.json"
    path.write_bytes(source.read_bytes())
    return path


def test_check(run: Run, net: Path) -> None:
    done = run("check", str(net), "--select", "S102")
    assert done.code == 1
    assert "conv_1" in done.out
    assert f"{net}: S102 conv: stride 2 does not fit the height and width" in done.out
    assert "(in conv_1)" in done.out


def test_json_says_the_file(run: Run, net: Path) -> None:
    [network] = json.loads(run("check", str(net), "--output-format", "json").out)["networks"]
    assert network["source"] == str(net)


def test_from_standard_input(run: Run) -> None:
    done = run("summary", "-", stdin=DEFINITIONS)
    assert (done.code, done.err) == (0, "")
    assert "conv_1" in done.out


def test_what_is_not_understood_is_named(run: Run, odd: Path) -> None:
    done = run("check", str(odd), "--select", "Y706")
    assert done.code == 1
    assert f"{odd}: Y706 opaque: there is no op for 'Lambda'" in done.out
    assert "(in odd)" in done.out
    done = run("import", str(odd))
    assert done.code == 0
    assert done.err == "not understood: odd (Lambda)\n"


def test_import_prints_a_spec_that_means_the_same(run: Run, net: Path, tmp_path: Path) -> None:
    done = run("import", str(net))
    assert (done.code, done.err) == (0, "")
    headline, _, spec = done.out.partition("\n")
    assert headline.startswith(f"# from {net}, ConvNetJS")
    assert spec == flat_spec(cnncalc.load(net))
    again = tmp_path / "again.yaml"
    again.write_text(done.out)
    assert flat_spec(cnncalc.load(again)) == spec


def test_import_writes_a_file_once(run: Run, net: Path, tmp_path: Path) -> None:
    spec = tmp_path / "arch.yaml"
    assert run("import", str(net), "-o", str(spec)).code == 0
    assert run("check", str(spec), "--select", "Y").code == 0
    done = run("import", str(net), "-o", str(spec))
    assert done.code == 2
    assert "--force" in done.err
    assert run("import", str(net), "-o", str(spec), "--force").code == 0


def test_import_with_weights(run: Run, trained: Path, tmp_path: Path) -> None:
    spec = tmp_path / "arch.yaml"
    assert run("import", str(trained), "-o", str(spec), "--with-weights").code == 0
    model = cnncalc.load(trained)
    inputs = np.random.default_rng(0).random((2, 7, 9, 2), "float32")
    with np.load(tmp_path / "arch.npz", allow_pickle=False) as file:
        [mine] = cnncalc.run(cnncalc.load(spec), inputs, dict(file)).values()
    [own] = cnncalc.run(model, inputs).values()
    np.testing.assert_array_equal(mine, own)
    assert np.abs(own - next(iter(cnncalc.run(cnncalc.load(spec), inputs).values()))).max() > 1e-3


def test_weights_that_are_not_there(run: Run, net: Path, tmp_path: Path) -> None:
    done = run("import", str(net), "-o", str(tmp_path / "a.yaml"), "--with-weights")
    assert (done.code, done.err) == (2, "cnncalc: the model holds no weights\n")
    assert not (tmp_path / "a.yaml").exists()
    assert run("import", str(net), "--with-weights").err.endswith("give --output\n")
    done = run("run", str(net), "--with-weights")
    assert (done.code, done.err) == (2, f"cnncalc: {net} holds no weights\n")


def test_a_run_takes_the_weights_of_the_model(run: Run, trained: Path) -> None:
    assert f"Weights  {trained}\n" in run("run", str(trained)).out
    assert "random weights, seed 3" in run("run", str(trained), "--seed", "3").out
    done = run("run", str(trained), "--with-weights", "--seed", "3")
    assert "--seed is for random weights: it does not go with --with-weights" in done.err


@pytest.mark.parametrize("option", [["-D", "a=1"], ["--variant", "a"]])
def test_what_only_a_spec_has(run: Run, net: Path, option: list[str]) -> None:
    done = run("check", str(net), *option)
    assert done.code == 2
    assert done.err.startswith("cnncalc: a model has no ")


def test_fixes_are_for_specs(run: Run, net: Path) -> None:
    done = run("check", str(net), "--fix")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"cnncalc: {net} is a model, not a spec, so --fix cannot write it\n"
    assert net.read_text() == DEFINITIONS


def test_another_input(run: Run, net: Path) -> None:
    assert "16×16×3 → " in run("summary", str(net), "--input", "16x16x3").out
    done = run("summary", str(net), "--input", "left=16x16x3")
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "archive"),
        (b'{"class_name": ', "JSON"),
        (b'{"layers": [{"layer_type": "input"}]}', ""),
        (b"\x80\x04\x95", "pickle"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"\x08\x07\x3a\x05\x0a", ""),
    ],
)
@pytest.mark.parametrize("command", ["check", "import", "run", "expand"])
def test_broken_models(run: Run, tmp_path: Path, content: bytes, words: str, command: str) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    done = run(command, str(path))
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert words in done.err


def test_an_archive_of_something_else(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("kernel.npy", b"")
    done = run("check", str(path))
    assert done.code == 2
    assert done.err.count("\n") == 1


def test_an_export_takes_the_weights_of_the_model(run: Run, trained: Path, tmp_path: Path) -> None:
    target = tmp_path / "small.onnx"
    assert run("export", str(trained), "--to", "onnx", "-o", str(target)).code == 0
    inputs = np.random.default_rng(0).random((2, 7, 9, 2), "float32")
    [mine] = cnncalc.run(cnncalc.load(target), inputs).values()
    [own] = cnncalc.run(cnncalc.load(trained), inputs).values()
    np.testing.assert_allclose(mine, own, rtol=1e-4, atol=1e-6)
