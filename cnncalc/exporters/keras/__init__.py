"""Networks as Keras code, models and files.

`to_keras` writes Python that a person could have written: one `build_model()`, the spec's blocks as
functions, and the names of the layer table. What Keras lacks comes along as small classes.

Reference:
    Keras 3, https://keras.io/api/
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.code.allowed import check_allowed
from cnncalc.exporters.expressible import check_expressible
from cnncalc.exporters.keras.plan import plan_of
from cnncalc.exporters.keras.source import source
from cnncalc.exporters.keras.statements import program_of
from cnncalc.exporters.noted import noted_layer
from cnncalc.exporters.weights import check_weights
from cnncalc.source.printable import printable
from cnncalc.source.writing import write_file

NOTE = "cnncalc"  # the key of what a configuration notes
_CONFIG = "config.json"  # its place in a .keras archive
_MODULES = frozenset({"keras", "numpy"})


def to_keras(facts: NetworkFacts) -> str:
    """The network as Python for Keras 3, with any of its backends.

    `build_model()` builds it, `load_weights` and `save_weights` read and write weight files that
    cnncalc has too. A layer that no output depends on is left out, as Keras would drop it.

    Args:
        facts: The network.

    Raises:
        UsageError: The network has what Keras cannot express, which the message lists: faults,
            unknown shapes, opaque layers.
    """
    check_expressible(facts, "Keras")
    plan = plan_of(facts)
    text = source(plan, program_of(plan))
    check_allowed(text, _MODULES)
    return text


def build_keras(facts: NetworkFacts, weights: Mapping[str, Any] | None = None) -> Any:
    """The network as a live Keras model: what `build_model()` of the generated code gives.

    Args:
        facts: The network.
        weights: Arrays by `<layer>.<weight>`; Keras's own initial values if not given.

    Raises:
        UsageError: Keras is not installed, an array is missing or has another shape, or the network
            has what Keras cannot express.
    """
    _keras()
    if weights is not None:
        check_weights(facts, weights)
        _check_shapes(facts, weights)
    text = to_keras(facts)
    # our own code, seen through before: what the user of the file would run
    namespace: dict[str, Any] = {"__name__": "cnncalc_network"}
    exec(compile(text, "<network>", "exec"), namespace)
    model = namespace["build_model"]()
    if weights is not None:
        namespace["assign_weights"](model, weights)
    return model


def to_keras_json(facts: NetworkFacts) -> str:
    """The configuration that `keras.models.model_from_json` reads.

    Beside it, where Keras does not look, it has the layers that Keras's were made of.

    Raises:
        UsageError: Keras is not installed, or the network has what it cannot express.
    """
    return _noted(build_keras(facts).to_json(), facts)


def _noted(text: str, facts: NetworkFacts) -> str:
    """A configuration with the layers that Keras's were made of."""
    config = json.loads(text)
    kept = [facts.network.graph.nodes[index].name for index in plan_of(facts).order]
    layers = [noted_layer(facts.layer(name)) for name in kept]
    config[NOTE] = {"layers": layers, "outputs": list(facts.outputs)}
    return json.dumps(config)


def save_keras(
    facts: NetworkFacts,
    path: str | Path,
    weights: Mapping[str, Any] | None = None,
    *,
    force: bool = False,
) -> None:
    """Write the network to a `.keras` archive, the whole of it or nothing.

    Args:
        facts: The network.
        path: Where it goes.
        weights: Arrays by `<layer>.<weight>`; Keras's own initial values if not given.
        force: Whether it may replace a file that is there.

    Raises:
        UsageError: As `build_keras`, or the file cannot be written, or is there already.
    """
    model = build_keras(facts, weights)
    with tempfile.TemporaryDirectory() as folder:
        draft = os.path.join(folder, "model.keras")
        model.save(draft)
        write_file(_noted_archive(draft, facts), path, force=force)


def _noted_archive(draft: str, facts: NetworkFacts) -> bytes:
    """The archive with the same note in its configuration."""
    result = io.BytesIO()
    with zipfile.ZipFile(draft) as archive, zipfile.ZipFile(result, "w") as noted:
        for info in archive.infolist():
            data = archive.read(info)
            if info.filename == _CONFIG:
                data = _noted(data.decode(), facts).encode()
            noted.writestr(info, data)
    return result.getvalue()


def _check_shapes(facts: NetworkFacts, weights: Mapping[str, Any]) -> None:
    for layer in facts.layers:
        for weight in () if layer.shares else layer.weights or ():
            name = f"{layer.name}.{weight.name}"
            shape = np.shape(weights[name])
            if shape != weight.shape:
                wanted = f"must have the shape {weight.shape}, not {shape}"
                raise UsageError(f"{printable(name)} {wanted}")


def _keras() -> None:
    try:
        import keras  # noqa: F401
    except ImportError:
        message = 'Keras needs a package that is not installed: pip install "cnncalc[keras]"'
        raise UsageError(message) from None
