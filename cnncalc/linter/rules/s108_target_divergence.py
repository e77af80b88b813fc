"""S108: frameworks that disagree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import Convolution, Pooling, TransposedConvolution
from cnncalc.ir.shapes import Pair, Size
from cnncalc.ir.windows import Window, same_padding, slide
from cnncalc.linter.arithmetic import axes_in_words
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, InsertBefore, SetArgument
from cnncalc.linter.geometry import argument, in_yaml, sliding, targets
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import written_keys

_NAMES = {"keras": "Keras", "torch": "PyTorch", "onnx": "ONNX", "caffe": "Caffe"}


class TargetDivergence(Rule):
    """Two frameworks that the network must run in would make different things of a layer.

    What it does:
        Compares the windows of convolutions and pools, where `target` names two frameworks or more,
        with what each can say in its own layer. Keras has `valid` and `same`, of which `same` puts
        the odd cell at the end; PyTorch and Caffe pad both sides alike; Caffe rounds the size of
        pools up and Keras rounds it down. ONNX can say everything.

    Why it matters:
        The size may be the same and every window one cell further: weights that are carried over
        then give slightly different results, which is hard to find.

    Bad:
        ```yaml
        input: 32x32x3
        target: [keras, torch]
        layers:
          - conv: {filters: 8, kernel: 3, stride: 2, padding: same, activation: relu}
        ```

    Good:
        ```yaml
        input: 32x32x3
        target: [keras, torch]
        layers:
          - pad: [[0, 1], [0, 1]]
          - conv: {filters: 8, kernel: 3, stride: 2, padding: valid, activation: relu}
        ```

    When to ignore it:
        When the network is trained anew in each framework, so that a shift does not matter.

    References:
        TensorFlow, tf.nn.convolution, on SAME; PyTorch, torch.nn.Conv2d, on padding; Keras,
        keras.applications.ResNet50, which pads in layers of its own.
    """

    code: ClassVar[str] = "S108"
    name: ClassVar[str] = "target-divergence"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, all its axes together."""
        wanted = targets(facts)
        if len(set(wanted)) < 2:
            return
        for layer, primitive, windows in sliding(facts):
            if isinstance(primitive, Pooling):
                told = _rounding(windows, wanted)
                if told:
                    yield Report(told, layer, "rounding", "an input that divides gives one size")
            told = _padding(layer, primitive, windows, wanted)
            if told:
                yield _report(told, layer, primitive, windows)
        for layer, transposed in facts.having(TransposedConvolution):
            told = _cut(layer, transposed, wanted)
            if told:
                help_ = "take padding: valid, and crop what is too much in a layer of its own"
                yield Report(told, layer, "padding", help_)


def _report(
    told: str, layer: LayerFacts, primitive: Convolution | Pooling, windows: tuple[Window, ...]
) -> Report:
    used = tuple((window.begin, window.end - (window.remainder or 0)) for window in windows)
    entry = f"pad: {in_yaml(used)}"
    help_ = f"put {entry} before it, with padding: valid: every framework has that"
    if isinstance(primitive, Pooling):
        help_ = "pad in a layer of its own; for a maximum of what is not negative zeros will do"
        return Report(told, layer, "padding", help_)
    if min(map(min, used)) < 0 or not written_keys(layer).isdisjoint({"from", "repeat", "first"}):
        return Report(told, layer, "padding", help_)
    changes = (InsertBefore(layer, entry), SetArgument(layer, "padding", "valid"))
    return Report(told, layer, "padding", help_, fixes=(Fix("pad in a layer of its own", changes),))


def _rounding(windows: tuple[Window, ...], wanted: tuple[str, ...]) -> str | None:
    axes, sizes = [], []
    for axis, window in enumerate(windows):
        if window.size is not None:
            other = slide(*_arguments(window), (window.begin, window.end), ceil=not window.ceil)
            if other.output != window.output:
                axes.append(axis)
                sizes.append((window.output, other.output))
    framework = "keras" if windows[0].ceil else "caffe"
    if not axes or framework not in wanted:
        return None
    way = "down" if windows[0].ceil else "up"
    return (
        f"{_NAMES[framework]} rounds the size of pools {way}, which along the "
        f"{axes_in_words(axes, len(windows))} gives {sizes[0][1]} in place of {sizes[0][0]}"
    )


def _padding(
    layer: LayerFacts,
    primitive: Convolution | Pooling,
    windows: tuple[Window, ...],
    wanted: tuple[str, ...],
) -> str | None:
    """What the first framework that cannot say this would do in its place; None if all agree."""
    if any(window.size is None for window in windows):
        return None
    same = [same_padding(*_arguments(window)) for window in windows]
    keras = _all_are(windows, [(0, 0)] * len(windows)) or _all_are(windows, same)
    keras = keras or argument(layer, "padding") == "causal"
    both_sides = _all_are(windows, [(window.begin, window.begin) for window in windows])
    at_stride_1 = isinstance(primitive, Convolution) and all(w.stride == 1 for w in windows)
    can = {
        "keras": keras,
        "torch": both_sides or (at_stride_1 and _all_are(windows, same)),
        "caffe": both_sides,
        "onnx": True,
    }
    lacking = [name for name in _NAMES if name in wanted and not can[name]]
    if not lacking or set(lacking) == set(wanted) <= {"torch", "caffe"}:
        return None
    name = lacking[0]
    for axis, window in enumerate(windows):
        if name == "keras":
            theirs, how = same[axis], "with same"
        else:
            most = max(window.begin, window.end)
            theirs, how = (most, most), f"with padding {most}"
        if not _is(window, theirs):
            axes = [k for k, other in enumerate(windows) if other == window]
            return _difference(name, how, window, theirs, axes_in_words(axes, len(windows)))
    return None


def _difference(name: str, how: str, window: Window, theirs: Pair, axis: str) -> str:
    output = slide(*_arguments(window), theirs).output
    begins = f"{how} {_NAMES[name]} pads {theirs[0]} before and {theirs[1]} after along the {axis}"
    given = f"not {window.begin} and {window.end}"
    if output == window.output:
        return f"{begins}, {given}: the size is the same, but every window is shifted"
    return f"{begins}, {given}: the size is {output} in place of {window.output}"


def _arguments(window: Window) -> tuple[Size, int, int, int]:
    return window.size, window.kernel, window.stride, window.dilation


def _all_are(windows: tuple[Window, ...], padding: list[Pair]) -> bool:
    return all(map(_is, windows, padding))


def _is(window: Window, padding: Pair) -> bool:
    """Whether a padding gives the very same windows."""
    if window.begin != padding[0]:
        return False
    return slide(*_arguments(window), padding, ceil=window.ceil).output == window.output


def _cut(
    layer: LayerFacts, transposed: TransposedConvolution, wanted: tuple[str, ...]
) -> str | None:
    """The same for transposed convolutions, of which the padding is cut off."""
    shape, output = layer.input_shapes[0], layer.output_shape
    if shape is None or output is None or None in shape or None in output:
        return None
    rank = len(transposed.kernel)
    for axis in range(rank):
        size, out = shape[axis] or 0, output[axis] or 0
        stride, dilation = transposed.stride[axis], transposed.dilation[axis]
        kernel = dilation * (transposed.kernel[axis] - 1) + 1
        begin = transposed.padding[axis][0]
        surplus = max(0, kernel - stride)
        added = out - ((size - 1) * stride + kernel - 2 * begin)
        along = f"along the {axes_in_words([axis], rank)}"
        keras = [(0, size * stride + surplus), (surplus // 2, size * stride)]
        others = len(set(wanted) - {"keras"})
        if "keras" in wanted and others and (begin, out) not in keras:
            return f"Keras's same cuts off {surplus // 2} before {along}, not {begin}"
        for name, most in (("torch", max(stride, dilation) - 1), ("caffe", 0)):
            if name in wanted and len(set(wanted)) > 1 and not 0 <= added <= most:
                return (
                    f"{_NAMES[name]} cuts off both sides alike {along}, not {begin} before "
                    f"and {begin - added} after"
                )
    return None
