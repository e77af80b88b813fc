"""The judges judge one another: naive loops, PyTorch, Keras and ONNX Runtime give equal values."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.numeric import naive
from tests.numeric.arrays import Array, assert_close
from tests.numeric.families import FAMILIES
from tests.numeric.strategies import Case

pytestmark = pytest.mark.oracle

WINDOWS = [name for name in FAMILIES if "convolution" in name or name == "pooling"]


def compare(case: Case, judge: str, dtype: str) -> None:
    try:
        module = import_module(f"tests.numeric.{judge}_values")
    except ImportError:
        pytest.skip(f"{judge} is not installed")
    compute: Callable[..., Array] = module.compute
    inputs, arrays = case.inputs(dtype), case.arrays(dtype)
    expected = naive.compute(case.primitive, inputs, arrays)
    assert expected.shape == case.output
    try:
        theirs = compute(case.primitive, inputs, arrays)
    except module.Unsupported as missing:
        event(f"{judge} has no {missing}")
    else:
        assert_close(theirs, expected, dtype, type(case.primitive).__name__)


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=60)
@given(data=st.data())
def test_torch(name: str, data: st.DataObject) -> None:
    compare(data.draw(FAMILIES[name]), "torch", "float64")


@pytest.mark.slow  # JAX compiles every example
@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=15)
@given(data=st.data())
def test_keras(name: str, data: st.DataObject) -> None:
    compare(data.draw(FAMILIES[name]), "keras", "float32")


@pytest.mark.parametrize("name", WINDOWS)
@settings(max_examples=50)
@given(data=st.data())
def test_onnxruntime(name: str, data: st.DataObject) -> None:
    compare(data.draw(FAMILIES[name]), "onnx", "float32")
