"""Recurrent layers, which a spec has none of: their shapes, weights and multiply-accumulates.

Reference:
    ONNX, LSTM, GRU and RNN, https://onnx.ai/onnx/operators/onnx__LSTM.html
"""

from __future__ import annotations

from math import prod
from typing import NoReturn

from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run

_GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def recurrent(run: Run, node: Node) -> NoReturn:
    """`steps·directions·gates·hidden·(features + hidden)` multiply-accumulates.

    Raises:
        Inexpressible: Always, with what is known of it.
    """
    x, kernel, inner = run.lazy(node), run.needed(node, 1), run.needed(node, 2)
    gates, reason = _GATES[node.op], "no layer of a spec goes back to what it gave before"
    if len(x.dims) != 3 or len(inner.shape) != 3:
        raise Inexpressible(reason)
    directions, _, hidden = inner.shape
    wanted = (directions, gates * hidden, x.dims[2]), (directions, gates * hidden, hidden)
    if (kernel.shape, inner.shape) != wanted:
        raise Inexpressible(reason)
    if node.attributes.get("layout", 0):
        batch, steps = x.dims[:2]
        dims, last = (batch, steps, directions, hidden), (batch, directions, hidden)
    else:
        steps, batch = x.dims[:2]
        dims, last = (steps, directions, batch, hidden), (directions, batch, hidden)
    n_macs = steps * batch * (prod(kernel.shape) + prod(inner.shape))
    if run.batch is not None and any(run.batch in group for group in x.axes):
        n_macs //= run.batch.size
    # the initial states are values, not weights; peepholes are weights
    raise Inexpressible(reason, dims, others=(last, last), n_macs=n_macs, arrays=(1, 2, 3, 7))
