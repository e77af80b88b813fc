"""Modules that PyTorch lacks, as text for the generated file: windows and convolutions.

`{d}` stands for the number of spatial axes.
"""

from __future__ import annotations

CLASSES = '''\
class MinusInfinityPad(nn.Module):
    """Add cells around the map that no maximum ever chooses."""

    def __init__(self, padding):
        super().__init__()
        self.padding = padding

    def forward(self, x):
        return F.pad(x, self.padding, value=float("-inf"))


class Crop(nn.Module):
    """Cut cells off around the map; the amounts are given as for padding."""

    def __init__(self, amount):
        super().__init__()
        self.amount = [-cells for cells in amount]

    def forward(self, x):
        return F.pad(x, self.amount)


class SeparableConv{d}d(nn.Conv{d}d):
    """A convolution of each channel by itself, then one of all channels of a cell."""

    def __init__(
        self, channels, filters, kernel_size, multiplier=1, bias=True, **options
    ):
        inner = channels * multiplier
        super().__init__(inner, filters, 1, bias=bias)
        depthwise = nn.Conv{d}d(channels, inner, kernel_size, groups=channels)
        self.depthwise_weight = depthwise.weight
        self.options = {"groups": channels, **options}

    def forward(self, x):
        x = F.conv{d}d(x, self.depthwise_weight, **self.options)
        return super().forward(x)


class ConnectedConv(nn.Module):
    """A convolution in which every filter sees channels of its own.

    The kernel holds the connections one after the other, in the order of the filters.
    """

    def __init__(self, channels, kernel_size, connections, bias=True, **options):
        super().__init__()
        self.filters = [f for f, seen in enumerate(connections) for _ in seen]
        self.channels = [channel for seen in connections for channel in seen]
        self.shape = (len(connections), channels, *kernel_size)
        self.kernel = nn.Parameter(torch.empty(*kernel_size, len(self.channels)))
        self.bias = nn.Parameter(torch.zeros(len(connections))) if bias else None
        nn.init.normal_(self.kernel, std=self.kernel[..., 0].numel() ** -0.5)
        self.options = options

    def forward(self, x):
        weight = self.kernel.new_zeros(self.shape)
        weight[self.filters, self.channels] = self.kernel.movedim(-1, 0)
        convolve = {3: F.conv1d, 4: F.conv2d, 5: F.conv3d}[x.ndim]
        return convolve(x, weight, self.bias, **self.options)


class GroupedConvTranspose{d}d(nn.Module):
    """A transposed convolution of groups of channels; the kernel is (*size, in / groups, out)."""

    def __init__(self, channels, filters, kernel_size, groups, bias=True, **options):
        super().__init__()
        self.kernel = nn.Parameter(
            torch.empty(*kernel_size, channels // groups, filters)
        )
        self.bias = nn.Parameter(torch.zeros(filters)) if bias else None
        nn.init.normal_(self.kernel, std=self.kernel[..., 0].numel() ** -0.5)
        self.options = {"groups": groups, **options}

    def forward(self, x):
        kernel = self.kernel.unflatten(-1, (self.options["groups"], -1))
        weight = kernel.movedim((-2, -3, -1), (0, 1, 2)).flatten(0, 1)
        return F.conv_transpose{d}d(x, weight, self.bias, **self.options)


class ChannelLinear(nn.Linear):
    """A matrix product along the channels of every cell."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class SumPool(nn.Module):
    """Add up every window."""

    def __init__(self, size, stride, dilation=1):
        super().__init__()
        self.size = size
        self.options = {"stride": stride, "dilation": dilation}

    def forward(self, x):
        sums = {3: F.conv1d, 4: F.conv2d, 5: F.conv3d}[x.ndim]
        ones = x.new_ones(x.shape[1], 1, *self.size)
        return sums(x, ones, groups=x.shape[1], **self.options)


class MeanPool(nn.Module):
    """Average those cells of every window that lie on the map; 0 where there are none."""

    def __init__(self, size, stride, dilation=1, padding=()):
        super().__init__()
        self.size = size
        self.options = {"stride": stride, "dilation": dilation}
        self.padding = [cells for pair in reversed(padding) for cells in pair]

    def forward(self, x):
        sums = {3: F.conv1d, 4: F.conv2d, 5: F.conv3d}[x.ndim]
        ones = x.new_ones(x.shape[1], 1, *self.size)
        maps, cells = F.pad(x, self.padding), F.pad(torch.ones_like(x), self.padding)
        total = sums(maps, ones, groups=x.shape[1], **self.options)
        count = sums(cells, ones, groups=x.shape[1], **self.options)
        return total / count.clamp(min=1)


class AdaptiveSumPool(nn.Module):
    """Add up the bins of an adaptive pooling, one axis after the other."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        for dim, bins in enumerate(self.size, 2):
            length = x.shape[dim]
            ends = [
                (k * length // bins, -(-(k + 1) * length // bins)) for k in range(bins)
            ]
            parts = [x.narrow(dim, a, b - a).sum(dim, keepdim=True) for a, b in ends]
            x = torch.cat(parts, dim)
        return x


class NearestResize(nn.Module):
    """Take the nearest cell, in whole numbers: cell u is cell u * before // after."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        for dim, after in enumerate(self.size, 2):
            cells = torch.arange(after, device=x.device) * x.shape[dim] // after
            x = x.index_select(dim, cells)
        return x
'''
