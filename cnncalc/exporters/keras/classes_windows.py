"""Keras layers that Keras lacks, as text for the generated file: windows and convolutions."""

from __future__ import annotations

CLASSES = '''\
class MinusInfinityPadding(layers.Layer):
    """Add cells around the map that no maximum ever chooses."""

    def __init__(self, padding, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, x):
        padding = [(0, 0), *map(tuple, self.padding), (0, 0)]
        return ops.pad(x, padding, constant_values=float("-inf"))


class DilatedMaxPooling(layers.Layer):
    """Take the maximum of windows whose cells lie apart, one axis after the other."""

    def __init__(self, pool_size, strides, dilation_rate, padding=None, **kwargs):
        super().__init__(**kwargs)
        self.windows = list(zip(pool_size, strides, dilation_rate))
        self.padding = padding or [(0, 0)] * len(pool_size)

    def call(self, x):
        padding = [(0, 0), *map(tuple, self.padding), (0, 0)]
        x = ops.pad(x, padding, constant_values=float("-inf"))
        for axis, (size, stride, dilation) in enumerate(self.windows, 1):
            starts = np.arange(0, x.shape[axis] - dilation * (size - 1), stride)
            cells = [ops.take(x, starts + k * dilation, axis) for k in range(size)]
            x = ops.max(ops.stack(cells), 0)
        return x


class AveragePoolingOfCells(layers.Layer):
    """Take the mean of every window, in which padding does not count."""

    def __init__(self, pool_size, strides, padding, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = tuple(pool_size)
        self.strides = tuple(strides)
        self.padding = padding

    def mean(self, x):
        x = ops.pad(x, [(0, 0), *map(tuple, self.padding), (0, 0)])
        return ops.average_pool(x, self.pool_size, self.strides)

    def call(self, x):
        return self.mean(x) / self.mean(ops.ones_like(x))


class AdaptivePooling(layers.Layer):
    """Pool to a given size; the windows may overlap and differ in size."""

    def __init__(self, size, kind="average", **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.kind = kind

    def call(self, x):
        reduce = {"average": ops.mean, "max": ops.max, "sum": ops.sum}[self.kind]
        for axis, size in enumerate(self.size, 1):
            cells = x.shape[axis]
            parts = []
            for i in range(size):
                cell = np.arange(i * cells // size, -(-(i + 1) * cells // size))
                parts.append(reduce(ops.take(x, cell, axis), axis, keepdims=True))
            x = ops.concatenate(parts, axis)
        return x


class ConnectedConvolution(layers.Layer):
    """A convolution in which every filter sees only the channels in its list."""

    def __init__(
        self,
        kernel_size,
        connections,
        strides=1,
        dilation_rate=1,
        use_bias=True,
        activation=None,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.kernel_size = tuple(kernel_size)
        self.connections = connections
        self.strides = strides if isinstance(strides, int) else tuple(strides)
        self.dilation_rate = (
            dilation_rate if isinstance(dilation_rate, int) else tuple(dilation_rate)
        )
        self.use_bias = use_bias
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        count = sum(len(seen) for seen in self.connections)
        shape = (*self.kernel_size, count)
        self.kernel = self.add_weight(shape, self.kernel_initializer, name="kernel")
        if self.use_bias:
            shape = (len(self.connections),)
            self.bias = self.add_weight(shape, initializer="zeros", name="bias")
        table = np.full((input_shape[-1], len(self.connections)), count)
        first = 0
        for filter_, seen in enumerate(self.connections):
            table[list(seen), filter_] = np.arange(first, first + len(seen))
            first += len(seen)
        self.table = table

    def call(self, x):
        zero = ops.zeros_like(self.kernel[..., :1])
        kernel = ops.take(ops.concatenate([self.kernel, zero], -1), self.table, -1)
        x = ops.conv(x, kernel, self.strides, dilation_rate=self.dilation_rate)
        return self.activation(x + self.bias if self.use_bias else x)


class TransposedConvolution(layers.Layer):
    """A transposed convolution with groups, dilation and padding of any kind."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides,
        padding,
        output_padding,
        dilation_rate,
        groups=1,
        use_bias=True,
        activation=None,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = tuple(kernel_size)
        self.strides = tuple(strides)
        self.padding = padding
        self.output_padding = tuple(output_padding)
        self.dilation_rate = tuple(dilation_rate)
        self.groups = groups
        self.use_bias = use_bias
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        shape = (*self.kernel_size, input_shape[-1] // self.groups, self.filters)
        self.kernel = self.add_weight(shape, self.kernel_initializer, name="kernel")
        if self.use_bias:
            shape = (self.filters,)
            self.bias = self.add_weight(shape, initializer="zeros", name="bias")

    def spread(self, x, axis):
        """Put the cells of an axis `stride` apart, with zeros between and around."""
        stride = self.strides[axis - 1]
        reach = self.dilation_rate[axis - 1] * (self.kernel_size[axis - 1] - 1)
        before, after = (reach - cut for cut in self.padding[axis - 1])
        after += self.output_padding[axis - 1] - (stride - 1)
        zeros = [(0, 0)] * (len(x.shape) + 1)
        zeros[axis + 1] = (0, stride - 1)
        cells = x.shape[axis] * stride
        x = ops.pad(ops.expand_dims(x, axis + 1), zeros)
        x = ops.reshape(x, (-1, *x.shape[1:axis], cells, *x.shape[axis + 2 :]))
        zeros = [(0, 0)] * len(x.shape)
        zeros[axis] = (max(before, 0), max(after, 0))
        kept = np.arange(max(-before, 0), cells + max(before, 0) + after)
        return ops.take(ops.pad(x, zeros), kept, axis)

    def call(self, x):
        axes = tuple(range(len(self.kernel_size)))
        for axis in axes:
            x = self.spread(x, axis + 1)
        kernel = ops.flip(self.kernel, axes)
        x = ops.conv(x, kernel, dilation_rate=self.dilation_rate)
        return self.activation(x + self.bias if self.use_bias else x)
'''
