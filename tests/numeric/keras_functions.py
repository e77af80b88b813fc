"""The activation functions as Keras calls them."""

from __future__ import annotations

from typing import Any

from cnncalc.ir import primitives as p
from tests.oracles.keras_builder import Unsupported

NAMES = {"hard_swish": "hard_silu"}  # the others have our names


def activation(keras: Any, function: p.Activation, x: Any, slopes: Any) -> Any:
    """The function of every value of a tensor with the channels last."""
    named, ops = keras.activations, keras.ops
    match function:
        case p.Activation("softmax") if x.shape[-1] == 1:
            raise Unsupported("a softmax of one value without a warning")
        case p.Activation("prelu"):
            return ops.maximum(x, 0) + slopes * ops.minimum(x, 0)
        case p.Activation("hard_sigmoid", variant="keras2"):
            return ops.clip(0.2 * x + 0.5, 0, 1)
        case p.Activation("scaled_tanh"):
            return 1.7159 * ops.tanh(2 * x / 3)
        case p.Activation("gelu", variant=variant):
            return named.gelu(x, approximate=variant == "tanh")
        case p.Activation("leaky_relu", alpha):
            return named.leaky_relu(x, negative_slope=alpha)
        case p.Activation("elu" | "celu" as name, alpha):
            return getattr(named, name)(x, alpha)
        case _:
            return getattr(named, NAMES.get(function.function, function.function))(x)
