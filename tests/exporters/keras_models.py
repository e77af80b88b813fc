"""Generated Keras code, run, and what its model computes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.keras import build_keras
from cnncalc.exporters.keras.plan import plan_of
from cnncalc.numeric.running import run
from cnncalc.numeric.weights import scrambled
from tests.numeric.arrays import Array, Arrays, assert_close
from tests.numeric.graphs import some_inputs

keras: Any = pytest.importorskip("keras")


def outputs_of(model: Any, facts: NetworkFacts, inputs: Arrays) -> dict[str, Array]:
    """What the model gives, by the names of the network's outputs."""
    given = [np.asarray(inputs[name], np.float32) for name in facts.inputs]
    values = model(given[0] if len(given) == 1 else given, training=False)
    values = values if isinstance(values, list | tuple) else [values]
    names = dict.fromkeys(facts.outputs)
    assert len(values) == len(names)
    return {
        name: keras.ops.convert_to_numpy(value) for name, value in zip(names, values, strict=True)
    }


def outputs(facts: NetworkFacts, weights: Arrays, inputs: Arrays) -> list[Array]:
    """The network's outputs with these weights, batch first and channels last."""
    keras.backend.clear_session(free_memory=False)
    return list(outputs_of(build_keras(facts, weights), facts, inputs).values())


def compare(facts: NetworkFacts) -> Any:
    """Hold the model to the outputs of our own run, with the same weights; the model."""
    weights, inputs = scrambled(facts, 1), some_inputs(facts)
    keras.backend.clear_session(free_memory=False)
    model = build_keras(facts, weights)
    theirs = run(facts.network, inputs, weights, threads=1)
    ours = outputs_of(model, facts, inputs)
    for name, value in ours.items():
        assert_close(value, theirs[name], "float32", name)
    return model


def check_layers(facts: NetworkFacts, model: Any) -> None:
    """Hold every Keras layer to the shape of its layer, and the model to the counts."""
    plan = plan_of(facts)
    nodes = facts.network.graph.nodes
    for index in plan.order:
        node = nodes[index]
        if plan.maker_of(node) == index and index not in plan.makers.values():
            layer = model.get_layer(plan.names[index][plan.main[index]])
            assert tuple(layer.output.shape[1:]) == node.lowered.output, node.name
    if len(plan.order) == len(facts.layers):
        totals = facts.totals
        assert count(model.trainable_variables) == totals.n_trainable_params
        frozen = totals.n_params - totals.n_trainable_params
        assert count(model.non_trainable_variables) == frozen + totals.n_statistics


def count(variables: list[Any]) -> int:
    """Values of variables, but for the state of random generators."""
    shapes = [tuple(variable.shape) for variable in variables if "seed" not in variable.path]
    return sum(int(np.prod(shape, dtype=np.int64)) for shape in shapes)


def ruff(*arguments: str, text: str) -> str:
    """What ruff has to say about a file, with its own defaults; empty if nothing."""
    command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache"]
    command += ["--stdin-filename", "network.py", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def ruff_all(texts: dict[str, str], folder: Path) -> str:
    """What ruff has to say about files; empty if nothing."""
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    complaints = ""
    for command in (["format", "--diff"], ["check"]):
        full = [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(folder)]
        done = subprocess.run(full, capture_output=True, text=True, check=False)
        complaints += "" if done.returncode == 0 else done.stdout + done.stderr
    return complaints
