"""Model files from strangers: one clear line, in bounded time, whatever they hold."""

from __future__ import annotations

import copy
import io
import json
import random
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from cnncalc.analysis.analyze import analyze
from cnncalc.errors import SpecError, UsageError
from cnncalc.importers.json_text import parse_json
from cnncalc.importers.keras import read_config
from cnncalc.importers.keras.archive import read_archive
from cnncalc.spec.network import Network

Data = dict[str, Any]


def tensor(name: str, node: int = 0, shape: Any = (None, 8, 8, 3)) -> Data:
    config = {"shape": list(shape), "dtype": "float32", "keras_history": [name, node, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def layer(kind: str, name: str, *feeds: str, **config: Any) -> Data:
    arguments = [tensor(feed) for feed in feeds]
    node: Data = {"args": [arguments] if len(arguments) > 1 else arguments, "kwargs": {}}
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, **config},
        "registered_name": None,
        "name": name,
        "inbound_nodes": [node] if feeds else [],
    }


def model(*layers: Data, end: str) -> Data:
    first = layer("InputLayer", "x", batch_shape=[None, 8, 8, 3])
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "model",
            "layers": [first, *layers],
            "input_layers": ["x", 0, 0],
            "output_layers": [end, 0, 0],
        },
    }


def small() -> Data:
    return model(
        layer("Conv2D", "c", "x", filters=4, kernel_size=[3, 3], activation="relu"),
        layer("BatchNormalization", "b", "c", axis=-1),
        layer("Conv2DTranspose", "t", "b", filters=4, kernel_size=[2, 2], output_padding=[0, 0]),
        layer("SeparableConv2D", "s", "t", filters=4, kernel_size=3, padding="same"),
        layer("MaxPooling2D", "m", "s", pool_size=[2, 2], strides=[1, 1], padding="same"),
        layer("ZeroPadding2D", "z", "m", padding=[[0, 1], [0, 1]]),
        layer("UpSampling2D", "u", "z", size=[2, 2], interpolation="bilinear"),
        layer("Normalization", "n", "u", axis=[-1], mean=[1, 2, 3, 4], variance=[1, 1, 1, 1]),
        layer("GroupNormalization", "g", "n", groups=2),
        layer("Add", "a", "g", "u"),
        layer("Dropout", "d", "a", rate=0.5),
        layer("ReLU", "r", "d", max_value=6.0),
        layer("Reshape", "q", "r", target_shape=[-1, 4]),
        layer("LSTM", "l", "q", units=3),
        layer("Dense", "e", "l", units=2),
        end="e",
    )


def read(data: object) -> None:
    """Read a model to the end, as every command does."""
    analyze(Network.from_data(read_config(data, name="m.json").spec()))


def refusal(data: object) -> str:
    with pytest.raises((SpecError, UsageError)) as caught:
        read(data)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    return message


def test_the_model_itself_is_sound() -> None:
    network = Network.from_data(read_config(small(), name="m.json").spec())
    assert not network.problems
    assert not any(layer.faults for layer in analyze(network).layers)


# -- JSON ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "not valid JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"a": 1, "a": 2}', "the key 'a' twice"),
        (b'{"a": NaN}', "NaN"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"1" * 5000, "5,000 digits"),
        (b"[" + b"[]," * 2_000_001 + b"[]]", "lists"),
        (b"[1] x", "not valid JSON"),
    ],
)
def test_json(text: bytes, words: str) -> None:
    with pytest.raises(SpecError, match=r"m\.json") as caught:
        parse_json(text, "m.json")
    assert words in str(caught.value)


def test_json_has_a_place() -> None:
    with pytest.raises(SpecError) as caught:
        parse_json(b'{\n  "a": }', "m.json")
    (found,) = caught.value.diagnostics
    assert (found.line, found.column) == (2, 8)


def test_infinity_is_read() -> None:
    assert parse_json(b'{"v": -Infinity}', "m.json") == {"v": float("-inf")}


# -- models ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        {"class_name": 5},
        {"class_name": "Functional"},
        {"class_name": "Functional", "config": 7},
        {"class_name": "MyModel", "config": {"units": 3}},
        {"class_name": "Sequential", "config": {"layers": []}},
        {"class_name": "Sequential", "config": {"layers": [7]}},
        model(end="nothing"),
        model(layer("Conv2D", "c", "x"), end="c"),
        model(layer("Conv2D", "c", "nobody", filters=1, kernel_size=1), end="c"),
        model(layer("Conv2D", "c", filters=1, kernel_size=1), end="c"),
        model(layer("Conv2D", "c", "x", filters="4", kernel_size=3), end="c"),
        model(layer("Conv2D", "c", "x", filters=4, kernel_size=[3, 3, 3]), end="c"),
        model(layer("Conv2D", "c", "x", filters=10**40, kernel_size=3), end="c"),
        model(layer("Conv2D", "c", "x", filters=4, kernel_size=3, padding="full"), end="c"),
        model(layer("Dropout", "c", "x", rate=float("inf")), end="c"),
        model(layer("Dense", "c", "x", units=True), end="c"),
        model(layer("Reshape", "c", "x", target_shape=[-1, -1]), end="c"),
        model(layer("Add", "x", "x"), end="x"),
    ],
)
def test_malformed(data: object) -> None:
    refusal(data)


def test_messages_name_the_layer() -> None:
    message = refusal(model(layer("Conv2D", "stem", "x", filters="4", kernel_size=3), end="stem"))
    assert message == ("m.json: layer 'stem' (Conv2D): filters must be an integer from 1, not '4'")


def test_cycle() -> None:
    circle = model(layer("Dense", "a", "b", units=1), layer("Dense", "b", "a", units=1), end="b")
    assert "reads layers that read it" in refusal(circle)


def test_calls_that_are_not_there() -> None:
    data = small()
    data["config"]["output_layers"] = ["e", 7, 0]
    assert "not there" in refusal(data)


def test_models_within_models() -> None:
    inner: Data = model(layer("ReLU", "r", "x"), end="r")
    for _ in range(80):
        inner = model(
            {**inner, "name": "n", "inbound_nodes": [{"args": [tensor("x")], "kwargs": {}}]},
            end="n",
        )
    assert "nested" in refusal(inner)


def test_models_that_double() -> None:
    """Forty models, each of which calls the one inside it twice, and nothing that is a layer."""
    inner = model(end="x")
    for _ in range(40):
        first = {"args": [tensor("x")], "kwargs": {}}
        second = {"args": [tensor("n")], "kwargs": {}}
        inner = model({**inner, "name": "n", "inbound_nodes": [first, second]}, end="n")
        inner["config"]["output_layers"] = ["n", 2, 0]
    start = time.process_time()
    assert "10,000 times" in refusal(inner)
    assert time.process_time() - start < 30


def test_too_many_layers() -> None:
    assert "100,000 layers" in refusal(model(*[layer("ReLU", "r", "x")] * 100_001, end="r"))


@pytest.mark.parametrize(
    "name", ["$x", "prev", "\ud800", " ", "a" * 5000, "a\nb", "?", "yes", "\x1b["]
)
def test_odd_names(name: str) -> None:
    data = model(layer("ReLU", name, "x"), layer("ReLU", "r", name), end="r")
    network = Network.from_data(read_config(data, name="m.json").spec())
    assert not network.problems, network.problems
    data = model(layer("Lambda", "l", "x"), end="l")
    data["config"]["layers"][1]["class_name"] = name
    read_config(data, name="m.json")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in nested data."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from places(item, (*path, key))


JUNK: list[Any] = [
    None,
    0,
    -1,
    1.5,
    10**30,
    float("inf"),
    "",
    "x",
    "same",
    [],
    [0],
    {},
    True,
    [[1, 2]],
    ["x", 0, 0],
]


def mutated(data: Data, rng: random.Random) -> Data:
    """The data with one to three things gone, replaced or moved."""
    data = copy.deepcopy(data)
    for _ in range(rng.randint(1, 3)):
        every = list(places(data))
        if not every:
            break
        *path, last = rng.choice(every)
        holder = data
        for key in path:
            holder = holder[key]
        match rng.randrange(3):
            case 0 if isinstance(holder, dict):
                del holder[last]
            case 1:
                holder[last] = copy.deepcopy(rng.choice(JUNK))
            case _:
                source: Any = data
                for key in rng.choice(every):
                    source = (
                        source[key]
                        if isinstance(source, dict | list)
                        and (key in source if isinstance(source, dict) else key < len(source))
                        else source
                    )
                holder[last] = copy.deepcopy(source)
    return data


def fuzz(make: Callable[[], Data], count: int, seed: int) -> None:
    rng = random.Random(seed)
    base = make()
    for _ in range(count):
        data = mutated(base, rng)
        with suppress(SpecError, UsageError):  # any other exception ends the test
            read(data)


def test_fuzz() -> None:
    fuzz(small, 200, 1)


@pytest.mark.slow
def test_fuzz_more() -> None:
    fuzz(small, 3000, 2)


# -- archives --------------------------------------------------------------------------------------


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("_json", ".json"), data)
    return stream.getvalue()


def good() -> bytes:
    return json.dumps(small()).encode()


def refused(data: bytes, **arguments: Any) -> str:
    with pytest.raises((SpecError, UsageError)) as caught:
        read_archive(data, name="m.keras", **arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_archive() -> None:
    data = archive(config_json=good(), metadata_json=b'{"keras_version": "3.8.0"}')
    assert read_archive(data, name="m.keras").format == "Keras 3.8.0"


def test_traversal_names_are_never_used() -> None:
    data = archive(**{"../../etc/passwd": b"x", "/abs": b"y", "config_json": good()})
    assert read_archive(data, name="m.keras").layers


def test_zip_bomb() -> None:
    data = archive(config_json=b" " * (65 * 2**20))
    start = time.process_time()
    assert "64 MiB" in refused(data)
    assert time.process_time() - start < 5


def test_zip_bomb_that_lies_about_its_size() -> None:
    data = bytearray(archive(config_json=b" " * (65 * 2**20)))
    for sign, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.index(sign) + place
        data[at : at + 4] = struct.pack("<I", 100)
    tracemalloc.start()
    assert "damaged" in refused(bytes(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 2**20


def test_no_configuration() -> None:
    assert "config.json" in refused(archive(other=b"x"))


def test_duplicate_members() -> None:
    stream = io.BytesIO(archive(config_json=good()))
    with zipfile.ZipFile(stream, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("config.json", b"{}")
    assert "twice" in refused(stream.getvalue())


def test_encrypted_member() -> None:
    data = bytearray(archive(config_json=good()))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in refused(bytes(data))


def test_odd_compression() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("config.json", good())
    assert "compressed" in refused(stream.getvalue())


def test_no_weights() -> None:
    assert "model.weights.h5" in refused(archive(config_json=good()), with_weights=True)


def test_damaged_archives() -> None:
    data = archive(config_json=good())
    rng = random.Random(3)
    for _ in range(300):
        broken = bytearray(data[: rng.randint(0, len(data))] if rng.random() < 0.3 else data)
        for _ in range(rng.randint(1, 4)):
            if broken:
                broken[rng.randrange(len(broken))] = rng.randrange(256)
        with suppress(SpecError, UsageError):
            read_archive(bytes(broken), name="m.keras")
