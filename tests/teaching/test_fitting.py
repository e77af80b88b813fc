"""Sizes that fit against analysing every size one by one."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc import UsageError, analyze, load
from cnncalc.ir.borders import Borders
from cnncalc.ir.windows import Window
from cnncalc.spec.network import Network
from cnncalc.teaching.fitting import Fitting, Search, sizes
from cnncalc.teaching.patterns import pattern
from tests.helpers import network_of, zoo_names
from tests.properties.strategies import Drawn, networks


def left_over(window: Window, *, strict: bool) -> bool:
    """Whether windows leave out more at the end than between them."""
    if window.remainder is None or not window.remainder:
        return False
    gap = max(0, window.stride - window.effective_kernel)
    return window.remainder > gap and (strict or bool(window.real_cells_lost))


def fits(network: Network, *, strict: bool) -> bool:
    borders = Borders(network.graph)  # tests/linter/rules/test_pad_layers.py is about these
    for layer in analyze(network).layers:
        node = layer.node
        windows = [window for slid in borders.windows(node.index, node.lowered) for window in slid]
        if layer.faults or any(left_over(window, strict=strict) for window in windows):
            return False
    return True


def one_by_one(
    text: str, variant: str | None, tried: range, axes: list[int], strict: bool
) -> list[int]:
    """The sizes for which a network that is loaded anew has no fault and no misfit."""
    found = []
    base = load(text, variant=variant).graph.nodes[0].lowered.output
    assert base is not None
    for size in tried:
        shape = [size if axis in axes else n for axis, n in enumerate(base)]
        if fits(load(text, variant=variant, input=[n or 1 for n in shape]), strict=strict):
            found.append(size)
    return found


ZOO = {
    "unet-valid": range(180, 240, 4),
    "lenet5": range(28, 50),
    "inception-v3": range(70, 110, 5),
    "m5": range(31740, 31746),
    "c3d": range(14, 34, 3),
    "squeezenet": range(15, 60, 6),
    "densenet121": range(28, 66, 6),
    "dcgan-discriminator": range(14, 34, 2),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", ZOO)
def test_zoo(name: str, strict: bool) -> None:
    path, variant = zoo_names()[name]
    text = path.read_text(encoding="utf-8")
    network = network_of(text, variant=variant)
    search = Search(network, strict=strict)
    tried = ZOO[name]
    for axes in search.axes(None):
        found = search.along(axes, tried)
        expected = one_by_one(text, variant, tried, list(axes), strict)
        assert list(found.sizes) == expected
        for size in tried:
            unfit = search.why(axes, size)
            assert (unfit is None) == (size in expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(zoo_names()))
def test_whole_zoo(name: str) -> None:
    path, variant = zoo_names()[name]
    text = path.read_text(encoding="utf-8")
    network = network_of(text, variant=variant)
    shape = network.graph.nodes[0].lowered.output or ()
    if len(shape) < 2:
        with pytest.raises(UsageError, match="no height or width"):
            sizes(network)
        return
    given = shape[0] or 1
    tried = range(max(1, given - 1), given + 2)
    search = Search(network)
    for axes in search.axes(None):
        given = shape[axes[0]] or 1
        tried = range(max(1, given - 1), given + 2)
        found = search.along(axes, tried)
        assert list(found.sizes) == one_by_one(text, variant, tried, list(axes), False)


@settings(max_examples=12)
@given(networks(), st.booleans())
def test_generated_networks(drawn: Drawn, strict: bool) -> None:
    network = network_of(drawn.text)
    search = Search(network, strict=strict)
    rank = len(drawn.spec["input"]) - 1
    tried = range(1, 25, 3)
    every = tuple(range(rank))
    found = search.along(every, tried)
    assert list(found.sizes) == one_by_one(drawn.text, None, tried, list(every), strict)
    for size, output in zip(found.sizes, found.outputs, strict=True):
        shape = [size] * rank + drawn.spec["input"][-1:]
        assert analyze(load(drawn.text, input=shape)).output_shape == output


@settings(max_examples=12)
@given(networks(), st.booleans())
def test_one_axis_of_generated_networks(drawn: Drawn, strict: bool) -> None:
    """Where nothing is wrong with the other axes, sizes of one are those of whole networks."""
    network = network_of(drawn.text)
    if not fits(network, strict=strict):
        return
    search = Search(network, strict=strict)
    for axis in range(len(drawn.spec["input"]) - 1):
        tried = range(1, 25, 3)
        found = search.along((axis,), tried)
        assert list(found.sizes) == one_by_one(drawn.text, None, tried, [axis], strict)
        assert found.given == drawn.spec["input"][axis]


def of(name: str, tried: range | None = None, *, strict: bool = False) -> Fitting:
    return sizes(load(name), tried, strict=strict)[0]


@pytest.mark.parametrize(
    ("name", "strict", "text"),
    [
        ("unet-valid", False, "188 + 16k"),
        ("unet", False, "multiples of 16"),
        ("vgg16", False, "multiples of 32"),
        ("resnet50", False, "every size"),
        ("resnet50", True, "1 + 32k"),
        ("inception-v3", False, "75 + 32k"),
        ("lenet5", False, "multiples of 4 from 32"),
        ("densenet121", False, "29, 30, 31 or 32, + 32k"),
    ],
)
def test_patterns_of_networks(name: str, strict: bool, text: str) -> None:
    found = of(name, strict=strict).pattern
    assert found is not None
    assert found.text == text


def test_unet_as_published() -> None:
    """Ronneberger et al. 2015, figure 1: a tile of 572×572 gives 388×388."""
    found = of("unet-valid")
    assert found.output(572) == (388, 388, 2)
    assert found.nearest(300, 3) == [284, 300, 316]
    assert 573 not in found.sizes


def test_why() -> None:
    search = Search(load("unet-valid"))
    unfit = search.why((0, 1), 573)
    assert unfit is not None
    assert (unfit.layer, unfit.size) == ("max_pool_1", 573)
    assert unfit.reason == "height (569 + 0 - 2) mod 2 = 1: 1 of the input in no window"
    small = search.why((0, 1), 20)
    assert small is not None
    assert small.reason == "the height would be 0, from 2"


def test_trouble_along_other_axes_is_not_held_against_a_size() -> None:
    text = "input: 8x7x1\nlayers:\n  - max_pool: 2\n  - conv: {filters: 2, kernel: 3}\n"
    height, width = sizes(load(text), range(1, 40))
    assert height.pattern is not None
    assert height.pattern.text == "multiples of 2 from 6"
    assert width.sizes == height.sizes
    (same,) = sizes(load(text), range(1, 40), axis="height")
    assert same == height


def test_weights_that_depend_on_the_size() -> None:
    text = (
        "input: 8x8x1\nlayers:\n  - max_pool: 2\n  - flatten\n  - dense: {units: 5, name: head}\n"
    )
    assert sizes(load(text))[0].resized == ("head",)
    assert of("resnet50", range(224, 225)).resized == ()
    shared = "  - dense: {units: 16, name: a}\n  - dense: {share: a}\n"
    tied = load("input: 4x4x1\nlayers:\n  - flatten\n" + shared)
    assert sizes(tied, range(1, 9))[0].sizes == (4,)


def test_several_inputs_change_together() -> None:
    text = json.dumps(
        {
            "inputs": {"left": [16, 16, 1], "right": [16, 16, 3], "small": [8]},
            "layers": [
                {"max_pool": {"size": 2, "from": "left", "name": "a"}},
                {"max_pool": {"size": 2, "from": "right", "name": "b"}},
                {"concat": ["a", "b"]},
            ],
        },
        indent=1,
    )
    (found,) = sizes(load(text), range(1, 20))
    assert found.sizes == tuple(range(2, 20, 2))


def test_an_input_of_another_size_stays() -> None:
    text = json.dumps(
        {
            "inputs": {"left": [64, 64, 1], "right": [32, 32, 1]},
            "layers": [
                {"max_pool": {"size": 2, "from": "left", "name": "a"}},
                {"concat": ["a", "right"]},
            ],
        },
        indent=1,
    )
    (found,) = sizes(load(text), range(1, 99))
    assert found.sizes == (64,)


def test_a_thousand_sizes_of_resnet50() -> None:
    network = load("resnet50")
    begin = time.process_time()
    (found,) = sizes(network, range(1, 1001))
    assert time.process_time() - begin < 2  # a quarter of a second on an idle machine
    assert len(found.sizes) == 1000


@pytest.mark.parametrize(
    ("tried", "found", "text"),
    [
        (range(1, 100), range(32, 100, 32), "multiples of 32"),
        (range(1, 100), range(33, 100), "every size from 33"),
        (range(1, 100), range(1, 100), "every size"),
        (range(1, 100), [5, *range(12, 100, 8)], "12 + 8k, and 5"),
        (range(1, 100), [n for n in range(7, 100) if n % 10 in (1, 2)], "11 or 12, + 10k"),
        (range(40, 100), range(45, 100, 5), "multiples of 5 from 45"),
        (range(1, 200), [n for n in range(1, 200) if n % 20 < 10],
         "10 of every 20 sizes from 1"),
    ],
)  # fmt: skip
def test_pattern(tried: range, found: list[int], text: str) -> None:
    rule = pattern(tried, list(found))
    assert rule is not None
    assert rule.text == text


def test_no_pattern_in_many_sizes_is_known_soon() -> None:
    tried = range(1, 100_001)
    assert pattern(tried, [n * n for n in range(1, 317)]) is None
    assert pattern(tried, [5, 6, 7]) is None


@pytest.mark.parametrize("found", [[], [50], [3, 4, 9, 27, 81], [97, 98, 99, 3, 5, 8, 40, 60]])
def test_no_pattern(found: list[int]) -> None:
    assert pattern(range(1, 100), sorted(found)) is None


@given(st.integers(1, 12), st.sets(st.integers(0, 11), min_size=1), st.integers(1, 40))
def test_a_pattern_means_what_it_was_made_of(period: int, rests: set[int], least: int) -> None:
    tried = range(1, 200)
    found = [n for n in tried if n >= least and n % period in {rest % period for rest in rests}]
    rule = pattern(tried, found)
    assert rule is not None
    named = {first + rule.period * k for first in rule.first for k in range(200)}
    assert sorted({*named, *rule.others} & set(tried)) == found
    assert period % rule.period == 0


@pytest.mark.parametrize(
    ("text", "tried", "axis", "message"),
    [
        ("input: 8\nlayers: [{dense: 3}]\n", None, None, "no height or width"),
        ("input: 8x8x1\nlayers: [relu]\n", None, "depth", "axes are height, width"),
        ("input: 8x8x1\nlayers: [relu]\n", range(0), None, "from 1 to"),
        ("input: 8x8x1\nlayers: [relu]\n", range(5), None, "from 1 to"),
        ("input: 8x8x1\nlayers: [relu]\n", range(1, 10**9), None, "too much"),
        ("input: 8x8x1\nlayers: [{cnov: 3}]\n", None, None, "mend what check finds"),
        (
            "input: 8x8x1\nlayers:\n  - flatten\n  - max_pool: 2\n"
            "  - conv: {filters: $in_channels, kernel: 1}\n",
            None,
            None,
            "conv_1 is not known, as a layer before it is broken",
        ),
    ],
)
def test_refusals(text: str, tried: range | None, axis: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        sizes(load(text), tried, axis=axis)
    assert "\n" not in str(caught.value)


def test_a_long_chain_is_bounded() -> None:
    layers = [{"conv": {"filters": 1, "kernel": 3, "padding": 1, "repeat": 50_000}}]
    network = Network.from_data({"input": [64, 64, 1], "layers": layers})
    with pytest.raises(UsageError, match="1,000 sizes of 50,001 layers are too much: at most 39"):
        sizes(network, range(1, 1001))
    (found,) = sizes(network, range(60, 62))
    assert found.sizes == (60, 61)
