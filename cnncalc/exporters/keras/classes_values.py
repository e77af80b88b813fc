"""Keras layers that Keras lacks, as text for the generated file: values, channels and places."""

from __future__ import annotations

CLASSES = '''\
class FallingReLU(layers.Layer):
    """Multiply negative values by a slope that is itself negative."""

    def __init__(self, negative_slope, **kwargs):
        super().__init__(**kwargs)
        self.negative_slope = negative_slope

    def call(self, x):
        return ops.where(x < 0, self.negative_slope * x, x)


class CELU(layers.Layer):
    """An exponential linear unit without a kink at 0."""

    def __init__(self, alpha, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, x):
        return ops.celu(x, self.alpha)


class TanhGELU(layers.Layer):
    """The approximation of gelu by a hyperbolic tangent."""

    def call(self, x):
        return ops.gelu(x, approximate=True)


class Keras2HardSigmoid(layers.Layer):
    """The hard sigmoid of Keras 2, with the slope 0.2."""

    def call(self, x):
        return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


class ScaledTanh(layers.Layer):
    """LeNet's hyperbolic tangent."""

    def call(self, x):
        return 1.7159 * ops.tanh(x * (2 / 3))


class GlobalResponseNormalization(layers.Layer):
    """Let the channels compete by their strength over the whole map."""

    def __init__(self, epsilon, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.gamma = self.add_weight(shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape, initializer="zeros", name="beta")

    def call(self, x):
        axes = tuple(range(1, len(x.shape) - 1))
        strength = ops.sqrt(ops.sum(ops.square(x), axes, keepdims=True))
        mean = ops.mean(strength, -1, keepdims=True)
        return self.gamma * x * strength / (mean + self.epsilon) + self.beta + x


class AxesNormalization(layers.Layer):
    """Layer normalization over axes that need not be the last."""

    def __init__(self, axis, epsilon, center=True, scale=True, **kwargs):
        super().__init__(**kwargs)
        self.axis = tuple(axis)
        self.epsilon = epsilon
        self.center = center
        self.scale = scale

    def build(self, input_shape):
        shape = [input_shape[axis] for axis in self.axis]
        if self.scale:
            self.gamma = self.add_weight(shape, initializer="ones", name="gamma")
        if self.center:
            self.beta = self.add_weight(shape, initializer="zeros", name="beta")

    def call(self, x):
        mean, variance = ops.moments(x, self.axis, keepdims=True)
        sizes = [n if axis in self.axis else 1 for axis, n in enumerate(x.shape)]
        x = (x - mean) / ops.sqrt(variance + self.epsilon)
        x = x * ops.reshape(self.gamma, sizes) if self.scale else x
        return x + ops.reshape(self.beta, sizes) if self.center else x


class L2Normalization(layers.Layer):
    """Divide the channels of every position by their Euclidean length."""

    def __init__(self, epsilon, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, x):
        length = ops.sqrt(ops.sum(ops.square(x), -1, keepdims=True))
        return x / ops.maximum(length, self.epsilon)


class LocalResponseNormalization(layers.Layer):
    """Damp every value by the strength of `size` neighbouring channels."""

    def __init__(self, size, alpha, beta, bias, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.bias = bias

    def call(self, x):
        channels = x.shape[-1]
        around = [(0, 0)] * (len(x.shape) - 1)
        around.append((self.size // 2, (self.size - 1) // 2))
        squares = ops.pad(ops.square(x), around)
        total = sum(squares[..., k : k + channels] for k in range(self.size))
        return x / (self.bias + self.alpha / self.size * total) ** self.beta


class ChannelScale(layers.Layer):
    """A trainable factor, a trainable offset, or both, per channel."""

    def __init__(self, use_bias=False, use_scale=True, **kwargs):
        super().__init__(**kwargs)
        self.use_bias = use_bias
        self.use_scale = use_scale

    def build(self, input_shape):
        shape = (input_shape[-1],)
        if self.use_scale:
            self.scale = self.add_weight(shape, initializer="ones", name="scale")
        if self.use_bias:
            self.bias = self.add_weight(shape, initializer="zeros", name="bias")

    def call(self, x):
        x = x * self.scale if self.use_scale else x
        return x + self.bias if self.use_bias else x


class Maxout(layers.Layer):
    """Keep the largest of every `pieces` neighbouring channels."""

    def __init__(self, pieces, **kwargs):
        super().__init__(**kwargs)
        self.pieces = pieces

    def call(self, x):
        channels = x.shape[-1] // self.pieces
        return ops.max(ops.reshape(x, (-1, *x.shape[1:-1], channels, self.pieces)), -1)


class ChannelShuffle(layers.Layer):
    """Deal the channels out over groups."""

    def __init__(self, groups, **kwargs):
        super().__init__(**kwargs)
        self.groups = groups

    def call(self, x):
        shape = (-1, *x.shape[1:])
        x = ops.reshape(x, (*shape[:-1], self.groups, shape[-1] // self.groups))
        return ops.reshape(ops.swapaxes(x, -1, -2), shape)


class DepthToSpace(layers.Layer):
    """Lay channels out as blocks of cells, in PyTorch's order."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        space, rank = x.shape[1:-1], len(x.shape) - 2
        channels = x.shape[-1] // self.factor**rank
        x = ops.reshape(x, (-1, *space, channels, *[self.factor] * rank))
        order = [0]
        for axis in range(rank):
            order += [axis + 1, rank + 2 + axis]
        x = ops.transpose(x, (*order, rank + 1))
        return ops.reshape(x, (-1, *(size * self.factor for size in space), channels))


class SpaceToDepth(layers.Layer):
    """Put the cells of every block behind one another as channels."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        space, rank = [size // self.factor for size in x.shape[1:-1]], len(x.shape) - 2
        channels = x.shape[-1]
        split = []
        for size in space:
            split += [size, self.factor]
        x = ops.reshape(x, (-1, *split, channels))
        order = (*range(1, 2 * rank, 2), *range(2, 2 * rank + 1, 2))
        x = ops.transpose(x, (0, *order, 2 * rank + 1))
        return ops.reshape(x, (-1, *space, channels * self.factor**rank))


class MirrorPadding(layers.Layer):
    """Add the map mirrored, without its outermost cells, around it."""

    def __init__(self, padding, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, x):
        for axis, (begin, end) in enumerate(self.padding, 1):
            last = x.shape[axis] - 1
            cells = np.abs(np.arange(-begin, last + 1 + end))
            x = ops.take(x, last - np.abs(last - cells), axis)
        return x


class EdgePadding(layers.Layer):
    """Add copies of the outermost cells around the map."""

    def __init__(self, padding, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, x):
        for axis, (begin, end) in enumerate(self.padding, 1):
            last = x.shape[axis] - 1
            x = ops.take(x, np.clip(np.arange(-begin, last + 1 + end), 0, last), axis)
        return x


class Slice(layers.Layer):
    """Keep the cells of one axis from `start` up to `stop`."""

    def __init__(self, axis, start, stop, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.start = start
        self.stop = stop

    def call(self, x):
        index = [slice(None)] * len(x.shape)
        index[self.axis] = slice(self.start, self.stop)
        return x[tuple(index)]


class NearestResizing(layers.Layer):
    """Sample the map at another size by the cell that is nearest."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, x):
        for axis, size in enumerate(self.size, 1):
            cells = np.arange(size) * x.shape[axis] // size
            x = ops.take(x, cells, axis)
        return x


class LinearResizing(layers.Layer):
    """Sample the map at another size by linear interpolation along every axis."""

    def __init__(self, size, align_corners=False, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.align_corners = align_corners

    def call(self, x):
        for axis, size in enumerate(self.size, 1):
            last = x.shape[axis] - 1
            if self.align_corners:
                place = np.arange(size) * last / max(size - 1, 1)
            else:
                place = (np.arange(size) + 0.5) * (last + 1) / size - 0.5
            place = np.clip(place, 0, last)
            low = place.astype("int32")
            shape = [-1 if k == axis else 1 for k in range(len(x.shape))]
            share = np.reshape(place - low, shape)
            share = ops.convert_to_tensor(share, self.compute_dtype)
            high = ops.take(x, np.minimum(low + 1, last), axis)
            x = ops.take(x, low, axis) * (1 - share) + high * share
        return x
'''
