"""Faults of shape and geometry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from benchmarks.faults.draft import Draft, Entry
from benchmarks.faults.kind import (
    POOLS,
    SIZES,
    Mutant,
    Subject,
    after,
    another_input,
    before,
    both,
    changed,
    channels,
    declared,
    input_shape,
    is_centred,
    is_empty,
    kind,
    lone_reader,
    merges_differ,
    n_unseen,
    n_values,
    path,
    places,
    removed,
    renamed,
    sound,
    uncovered,
    window_word,
)
from cnncalc.analysis.facts import LayerFacts, NetworkFacts


@kind("a stride that does not fit", "S102", explains=SIZES)
def misfit_stride(subject: Subject) -> Iterator[Mutant]:
    """A stride for which the last window ends before the map does."""
    whole = sound(subject)
    for layer, entry in subject.windowed():
        if entry.words.get("padding") != "same" and layer.name in whole:
            for stride in range(2, min(w.effective_kernel for w in layer.windows) + 1):
                if stride != layer.windows[0].stride and any(
                    n_unseen(w.size or 0, w.effective_kernel, stride, w.begin, w.end)
                    for w in layer.windows
                ):
                    site = f"{layer.name}, stride {stride}"
                    yield Mutant(site, changed(layer.name, stride=stride))


@kind("a kernel that the stride does not fit", "S102", explains=SIZES)
def misfit_kernel(subject: Subject) -> Iterator[Mutant]:
    """A window that is one cell smaller or larger than the one that fitted."""
    whole = sound(subject)
    for layer, entry in subject.windowed():
        if entry.words.get("padding") != "same" and layer.name in whole:
            old, stride = layer.windows[0].kernel, layer.windows[0].stride
            for size in (old - 1, old + 1):
                words = {window_word(entry): size, "stride": stride}
                if 2 <= stride <= size and layer.windows[0].dilation == 1:
                    if any(
                        n_unseen(w.size or 0, size, stride, w.begin, w.end) for w in layer.windows
                    ):
                        yield Mutant(f"{layer.name}, window {size}", changed(layer.name, **words))


@kind("an input that the strides do not fit", "S102", explains=SIZES)
def misfit_input(subject: Subject) -> Iterator[Mutant]:
    """An input for which windows that saw all of their map leave cells unseen."""
    shape = input_shape(subject)
    whole = sound(subject)
    if len(shape) == 3 and shape[0] > 8:
        for more in (-3, -1, 1, 2, 5):
            yield Mutant(
                f"input {shape[0] + more}",
                another_input(*(size + more for size in shape[:-1]), shape[-1]),
                is_fault=lambda facts: any(
                    uncovered(layer) and layer.windows[0].stride <= layer.windows[0].kernel
                    for layer in facts.layers
                    if layer.name in whole
                ),
            )


def _on_paths(subject: Subject) -> Iterator[tuple[LayerFacts, Entry]]:
    """The layers on the paths of merges, those of channel gates left out."""
    for merge, entry in subject.layers():
        if entry.merges and len(set(map(places, merge.input_shapes))) == 1:
            for source in entry.sources:
                yield from path(subject, source)


@kind("dropped padding on a path", "S111", explains=SIZES)
def dropped_padding(subject: Subject) -> Iterator[Mutant]:
    """One path of a merge becomes smaller than the others."""
    for layer, entry in _on_paths(subject):
        if any(w.begin + w.end and w.stride == 1 for w in layer.windows) and is_centred(layer):
            edit = changed(entry.name, padding=0)
            yield Mutant(entry.name, edit, is_fault=merges_differ)


@kind("a stride on one path only", "S111", explains=(*SIZES, "D602"))
def stride_on_path(subject: Subject) -> Iterator[Mutant]:
    """One path of a merge becomes half as large as the others."""
    for layer, entry in _on_paths(subject):
        if entry.op == "conv" and layer.windows[0].stride == 1 and layer.windows[0].size != 1:
            yield Mutant(entry.name, changed(entry.name, stride=2), is_fault=merges_differ)


@kind("other channels on a path", "S111")
def channels_on_path(subject: Subject) -> Iterator[Mutant]:
    """The paths of an addition, or a gate and what it gates, differ in channels."""
    for merge, entry in subject.layers("add", "multiply"):
        for source in entry.sources:
            for layer, on_path in path(subject, source):
                if on_path.op == "conv" and layer.windows and not on_path.words.get("groups"):
                    filters = on_path.words["filters"]
                    edit = changed(on_path.name, filters=filters // 2)
                    site = f"{on_path.name} before {merge.name}"
                    yield Mutant(site, edit, is_fault=merges_differ)
                    break


@kind("a shortcut without its projection", "S111", explains=SIZES)
def missing_projection(subject: Subject) -> Iterator[Mutant]:
    """The shortcut is the identity although the body changes the shape."""
    for merge, entry in subject.layers("add"):
        ways = [path(subject, source) for source in entry.sources]
        if len(ways) == 2 and all(ways):
            short = min((0, 1), key=lambda k: len(ways[k]))

            def edit(draft: Draft, name: str = merge.name, short: int = short) -> None:
                while len(draft.readers(source := draft[name].sources[short])) == 1:
                    if draft[source].merges:
                        break
                    draft.remove(source)

            yield Mutant(merge.name, edit, is_fault=merges_differ)


@kind("an input that the strides of a skip do not divide", "S110", explains=SIZES)
def indivisible_input(subject: Subject) -> Iterator[Mutant]:
    """After halving and doubling, the sizes differ from those of the encoder."""
    if any(subject.layers("conv_transpose")) and any(subject.layers("concat")):
        shape = input_shape(subject)
        for less in (2, 4, 6, 8, 12, 20, 28):
            smaller = (*(size - less for size in shape[:-1]), shape[-1])
            site = f"input {smaller[0]}"
            yield Mutant(site, another_input(*smaller), is_fault=merges_differ)


@kind("a kernel of which most meets padding", "S104", explains=("S118", "R202"))
def oversized_kernel(subject: Subject) -> Iterator[Mutant]:
    """The outermost weights of the kernel meet padding wherever it is put."""
    for layer, entry in subject.windowed("conv", "depthwise_conv"):
        sizes = [w.size or 0 for w in layer.windows]
        if is_centred(layer) and min(sizes) >= 2 and max(sizes) <= 16:
            # tap t of position u reads cell u + t - size: for t = 0 that is never in the map
            kernel = [2 * size + 1 for size in sizes]
            edit = changed(entry.name, kernel=kernel, padding=sizes, dilation=1)
            yield Mutant(f"{entry.name}, kernel {kernel[0]}", edit)


@kind("a window larger than the padded map", "S101", explains=SIZES)
def window_beyond_map(subject: Subject) -> Iterator[Mutant]:
    """The window does not fit even once."""
    for layer, entry in subject.windowed():
        sizes = [w.size or 0 for w in layer.windows]
        if sum(w.begin + w.end for w in layer.windows) == 0 and 2 < max(sizes) <= 64:
            words = {window_word(entry): [size + 1 for size in sizes], "padding": 0}
            yield Mutant(entry.name, changed(entry.name, **words), is_fault=is_empty)


@kind("an input too small for the windows", "S101", explains=SIZES)
def input_too_small(subject: Subject) -> Iterator[Mutant]:
    """The map is used up before the last window."""
    shape = input_shape(subject)
    if len(shape) == 3 and min(shape[:-1]) > 1:
        for size in (4, 8, 16, 24):
            if size < min(shape[:-1]):
                edit = another_input(*[size] * len(shape[:-1]), shape[-1])
                yield Mutant(f"input {size}", edit, is_fault=is_empty)


@kind("a pool after the last cell", "S101", explains=SIZES)
def pool_on_point(subject: Subject) -> Iterator[Mutant]:
    """A 2×2 pool of a map of one cell."""
    for layer, entry in subject.layers("conv", "relu", "global_avg_pool", "avg_pool"):
        if len(layer.output_shape or ()) > 2 and n_values(places(layer.output_shape)) == 1:
            yield Mutant(entry.name, after(entry.name, "max_pool", size=2), is_fault=is_empty)


@kind("an input of which one side does not fit", "S102", explains=SIZES)
def misfit_side(subject: Subject) -> Iterator[Mutant]:
    """The same along one axis."""
    shape = input_shape(subject)
    whole = sound(subject)
    if len(shape) == 3 and shape[0] > 16:
        for more in (1, 2, 3):
            yield Mutant(
                f"input {shape[0]}x{shape[1] + more}",
                another_input(shape[0], shape[1] + more, shape[2]),
                is_fault=lambda facts: any(
                    uncovered(layer) and layer.windows[1].stride <= layer.windows[1].kernel
                    for layer in facts.layers
                    if layer.name in whole
                ),
            )


@kind("a stride larger than the window", "S105", explains=SIZES)
def gaps(subject: Subject) -> Iterator[Mutant]:
    """Between two windows are cells that none of them sees."""
    for layer, entry in subject.windowed():
        window = layer.windows[0]
        stride = window.effective_kernel + 1
        if window.kernel > 1 and (window.size or 0) >= 3 * stride:
            yield Mutant(f"{entry.name}, stride {stride}", changed(entry.name, stride=stride))


@kind("padding as large as the window", "S106", explains=SIZES)
def padding_as_window(subject: Subject) -> Iterator[Mutant]:
    """The first window ends where the map begins."""
    for layer, entry in subject.windowed():
        kernel = layer.windows[0].kernel
        if layer.windows[0].dilation == 1 and all(w.kernel == kernel for w in layer.windows):
            edit = changed(entry.name, padding=kernel)
            yield Mutant(f"{entry.name}, padding {kernel}", edit)


@kind("pool padding beyond half of the window", "S107", explains=SIZES)
def pool_padding(subject: Subject) -> Iterator[Mutant]:
    """PyTorch refuses more padding than half of a pool's window."""
    for layer, entry in subject.windowed(*POOLS):
        kernel = layer.windows[0].kernel
        padding = kernel // 2 + 1
        if kernel > padding and all(w.kernel == kernel for w in layer.windows):
            edit = changed(entry.name, padding=padding)
            yield Mutant(f"{entry.name}, padding {padding}", edit, declared(target=["torch"]))


@kind("same padding with a stride, for two frameworks", "S108", explains=(*SIZES, "D602"))
def diverging_same(subject: Subject) -> Iterator[Mutant]:
    """TensorFlow pads an even map after 3×3 windows of stride 2, PyTorch on both sides."""
    for layer, entry in subject.windowed("conv"):
        odd = all(w.kernel % 2 and w.kernel > 1 and w.dilation == 1 for w in layer.windows)
        even = all(w.size and w.size > 2 and w.size % 2 == 0 for w in layer.windows)
        if is_centred(layer) and odd and even:
            edit = changed(entry.name, padding="same", stride=2)
            yield Mutant(entry.name, edit, declared(target=["keras", "torch"]))


@kind("a pool that Caffe rounds otherwise", "S108")
def diverging_rounding(subject: Subject) -> Iterator[Mutant]:
    """Caffe rounds the size of pools up, Keras down."""
    for layer, entry in subject.windowed(*POOLS):
        if entry.words.get("padding") != "same" and any(w.remainder for w in layer.windows):
            yield Mutant(layer.name, declared(target=["keras", "caffe"]))


@kind("an even kernel with same padding", "S109", explains=("S104", "R202"))
def even_kernel(subject: Subject) -> Iterator[Mutant]:
    """The middle of the window lies between two cells."""
    for layer, entry in subject.windowed():
        if is_centred(layer) and all(w.kernel % 2 and w.kernel > 1 for w in layer.windows):
            kernel = [w.kernel + 1 for w in layer.windows]
            if all(w.dilation == 1 for w in layer.windows):
                words = {window_word(entry): kernel, "padding": "same", "stride": 1}
                yield Mutant(f"{entry.name}, window {kernel[0]}", changed(entry.name, **words))


@kind("a stride without a window", "D602", explains=SIZES)
def strided_pointwise(subject: Subject) -> Iterator[Mutant]:
    """A 1×1 convolution reads one cell in four."""
    for layer, entry in subject.windowed("conv"):
        if all(w.kernel == w.stride == 1 and (w.size or 0) > 1 for w in layer.windows):
            yield Mutant(entry.name, changed(entry.name, stride=2))


@kind("a window over a single cell", "S118")
def window_on_point(subject: Subject) -> Iterator[Mutant]:
    """Of a 3×3 kernel on a map of one cell, one weight meets it."""
    if n_values(places(input_shape(subject))) > 1:
        for layer, entry in subject.windowed("conv"):
            if all(w.size == w.kernel == 1 for w in layer.windows):
                edit = changed(entry.name, kernel=3, padding="same")
                yield Mutant(entry.name, edit)


@kind("a pool over a single cell", "S118")
def small_pool_on_point(subject: Subject) -> Iterator[Mutant]:
    """There is nothing left to pool, but padding lets the window fit."""
    if n_values(places(input_shape(subject))) > 1:
        for layer, entry in subject.layers("conv", "relu", "global_avg_pool", "avg_pool"):
            if len(layer.output_shape or ()) > 2 and n_values(places(layer.output_shape)) == 1:
                edit = after(entry.name, "avg_pool", size=3, stride=1, padding="same")
                yield Mutant(f"after {entry.name}", edit)


@kind("a transposed kernel that the stride does not divide", "S115")
def checkerboard(subject: Subject) -> Iterator[Mutant]:
    """In some output cells more weights meet than in others."""
    for layer, entry in subject.layers("conv_transpose"):
        sizes = places(layer.input_shapes[0])
        for kernel in (3, 5):
            met = Counter(tap % 2 for tap in range(kernel))
            if entry.words.get("stride") == 2 and min(sizes) > 1 and met[0] != met[1]:
                words = {"kernel": kernel, "padding": kernel // 2, "output_padding": 1}
                site = f"{entry.name}, kernel {kernel}"
                yield Mutant(site, changed(entry.name, **words))


@kind("output padding as large as the stride", "S116", explains=SIZES)
def output_padding(subject: Subject) -> Iterator[Mutant]:
    """There are only as many sizes to choose from as the stride says."""
    for _, entry in subject.layers("conv_transpose"):
        stride = entry.words.get("stride", 1)
        for more in (0, 1):
            edit = changed(entry.name, output_padding=stride + more)
            yield Mutant(f"{entry.name}, {stride + more}", edit)


@kind("a reshape to another number of values", "S119", explains=("S114", "S121"))
def reshape_count(subject: Subject) -> Iterator[Mutant]:
    """The shape does not hold what arrives."""
    for layer, entry in subject.layers("flatten", "reshape"):
        count = n_values(layer.input_shapes[0])
        for other in {max(1, count - 1), count + 1, 2 * count} - {count}:
            edit = renamed(entry.name, "reshape", shape=[other])
            yield Mutant(f"{entry.name}, {other} of {count}", edit)


@kind("other channels declared than arrive", "S113")
def declared_channels(subject: Subject) -> Iterator[Mutant]:
    """`in_channels` says another number."""
    for layer, entry in subject.layers(
        "conv", "depthwise_conv", "separable_conv", "conv_transpose"
    ):
        actual = channels(layer.input_shapes[0])
        for number in (actual - 1, 2 * actual):
            if number > 0:
                edit = changed(entry.name, in_channels=number)
                yield Mutant(f"{entry.name}, {number} of {actual}", edit)


@kind("other features declared than arrive", "S113")
def declared_features(subject: Subject) -> Iterator[Mutant]:
    """`in_features` says another number."""
    for layer, entry in subject.layers("dense"):
        actual = channels(layer.input_shapes[0])
        edit = changed(entry.name, in_features=actual + 7)
        yield Mutant(f"{entry.name}, {actual + 7} of {actual}", edit)


@kind("shared weights that do not suit", "S113", explains=(*SIZES, "S114"))
def shared_weights(subject: Subject) -> Iterator[Mutant]:
    """A layer uses the weights of one with other channels."""
    for (one, _), (other, entry) in pairwise(subject.windowed("conv")):
        if "connections" in subject.draft[one.name].words:
            continue  # its filters pick their channels, whatever else there is
        if channels(one.input_shapes[0]) != channels(other.input_shapes[0]):

            def edit(draft: Draft, name: str = entry.name, owner: str = one.name) -> None:
                draft[name].words = {"share": owner}

            yield Mutant(f"{entry.name} as {one.name}", edit)


@kind("groups that do not divide the channels", "S114")
def indivisible_groups(subject: Subject) -> Iterator[Mutant]:
    """The smallest number of groups that leaves a remainder."""
    for layer, entry in subject.windowed("conv"):
        arriving, filters = channels(layer.input_shapes[0]), entry.words["filters"]
        groups = next(n for n in range(2, 99) if arriving % n or filters % n)
        if "connections" not in entry.words:
            yield Mutant(f"{entry.name}, {groups}", changed(entry.name, groups=groups))


@kind("parts that do not divide the channels", "S114")
def indivisible_parts(subject: Subject) -> Iterator[Mutant]:
    """A shuffle or a split leaves a remainder."""
    for layer, entry in subject.layers("channel_shuffle", "split"):
        arriving = channels(layer.input_shapes[0])
        number = next(n for n in range(2, 99) if arriving % n)
        word = "parts" if entry.op == "split" else "groups"
        words = {word: number, **({"take": 0} if entry.op == "split" else {})}
        yield Mutant(f"{entry.name}, {number} of {arriving}", changed(entry.name, **words))


@kind("normalisation groups that do not divide the channels", "S114")
def indivisible_norm(subject: Subject) -> Iterator[Mutant]:
    """32 groups, as everywhere else, or the smallest number that leaves a remainder."""
    for layer, entry in subject.layers("batch_norm"):
        arriving = channels(layer.input_shapes[0])
        groups = next(n for n in (32, *range(3, 99)) if arriving % n)
        edit = renamed(entry.name, "group_norm", groups=groups)
        yield Mutant(f"{entry.name}, {groups} of {arriving}", edit)


@kind("a map pooled away too early", "S121", explains=("S111", "S119"))
def early_pooling(subject: Subject) -> Iterator[Mutant]:
    """Global pooling, and then a convolution."""
    for layer, entry in subject.windowed():
        if lone_reader(subject, entry.name) and n_values(places(layer.input_shapes[0])) > 1:
            yield Mutant(f"before {entry.name}", before(entry.name, "global_avg_pool"))


@kind("a map flattened too early", "S121", explains=("S111", "S119"))
def early_flatten(subject: Subject) -> Iterator[Mutant]:
    """A convolution gets a vector."""
    for layer, entry in subject.windowed():
        if lone_reader(subject, entry.name) and len(layer.input_shapes[0] or ()) > 1:
            yield Mutant(f"before {entry.name}", before(entry.name, "flatten"))


def _dense_after(subject: Subject, name: str) -> bool:
    """Whether dense layers are all that follows, dropout and activations aside."""
    reader, found = lone_reader(subject, name), False
    while reader is not None and reader.op in ("dense", "dropout", "relu", "softmax"):
        found = found or reader.op == "dense"
        if not subject.draft.readers(reader.name):
            return found
        reader = lone_reader(subject, reader.name)
    return False


def _is_map(facts: NetworkFacts) -> bool:
    return n_values(places(facts.output_shape)) > 1 if facts.output_shape else False


@kind("a missing flatten before the head", "S112")
def missing_flatten(subject: Subject) -> Iterator[Mutant]:
    """The classifier works at every place of the map."""
    for layer, entry in subject.layers("flatten"):
        if n_values(places(layer.input_shapes[0])) > 1 and _dense_after(subject, entry.name):
            yield Mutant(entry.name, removed(entry.name), is_fault=_is_map)


@kind("a missing global pooling before the head", "S112")
def missing_pooling(subject: Subject) -> Iterator[Mutant]:
    """The same, where the network pools."""
    for layer, entry in subject.layers("global_avg_pool"):
        if len(layer.output_shape or ()) == 1 and _dense_after(subject, entry.name):
            yield Mutant(entry.name, removed(entry.name), is_fault=_is_map)


@kind("a stride hidden by padding", "S117")
def hidden_stride(subject: Subject) -> Iterator[Mutant]:
    """A path of a merge has the right size and another stride."""
    for layer, entry in _on_paths(subject):
        sizes = [w.size or 0 for w in layer.windows]
        if entry.op == "conv" and is_centred(layer) and all(w.kernel == 3 for w in layer.windows):
            if all(size >= 4 and size % 4 == 0 for size in sizes):
                amount = [size // 4 for size in sizes]  # on both sides: half of the map is left
                edit = both(
                    changed(entry.name, stride=2, padding=1, dilation=1),
                    after(entry.name, "pad", amount=amount),
                )
                yield Mutant(entry.name, edit)


@kind("a path that is shifted", "S117")
def shifted_path(subject: Subject) -> Iterator[Mutant]:
    """All padding on one side: every cell looks one further back."""
    for merge, entry in subject.layers("add", "concat"):
        ways = [path(subject, source) for source in entry.sources]
        if len(ways) > 1 and len(set(map(places, merge.input_shapes))) == 1:
            for layer, on_path in ways[0]:
                if on_path.op == "conv" and is_centred(layer) and layer.windows[0].kernel == 3:
                    if len(layer.windows) == 2 and layer.windows[0] == layer.windows[1]:
                        edit = changed(on_path.name, padding=[[2, 0], [2, 0]], dilation=1)
                        yield Mutant(f"{on_path.name} before {merge.name}", edit)


@kind("unpadded convolutions before the first pool", "S120", explains=SIZES)
def fast_shrink(subject: Subject) -> Iterator[Mutant]:
    """Half of the map is gone before anything is pooled."""
    shape = input_shape(subject)
    if len(shape) == 3 and 16 <= shape[0] == shape[1] <= 64 and is_first_lone(subject):
        for kernel in (3, 5):
            number = shape[0] // 2 // (kernel - 1) + 1

            def edit(draft: Draft, kernel: int = kernel, number: int = number) -> None:
                name = draft.entries[0].name
                for _ in range(number):
                    draft.insert_before(name, "conv", filters=8, kernel=kernel, activation="relu")

            left = shape[0] - number * (kernel - 1)
            if 0 < 2 * left < shape[0]:
                yield Mutant(f"{number} of {kernel}×{kernel}", edit)


def is_first_lone(subject: Subject) -> bool:
    """Whether one layer alone reads the input."""
    return len(subject.draft.readers("input")) == 1
