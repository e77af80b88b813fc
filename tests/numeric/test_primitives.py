"""Every kernel that could compute a primitive, against the naive loops and ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels import candidates, choose
from cnncalc.numeric.kernels.kernel import Crew, Site
from cnncalc.numeric.threads import crew
from tests.numeric import naive
from tests.numeric.arrays import Array, assert_close
from tests.numeric.families import FAMILIES
from tests.numeric.kernel_runs import run, run_in_place, site_of
from tests.numeric.strategies import Case

DTYPES = ("float32", "float64")
WINDOWS = [name for name in FAMILIES if "convolution" in name or "pooling" in name]
PRODUCTS = [name for name in FAMILIES if "convolution" in name or name == "dense"]
EPILOGUES: list[tuple[p.Primitive, ...]] = [
    (p.Activation("relu"),),
    (p.Activation("leaky_relu", 0.1),),
    (p.Activation("softmax"),),
    (p.Merge("add"),),
    (p.Merge("add"), p.Activation("relu6")),
    (p.Merge("add"), p.Activation("gelu")),
]


def judge(
    site: Site[Any], inputs: list[Array], arrays: dict[str, Array], expected: Array, crew: Crew
) -> None:
    """Hold every kernel of a site to what is expected."""
    dtype = site.dtype.name
    kernels = candidates(site)
    assert type(choose(site)) is type(kernels[0])
    for kernel in kernels:
        kernel.load({name: array.copy() for name, array in arrays.items()})
        event(kernel.name)
        assert_close(run(kernel, inputs, crew), expected, dtype, kernel.name)
        if kernel.in_place and inputs[0].size == expected.size:
            found = run_in_place(kernel, inputs, crew)
            assert_close(found, expected, dtype, f"{kernel.name} in place")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=100)
@given(data=st.data(), n_threads=st.sampled_from([1, 2]))
def test_values(name: str, dtype: str, data: st.DataObject, n_threads: int) -> None:
    case = data.draw(FAMILIES[name])
    inputs, arrays = case.inputs(dtype), case.arrays(dtype)
    expected = naive.compute(case.primitive, inputs, arrays)
    with crew(n_threads) as hands:
        judge(site_of(case, dtype), inputs, arrays, expected, hands)


@settings(max_examples=50)
@given(FAMILIES["normalization"], st.sampled_from(DTYPES))
def test_training(case: Case, dtype: str) -> None:
    inputs, arrays = case.inputs(dtype), case.arrays(dtype)
    expected = naive.compute(case.primitive, inputs, arrays, training=True)
    judge(site_of(case, dtype, training=True), inputs, arrays, expected, Crew())


@pytest.mark.parametrize("name", PRODUCTS)
@settings(max_examples=100)
@given(st.data(), st.sampled_from(EPILOGUES), st.sampled_from(DTYPES), st.sampled_from([1, 2]))
def test_what_follows(
    name: str, data: st.DataObject, then: tuple[p.Primitive, ...], dtype: str, n_threads: int
) -> None:
    case = data.draw(FAMILIES[name])
    inputs, arrays = case.inputs(dtype), case.arrays(dtype)
    expected = naive.compute(case.primitive, inputs, arrays)
    if isinstance(then[0], p.Merge):
        rng = np.random.default_rng(case.seed + 2)
        inputs.append(rng.standard_normal(case.output).astype(dtype))
        expected = expected + inputs[-1]
    if isinstance(then[-1], p.Activation):
        expected = naive.compute(then[-1], [expected])
    with crew(n_threads) as hands:
        judge(site_of(case, dtype, then=then), inputs, arrays, expected, hands)


@pytest.mark.parametrize("name", WINDOWS)
@settings(max_examples=100)
@given(st.data())
def test_a_cell_reaches_its_windows_only(name: str, data: st.DataObject) -> None:
    """With `exact`, a cell of NaN spoils the outputs that see it, and no others."""
    case = data.draw(FAMILIES[name])
    inputs, arrays = case.inputs("float32"), case.arrays("float32")
    cell = tuple(data.draw(st.integers(0, size - 1)) for size in case.shapes[0][:-1])
    inputs[0][cell] = np.nan
    expected = naive.compute(case.primitive, inputs, arrays)
    judge(site_of(case, "float32", exact=True), inputs, arrays, expected, Crew())


@pytest.mark.oracle
@pytest.mark.parametrize("name", [name for name in WINDOWS if name != "adaptive pooling"])
@settings(max_examples=50)
@given(data=st.data())
def test_onnxruntime(name: str, data: st.DataObject) -> None:
    onnx_values = pytest.importorskip("tests.numeric.onnx_values")
    case = data.draw(FAMILIES[name])
    inputs, arrays = case.inputs("float32"), case.arrays("float32")
    try:
        expected = onnx_values.compute(case.primitive, inputs, arrays)
    except onnx_values.Unsupported as missing:
        event(f"ONNX Runtime has no {missing}")
        return
    judge(site_of(case, "float32"), inputs, arrays, expected, Crew())
