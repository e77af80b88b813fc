"""Layer definitions of ConvNetJS nets, as people write them."""

from __future__ import annotations

import random
from typing import Any

Definitions = list[dict[str, Any]]


def _input(width: int, height: int, depth: int) -> dict[str, Any]:
    return {"type": "input", "out_sx": width, "out_sy": height, "out_depth": depth}


# the net of ConvNetJS's CIFAR-10 demo
CIFAR: Definitions = [
    _input(32, 32, 3),
    {"type": "conv", "sx": 5, "filters": 16, "stride": 1, "pad": 2, "activation": "relu"},
    {"type": "pool", "sx": 2, "stride": 2},
    {"type": "conv", "sx": 5, "filters": 20, "stride": 1, "pad": 2, "activation": "relu"},
    {"type": "pool", "sx": 2, "stride": 2},
    {"type": "conv", "sx": 5, "filters": 20, "stride": 1, "pad": 2, "activation": "relu"},
    {"type": "pool", "sx": 2, "stride": 2},
    {"type": "softmax", "num_classes": 10},
]
# a little of everything that can be computed here
SMALL: Definitions = [
    _input(9, 7, 2),
    {"type": "conv", "sx": 3, "sy": 2, "filters": 5, "pad": 1, "activation": "sigmoid"},
    {"type": "lrn", "k": 1, "n": 3, "alpha": 0.5, "beta": 0.75},
    {"type": "pool", "sx": 3, "sy": 2, "pad": 1},
    {"type": "maxout", "group_size": 2},
    {"type": "fc", "num_neurons": 6, "activation": "tanh", "drop_prob": 0.25},
    {"type": "softmax", "num_classes": 3},
]
NETS: dict[str, Definitions] = {
    "cifar": CIFAR,
    "small": SMALL,
    # 2x2 windows that do not fit, strides that do not divide, padding on one side only read
    "misfits": [
        _input(11, 8, 3),
        {"type": "conv", "sx": 4, "filters": 4, "stride": 3, "pad": 2, "activation": "tanh"},
        {"type": "pool", "sx": 2, "stride": 3, "pad": 1},
        {"type": "svm", "num_classes": 4},
    ],
    "even response normalisation": [
        _input(4, 4, 7),
        {"type": "lrn", "k": 2, "n": 4, "alpha": 1.5, "beta": 0.5},
        {"type": "regression", "num_neurons": 2},
    ],
    "maxout that leaves channels out": [
        _input(3, 5, 7),
        {"type": "conv", "sx": 1, "filters": 7, "activation": "maxout", "group_size": 3},
        {"type": "fc", "filters": 5, "activation": "maxout"},
        {"type": "softmax", "num_classes": 3},
    ],
    "vectors, then windows": [
        _input(1, 1, 4),
        {"type": "fc", "num_neurons": 6, "activation": "relu"},
        {"type": "conv", "sx": 3, "filters": 3, "pad": 1, "activation": "relu"},
        {"type": "pool", "sx": 1, "stride": 1},
        {"type": "dropout", "drop_prob": 0.3},
        {"type": "regression", "num_neurons": 2},
    ],
    "nothing but a loss": [_input(5, 2, 3), {"type": "softmax", "num_classes": 4}],
}


def random_net(seed: int) -> Definitions:
    """A net that nobody chose; every window fits at least once."""
    chance = random.Random(seed)
    sizes = [chance.randint(1, 9), chance.randint(1, 9)]
    net: Definitions = [_input(sizes[0], sizes[1], chance.randint(1, 4))]
    for _ in range(chance.randint(1, 5)):
        kind = chance.choice(("conv", "conv", "pool", "lrn", "fc", "maxout", "dropout", "tanh"))
        layer: dict[str, Any] = {"type": kind}
        if kind in ("conv", "pool"):
            layer |= _window(chance, sizes)
        if kind == "conv":
            layer["filters"] = chance.randint(1, 5)
        elif kind == "lrn":
            layer |= {"k": 1, "n": chance.randint(1, 6), "alpha": 0.7, "beta": 0.6}
        elif kind == "fc":
            layer["num_neurons"] = chance.randint(1, 6)
            sizes = [1, 1]
        if kind in ("conv", "fc"):
            layer["activation"] = chance.choice(("relu", "sigmoid", "tanh"))
            if chance.random() < 0.3:
                layer["drop_prob"] = 0.4
        elif kind == "maxout":
            layer["group_size"] = 1
        net.append(layer)
    loss = chance.choice(("softmax", "svm", "regression"))
    net.append({"type": loss, "num_neurons" if loss == "regression" else "num_classes": 3})
    return net


def _window(chance: random.Random, sizes: list[int]) -> dict[str, Any]:
    """A window, and what it makes of the sizes."""
    pad = chance.randint(0, 2)
    # a window that could lie in the padding alone would have no largest value
    kernel = [chance.randint(pad + 1, size + pad) for size in sizes]
    stride = chance.randint(1, 3)
    sizes[:] = [(n + 2 * pad - k) // stride + 1 for n, k in zip(sizes, kernel, strict=True)]
    return {"sx": kernel[0], "sy": kernel[1], "stride": stride, "pad": pad}
