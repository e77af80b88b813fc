"""The activation functions as PyTorch calls them."""

from __future__ import annotations

from typing import Any

from cnncalc.ir import primitives as p

# beyond 20 PyTorch takes softplus for the identity unless told, which is 2e-9 off
THRESHOLD = 40

NAMES = {
    "relu": "relu",
    "relu6": "relu6",
    "selu": "selu",
    "sigmoid": "sigmoid",
    "hard_sigmoid": "hardsigmoid",
    "hard_swish": "hardswish",
    "hard_tanh": "hardtanh",
    "silu": "silu",
    "mish": "mish",
    "softsign": "softsign",
    "tanh": "tanh",
    "log_sigmoid": "logsigmoid",
}


def activation(torch: Any, function: p.Activation, x: Any, slopes: Any) -> Any:
    """The function of every value of a tensor with the channels last."""
    f = torch.nn.functional
    match function:
        case p.Activation("hard_sigmoid", variant="keras2"):
            return (0.2 * x + 0.5).clamp(0, 1)
        case p.Activation("gelu", variant=variant):
            return f.gelu(x, approximate=variant or "none")
        case p.Activation("leaky_relu", alpha):
            return f.leaky_relu(x, alpha)
        case p.Activation("elu", alpha):
            return f.elu(x, alpha)
        case p.Activation("celu", alpha):
            return f.celu(x, alpha)
        case p.Activation("prelu"):
            return f.prelu(x.movedim(-1, 1), slopes).movedim(1, -1)
        case p.Activation("softplus"):
            return f.softplus(x, threshold=THRESHOLD)
        case p.Activation("scaled_tanh"):
            return 1.7159 * torch.tanh(2 * x / 3)
        case p.Activation("exponential"):
            return torch.exp(x)
        case p.Activation("softmax"):
            return f.softmax(x, -1)
        case p.Activation("log_softmax"):
            return f.log_softmax(x, -1)
        case _:
            return getattr(f, NAMES[function.function])(x)
