"""Modules that PyTorch lacks, as text for the generated file: functions, norms and moves.

`{d}` stands for the number of spatial axes.
"""

from __future__ import annotations

CLASSES = '''\
class Exponential(nn.Module):
    """The exponential function."""

    def forward(self, x):
        return x.exp()


class ScaledTanh(nn.Module):
    """LeCun's tangent: 1.7159 tanh(2x / 3)."""

    def forward(self, x):
        return 1.7159 * torch.tanh(x * (2 / 3))


class Keras2HardSigmoid(nn.Module):
    """The hard sigmoid of Keras 2, with a slope of 0.2."""

    def forward(self, x):
        return (0.2 * x + 0.5).clamp(0, 1)


class Maxout(nn.Module):
    """Take the largest of neighbouring channels."""

    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.unflatten(1, (-1, self.pieces)).amax(2)


class DropPath(nn.Module):
    """In training, set the whole of an example to zero with this probability."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        ones = x.new_ones(x.shape[0], *[1] * (x.ndim - 1))
        return x * F.dropout(ones, self.rate, self.training)


class PartialBatchNorm{d}d(nn.BatchNorm{d}d):
    """A batch normalisation that does not both scale and shift."""

    def __init__(self, channels, eps=1e-5, scale=True, center=True):
        super().__init__(channels, eps)
        if not scale:
            self.weight = None
        if not center:
            self.bias = None


class PartialGroupNorm(nn.GroupNorm):
    """A group normalisation that does not both scale and shift."""

    def __init__(self, groups, channels, eps=1e-5, scale=True, center=True):
        super().__init__(groups, channels, eps)
        if not scale:
            self.weight = None
        if not center:
            self.bias = None


class ChannelLayerNorm(nn.LayerNorm):
    """Normalise the channels of every cell."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class LayerNorm(nn.Module):
    """Normalise over some axes, counted from 0 with the channels last."""

    def __init__(self, sizes, axes, eps, scale=True, center=True):
        super().__init__()
        spanned = [sizes[axis] for axis in axes]
        self.dims = [axis + 1 for axis in axes]
        self.shape = [n if axis in axes else 1 for axis, n in enumerate(sizes)]
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(spanned)) if scale else None
        self.beta = nn.Parameter(torch.zeros(spanned)) if center else None

    def forward(self, x):
        x = x.movedim(1, -1)
        variance, mean = torch.var_mean(x, self.dims, correction=0, keepdim=True)
        x = (x - mean) * torch.rsqrt(variance + self.eps)
        if self.gamma is not None:
            x = x * self.gamma.reshape(self.shape)
        if self.beta is not None:
            x = x + self.beta.reshape(self.shape)
        return x.movedim(-1, 1)


class GlobalResponseNorm(nn.Module):
    """ConvNeXt V2's normalisation by the lengths of the channels, around which x goes."""

    def __init__(self, channels, eps, scale=True, center=True):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.zeros(channels)) if scale else None
        self.beta = nn.Parameter(torch.zeros(channels)) if center else None

    def forward(self, x):
        spatial = tuple(range(2, x.ndim))
        length = (x * x).sum(spatial, keepdim=True).sqrt() if spatial else x.abs()
        scaled = x * (length / (length.mean(1, keepdim=True) + self.eps))
        shape = [-1] + [1] * (x.ndim - 2)
        if self.gamma is not None:
            scaled = scaled * self.gamma.reshape(shape)
        if self.beta is not None:
            scaled = scaled + self.beta.reshape(shape)
        return x + scaled


class L2Norm(nn.Module):
    """Divide the channels of every cell by their length."""

    def __init__(self, eps):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        return F.normalize(x, dim=1, eps=self.eps)


class InputNorm(nn.Module):
    """Take the mean off and divide by the deviation, both known before the training."""

    def __init__(self, channels, eps):
        super().__init__()
        self.eps = eps
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))
        self.register_buffer("count", torch.zeros(()))

    def forward(self, x):
        shape = [-1] + [1] * (x.ndim - 2)
        deviation = self.variance.sqrt().clamp(min=self.eps)
        return (x - self.mean.reshape(shape)) / deviation.reshape(shape)


class VectorResponseNorm(nn.LocalResponseNorm):
    """A local response normalisation of vectors."""

    def forward(self, x):
        return super().forward(x[:, :, None]).squeeze(2)


class ChannelScale(nn.Module):
    """A factor, an offset, or both, for each channel."""

    def __init__(self, channels, bias=False, scale=True):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels)) if scale else None
        self.bias = nn.Parameter(torch.zeros(channels)) if bias else None

    def forward(self, x):
        shape = [-1] + [1] * (x.ndim - 2)
        x = x if self.scale is None else x * self.scale.reshape(shape)
        return x if self.bias is None else x + self.bias.reshape(shape)


class Rescale(nn.Module):
    """A fixed factor and offset, one for all channels or one for each."""

    def __init__(self, scale, offset):
        super().__init__()
        self.register_buffer("scale", torch.tensor(scale), persistent=False)
        self.register_buffer("offset", torch.tensor(offset), persistent=False)

    def forward(self, x):
        shape = [-1] + [1] * (x.ndim - 2)
        return x * self.scale.reshape(shape) + self.offset.reshape(shape)


class FlattenChannelsLast(nn.Module):
    """Flatten in the order of cnncalc and Keras: cell by cell, and the channels of each.

    nn.Flatten would go channel by channel, and a dense layer's weights would not fit.
    """

    def forward(self, x):
        return x.movedim(1, -1).flatten(1)


class Reshape(nn.Module):
    """Give the values another shape, both with the channels last."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.movedim(1, -1).reshape(-1, *self.shape).movedim(-1, 1)


class Permute(nn.Module):
    """The axes in another order."""

    def __init__(self, order):
        super().__init__()
        self.order = order

    def forward(self, x):
        return x.permute(self.order)


class VectorShuffle(nn.Module):
    """Deal out the entries of a vector over groups."""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, x):
        return x.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1)


class DepthToSpace(nn.Module):
    """Make blocks of channels blocks of cells, as nn.PixelShuffle does in two dimensions."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        n = x.ndim - 2
        x = x.unflatten(1, (-1, *[self.factor] * n))
        pairs = [axis for k in range(n) for axis in (2 + n + k, 2 + k)]
        x = x.permute(0, 1, *pairs)
        for k in range(n):
            x = x.flatten(2 + k, 3 + k)
        return x


class SpaceToDepth(nn.Module):
    """Make blocks of cells channels, in the order of TensorFlow: cells first, then channels.

    nn.PixelUnshuffle has them the other way round.
    """

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        n = x.ndim - 2
        for k in range(n):
            x = x.unflatten(2 + 2 * k, (-1, self.factor))
        within = [3 + 2 * k for k in range(n)]
        x = x.permute(0, *within, 1, *[2 + 2 * k for k in range(n)])
        return x.flatten(1, n + 1)


class Slice(nn.Module):
    """Take a part of one axis."""

    def __init__(self, start, stop, dim=1):
        super().__init__()
        self.start, self.length, self.dim = start, stop - start, dim

    def forward(self, x):
        return x.narrow(self.dim, self.start, self.length)
'''
