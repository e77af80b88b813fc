"""The weights of Keras models: in archives, where only what lies in the file is read, and live."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import SpecError, UsageError
from cnncalc.importers.keras.archive import read_archive
from cnncalc.spec.network import Network
from tests.importers.keras.test_hostile import layer, model

h5py: Any = pytest.importorskip("h5py")

Fill = Callable[[Any], None]


def config() -> dict[str, Any]:
    conv = layer("Conv2D", "first", "x", filters=2, kernel_size=3)
    return model(conv, layer("Conv2D", "second", "first", filters=2, kernel_size=1), end="second")


def hdf5(fill: Fill) -> bytes:
    """A file of weights that a function fills in."""
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        fill(file)
    return weights.getvalue()


def archive(weights: bytes) -> bytes:
    """An archive with these weights."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as members:
        members.writestr("config.json", json.dumps(config()))
        members.writestr("model.weights.h5", weights)
    return stream.getvalue()


def filled(file: Any) -> None:
    """The weights as Keras writes them."""
    rng = np.random.default_rng(0)
    for word, kernel in (("conv2d", (3, 3, 3, 2)), ("conv2d_1", (1, 1, 2, 2))):
        group = file.create_group(f"layers/{word}/vars")
        group["0"] = rng.normal(size=kernel).astype("float32")
        group["1"] = np.zeros(2, "float32")


def named(file: Any) -> None:
    """The same, with the layers' names beside their variables, in another order."""
    filled(file)
    for word, name in (("conv2d", "first"), ("conv2d_1", "second")):
        file[f"layers/{word}/vars"].attrs["name"] = name
    file.move("layers/conv2d", "layers/other")
    file.move("layers/conv2d_1", "layers/conv2d")


def other(place: str, change: Fill) -> Fill:
    """The weights with one array gone and something else done."""

    def fill(file: Any) -> None:
        filled(file)
        del file[place]
        change(file)

    return fill


KERNEL = "layers/conv2d/vars/0"


def virtual(file: Any) -> None:
    layout = h5py.VirtualLayout((3, 3, 3, 2), "float32")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3, 3, 3, 2))
    file.create_virtual_dataset(KERNEL, layout)


def external(file: Any) -> None:
    file.create_dataset(KERNEL, (3, 3, 3, 2), "float32", external=[("/etc/passwd", 0, 216)])


def link(target: Any) -> Fill:
    def change(file: Any) -> None:
        file[KERNEL] = target

    return change


def empty(shape: tuple[int, ...]) -> Fill:
    def change(file: Any) -> None:
        file.create_dataset(KERNEL, shape, "float32", chunks=(1,) * len(shape))

    return change


@pytest.mark.parametrize("fill", [filled, named])
def test_weights(fill: Fill) -> None:
    read = read_archive(archive(hdf5(fill)), name="m.keras", with_weights=True)
    assert list(read.weights) == ["first.kernel", "first.bias", "second.kernel", "second.bias"]
    assert read.weights["second.kernel"].shape == (1, 1, 2, 2)
    with pytest.raises(KeyError):
        read.weights["third.kernel"]
    network = Network.from_data(read.spec())
    outputs = cnncalc.run(network, np.zeros((1, 8, 8, 3), "float32"), weights=read.weights)
    assert [value.shape for value in outputs.values()] == [(1, 6, 6, 2)]


def test_weights_are_read_on_request_only() -> None:
    assert not read_archive(archive(hdf5(virtual)), name="m.keras").weights


@pytest.mark.parametrize(
    ("fill", "words"),
    [
        (other(KERNEL, virtual), "another file"),
        (other(KERNEL, external), "another file"),
        (other(KERNEL, link(h5py.ExternalLink("/etc/passwd", "/x"))), "link"),
        (other(KERNEL, link(h5py.SoftLink("/layers/conv2d_1/vars/0"))), "link"),
        (
            other("layers/conv2d", lambda file: file.create_group("layers/conv2d/vars")),
            "damaged|link",
        ),
        (other("layers/conv2d", lambda _: None), "none for the layer 'first'"),
        (other(KERNEL, lambda _: None), "link|damaged"),
        (other(KERNEL, empty((2**20, 2**20))), "cannot hold"),
        (other(KERNEL, lambda file: file.create_group(KERNEL)), "no array"),
        (other(KERNEL, link("text")), "no numbers"),
        (lambda _: None, "none for the layer"),
    ],
)
def test_refused(fill: Fill, words: str) -> None:
    with pytest.raises(SpecError, match=words) as caught:
        read_archive(archive(hdf5(fill)), name="m.keras", with_weights=True)
    assert "\n" not in str(caught.value)


def test_damaged_weights() -> None:
    whole = hdf5(filled)
    rng = random.Random(1)
    for _ in range(100):
        data = bytearray(whole[: rng.randrange(len(whole))] if rng.random() < 0.2 else whole)
        for _ in range(rng.randint(1, 20)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        with suppress(SpecError, UsageError):
            weights = read_archive(archive(bytes(data)), name="m", with_weights=True).weights
            for name in weights:
                weights[name]


def test_without_h5py(monkeypatch: pytest.MonkeyPatch) -> None:
    data = archive(hdf5(filled))
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(UsageError, match=r'pip install "cnncalc\[keras-weights\]"'):
        read_archive(data, name="m.keras", with_weights=True)


def test_from_keras_wants_a_model() -> None:
    from cnncalc.importers.keras.live import from_keras

    with pytest.raises(UsageError, match="needs a Keras model, not 'PosixPath'"):
        from_keras(Path("/"))


@pytest.mark.slow
@pytest.mark.oracle
def test_values() -> None:
    pytest.importorskip("keras")
    backend = "torch" if find_spec("torch") else "jax"  # which computes without compiling first
    code = "from tests.importers.keras.model_cases import check_values; check_values()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
