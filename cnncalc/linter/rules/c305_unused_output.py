"""C305: what a layer computes is not used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.linter.arithmetic import plural
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, RemoveLayer
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import written_keys
from cnncalc.spec.problems import BAD_VALUE, NAME, UNKNOWN_KEY

_BROKEN = (NAME, UNKNOWN_KEY, BAD_VALUE)


class UnusedOutput(Rule):
    """Nothing reads what a layer computes.

    What it does:
        Finds layers that no other layer reads and that are no output of the network, with the
        layers before them that serve nothing else.

    Why it matters:
        The layer is computed for nothing and never learns, as no gradient reaches it. Mostly a
        `from` names the wrong layer, or a second output was forgotten in `outputs`.

    Bad:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {name: stem, filters: 16, kernel: 3, padding: same, activation: relu}
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu}
          - global_avg_pool: {from: stem}
          - dense: 10
        ```

    Good:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {name: stem, filters: 16, kernel: 3, padding: same, activation: relu}
          - global_avg_pool: {from: stem}
          - dense: 10
        ```

    When to ignore it:
        Never; name it in `outputs` if it is wanted.

    References:
        PyTorch, torch.nn.parallel.DistributedDataParallel, on `find_unused_parameters`.
    """

    code: ClassVar[str] = "C305"
    name: ClassVar[str] = "unused-output"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer that ends nowhere, for all that leads to it alone."""
        used = {name for layer in facts.layers for name in layer.inputs}
        used.update(facts.outputs)
        if len(used) >= len(facts.layers) + len(facts.inputs):
            return
        ends = [layer for layer in facts.layers if layer.name not in used]
        if not ends or any(problem.code in _BROKEN for problem in facts.network.problems):
            return  # what is not understood may be what would have used it
        dead = _dead(facts, set(facts.outputs))
        mentioned = _mentioned(facts)
        shared = {layer.shares for layer in facts.layers if layer.name not in dead}
        for end in ends:
            branch = _branch(end, facts, dead)
            if not shared.isdisjoint(layer.name for layer in branch):
                continue  # it stands there for its weights
            more = len(branch) - 1
            before = f", nor what {plural(more, 'layer')} before compute for it" if more else ""
            report = Report(
                f"nothing uses what it computes{before}",
                end,
                help="read it by from, name it in outputs, or leave it out",
                fixes=_fixes(branch, mentioned),
            )
            yield report
            yield from (
                report._replace(layer=copy)
                for copy in branch
                if copy is not end and copy.node.place is end.node.place
            )


def _dead(facts: NetworkFacts, outputs: set[str]) -> set[str]:
    """Names of the layers from which no path leads to an output."""
    dead: set[str] = set()
    for layer in reversed(facts.layers):
        readers = facts.readers(layer.name)
        if layer.name not in outputs and all(reader.name in dead for reader in readers):
            dead.add(layer.name)
    return dead


def _branch(end: LayerFacts, facts: NetworkFacts, dead: set[str]) -> list[LayerFacts]:
    """The layers that lead to an end and nowhere else, the end first."""
    branch, names, waiting = [end], {end.name}, [end]
    while waiting:
        for source in facts.sources(waiting.pop()):
            readers = facts.readers(source.name)
            if source.name in dead and source.name not in names:
                if all(reader.name in names for reader in readers):
                    names.add(source.name)
                    branch.append(source)
                    waiting.append(source)
    return branch


def _fixes(branch: list[LayerFacts], mentioned: Callable[[str], bool]) -> tuple[Fix, ...]:
    """Take it all out, where nothing else is written on the same lines."""
    if any(layer.node.scope or len(layer.inputs) > 1 for layer in branch):
        return ()
    lines = {id(layer.node.place): layer for layer in branch}
    if any("first" in written_keys(layer) for layer in lines.values()):
        return ()
    changes = tuple(RemoveLayer(layer) for layer in lines.values())
    what = "it" if len(changes) == 1 else f"the {len(changes)} layers"
    return (Fix(f"take {what} out", changes, is_safe=not _renumbers(branch, mentioned)),)


def _renumbers(branch: list[LayerFacts], mentioned: Callable[[str], bool]) -> bool:
    """Whether a reference such as `from: conv_3` may mean another layer afterwards."""
    return any(mentioned(layer.op) for layer in branch if "name" not in written_keys(layer))


def _mentioned(facts: NetworkFacts) -> Callable[[str], bool]:
    """Whether the text may speak of an unnamed layer of an op; it is searched once for each op."""
    source = facts.network.source
    text = source.text if source is not None else ""
    return cache(lambda op: f"{op}_" in text)
