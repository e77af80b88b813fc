"""The figures that lectures work out, each from `explain` in the form that is written there.

Sources: CS231n's notes on convolutional networks (the 7×7 examples, 760, 227 and 224 of AlexNet);
LeCun et al. 1998, section II.B (LeNet-5); Géron, Hands-On Machine Learning, chapter 14; the
ConvNetJS demos; He et al. 2016 (224 → 112 → 56); Araujo et al. 2019 (receptive fields).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.conftest import run as run  # noqa: PLC0414  # the fixture

SIZES = [
    # W, F, S, P, O, r, real cells lost
    (7, 3, 1, 0, 5, 0, 0),
    (7, 3, 2, 0, 3, 0, 0),
    (7, 3, 3, 0, 2, 1, 1),
    (7, 3, 1, 1, 7, 0, 0),
    (32, 5, 1, 2, 32, 0, 0),
    (224, 7, 2, 3, 112, 1, 0),
    (112, 3, 2, 1, 56, 1, 0),
    (32, 3, 2, 0, 15, 1, 1),
    (224, 11, 4, 0, 54, 1, 1),
    (227, 11, 4, 0, 55, 0, 0),
    (32, 5, 1, 0, 28, 0, 0),
    (28, 5, 1, 0, 24, 0, 0),
]


def asked(run: Run, *words: str) -> dict[str, Any]:
    done = run("explain", *words, "--format", "json")
    assert (done.code, done.err) == (0, "")
    parts: dict[str, Any] = json.loads(done.out)["parts"]
    return parts


@pytest.mark.parametrize(("w", "f", "s", "p", "o", "r", "lost"), SIZES)
def test_output_sizes(run: Run, w: int, f: int, s: int, p: int, o: int, r: int, lost: int) -> None:
    words = f"conv 1 --input {w}x{w}x1 --kernel {f} --stride {s} --padding {p}"
    parts = asked(run, *words.split())
    (size,) = parts["output"]["lines"]
    assert size["formula"] == "⌊(W - F + 2·P)/S⌋ + 1"
    assert size["put_in"] == f"⌊({w} - {f} + 2·{p})/{s}⌋ + 1"
    assert size["value"] == o
    (misfit,) = parts["misfit"]["lines"]
    assert misfit["value"] == r
    drawn = parts["misfit"]["left_out"]
    assert [one["real_cells_lost"] for one in drawn] == ([lost] if r else [])


def test_seven_thirds_do_not_fit(run: Run) -> None:
    done = run("explain", "conv", "--input", "7x7x1", "--filters=1", "--kernel", "3", "--stride=3")
    assert "O = ⌊(W - F + 2·P)/S⌋ + 1 = ⌊(7 - 3 + 2·0)/3⌋ + 1 = 2" in done.out
    assert "exactly 7/3: it does not fit" in done.out
    assert "the last cell of the input is in no window" in done.out
    assert "  ■ ■ ■ ■ ■ ■ ×\n" in done.out


EQUATIONS = [
    ("conv --input 32x32x3 --filters 10 --kernel 5 --padding 2", "(5·5·3 + 1)·10 = 760"),
    ("ten-filters conv_1", "(F·F·C_in + 1)·C_out = (5·5·3 + 1)·10 = 760"),
    ("lecture-dense", "3·C_in·C_out = 3·1024·1024 = 3,145,728"),
    ("lecture-dense", "3,145,728 + 1,024 = 3,146,752"),
    ("fashion-mnist conv_1", "(7·7·1 + 1)·64 = 3,200"),
    ("fashion-mnist", "1,413,834"),
    ("cs231n-7000", "6,440"),
    ("convnetjs-cifar10", "22,466"),
    ("convnetjs-cifar10", "3,920,000"),
    ("lenet5 C1", "(5·5·1 + 1)·6 = 156"),
    ("lenet5 S2", "2·C = 2·6 = 12"),
    ("lenet5 C3", "5·5·(6·3 + 9·4 + 1·6) + 16 = 1,516"),
    ("lenet5 S4", "2·C = 2·16 = 32"),
    ("lenet5 C5", "(5·5·16 + 1)·120 = 48,120"),
    ("lenet5 F6", "(120 + 1)·84 = 10,164"),
    ("lenet5", "156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000"),
    ("lenet5-modern", "61,706"),
    ("alexnet-torchvision", "61,100,840"),
    ("vgg16", "138,357,544"),
    ("googlenet", "6,998,552"),
    ("resnet50", "25,557,032"),
    ("resnet50", "4,089,184,256"),
    ("resnet50-keras", "25,583,592"),
    ("unet", "31,030,658"),
    ("convnetjs-cifar10 max_pool_3", "an output sees 36×36 cells of the input"),
    ("vgg16 stage5.max_pool_1", "an output sees 212×212 cells of the input"),
]


@pytest.mark.parametrize(("words", "equation"), EQUATIONS)
def test_equations(run: Run, words: str, equation: str) -> None:
    done = run("explain", *words.split())
    assert done.code == 0, done.err
    assert equation in done.out


def test_receptive_field_of_the_convnetjs_demo_by_its_recurrence(run: Run) -> None:
    out = run("explain", "convnetjs-cifar10", "max_pool_3").out
    steps = ["1 + (5 - 1)·1 = 5", "5 + (2 - 1)·1 = 6", "6 + (5 - 1)·2 = 14", "14 + (2 - 1)·2 = 16",
             "16 + (5 - 1)·4 = 32", "32 + (2 - 1)·4 = 36", "4·2 = 8"]  # fmt: skip
    for step in steps:
        assert step in out


def test_locality_and_sharing(run: Run) -> None:
    parts = asked(
        run, "conv", "--input", "32x32x3", "--filters", "10", "--kernel", "5", "--padding", "2"
    )
    lines = parts["fully_connected"]["lines"]
    values = {line["label"]: line["value"] for line in lines}
    assert values == {
        "all to all": 32 * 32 * 3 * 32 * 32 * 10,
        "windows only": 32 * 32 * 10 * 75,
        "windows, shared": 750,
        "locality saves": 40.96,
        "sharing saves": 1024,
        "together": 41943.04,
    }


def test_padding_keeps_the_size(run: Run) -> None:
    for kernel in (1, 3, 5, 7):
        done = run("solve", "keep", "--kernel", str(kernel), "--format", "json")
        half = (kernel - 1) // 2
        assert json.loads(done.out)["solutions"] == [
            {"kernel": kernel, "dilation": 1, "padding": [half, half]}
        ]
