"""Faults that training would suffer from, and heads that do not suit their loss."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from benchmarks.faults.draft import Draft, Entry
from benchmarks.faults.kind import (
    ACTIVATIONS,
    SIZES,
    Mutant,
    Subject,
    after,
    before,
    both,
    changed,
    channels,
    declared,
    kind,
    lone_reader,
    n_values,
    places,
    removed,
    renamed,
    without,
)
from cnncalc.analysis.facts import LayerFacts, NetworkFacts

_WEIGHTED = ("conv", "depthwise_conv", "separable_conv", "conv_transpose", "dense")
_LINEAR = ("batch_norm", "avg_pool", "dropout", "flatten", "pad", "identity")


@kind("a bias before batch normalisation", "T401")
def bias_before_norm(subject: Subject) -> Iterator[Mutant]:
    """The normalisation subtracts what the bias adds."""
    for _, entry in subject.layers(*_WEIGHTED):
        reader = lone_reader(subject, entry.name)
        if entry.words.get("bias") is False and reader is not None and reader.op == "batch_norm":
            if "activation" not in entry.words:
                yield Mutant(entry.name, changed(entry.name, bias=True))


@kind("batch normalisation after a layer that keeps its bias", "T401")
def norm_added(subject: Subject) -> Iterator[Mutant]:
    """The usual way to get there: normalisation is put between a layer and its activation."""
    for _, entry in subject.layers("conv", "dense"):
        function = _ends_active(entry)
        if function and entry.words.get("bias", True):
            edit = both(
                without(entry.name, "activation"),
                after(entry.name, function),
                after(entry.name, "batch_norm"),
            )
            yield Mutant(entry.name, edit)


def _ends_active(entry: Entry) -> str | None:
    if entry.op in ACTIVATIONS:
        return entry.op
    function = entry.words.get("activation")
    return function if function in ACTIVATIONS else None


def _are_one(facts: NetworkFacts, start: str) -> bool:
    """Whether a weighted layer and the next are one linear map that a single layer could be.

    A narrow layer between wide ones is a restriction, and a depthwise one beside a pointwise one a
    factorisation: these are meant.
    """
    layer = facts.layer(start)
    way = [layer]
    while len(readers := facts.readers(layer.name)) == 1 and layer.name not in facts.outputs:
        layer = readers[0]
        way.append(layer)
        if layer.op in _WEIGHTED:
            return _could_be_one(way[0], layer)
        if layer.op not in _LINEAR:
            return False
    return False


def _could_be_one(one: LayerFacts, other: LayerFacts) -> bool:
    if "depthwise_conv" in (one.op, other.op) or "separable_conv" in (one.op, other.op):
        return False
    if other.op == "conv_transpose":
        return False  # learned upsampling
    wide, narrow = channels(one.input_shapes[0]), channels(one.output_shape)
    left = channels(other.output_shape)
    windows = one.windows, other.windows
    sizes = [prod(w.kernel for w in each) if each else 1 for each in windows]
    return narrow >= min(wide * sizes[0], left * sizes[1]) or narrow >= min(wide, left)


def _weighted_before(subject: Subject, name: str) -> str | None:
    """The weighted layer that leads to a layer through linear ones."""
    while name not in subject.facts.inputs:
        entry = subject.draft[name]
        if entry.merges or lone_reader(subject, name) is None:
            return None
        if entry.op in _WEIGHTED:
            return None if "activation" in entry.words else name
        if entry.op not in _LINEAR:
            return None
        name = entry.sources[0]
    return None


@kind(
    "a missing activation",
    "T402",
    limit="a kernel that is split over the axes, 1×7 and then 7×1, may be meant as one",
)
def missing_activation(subject: Subject) -> Iterator[Mutant]:
    """Two weighted layers are one linear map."""
    for _, entry in subject.layers():
        if entry.op in ACTIVATIONS:
            start, edit = _weighted_before(subject, entry.sources[0]), removed(entry.name)
        elif entry.op in _WEIGHTED and _ends_active(entry):
            start, edit = entry.name, without(entry.name, "activation")
        else:
            continue
        if start is not None:

            def is_fault(facts: NetworkFacts, start: str = start) -> bool:
                return _are_one(facts, start)

            yield Mutant(f"after {start}", edit, is_fault=is_fault)


@kind("the same activation twice", "T403")
def doubled_activation(subject: Subject) -> Iterator[Mutant]:
    """Once as an argument, once as a layer."""
    for _, entry in subject.layers():
        function = _ends_active(entry)
        if function:
            yield Mutant(f"after {entry.name}", after(entry.name, function))


@kind("the same activation again behind a pool, dropout or flatten", "T403")
def repeated_activation(subject: Subject) -> Iterator[Mutant]:
    """What was never negative still is not."""
    for _, entry in subject.layers("max_pool", "avg_pool", "dropout", "flatten"):
        source = subject.draft[entry.sources[0]] if entry.sources != ["input"] else None
        if source is not None and _ends_active(source) == "relu":
            # where others read it, too, it may be a block that begins with its activation
            if lone_reader(subject, source.name) and lone_reader(subject, entry.name):
                yield Mutant(f"after {entry.name}", after(entry.name, "relu"))


@kind("an activation after another", "T403")
def second_activation(subject: Subject) -> Iterator[Mutant]:
    """What a ReLU gives is never negative, and a leaky ReLU changes nothing about it."""
    for _, entry in subject.layers():
        if _ends_active(entry) in ("relu", "relu6"):
            for function in ("leaky_relu", "elu", "gelu"):
                yield Mutant(f"{function} after {entry.name}", after(entry.name, function))


@kind("a softmax in the middle of the head", "T403", explains=("H503",))
def softmax_twice(subject: Subject) -> Iterator[Mutant]:
    """A softmax of a softmax is nearly uniform."""
    for _, entry in subject.layers("dense", "softmax"):
        if entry.op == "softmax" or entry.words.get("activation") == "softmax":
            yield Mutant(f"after {entry.name}", after(entry.name, "softmax"))


@kind("dropout before batch normalisation", "T404")
def dropout_before_norm(subject: Subject) -> Iterator[Mutant]:
    """The statistics of training are not those of inference."""
    for _, entry in subject.layers("batch_norm"):
        for op, rate in (("dropout", 0.5), ("spatial_dropout", 0.2)):
            yield Mutant(f"{op} before {entry.name}", before(entry.name, op, rate=rate))


@kind("instance normalisation of a single cell", "T405")
def norm_on_point(subject: Subject) -> Iterator[Mutant]:
    """A value minus its own mean is zero."""
    for layer, entry in subject.layers("conv", "relu", "global_avg_pool", "avg_pool"):
        shape = layer.output_shape or ()
        if len(shape) > 2 and n_values(places(shape)) == 1:
            yield Mutant(f"after {entry.name}", after(entry.name, "instance_norm"))


@kind("as many groups as channels over a single cell", "T405")
def groups_on_point(subject: Subject) -> Iterator[Mutant]:
    """The same with group normalisation."""
    for layer, entry in subject.layers("conv", "relu", "global_avg_pool", "avg_pool"):
        shape = layer.output_shape or ()
        if len(shape) > 2 and n_values(places(shape)) == 1:
            edit = after(entry.name, "group_norm", groups=channels(shape))
            yield Mutant(f"after {entry.name}", edit)


@kind("heavy dropout", "T406")
def heavy_dropout(subject: Subject) -> Iterator[Mutant]:
    """The share to keep in place of the share to drop."""
    for _, entry in subject.layers("dropout"):
        yield Mutant(entry.name, changed(entry.name, rate=0.8))
    for _, entry in subject.layers("relu"):
        edit = after(entry.name, "spatial_dropout", rate=0.7)
        yield Mutant(f"after {entry.name}", edit)
    for _, entry in subject.layers("dense"):
        if not any(source.startswith("dropout") for source in entry.sources):
            yield Mutant(f"before {entry.name}", before(entry.name, "dropout", rate=0.75))


@kind("saturating activations through the depth", "T407")
def saturating(subject: Subject) -> Iterator[Mutant]:
    """More than six sigmoids or tanhs in a row, with nothing that keeps their input small."""
    own = [e.name for e in subject.draft.entries if e.words.get("activation") in ACTIVATIONS]
    ends = subject.draft.entries[-1].name
    hidden = [name for name in own if name != ends]
    if len(hidden) > 6 and not any(entry.merges for entry in subject.draft.entries):
        for function in ("sigmoid", "tanh"):
            edits = [changed(name, activation=function) for name in hidden]
            yield Mutant(f"{len(hidden)} {function}", both(*edits))


@kind("an activation before max pooling", "T408", explains=SIZES, select=("T408",))
def activation_before_pool(subject: Subject) -> Iterator[Mutant]:
    """Three of four activated values are thrown away."""
    for layer, entry in subject.layers():
        function, reader = _ends_active(entry), lone_reader(subject, entry.name)
        if function in ("relu", "relu6", "tanh") and reader is not None and not reader.merges:
            if reader.op != "max_pool" and min(places(layer.output_shape), default=0) >= 8:
                yield Mutant(f"after {entry.name}", after(entry.name, "max_pool", size=2))


# ----------------------------------------------------------------------------------------- heads


def _head(subject: Subject) -> tuple[Entry, str | None, int] | None:
    """The last layer of a classifier, its softmax if it has one, and the classes."""
    shape, last = subject.facts.output_shape, subject.draft.entries[-1]
    if shape is None or len(shape) != 1 or channels(shape) < 2:
        return None
    function = last.op if last.op == "softmax" else last.words.get("activation")
    ends = ("dense", "softmax", "global_avg_pool", "flatten")
    if last.op not in ends or function not in (None, "softmax"):
        return None
    return last, function, channels(shape)


def _logits(subject: Subject) -> tuple[Entry, int] | None:
    head = _head(subject)
    return (head[0], head[2]) if head is not None and head[1] is None else None


def _softmax(subject: Subject) -> tuple[Entry, int] | None:
    head = _head(subject)
    return (head[0], head[2]) if head is not None and head[1] is not None else None


@kind("softmax before a loss on logits", "H501")
def double_softmax(subject: Subject) -> Iterator[Mutant]:
    """CrossEntropyLoss has a softmax of its own."""
    if head := _logits(subject):
        for loss in ("CrossEntropyLoss", "softmax_cross_entropy_with_logits"):
            task = declared(task={"loss": loss, "classes": head[1]})
            yield Mutant(loss, after(head[0].name, "softmax"), task)


@kind("sigmoid before a loss on logits", "H501")
def double_sigmoid(subject: Subject) -> Iterator[Mutant]:
    """BCEWithLogitsLoss has a sigmoid of its own."""
    if head := _logits(subject):
        task = declared(task={"loss": "BCEWithLogitsLoss", "classes": head[1]})
        yield Mutant("BCEWithLogitsLoss", after(head[0].name, "sigmoid"), task)


@kind("from_logits behind a softmax", "H501")
def from_logits(subject: Subject) -> Iterator[Mutant]:
    """The loss is told that it gets logits."""
    if head := _softmax(subject):
        for loss in ("categorical_crossentropy", "sparse_categorical_crossentropy"):
            task = {"loss": loss, "classes": head[1]}
            told = declared(task={**task, "from_logits": True})
            yield Mutant(loss, told, declared(task=task))


@kind("a loss on probabilities without softmax", "H502")
def missing_softmax(subject: Subject) -> Iterator[Mutant]:
    """The softmax at the end was forgotten."""
    if head := _softmax(subject):
        entry, classes = head
        alone = entry.op == "softmax"
        edit = removed(entry.name) if alone else without(entry.name, "activation")
        for loss in ("categorical_crossentropy", "SparseCategoricalCrossentropy"):
            yield Mutant(loss, edit, declared(task={"loss": loss, "classes": classes}))


@kind("BCELoss without sigmoid", "H502")
def missing_sigmoid(subject: Subject) -> Iterator[Mutant]:
    """BCELoss wants probabilities."""
    if head := _logits(subject):
        task = declared(task={"loss": "BCELoss", "classes": head[1]})
        prepare = both(task, after(head[0].name, "sigmoid"))
        yield Mutant("BCELoss", removed("new_1"), prepare)


@kind("softmax before NLLLoss", "H502")
def softmax_for_nll(subject: Subject) -> Iterator[Mutant]:
    """NLLLoss wants logarithms."""
    if head := _logits(subject):
        task = declared(task={"loss": "NLLLoss", "classes": head[1]})
        prepare = both(task, after(head[0].name, "log_softmax"))
        yield Mutant("NLLLoss", renamed("new_1", "softmax"), prepare)


@kind("another number of outputs than classes", "H503", explains=("C301",))
def class_count(subject: Subject) -> Iterator[Mutant]:
    """A head that was made for other data."""
    if head := _head(subject):
        entry, function, classes = head
        loss = "categorical_crossentropy" if function else "CrossEntropyLoss"
        if entry.op == "dense":
            for units in (classes - 1, classes + 5, 2 * classes):
                task = declared(task={"loss": loss, "classes": classes})
                yield Mutant(f"{units} of {classes}", changed(entry.name, units=units), task)


@kind("a softmax over one unit", "H503")
def softmax_of_one(subject: Subject) -> Iterator[Mutant]:
    """It gives 1 whatever comes in."""
    if head := _head(subject):
        entry = head[0]
        if entry.op == "dense":
            yield Mutant(entry.name, changed(entry.name, units=1, activation="softmax"))


@kind("ReLU on logits", "H504")
def relu_logits(subject: Subject) -> Iterator[Mutant]:
    """Nothing can be said against a class."""
    if head := _logits(subject):
        task = declared(task={"loss": "CrossEntropyLoss", "classes": head[1]})
        if head[0].op == "dense":
            yield Mutant("activation", changed(head[0].name, activation="relu"), task)
        yield Mutant("layer", after(head[0].name, "relu"), task)


@kind("ReLU before softmax", "H504")
def relu_before_softmax(subject: Subject) -> Iterator[Mutant]:
    """The same before a softmax of the network's own."""
    if head := _softmax(subject):
        entry, classes = head
        task = declared(task={"loss": "categorical_crossentropy", "classes": classes})
        if entry.op == "dense":

            def edit(draft: Draft) -> None:
                draft[entry.name].words["activation"] = "relu"
                draft.insert_after(entry.name, "softmax")

            yield Mutant(entry.name, edit, task)
