"""Every convention against the figures of the tool itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.conventions.counting import Figure, count
from tests.helpers import chain

FIGURES: dict[str, Any] = json.loads(Path(__file__).with_name("figures.json").read_text("utf-8"))
NETWORKS: list[dict[str, Any]] = FIGURES["torchvision"]
TOOLS = ("fvcore", "torchinfo", "torch", "calflops", "ptflops", "ptflops-aten", "thop")


def facts_at(network: str, size: list[int] | None = None) -> NetworkFacts:
    return cnncalc.analyze(cnncalc.load(network, input=None if size is None else tuple(size)))


def first(facts: NetworkFacts, tool: str) -> Figure:
    return count(facts, tool).figures[0]


@pytest.mark.parametrize("row", NETWORKS, ids=lambda row: row["network"])
def test_torchvision(row: dict[str, Any]) -> None:
    facts = facts_at(row["network"], row["input"])
    for tool in TOOLS:
        figure = first(facts, tool)
        assert not figure.is_partial
        if tool == "ptflops":
            assert figure.low <= row[tool] <= figure.high
        else:
            assert figure.value == row[tool], tool
    macs = count(facts, "calflops").figure("macs")
    assert macs is not None
    assert macs.value == row["calflops MACs"]
    if "n_params" in row:
        for tool in ("fvcore", "torchinfo", "torch"):
            params = count(facts, tool).figure("params")
            assert params is not None
            assert params.value == row["n_params"], tool


@pytest.mark.parametrize("row", FIGURES["layers"], ids=lambda row: f"{row['input']} {row['layer']}")
def test_single_layers(row: dict[str, Any]) -> None:
    """Every layer as one module; of ptflops's range that is the most."""
    size = f"[{row['input']}]" if row["input"].isdigit() else row["input"]
    facts = chain(size, row["layer"])
    assert {tool: first(facts, tool).high for tool in TOOLS} == {tool: row[tool] for tool in TOOLS}


@pytest.mark.parametrize("row", FIGURES["keras"], ids=lambda row: row["network"])
def test_keras(row: dict[str, Any]) -> None:
    facts = facts_at(row["network"])
    total, trainable, frozen = count(facts, "keras").figures
    assert (total.word, frozen.word) == ("Total params", "Non-trainable params")
    assert (total.value, frozen.value) == (row["total"], row["non_trainable"])
    assert total.value == (trainable.value or 0) + (frozen.value or 0)


@pytest.mark.parametrize(
    ("network", "values"),
    [
        # initialisers after ONNX Runtime 1.27's ConvBatchNormFusion on our export of the network
        ("resnet18", 11_684_712),
        ("densenet121", 8_040_040),
        ("mobilenet-v2-0.5", 1_959_408),  # and the two bounds of ReLU6
        ("squeezenet", 1_248_424),
    ],
)
def test_onnx_folds_batch_norms(network: str, values: int) -> None:
    assert first(facts_at(network, [64, 64, 3]), "onnx").value == values
