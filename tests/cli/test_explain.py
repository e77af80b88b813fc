"""`cnncalc explain`."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from cnncalc.layers import families, find
from tests.cli.conftest import Run

CONV = ("explain", "conv", "--input", "32x32x3", "--filters", "10", "--kernel", "5")


def test_a_layer_alone(run: Run) -> None:
    done = run(*CONV, "--padding", "2")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "conv_1 (conv): 32×32×3 → 32×32×10"
    assert "  (F·F·C_in + 1)·C_out = (5·5·3 + 1)·10 = 760" in lines
    assert "  O·O·F·F·C_in·C_out = 32·32·5·5·3·10 = 768,000" in lines
    assert "  locality saves   W·W/(F·F) = 32·32/(5·5) = 40.96" in lines
    assert "  conv_1      5  1  2  1 + (5 - 1)·1 = 5  1          -2" in lines
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    "words",
    [
        ("--filters=10", "--kernel=[5, 5]"),
        ("--out_channels", "10", "--kernel_size", "5"),
        ("10", "--kernel", "5x5"),
        ("10", "--kernel-size", "5", "--bias"),
    ],
)
def test_arguments_are_spelled_as_in_a_spec(run: Run, words: tuple[str, ...]) -> None:
    done = run("explain", "conv", "--input", "32x32x3", *words)
    assert done.code == 0, done.err
    assert "(5·5·3 + 1)·10 = 760" in done.out
    assert "= 28\n" in done.out


def test_an_option_of_ours_may_be_an_argument(run: Run) -> None:
    words = ("explain", "hard_sigmoid", "--variant", "keras2", "--input", "8x8x3")
    assert run(*words).code == 0
    assert run(*words[:2], "--variant", "nonsense", "--input", "8x8x3").code == 2


def test_merges_take_several_inputs(run: Run) -> None:
    done = run("explain", "concat", "--input", "8x8x3", "--input", "8x8x5")
    assert "C_out = C_1 + C_2 = 3 + 5 = 8" in done.out
    assert run("explain", "residual", "--input", "8x8x3").code == 0
    assert run("explain", "add", "--input", "8x8x3", "--input", "8x8x3", "--input", "3").code == 0


def test_a_layer_of_a_network(run: Run) -> None:
    done = run("explain", "resnet50", "dense_1", "--input", "64x64x3")
    assert "(C_in + 1)·C_out = (2048 + 1)·1000 = 2,049,000" in done.out
    assert "8.02 % of the network's 25,557,032" in done.out


def test_a_whole_network(run: Run) -> None:
    out = run("explain", "lecture-dense").out
    assert "dense_1 and 2 more  3·C_in·C_out = 3·1024·1024 = 3,145,728" in out
    assert "total               3,145,728 + 1,024 = 3,146,752" in out


def test_json(run: Run) -> None:
    done = run(*CONV, "--stride", "3", "--format", "json")
    document = json.loads(done.out)
    assert document["output_shape"] == [10, 10, 10]
    assert document["parts"]["parameters"]["result"] == 760
    assert document["parts"]["output"]["lines"][0] == {
        "label": "height and width",
        "symbol": "O",
        "formula": "⌊(W - F + 2·P)/S⌋ + 1",
        "put_in": "⌊(32 - 5 + 2·0)/3⌋ + 1",
        "latex": r"\left\lfloor \frac{W - F + 2 \cdot P}{S} \right\rfloor + 1",
        "value": 10,
        "note": "",
    }
    steps = document["parts"]["receptive_field"]["recurrences"][0]["steps"]
    assert [step["size"] for step in steps] == [1, 5]


def test_markdown(run: Run) -> None:
    done = run(*CONV, "--padding", "2", "--format", "markdown")
    assert done.out.startswith("### conv_1 (conv): 32×32×3 → 32×32×10\n")
    assert r"\left(5 \cdot 5 \cdot 3 + 1\right) \cdot 10 = 760$$" in done.out
    assert r"| conv_1 | 5 | 1 | 2 | $1 + (5 - 1) \cdot 1 = 5$ |" in done.out


def test_drawn(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (*CONV, "--stride", "4")
    plain = run(*words).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    drawn = run(*words).out
    assert re.sub(r"\x1b\[[0-9;]*m", "", drawn) == plain
    assert drawn != plain


PICTURES = [
    ("--kernel 3 --stride 3 --input 7x1", ["■ ■ ■ ■ ■ ■ ×", "└───┘", "      └───┘"]),
    ("--kernel 3 --stride 2 --input 6x1", ["■ ■ ■ ■ ■ ×", "└───┘", "    └───┘"]),
    ("--kernel 2 --dilation 2 --stride 2 --input 6x1", ["■ · ■ · ■ ×", "└───┘"]),
    ("--kernel 3 --dilation 2 --stride 2 --input 8x1", ["■ · ■ · ■ · ■ ×", "└───┴───┘"]),
    ("--kernel 3 --dilation 3 --stride 2 --input 12x1", ["■ · ■ ■ ■ ■ ■ ■ ■ · ■ ×"]),
    ("--kernel 3 --stride 2 --padding 1 --input 4x1", ["○ ■ ■ ■ ■ ○", "└───┘", "    └───┘"]),
    ("--kernel 1 --stride 3 --input 8x1", ["■ · · ■ · · ■ ×", "│", "      │"]),
    ("--kernel 3 --stride 2 --input 100x1", ["… " + "■ " * 27 + "×"]),
]


@pytest.mark.parametrize(("words", "rows"), PICTURES)
def test_pictures_of_what_is_left_out(run: Run, words: str, rows: list[str]) -> None:
    out = run("explain", "conv", "--filters", "1", *words.split()).out
    for row in rows:
        assert f"{row}\n" in out, out


def test_a_window_that_does_not_fit(spawn: Run) -> None:
    done = spawn("explain", "conv", "--filters", "2", "--kernel", "9", "--input", "4x4x1")
    assert done.code == 0
    assert "S101 " in done.out
    assert "  height  O = ⌊(W - F + 2·P)/S⌋ + 1 = ⌊(4 - 9 + 2·0)/1⌋ + 1 = -4\n" in done.out


def test_a_broken_network(run: Run) -> None:
    text = "input: 8x8x3\nlayers:\n  - cnov: {filters: 3, name: a}\n  - relu\n"
    done = run("explain", "-", "a", stdin=text)
    assert done.code == 0
    assert "not known" in done.out


def test_names_are_data(run: Run) -> None:
    name = "a\\u202e|<b>$x$"
    text = f'input: 8x8x3\nlayers:\n  - conv: {{filters: 3, kernel: 3, name: "{name}"}}\n'
    summary = json.loads(run("summary", "-", "--output-format", "json", stdin=text).out)
    layer = summary["networks"][0]["layers"][0]["name"]
    for output_format in ("full", "markdown", "json"):
        done = run("explain", "-", layer, "--format", output_format, stdin=text)
        assert done.code == 0
        assert "\u202e" not in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("cnov", "--input", "8x8x3"), "did you mean conv?"),
        (("lenet5", "C1", "--kernel", "3"), "lenet5' is no op such as conv"),
        (("conv", "--filters", "3", "--kernel", "3"), "give --input"),
        (("conv", "--input", "8x8x3"), "kernel"),
        (("conv", "--input", "8x8x3", "--kernl", "3", "--filters", "3"), "kernl"),
        (("conv", "--input", "8x8x3", "--kernel", "0", "--filters", "3"), "kernel"),
        (("conv", "--input", "8x8x3", "--kernel", "3", "--kernel", "3"), "given twice"),
        (("conv", "--input", "0x8x3", "--kernel", "3", "--filters", "3"), "input"),
        (("conv", "--input", "8x8x3", "--input", "8x8x3", "--kernel", "3"), "has one input"),
        (("relu", "3", "--input", "8x8x3"), "as --name value"),
        (("relu", "--name", "x", "--input", "8x8x3"), "name is for a layer of a network"),
        (("relu", "--from", "x", "--input", "8x8x3"), "from is for a layer of a network"),
        (("add", "--paths", "[a]", "--input", "8x8x3"), "given by --input"),
        (("relu", "-D", "a=3", "--input", "8x8x3"), "-D sets variables"),
        (("lenet5", "C9"), "no layer called 'C9'"),
        (("lenet5", "C1", "C3"), "explain takes NETWORK"),
        (("qqqqq",), "no zoo network"),
        (("conv", "--kernel", "[", "--input", "8x8x3"), "conv --kernel: '[' is not a value"),
    ],
)
def test_refusals(run: Run, words: tuple[str, ...], message: str) -> None:
    done = run("explain", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_refusal_as_json(run: Run) -> None:
    done = run("explain", "lenet5", "C9", "--format", "json")
    assert done.code == 2
    assert "no layer called" in json.loads(done.out)["errors"][0]["message"]


@pytest.mark.parametrize(
    "words",
    [
        "conv --filters 1 --kernel 999999999999999 --stride 2 --input 999999999999999x1",
        "conv 1 --kernel 400000000 --dilation 2000000 --stride 7 --input 999999999999999x1",
        "max_pool 3 --stride 999999999999 --input 999999999999999x1",
        "adaptive_avg_pool 999999999999 --input 999999999999999x1",
        "dense 999999999999999 --input 999999999999999",
    ],
)
def test_huge_layers_are_explained_at_once(run: Run, words: str) -> None:
    done = run("explain", *words.split())
    assert done.code == 0, done.err


def test_an_encoding_without_the_characters(spawn: Run) -> None:
    done = spawn("explain", "seven-stride3", "conv_1", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.code == 0
    assert "O = floor((W - F + 2*P)/S) + 1 = floor((7 - 3 + 2*0)/3) + 1 = 2" in done.out
    assert "# # # # # # x" in done.out


def alone() -> list[object]:
    """Every layer type, with the arguments that its own example has."""
    found: list[object] = []
    for op in families():
        layer_type = find(op)
        assert layer_type is not None
        text = re.search(r"```yaml\n(.*?)```", layer_type.__doc__ or "", re.DOTALL)
        assert text is not None
        document = yaml.safe_load(text[1])
        entries = [entry for entry in document["layers"] if op in (entry, *entry)]
        given = entries[0][op] if entries and isinstance(entries[0], dict) else {}
        given = 0.1 if op == "drop_path" else given  # its example has it in a residual
        words = [f"--input={document['input']}"]
        if layer_type.path_fields and layer_type.needs_paths:
            given = {}
        elif not isinstance(given, dict):
            words.append(json.dumps(given))
            given = {}
        for name, value in given.items():
            if name == "name":
                continue
            words += [f"--{name}", json.dumps(value)]
        found.append(pytest.param(op, words, id=op))
    return found


@pytest.mark.parametrize(("op", "words"), alone())
def test_every_layer_type_can_be_given_alone(run: Run, op: str, words: list[str]) -> None:
    done = run("explain", op, *words)
    assert (done.code, done.err) == (0, "")
    assert "Output size" in done.out
