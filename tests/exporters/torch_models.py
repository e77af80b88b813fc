"""What the modules compute that the PyTorch exporter writes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.torch import build_torch
from tests.numeric.arrays import Array, Arrays

torch: Any = pytest.importorskip("torch")
torch.set_num_threads(1)  # tests run side by side, and threads that wait for one another spin


def outputs(facts: NetworkFacts, weights: Arrays, inputs: Arrays) -> list[Array]:
    """The network's outputs at inference, batch first and channels last, as the inputs are."""
    model = build_torch(facts, weights).eval()
    given = [torch.from_numpy(channels_first(inputs[name])) for name in facts.inputs]
    with torch.no_grad():
        results = model(*given)
    results = results if isinstance(results, tuple) else (results,)
    return [np.moveaxis(result.numpy(), 1, -1) for result in results]


def channels_first(array: Array) -> Array:
    """An array of a type and layout that PyTorch takes."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 1).astype(np.float32))


def counts(model: Any) -> tuple[int, int, int]:
    """Parameters, those that are trained, and running statistics."""
    parameters = list(model.parameters())
    trained = [one for one in parameters if one.requires_grad]
    kept = [
        tensor
        for name, tensor in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    ]
    n_params = sum(one.numel() for one in parameters)
    n_kept = sum(one.numel() for one in kept)
    return n_params, sum(one.numel() for one in trained), n_kept - n_params


def expected_counts(facts: NetworkFacts) -> tuple[int | None, ...]:
    """The same by the layer table."""
    totals = facts.totals
    return totals.n_params, totals.n_trainable_params, totals.n_statistics


def complaints(sources: Iterable[str], folder: Path) -> str:
    """What ruff has to say of some code, checked and formatted by its own defaults."""
    for number, source in enumerate(sources):
        (folder / f"network_{number}.py").write_text(source, encoding="utf-8")
    said = ""
    for command in (["check"], ["format", "--diff"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        said += done.stdout if done.returncode else ""
    return said
