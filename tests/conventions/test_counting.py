"""Counts of generated networks, of what is not known, and why two of them differ."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings

import cnncalc
from cnncalc.conventions.comparing import against
from cnncalc.conventions.counting import conventions, count
from tests.helpers import chain, facts_of
from tests.properties.strategies import Drawn, networks

ALL = conventions()


def test_names() -> None:
    assert conventions() == [
        *("cnncalc", "calflops", "fvcore", "keras", "onnx", "ptflops", "ptflops-aten"),
        *("thop", "torch", "torchinfo"),
    ]
    with pytest.raises(cnncalc.UsageError, match=r"one of cnncalc, calflops, .*, not 'fvcor'"):
        count(chain("8x8x3", "relu"), "fvcor")


@settings(max_examples=60)
@given(networks())
def test_our_own_convention_is_the_facts(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    for figure in count(facts).figures:
        match figure.quantity:
            case "frozen":
                assert figure.value == facts.totals.n_params - facts.totals.n_trainable_params
            case "trainable":
                assert figure.value == facts.totals.n_trainable_params
            case quantity:
                assert figure.value == getattr(facts.totals, f"n_{quantity}")


@settings(max_examples=60)
@given(networks())
def test_terms_add_up(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    for name in ALL:
        for one in against(facts, name).comparisons:
            assert sum(row.ours for row in one.rows) == one.ours.value
            assert sum(row.low for row in one.rows) == one.theirs.low
            assert sum(row.high for row in one.rows) == one.theirs.high
            parts = [row.difference for row in one.rows]
            assert one.difference == tuple(map(sum, zip(*parts, strict=True))) or not parts


@pytest.mark.oracle
@settings(max_examples=25, deadline=None)
@given(networks())
def test_generated_networks_in_torch(drawn: Drawn) -> None:
    torch: Any = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode

    facts = facts_of(drawn.text)
    with torch.device("meta"):
        model = cnncalc.load(drawn.text + "\n").build_torch().eval()
        # the export adds up windows by convolving with ones, which is no layer of the network
        assume(not {type(module).__name__ for module in model.modules()} & {"MeanPool", "SumPool"})
        shapes = [shape or () for shape in facts.inputs.values()]
        with FlopCounterMode(display=False) as counter:
            model(*(torch.empty(1, shape[-1], *shape[:-1]) for shape in shapes))
    assert count(facts, "torch").figures[0].value == counter.get_total_flops()
    learned = sum(parameter.numel() for parameter in model.parameters())
    assert count(facts, "torch").figures[1].value == learned


def test_batch_multiplies_operations_only() -> None:
    network = cnncalc.load("lenet5-modern")
    one, many = cnncalc.analyze(network), cnncalc.analyze(network, batch=7)
    for name in ALL:
        for single, batch in zip(count(one, name).figures, count(many, name).figures, strict=True):
            factor = 7 if single.quantity in ("macs", "flops") else 1
            assert (batch.low, batch.high) == (single.low * factor, single.high * factor)


def test_shared_weights_count_once() -> None:
    facts = facts_of(
        "input: 8x8x4\nlayers:\n  - conv: {name: a, filters: 4, kernel: 1}\n  - relu\n"
        "  - conv: {filters: 4, kernel: 1, share: a}\n"
    )
    figures = {figure.word: figure.value for figure in count(facts, "torchinfo").figures}
    assert figures["Total params"] == 20
    assert figures["mult-adds"] == 2 * 20 * 64


def test_frozen_weights() -> None:
    facts = chain("8x8x4", "conv: {filters: 4, kernel: 1, trainable: false}", "batch_norm")
    total, trainable, frozen = count(facts, "keras").figures
    assert (total.value, trainable.value, frozen.value) == (20 + 16, 8, 20 + 8)
    assert count(facts, "torchinfo").figures[3].value == 20
    assert count(facts, "ptflops").figures[1].value == 8


@pytest.mark.parametrize("name", ALL)
def test_what_is_not_known_is_partial(name: str) -> None:
    known = "conv: {filters: 4, kernel: 1}"
    text = f"input: 8x8x4\nlayers:\n  - {known}\n  - opaque: {{output: 8x8x4}}\n  - {known}\n"
    facts = cnncalc.analyze(cnncalc.load(text))
    for figure in count(facts, name).figures:
        whole = count(chain("8x8x4", known, known), name).figure(figure.quantity)
        assert whole is not None
        assert (figure.low, figure.high) == (whole.low, whole.high)
        if figure.quantity in ("macs", "flops", "params"):
            assert figure.is_partial


@pytest.mark.parametrize("name", ALL)
def test_faulty_networks_are_partial(name: str) -> None:
    text = "input: 8x8x4\nlayers:\n  - conv: {filters: 4, kernel: 30}\n  - conf: 3\n  - dense: 2\n"
    assert count(cnncalc.analyze(cnncalc.load(text)), name).figures[0].is_partial


def test_a_spec_may_tell_how_its_code_is_written() -> None:
    text = "input: 8x8x4\nlayers:\n  - global_avg_pool\n  - dense: 2\n"

    def figures(section: str) -> list[int | None]:
        facts = facts_of(text + section)
        return [count(facts, name).figures[0].value for name in ("fvcore", "thop")]

    assert figures("") == [8 + 256, 8 + 256 + 4]
    assert figures("x-pytorch: {functions: [global_avg_pool]}") == [8 + 256, 8]
    assert figures("x-pytorch: {methods: [global_avg_pool_1]}") == [8, 8]
    for other in ("x-pytorch: 3", "x-pytorch: {functions: 3}", "x-pytorch: {functions: [[1]]}"):
        assert figures(other) == figures("")


def test_mistakes_are_named() -> None:
    facts = chain("8x8x4", "dense: 8", "conv_transpose: {filters: 4, kernel: 2, stride: 2}")
    assert count(facts, "torchinfo").mistakes == (
        "dense: counted once per batch, not once per position of the map",
        "dense bias: counted once per batch, not once per position of the map",
        "transposed convolution: counted by the output's positions, where the input's do the work",
    )
    assert count(facts, "fvcore").mistakes == ()
    gone = count(chain("8x8x4", "group_norm: 2"), "thop")
    assert gone.mistakes == ("group norm: not in its table of modules, so it is left out",)
    assert [figure.value for figure in gone.figures] == [0, 0]


def test_a_connection_table_is_a_whole_convolution_in_pytorch() -> None:
    facts = chain("8x8x3", "conv: {filters: 2, kernel: 3, connections: [[0], [1, 2]]}")
    assert facts.totals.n_macs == 36 * 9 * 3
    assert count(facts, "torch").figures[0].value == 2 * 36 * 9 * 6


def test_expanded_specs_count_alike() -> None:
    from cnncalc.spec.flat import flat_spec

    for name in ("convnext-tiny", "shufflenet-v2"):
        network = cnncalc.load(name)
        flat = cnncalc.load("".join(flat_spec(network)) + "\n")
        for tool in ALL:
            ours, theirs = (count(cnncalc.analyze(one), tool) for one in (network, flat))
            pairs = zip(ours.figures, theirs.figures, strict=True)
            assert all(a[:5] == b[:5] for a, b in pairs), tool
