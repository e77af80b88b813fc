"""Every network of the zoo run with NumPy, as small as makes sense, against PyTorch and Keras."""

from __future__ import annotations

from typing import Any

import pytest

import cnncalc
from tests.helpers import zoo_facts, zoo_names
from tests.numeric.judging import judge, with_torch
from tests.oracles.keras_builder import Unsupported as KerasLacks

pytestmark = [pytest.mark.oracle, pytest.mark.slow]

LEAST = 48  # pixels, where that fits
# the smallest that fit, where it does not, and what is large in other ways
SIZES = {
    "alexnet": "67x67x3",
    "alexnet-one-tower": "67x67x3",
    "alexnet-torchvision": "63x63x3",
    "c3d": "16x16x16x3",
    "c3d-sports1m": "16x16x16x3",
    "googlenet": "223x223x3",
    "inception-v3": "75x75x3",
    "m11": "1024x1",
    "m18": "1024x1",
    "m5": "1024x1",
    "unet-valid": "188x188x1",
    "vgg11": "32x32x3",
    "vgg13": "32x32x3",
    "vgg16": "32x32x3",
    "vgg19": "32x32x3",
}


def size_of(name: str) -> str | None:
    """The input that a network is tried with; None for its own."""
    if name in SIZES:
        return SIZES[name]
    (shape,) = zoo_facts(name).inputs.values()
    assert shape is not None
    own = [size for size in shape if size is not None]
    if len(own) < 3 or max(own[:-1]) <= 2 * LEAST:
        return None
    return f"{LEAST}x{LEAST}x{own[-1]}"


@pytest.mark.parametrize("name", zoo_names())
def test_torch(name: str) -> None:
    judge(cnncalc.load(name, input=size_of(name)), with_torch("float32"), "float32", batch=1)


@pytest.mark.parametrize(
    "name", ["resnet50-keras", "mobilenet-v1", "efficientnet-b0", "xception", "convnext-tiny"]
)
def test_keras(name: str) -> None:
    keras_values: Any = pytest.importorskip("tests.numeric.keras_values")
    try:
        judge(cnncalc.load(name, input=size_of(name)), keras_values.evaluate, "float32", batch=1)
    except KerasLacks as missing:
        pytest.skip(f"Keras has no {missing}")
