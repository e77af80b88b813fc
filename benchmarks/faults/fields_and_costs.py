"""Faults of the receptive field, of the cost and of the downsampling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.faults.draft import Draft, Entry
from benchmarks.faults.kind import (
    SIZES,
    Mutant,
    Subject,
    after,
    another_input,
    before,
    changed,
    channels,
    declared,
    input_shape,
    is_centred,
    is_chain,
    kind,
    lone_reader,
    n_values,
    places,
    renamed,
)
from cnncalc.analysis.facts import LayerFacts, NetworkFacts


def _field(facts: NetworkFacts) -> tuple[int, ...] | None:
    """The field of the last map."""
    for layer in reversed(facts.layers):
        field = layer.receptive_field
        if field is not None and field.stride is not None and field.size is not None:
            if len(layer.output_shape or ()) == len(field.size) + 1:
                return field.size
    return None


@kind("a window too small for the objects", "R201", explains=("T402", "C306"))
def small_field(subject: Subject) -> Iterator[Mutant]:
    """One window fewer, and the last map no longer sees a whole object."""
    field = _field(subject.facts)
    if field is not None and max(field) <= min(places(input_shape(subject))):
        task = declared(task={"object_size": min(field)})
        for layer, entry in subject.windowed("conv", "depthwise_conv"):
            if is_centred(layer) and layer.windows[0].kernel > 1:
                yield Mutant(
                    entry.name,
                    changed(entry.name, kernel=1, padding=0),
                    task,
                    is_fault=lambda facts: min(_field(facts) or field) < min(field),
                )


def _sees_all(facts: NetworkFacts) -> bool:
    """Whether a window of stride 1 slides over a map of which each cell sees the whole input."""
    (whole,) = facts.inputs.values()
    for layer in facts.layers:
        source = next(iter(facts.sources(layer)), None)
        field = source.receptive_field if source is not None else None
        if layer.op == "conv" and field is not None and field.stride and field.smallest:
            pairs = zip(field.smallest, places(whole), layer.windows, strict=False)
            if layer.windows and all(f > n > 1 and w.kernel > 1 for f, n, w in pairs):
                return True
    return False


@kind("an input too small for the depth", "R202", explains=SIZES)
def too_deep(subject: Subject) -> Iterator[Mutant]:
    """Convolutions go on after everything is in view."""
    shape = input_shape(subject)
    if len(shape) == 3 and n_values(places(subject.facts.output_shape)) == 1:
        for part in (2, 4, 7):
            smaller = tuple(size // part for size in shape[:-1])
            if min(smaller) >= 8:
                edit = another_input(*smaller, shape[-1])
                yield Mutant(f"input {smaller[0]}", edit, is_fault=_sees_all)


@kind("an ImageNet stem on a small input", "R203", explains=SIZES)
def strong_stem(subject: Subject) -> Iterator[Mutant]:
    """A quarter of the side is left before the second convolution."""
    shape, draft = input_shape(subject), subject.draft
    if len(shape) != 3 or n_values(places(subject.facts.output_shape)) != 1:
        return
    stem, name = 1, "input"
    for _ in range(6):  # from the input to the second convolution
        readers = draft.readers(name)
        if not readers:
            return
        layer, name = subject.facts.layer(readers[0].name), readers[0].name
        if layer.n_params and layer.op == "conv" and name != draft.entries[0].name:
            break
        stem *= max([w.stride for w in layer.windows], default=1)
    if stem >= 4 and draft.entries[0].op == "conv":
        kernel, stride = layer_window(subject.facts.layer(draft.entries[0].name))
        for size in (32, 48, 64):
            if kernel != stride:
                yield Mutant(f"input {size}", another_input(size, size, shape[-1]))


def layer_window(layer: LayerFacts) -> tuple[int, int]:
    """Kernel and stride."""
    return layer.windows[0].kernel, layer.windows[0].stride


@kind("stacked dilations with a common factor", "R204", explains=("S104", "R202"))
def gridding(subject: Subject) -> Iterator[Mutant]:
    """All windows of a resolution skip every second cell."""
    groups: dict[Any, list[tuple[LayerFacts, Entry]]] = {}
    for layer, entry in subject.layers():
        sources = subject.facts.sources(layer)
        if layer.windows and max(w.kernel for w in layer.windows) > 1:
            field = sources[0].receptive_field if sources else None
            ones = (1,) * len(layer.windows)
            stride = ones if not sources else (field.stride if field is not None else None)
            groups.setdefault(stride, []).append((layer, entry))
    for group in groups.values():
        if len(group) > 1 and all(
            entry.op == "conv"
            and is_centred(layer)
            and all(w.kernel == 3 and (w.size or 0) > 4 for w in layer.windows)
            for layer, entry in group
        ):

            def edit(draft: Draft, group: list[tuple[LayerFacts, Entry]] = group) -> None:
                for layer, entry in group:
                    dilation = 2 * layer.windows[0].dilation
                    draft[entry.name].words.update(dilation=dilation, padding="same")

            yield Mutant(f"{group[0][1].name} to {group[-1][1].name}", edit)


@kind(
    "windows along one axis only",
    "R205",
    explains=("T402", "C306"),
    limit="a last map of which one axis is gone is not judged: it was read as if it were channels",
)
def anisotropic(subject: Subject) -> Iterator[Mutant]:
    """All windows extend in width and none in height."""
    layers = [
        (layer, entry)
        for layer, entry in subject.windowed("conv", "depthwise_conv")
        if max(w.kernel for w in layer.windows) > 1
    ]
    shape = input_shape(subject)
    if len(shape) == 3 and layers:
        for long in (0, 1):

            def edit(draft: Draft, long: int = long) -> None:
                for layer, entry in layers:
                    words = draft[entry.name].words
                    w = layer.windows[long]
                    words["kernel"] = [w.kernel if axis == long else 1 for axis in (0, 1)]
                    if words.get("padding") not in ("same", "valid", None):
                        words["padding"] = [w.begin if axis == long else 0 for axis in (0, 1)]

            def is_fault(facts: NetworkFacts, long: int = long) -> bool:
                field = _field(facts)
                if field is None or any(layer.faults for layer in facts.layers):
                    return False
                return field[long] >= 4 * field[1 - long] and field[1 - long] < shape[0]

            yield Mutant(f"axis {long}", edit, is_fault=is_fault)


@kind("a flattened map before the head", "C301")
def dominant_dense(subject: Subject) -> Iterator[Mutant]:
    """Flattening in place of pooling gives one layer most of the parameters."""
    for layer, entry in subject.layers("global_avg_pool"):
        reader = lone_reader(subject, entry.name)
        while reader is not None and reader.op == "dropout":
            reader = lone_reader(subject, reader.name)
        if reader is not None and reader.op == "dense" and len(layer.output_shape or ()) == 1:

            def is_fault(facts: NetworkFacts, name: str = reader.name) -> bool:
                held, all_of_it = facts.layer(name).n_params or 0, facts.totals.n_params
                return 2 * held > all_of_it > 2_000_000

            yield Mutant(entry.name, renamed(entry.name, "flatten"), is_fault=is_fault)


@kind("a large kernel past the stem", "C302", explains=("S104", "R202"))
def large_kernel(subject: Subject) -> Iterator[Mutant]:
    """7×7 where three 3×3 see as much with 27 weights in place of 49."""
    for layer, entry in subject.windowed("conv"):
        plain = "groups" not in entry.words or entry.words["groups"] == 1
        arriving, filters = channels(layer.input_shapes[0]), entry.words["filters"]
        stack = 9 * (arriving * max(arriving, filters) + max(arriving, filters) ** 2)
        stack += 9 * max(arriving, filters) * filters
        three = len(layer.windows) > 1 and all(w.kernel == 3 for w in layer.windows)
        cheaper = stack < 49 * arriving * filters and len(layer.windows) == 2
        if plain and three and cheaper and is_centred(layer) and entry.sources != ["input"]:
            if layer.windows[0].dilation == 1 and layer.windows[0].size != 7:
                yield Mutant(entry.name, changed(entry.name, kernel=7, padding=3))


def _conv_after(subject: Subject) -> Iterator[tuple[LayerFacts, Entry]]:
    """Activated maps after which another convolution can stand."""
    for layer, entry in subject.layers("conv", "relu", "max_pool"):
        activated = entry.op != "conv" or "activation" in entry.words
        reader = lone_reader(subject, entry.name)
        is_map = n_values(places(layer.output_shape)) > 1
        if activated and is_map and reader is not None and reader.op == "conv":
            yield layer, entry


def _beyond(subject: Subject, key: str, limit: int | None, total: str) -> Iterator[Mutant]:
    """One convolution more than a budget that the network just kept."""
    for layer, entry in _conv_after(subject):
        if limit:
            count = 4 * channels(layer.output_shape)
            words = {"filters": count, "kernel": 3, "padding": "same", "activation": "relu"}
            yield Mutant(
                f"after {entry.name}",
                after(entry.name, "conv", **words),
                declared(budget={key: limit}),
                is_fault=lambda facts: getattr(facts.totals, total) > limit,
            )


@kind("more parameters than the budget", "C303", explains=("R202", "S114"))
def over_parameters(subject: Subject) -> Iterator[Mutant]:
    """A layer more than there is room for."""
    yield from _beyond(subject, "params", subject.facts.totals.n_params, "n_params")


@kind("more MACs than the budget", "C303", explains=("R202", "S114"))
def over_macs(subject: Subject) -> Iterator[Mutant]:
    """A layer more than there is time for."""
    yield from _beyond(subject, "macs", subject.facts.totals.n_macs, "n_macs")


@kind("more memory than the budget", "C303", explains=("R202", "S114"))
def over_memory(subject: Subject) -> Iterator[Mutant]:
    """A layer whose output does not fit beside the others."""
    peak = subject.facts.totals.peak_memory_bytes
    yield from _beyond(subject, "memory", peak, "peak_memory_bytes")


@kind("a larger field than the budget", "C303", explains=("R202", "S114"))
def over_field(subject: Subject) -> Iterator[Mutant]:
    """A window more than there is context for."""
    field = _field(subject.facts)
    for layer, entry in _conv_after(subject):
        if field is not None:
            words = {"filters": channels(layer.output_shape), "kernel": 3, "padding": "same"}
            yield Mutant(
                f"after {entry.name}",
                after(entry.name, "conv", **words, activation="relu"),
                declared(budget={"receptive_field": max(field)}),
                is_fault=lambda facts: max(_field(facts) or (0,)) > max(field),
            )


@kind("channels that are no multiple of 8", "C304", select=("C304",))
def odd_channels(subject: Subject) -> Iterator[Mutant]:
    """One filter more."""
    grouped = any(e.words.get("groups", 1) > 1 for _, e in subject.windowed("conv"))
    if is_chain(subject) and not grouped and not any(subject.layers("reshape")):
        for _, entry in subject.windowed("conv"):
            filters = entry.words["filters"]
            if filters % 8 == 0 and lone_reader(subject, entry.name) is not None:
                if "connections" not in entry.words:
                    yield Mutant(entry.name, changed(entry.name, filters=filters + 1))


def _is_unread(name: str) -> Any:
    def is_fault(facts: NetworkFacts) -> bool:
        read = {source for layer in facts.layers for source in layer.inputs}
        return name not in read and name not in facts.outputs

    return is_fault


@kind("a layer that its reader passes over", "C305", explains=("T402", "T403", "T404"))
def passed_over(subject: Subject) -> Iterator[Mutant]:
    """A `from` names the layer before the one that was meant."""
    for layer, entry in subject.layers():
        reader = lone_reader(subject, entry.name)
        same = layer.input_shapes[0] == layer.output_shape and not entry.merges
        if same and reader is not None and not reader.merges:

            def edit(draft: Draft, name: str = entry.name, reader: str = reader.name) -> None:
                draft[reader].sources = draft[name].sources

            yield Mutant(entry.name, edit, is_fault=_is_unread(entry.name))


@kind("an output that is not the last layer", "C305")
def early_output(subject: Subject) -> Iterator[Mutant]:
    """`outputs` names a layer of the middle, and what follows is for nothing."""
    for _, entry in subject.layers():
        reader = lone_reader(subject, entry.name)
        if reader is not None:
            edit = declared(outputs=[entry.name])
            yield Mutant(entry.name, edit, is_fault=_is_unread(subject.draft.entries[-1].name))


@kind("a branch that is not merged", "C305", explains=("S111", "S114"))
def forgotten_branch(subject: Subject) -> Iterator[Mutant]:
    """A concatenation leaves one of its paths out."""
    for _, entry in subject.layers("concat"):
        for source in entry.sources[1:] if len(entry.sources) > 2 else ():
            if lone_reader(subject, source) is not None:

                def edit(draft: Draft, name: str = entry.name, source: str = source) -> None:
                    draft[name].sources.remove(source)

                yield Mutant(f"{source} of {entry.name}", edit, is_fault=_is_unread(source))


@kind("a linear convolution before another", "T402", "C306")
def linear_before(subject: Subject) -> Iterator[Mutant]:
    """A 1×1 convolution as wide as its input, and nothing before the next convolution."""
    for layer, entry in subject.windowed("conv"):
        plain = entry.words.get("groups", 1) == 1 and "connections" not in entry.words
        if plain and entry.sources != ["input"] and layer.windows[0].size != 1:
            count = channels(layer.input_shapes[0])
            edit = before(entry.name, "conv", filters=count, kernel=1, bias=False)
            yield Mutant(f"before {entry.name}", edit)


@kind("a stage that costs far more than its neighbours", "C307", select=("C307",))
def unbalanced(subject: Subject) -> Iterator[Mutant]:
    """All filters of a stage times four."""
    stages: dict[Any, list[LayerFacts]] = {}
    for layer, _ in subject.windowed("conv", "depthwise_conv"):
        field = layer.receptive_field
        if is_chain(subject) and field is not None and field.stride is not None:
            stages.setdefault(field.stride, []).append(layer)
    groups = list(stages.values())
    for before_it, stage, behind in zip(groups, groups[1:], groups[2:], strict=False):

        def edit(draft: Draft, stage: list[LayerFacts] = stage) -> None:
            for layer in stage:
                if layer.op == "conv":
                    draft[layer.name].words["filters"] *= 8

        def is_fault(
            facts: NetworkFacts, parts: tuple[list[LayerFacts], ...] = (before_it, stage, behind)
        ) -> bool:
            costs = [sum(facts.layer(one.name).n_macs or 0 for one in part) for part in parts]
            return costs[1] > 4 * max(costs[0], costs[2])

        yield Mutant(stage[0].name, edit, is_fault=is_fault)


@kind("a large pool between convolutions", "D601", explains=SIZES)
def large_pool(subject: Subject) -> Iterator[Mutant]:
    """A 4×4 window in place of a 2×2 or 3×3 one."""
    for layer, entry in subject.windowed("max_pool", "avg_pool"):
        reader = lone_reader(subject, entry.name)
        alone = len(subject.draft.readers(entry.sources[0])) == 1
        if len(layer.windows) == 2 and min(w.size or 0 for w in layer.windows) >= 16:
            if reader is not None and reader.op == "conv" and layer.windows[0].stride > 1 and alone:
                for size, stride in ((4, 4), (5, 5), (5, 2)):
                    edit = changed(entry.name, size=size, stride=stride, padding=0)
                    yield Mutant(f"{entry.name}, size {size}, stride {stride}", edit)


@kind("a stride without a blur", "D603", explains=(*SIZES, "D602"), select=("D603",))
def aliasing(subject: Subject) -> Iterator[Mutant]:
    """A 3×3 convolution skips every second position."""
    if is_chain(subject):
        for layer, entry in subject.windowed("conv"):
            window = layer.windows[0]
            if is_centred(layer) and window.kernel > 1 and (window.size or 0) > 7:
                sources = subject.facts.sources(layer)
                if not sources or sources[0].op != "avg_pool":
                    yield Mutant(entry.name, changed(entry.name, stride=2))
