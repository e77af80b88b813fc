"""What `cnncalc run` does, from its options to its exit code."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.cli.amounts import in_bytes
from cnncalc.cli.output import accept_any_character, is_terminal, write
from cnncalc.cli.request import defined, to_load
from cnncalc.cli.running import CLEAN
from cnncalc.errors import UsageError
from cnncalc.source.printable import printable

if TYPE_CHECKING:
    from cnncalc.numeric.feeding import Feed
    from cnncalc.numeric.kernels.kernel import Array
    from cnncalc.numeric.program import Memory, Plan
    from cnncalc.numeric.saving import Target
    from cnncalc.numeric.session import Outcome, Wishes
    from cnncalc.numeric.weights.lazy import LazyArrays
    from cnncalc.report.run_report import Ran

_MOST_AT_A_TIME = 8
_WEIGHT_ENDINGS = (".npz", ".safetensors")
# every library under NumPy has its own word for the number of its threads
_BLAS = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class Asked(NamedTuple):
    """The command line of `run`."""

    network: str
    inputs: tuple[str, ...]
    weights: str | None
    with_weights: bool
    seed: int | None
    preprocess: str | None
    input_size: str | dict[str, str] | None
    define: list[str] | None
    variant: str | None
    output: str | None
    layers: tuple[str, ...]
    top: int
    labels: str | None
    timed: bool
    save_weights: str | None
    force: bool
    as_json: bool
    batch: int | None
    dtype: str
    n_threads: int | None
    max_memory: str | None


class _Ready(NamedTuple):
    """Everything that could be said before a number was computed."""

    plan: Plan
    feed: Feed
    target: Target | None
    labels: list[str] | None
    wishes: Wishes
    weights: LazyArrays
    came_from: str | None  # where the weights are from; None for random ones


def perform(asked: Asked) -> int:
    """Run the network and print what came out.

    Raises:
        UsageError: Something that was asked for cannot be done; no file is written then.
    """
    gc.enable()  # this process may run for hours
    _leave_threads_to_us()
    ready = _ready(asked)
    memory = _checked_memory(asked, ready)
    outcome = _computed(ready)
    files = _written(asked, ready, outcome.arrays)
    from cnncalc.report.run_report import Ran

    plan, preprocess, seed = ready.plan, ready.wishes.preprocess, asked.seed or 0
    ran = Ran(
        plan.facts, ready.feed, outcome, memory, plan.n_threads, ready.came_from, seed,
        preprocess, ready.labels, files,
    )  # fmt: skip
    _print(ran, asked.as_json)
    return CLEAN


def _leave_threads_to_us() -> None:
    """Keep the library under NumPy to one thread: the work is shared out before it gets it."""
    if "numpy" not in sys.modules:  # it reads this once, when it is loaded
        for name in _BLAS:
            os.environ.setdefault(name, "1")


def _refuse_contradictions(asked: Asked) -> None:
    for option, given in (("--weights", asked.weights), ("--with-weights", asked.with_weights)):
        if given and asked.seed is not None:
            raise UsageError(f"--seed is for random weights: it does not go with {option}")
    if asked.weights is not None and asked.with_weights:
        raise UsageError("--weights and --with-weights do not go together; give one")
    if asked.save_weights is None:
        return
    from cnncalc.numeric.saving import check_new

    if not asked.save_weights.endswith(_WEIGHT_ENDINGS):
        raise UsageError(f"--save-weights takes a file that ends in {' or '.join(_WEIGHT_ENDINGS)}")
    check_new(asked.save_weights, force=asked.force)
    if asked.output and os.path.abspath(asked.output) == os.path.abspath(asked.save_weights):
        raise UsageError("--output and --save-weights are the same file; give two")


def _planned(asked: Asked) -> tuple[Plan, Feed]:
    from cnncalc.api import analyze, load
    from cnncalc.numeric.feeding import feed
    from cnncalc.numeric.program import Plan
    from cnncalc.numeric.threads import MOST_THREADS, usable_cores

    network = load(
        to_load(asked.network),
        variant=asked.variant,
        define=defined(asked.define),
        input=asked.input_size,
        with_weights=asked.with_weights,
    )
    if network.problems:
        raise UsageError(f"{network.problems[0].message}; cnncalc check shows where")
    found = feed(asked.inputs, analyze(network).inputs, asked.batch, _MOST_AT_A_TIME)
    if asked.preprocess is not None and not found.has_images:
        raise UsageError("--preprocess is for images; arrays and random numbers stay as they are")
    facts = analyze(network, batch=found.batch, dtype=asked.dtype)
    n_threads = asked.n_threads or min(usable_cores(), MOST_THREADS)
    return Plan(facts, keep=asked.layers, n_threads=n_threads), found


def _ready(asked: Asked) -> _Ready:
    from cnncalc.numeric.saving import target
    from cnncalc.numeric.session import Wishes

    in_bytes(asked.max_memory)  # before any work is done
    _refuse_contradictions(asked)
    plan, feed = _planned(asked)
    where = None
    if asked.output is not None:
        given = (asked.output, asked.layers, plan.facts, feed.n_samples)
        where = target(*given, force=asked.force)
    _refuse_overwriting(asked, feed, where)
    labels = _labels(asked, plan)
    save = () if where is None else where.names
    wishes = Wishes(save, asked.top, asked.timed, asked.preprocess or "scale")
    return _Ready(plan, feed, where, labels, wishes, *_weights(asked, plan))


def _refuse_overwriting(asked: Asked, feed: Feed, target: Target | None) -> None:
    """What a run reads, it does not replace, be it with `--force`."""
    sources = [source.text for group in feed.sources.values() for source in group]
    read = {_identity(name) for name in (*sources, asked.weights, asked.labels, asked.network)}
    written = {"--output": [] if target is None else [str(file) for file in target.files]}
    written["--save-weights"] = [] if asked.save_weights is None else [asked.save_weights]
    for option, files in written.items():
        for file in files:
            if _identity(file) in read - {None}:
                name = printable(file)
                raise UsageError(f"{name} is read, too, and would be lost; give another {option}")


def _identity(name: str | None) -> tuple[int, int] | None:
    """What tells a file from all others, whatever it is called; None if there is none."""
    try:
        found = os.stat(name or "")
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _labels(asked: Asked, plan: Plan) -> list[str] | None:
    """The names of the classes, of which there must be as many as outputs."""
    if asked.labels is None:
        return None
    from cnncalc.numeric.labels import read_labels
    from cnncalc.numeric.session import n_classes

    count = n_classes(plan)
    if count is None:
        raise UsageError("--labels is for outputs that are vectors, not feature maps")
    labels = read_labels(asked.labels)
    if len(labels) != count:
        raise UsageError(
            f"{asked.labels} names {len(labels):,} of the network's {count:,} classes;"
            " it needs a label for each"
        )
    return labels


def _weights(asked: Asked, plan: Plan) -> tuple[LazyArrays, str | None]:
    """The weights, and where they are from."""
    from cnncalc.numeric.weights import initial, load_weights, matched, own_weights

    facts, dtype = plan.facts, asked.dtype
    if asked.weights is not None:
        return matched(load_weights(asked.weights), facts, dtype), asked.weights
    own = own_weights(facts.network)
    if own is not None and asked.seed is None:
        return matched(own, facts, dtype), facts.network.file
    if asked.with_weights:
        raise UsageError(f"{facts.network.file or 'the network'} holds no weights")
    return initial(facts, seed=asked.seed or 0, dtype=dtype), None


def _checked_memory(asked: Asked, ready: _Ready) -> Memory:
    from cnncalc.numeric.memory import check_memory
    from cnncalc.numeric.session import needed_memory

    memory = needed_memory(ready.plan, ready.feed, ready.wishes)
    check_memory(memory, in_bytes(asked.max_memory))
    return memory


def _computed(ready: _Ready) -> Outcome:
    from cnncalc.cli.progress import progress_bar
    from cnncalc.numeric.session import execute
    from cnncalc.numeric.threads import crew

    plan, feed = ready.plan, ready.feed
    with (
        crew(plan.n_threads) as hands,
        progress_bar(feed.n_samples, wanted=feed.n_runs > 1) as progress,
    ):
        return execute(plan, ready.weights, feed, ready.wishes, hands, progress)


def _written(asked: Asked, ready: _Ready, arrays: dict[str, Array]) -> list[str]:
    """Write the files that are asked for, and give their names."""
    from cnncalc.numeric.weights import save_weights

    files = []
    if asked.save_weights is not None:
        save_weights(asked.save_weights, ready.weights, force=asked.force)
        files.append(asked.save_weights)
    if ready.target is not None:
        ready.target.write(arrays)
        files += [str(file) for file in ready.target.files]
    return files


def _print(ran: Ran, as_json: bool) -> None:
    if as_json:
        from cnncalc.report.run_json import write_document

        write_document(write, ran)
        return
    if not is_terminal():
        from cnncalc.report.run_report import write_plain

        write_plain(write, ran)
        return
    from cnncalc.report.run_report import print_drawn

    accept_any_character()
    print_drawn(ran)
