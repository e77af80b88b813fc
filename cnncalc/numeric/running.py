"""A network run once, from its inputs to its outputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from cnncalc.analysis.analyze import analyze
from cnncalc.errors import UsageError
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.memory import check_memory
from cnncalc.numeric.program import Plan, Program
from cnncalc.numeric.threads import crew, usable_cores
from cnncalc.numeric.weights import matched, own_or_initial
from cnncalc.spec.network import Network


def run(
    network: Network,
    inputs: Array | Mapping[str, Array],
    weights: Mapping[str, Array] | None = None,
    *,
    keep: Collection[str] = (),
    training: bool = False,
    dtype: str = "float32",
    seed: int = 0,
    threads: int | None = None,
    max_memory: int | None = None,
) -> dict[str, Array]:
    """Run a network with NumPy.

    Args:
        network: The network.
        inputs: An array of shape (batch, *spatial, channels), or one for each input by its name.
        weights: Arrays by `<layer>.<weight>`, such as `conv_1.kernel`. If not given, those that an
            imported model came with, or else drawn at random.
        keep: Names of layers whose outputs are wanted besides the network's own.
        training: Whether batch normalisation uses the moments of the batch. Dropout stays off.
        dtype: float32 or float64.
        seed: What random weights are drawn from.
        threads: How many to use; as many as there are cores if not given.
        max_memory: Bytes that it may take; what the machine has free if not given.

    Returns:
        The outputs, and what is kept, by layer name.

    Raises:
        UsageError: The network cannot be computed, an array does not suit it, or it needs more
            memory than there is; nothing large is allocated before that is known.
    """
    if not isinstance(network, Network):
        raise UsageError(f"run takes a network, as cnncalc.load gives it, not {type(network)}")
    threads = usable_cores() if threads is None else threads
    facts = analyze(network, batch=_batch(inputs), dtype=dtype)
    wanted = [keep] if isinstance(keep, str) else keep
    plan = Plan(facts, keep=wanted, training=training, n_threads=threads)
    check_memory(plan.memory, max_memory)
    arrays = own_or_initial(network, facts, seed=seed, dtype=dtype) if weights is None else weights
    with crew(threads) as hands:
        return Program(plan, matched(arrays, facts, dtype), hands)(inputs)


def _batch(inputs: Array | Mapping[str, Array]) -> int:
    arrays = list(inputs.values()) if isinstance(inputs, Mapping) else [inputs]
    sizes = {np.shape(array)[:1] for array in arrays}
    if len(sizes) != 1 or sizes == {()} or sizes == {(0,)}:
        raise UsageError("every input needs a batch axis first, of one size in all and not empty")
    return int(sizes.pop()[0])
