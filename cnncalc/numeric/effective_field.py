"""How much each cell of a receptive field counts.

All cells of the field can influence an output, but in a stack of convolutions those in the middle
do so on many paths, and those at the border on few: the influence falls off like a bell.

Reference:
    W. Luo, Y. Li, R. Urtasun, R. Zemel, Understanding the effective receptive field in deep
    convolutional neural networks, 2016 (arXiv 1701.04128).
"""

from __future__ import annotations

from math import prod

import numpy as np

from cnncalc.analysis.analyze import analyze
from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.memory import check_memory
from cnncalc.numeric.predicted_fields import sizes
from cnncalc.numeric.program import Plan, Program
from cnncalc.numeric.threads import crew, usable_cores
from cnncalc.numeric.weights import scrambled
from cnncalc.spec.network import Network
from cnncalc.spec.problems import show

_STEP = 1e-4  # with outputs near 1 in double precision: an error of about 1e-8
_BATCH = 64
_MOST_MACS = 10**12


def effective_field(
    network: Network, layer: str | None = None, *, draws: int = 8, seed: int = 0
) -> Array:
    """The influence of each input cell on the middle output of a layer, by central differences.

    A cell's influence is the length of `(f(x + h·e) - f(x - h·e)) / 2h`, where f are the channels
    of the output in the middle and e is 1 or -1 at random in each channel of the cell. Given is
    the root of its mean square over several random weights and inputs.

    Args:
        network: A network with one input.
        layer: Name of a layer; the main output if not given.
        draws: How often weights and inputs are drawn.
        seed: What they are drawn from.

    Shapes:
        the input's, without channels; the largest value is 1

    Raises:
        UsageError: The network cannot be run, has several inputs or no such layer, or it would take
            more than 10^12 multiply-accumulates.
    """
    facts = analyze(network, batch=2 * _BATCH, dtype="float64")
    name = facts.outputs[-1] if layer is None else layer
    if len(facts.inputs) != 1:
        raise UsageError(f"the network has {len(facts.inputs)} inputs, but one is perturbed")
    plan = Plan(facts, keep=[name], n_threads=usable_cores())
    shape = sizes(next(iter(facts.inputs.values())))
    n_runs = -(-prod(shape[:-1]) // _BATCH) * draws
    if n_runs * facts.totals.n_macs > _MOST_MACS or draws < 1:
        raise UsageError(
            f"{draws} draws of an input of {prod(shape[:-1])} cells take"
            f" {n_runs * facts.totals.n_macs:.3g} multiply-accumulates, {_MOST_MACS:.0e} at most;"
            f" {show(network.name or 'the network')} needs a smaller input"
        )
    check_memory(plan.memory)
    total = np.zeros(prod(shape[:-1]))
    with crew(plan.n_threads) as hands:
        for draw in range(draws):
            program = Program(plan, scrambled(facts, seed + draw, "float64"), hands)
            rng = np.random.Generator(np.random.PCG64([seed, draw]))
            total += _squares(program, name, shape, rng)
    largest = total.max()
    return np.sqrt(total / largest if largest else total).reshape(shape[:-1])


def _squares(program: Program, name: str, shape: Sizes, rng: np.random.Generator) -> Array:
    """The squared influence of every cell, for one network."""
    x = rng.standard_normal(shape)
    signs = rng.choice([-_STEP, _STEP], shape).reshape(-1, shape[-1])
    n_cells = len(signs)
    found = np.zeros(n_cells)
    for start in range(0, n_cells, _BATCH):
        cells = np.arange(start, min(start + _BATCH, n_cells))
        batch = np.repeat(x[np.newaxis], 2 * _BATCH, axis=0).reshape(2, _BATCH, n_cells, -1)
        places = np.arange(len(cells))
        batch[0, places, cells] += signs[cells]
        batch[1, places, cells] -= signs[cells]
        outputs = program(batch.reshape(2 * _BATCH, *shape))[name]
        middle = tuple(size // 2 for size in outputs.shape[1:-1])
        after, before = outputs[(slice(None), *middle)].reshape(2, _BATCH, -1)
        slopes = (after - before)[: len(cells)] / (2 * _STEP)
        found[cells] = (slopes**2).sum(axis=-1)
    return found
