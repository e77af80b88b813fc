"""The form of a kind of fault, and what the kinds ask of a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any, NamedTuple, TypeAlias

from benchmarks.faults.draft import Draft, Entry
from cnncalc.analysis.facts import LayerFacts, NetworkFacts

Edit: TypeAlias = Callable[[Draft], object]
Truth: TypeAlias = Callable[[NetworkFacts], bool]


class Subject(NamedTuple):
    """A sound network; the draft and the facts name its layers alike."""

    name: str
    draft: Draft
    facts: NetworkFacts

    def layers(self, *ops: str) -> Iterator[tuple[LayerFacts, Entry]]:
        """The layers of some ops, or all, as facts and as plain data."""
        for layer, entry in zip(self.facts.layers, self.draft.entries, strict=True):
            if not ops or entry.op in ops:
                yield layer, entry

    def windowed(self, *ops: str) -> Iterator[tuple[LayerFacts, Entry]]:
        """The convolutions and pools that slide a window over a map of known size."""
        for layer, entry in self.layers(*(ops or ("conv", "depthwise_conv", *POOLS))):
            is_own = "share" not in entry.words
            if layer.windows and is_own and entry.words.get("rounding") != "ceil":
                yield layer, entry


class Mutant(NamedTuple):
    """A fault at a place.

    Attributes:
        site: Where, in words.
        edit: Makes the fault.
        prepare: Makes the network that the fault is made in, from the network of the zoo.
        is_fault: Whether the mutant, as the facts have it, really has the fault; the site was
            chosen such that it has, where there is nothing to ask.
    """

    site: str
    edit: Edit
    prepare: Edit | None = None
    is_fault: Truth | None = None


class Kind(NamedTuple):
    """A kind of fault.

    Attributes:
        name: What is wrong.
        expects: Codes of which one has to be reported.
        explains: Codes that are right, too, as the fault has such consequences.
        find: Lists the mutants of a network.
        select: Rules to switch on.
        limit: Why the rule may be silent all the same, for a miss.
    """

    name: str
    expects: tuple[str, ...]
    explains: tuple[str, ...]
    find: Callable[[Subject], Iterator[Mutant]]
    select: tuple[str, ...]
    limit: str


KINDS: list[Kind] = []
POOLS = ("max_pool", "avg_pool")
ACTIVATIONS = (
    "relu", "relu6", "leaky_relu", "silu", "hard_swish", "gelu", "tanh", "sigmoid"
)  # fmt: skip

# what another size of the maps may lead to, each judged by its own witness
SIZES = ("S101", "S102", "S104", "S110", "S111", "S118", "S119", "R202", "R203", "T405", "C301")


def kind(
    name: str,
    *expects: str,
    explains: tuple[str, ...] = (),
    select: tuple[str, ...] = (),
    limit: str = "",
) -> Callable[[Callable[[Subject], Iterator[Mutant]]], Callable[[Subject], Iterator[Mutant]]]:
    """Enter a function that lists mutants in the table of kinds."""

    def enter(find: Callable[[Subject], Iterator[Mutant]]) -> Callable[[Subject], Iterator[Mutant]]:
        KINDS.append(Kind(name, expects, explains, find, select, limit))
        return find

    return enter


# ----------------------------------------------------------------------------------------- edits


def changed(name: str, **words: Any) -> Edit:
    """Give a layer other arguments."""
    return lambda draft: draft[name].words.update(words)


def without(name: str, word: str) -> Edit:
    """Take an argument from a layer."""
    return lambda draft: draft[name].words.pop(word)


def removed(name: str) -> Edit:
    """Take a layer out."""
    return lambda draft: draft.remove(name)


def before(name: str, op: str, **words: Any) -> Edit:
    """Put a layer before another."""
    return lambda draft: draft.insert_before(name, op, **words)


def after(name: str, op: str, **words: Any) -> Edit:
    """Put a layer after another."""
    return lambda draft: draft.insert_after(name, op, **words)


def declared(**sections: Any) -> Edit:
    """Write sections at the head of the spec."""
    return lambda draft: draft.head.update(sections)


def another_input(*shape: int) -> Edit:
    """Give the network another input."""
    return declared(input=list(shape))


def renamed(name: str, op: str, **words: Any) -> Edit:
    """Put another layer in the place of one."""

    def edit(draft: Draft) -> None:
        entry = draft[name]
        entry.op, entry.words = op, words

    return edit


def both(*edits: Edit) -> Edit:
    """One edit after the other."""

    def edit(draft: Draft) -> None:
        for one in edits:
            one(draft)

    return edit


# ------------------------------------------------------------------------------------- questions


def places(shape: tuple[int | None, ...] | None) -> tuple[int, ...]:
    """Spatial sizes."""
    return tuple(size or 0 for size in (shape or ())[:-1])


def channels(shape: tuple[int | None, ...] | None) -> int:
    """Channels, or units."""
    return (shape or (0,))[-1] or 0


def n_values(shape: tuple[int | None, ...] | None) -> int:
    """Number of values in a map."""
    return prod(size or 0 for size in shape or ())


def input_shape(subject: Subject) -> tuple[int, ...]:
    """Shape of the one input."""
    (shape,) = subject.facts.inputs.values()
    return tuple(size or 0 for size in shape or ())


def n_unseen(size: int, kernel: int, stride: int, begin: int, end: int) -> int:
    """Cells beyond the last window, found by moving it along."""
    start = -begin
    while start + stride + kernel <= size + end:
        start += stride
    return max(0, size - (start + kernel))


def uncovered(layer: LayerFacts) -> int:
    """Cells at the end of the map that the windows of a layer do not see, along all axes."""
    return sum(
        n_unseen(w.size, w.effective_kernel, w.stride, w.begin, w.end)
        for w in layer.windows
        if w.size is not None and not w.ceil
    )


def sound(subject: Subject) -> set[str]:
    """The layers whose windows see all of their map, those left out that a pad layer feeds.

    Where one does, what the windows do not see may be zeros of that layer, which is no fault.
    """
    facts = subject.facts
    return {
        layer.name
        for layer in facts.layers
        if not uncovered(layer) and all(one.op != "pad" for one in facts.sources(layer))
    }


def window_word(entry: Entry) -> str:
    """What the window's size is called: pools have a `size`, convolutions a `kernel`."""
    return "size" if entry.op in POOLS else "kernel"


def is_centred(layer: LayerFacts) -> bool:
    """Whether a window of stride 1 keeps the size of the map."""
    return all(w.stride == 1 and w.begin + w.end == w.effective_kernel - 1 for w in layer.windows)


def lone_reader(subject: Subject, name: str) -> Entry | None:
    """The only layer that reads a layer, which is no output."""
    readers = subject.draft.readers(name)
    return readers[0] if len(readers) == 1 and name not in subject.facts.outputs else None


def is_chain(subject: Subject) -> bool:
    """Whether every layer has one source and one reader."""
    return all(
        not entry.merges and len(subject.draft.readers(entry.name)) < 2
        for entry in subject.draft.entries
    )


def path(subject: Subject, name: str) -> list[tuple[LayerFacts, Entry]]:
    """The layers from a merge's path backwards to where it forks, the last first."""
    found = []
    while name not in subject.facts.inputs and lone_reader(subject, name) is not None:
        layer, entry = subject.facts.layer(name), subject.draft[name]
        if entry.merges:
            break
        found.append((layer, entry))
        name = entry.sources[0]
    return found


def merges_differ(facts: NetworkFacts) -> bool:
    """Whether paths of unequal shape meet somewhere; channels may differ in a concat."""
    for layer in facts.layers:
        shapes = [shape for shape in layer.input_shapes if shape is not None]
        if layer.op == "concat":
            shapes = [shape[:-1] for shape in shapes]
        is_gate = any(n_values(shape[:-1]) == 1 for shape in shapes if layer.op != "concat")
        if len(shapes) > 1 and len(set(shapes)) > 1 and not is_gate:
            return True
    return False


def is_empty(facts: NetworkFacts) -> bool:
    """Whether a window does not fit on its padded map even once."""
    return any(
        w.size is not None and not w.ceil and w.effective_kernel > w.size + w.begin + w.end
        for layer in facts.layers
        for windows in layer.node.lowered.windows
        for w in windows
    ) or any(fault.code == "S101" for layer in facts.layers for fault in layer.faults)
