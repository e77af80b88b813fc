"""What an opaque layer costs counts, also where nobody knows what comes out of it."""

from __future__ import annotations

from tests.helpers import chain


def test_costs_without_an_output() -> None:
    facts = chain(
        "8x8x3", "conv: {filters: 4, kernel: 1}", "opaque: {params: 70, macs: 900}", "relu"
    )
    layer = facts.layer("opaque_1")
    assert (layer.n_params, layer.n_trainable_params, layer.n_statistics) == (70, 70, 0)
    assert (layer.n_macs, layer.weight_bytes, layer.output_shape) == (900, 280, None)
    assert facts.totals.n_macs == 64 * 12 + 900
    assert "n_params" in facts.totals.partial  # of what follows
    assert facts.layer("relu_1").n_params is None


def test_nothing_declared_is_not_known() -> None:
    facts = chain("8x8x3", "opaque: {macs: 900}")
    assert facts.layers[0].n_params is None
    assert facts.totals.partial[:2] == ("n_params", "n_trainable_params")


def test_frozen() -> None:
    facts = chain("8x8x3", "opaque: {params: 70, trainable: false}")
    assert (facts.totals.n_params, facts.totals.n_trainable_params) == (70, 0)
    assert "n_params" not in facts.totals.partial
    assert "n_macs" in facts.totals.partial
