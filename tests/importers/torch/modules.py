"""PyTorch modules as people write them, one style each."""

# mypy: disable-error-code="misc, name-defined"
# PyTorch may be missing, so that its classes are of any type

from __future__ import annotations

from typing import Any

import pytest

torch: Any = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional


class Inplace(nn.Module):
    """In-place operators, a batch norm without weights, a view before the head."""

    shape = (3, 16, 16)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 2, 1)
        self.norm = nn.BatchNorm2d(8, affine=False)
        self.relu = nn.ReLU(inplace=True)
        self.head = nn.Linear(8 * 8 * 8, 5)

    def forward(self, x: Any) -> Any:
        y = self.relu(self.norm(self.conv(x)))
        y += y.mean((2, 3), keepdim=True)
        y *= 0.5
        return self.head(y.view(y.shape[0], -1))


class Gate(nn.Module):
    """Squeeze-and-excitation with dense layers."""

    shape = (3, 16, 16)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3)
        self.gate = nn.Sequential(nn.Linear(16, 4), nn.ReLU(), nn.Linear(4, 16), nn.Sigmoid())

    def forward(self, x: Any) -> Any:
        x = self.conv(x)
        n, channels, _, _ = x.size()
        weight = F.adaptive_avg_pool2d(x, 1).view(n, channels)
        return x * self.gate(weight).view(n, channels, 1, 1)


class Audio(nn.Sequential):
    """One spatial axis."""

    shape = (2, 40)

    def __init__(self) -> None:
        super().__init__(
            nn.Conv1d(2, 8, 5, stride=2, bias=False),
            nn.BatchNorm1d(8),
            nn.Tanh(),
            nn.MaxPool1d(2),
            nn.Conv1d(8, 8, 3, groups=8, dilation=2),
            nn.AdaptiveAvgPool1d(3),
            nn.Flatten(),
            nn.Linear(24, 4),
            nn.LogSoftmax(1),
        )


class Volume(nn.Sequential):
    """Three spatial axes."""

    shape = (1, 8, 12, 10)

    def __init__(self) -> None:
        super().__init__(
            nn.Conv3d(1, 4, 3, padding=1),
            nn.InstanceNorm3d(4, affine=True),
            nn.ELU(0.7),
            nn.AvgPool3d(2),
            nn.ConvTranspose3d(4, 2, 2, stride=2, groups=2),
            nn.Upsample(scale_factor=2, mode="trilinear", align_corners=True),
            nn.GroupNorm(1, 2),
        )


class Vector(nn.Module):
    """No spatial axes, dropout as a module, functions on the way."""

    shape = (20,)

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(20, 16, bias=False)
        self.norm = nn.LayerNorm(16, elementwise_affine=False)
        self.second = nn.Linear(16, 16)
        self.drop = nn.Dropout(0.3)

    def forward(self, x: Any) -> Any:
        x = F.leaky_relu(self.norm(self.first(x)), 0.2)
        return F.log_softmax(x + self.drop(F.mish(self.second(x))), dim=-1)


class Windows(nn.Module):
    """Windows with a stride, padding and dilation for each axis, rounding up, an even LRN."""

    shape = (3, 17, 15)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, (3, 5), stride=(2, 1), padding=(1, 2), dilation=(1, 2))
        self.most = nn.MaxPool2d(3, 2, 1, ceil_mode=True)
        self.mean = nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False)
        self.response = nn.LocalResponseNorm(4)

    def forward(self, x: Any) -> Any:
        x = self.conv(F.pad(x, (1, 2, 0, 3), mode="reflect"))
        x = F.max_pool2d(F.pad(x, (0, 1, 1, 0), value=float("-inf")), 2, 1)
        x = F.avg_pool2d(x, 2, 1, divisor_override=1)
        return F.hardtanh(F.hardswish(self.response(self.mean(self.most(x)))), -2, 2)


class Shuffle(nn.Module):
    """Splits, shuffles and rearrangements, as a module and spelled out."""

    shape = (8, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.down, self.up = nn.PixelUnshuffle(2), nn.PixelShuffle(2)
        self.deal = nn.ChannelShuffle(4)

    def forward(self, x: Any) -> Any:
        passed, worked = torch.split(x, 4, 1)
        x = torch.cat((passed, self.conv(worked)), 1)
        n, channels, height, width = x.shape
        x = x.view(n, 2, channels // 2, height, width).transpose(1, 2).reshape(x.shape)
        return self.deal(F.relu(self.up(F.relu(self.down(x)))[:, :, 1:7:2]))


class ManyOutputs(nn.Module):
    """Maps and a vector come out."""

    shape = (3, 12, 12)

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 5, 3)
        self.head = nn.Linear(5, 3)

    def forward(self, x: Any) -> Any:
        near = self.first(x)
        far = torch.sigmoid(self.second(near))
        return near, far, self.head(far.mean([2, 3]))


class TwoInputs(nn.Module):
    """A map and a vector that gates its channels."""

    shape = ((3, 8, 8), (5,))

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.dense = nn.Conv2d(3, 6, 3), nn.Linear(5, 6)

    def forward(self, x: Any, condition: Any) -> Any:
        return self.conv(x) * torch.sigmoid(self.dense(condition))[:, :, None, None] + 1


class Activations(nn.Module):
    """Every activation that cnncalc has a layer for."""

    shape = (3, 9, 9)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        kinds = "ReLU ReLU6 ELU SELU SiLU Mish GELU Softplus Softsign LogSigmoid Hardsigmoid Tanh"
        self.all = nn.ModuleList([getattr(nn, kind)() for kind in kinds.split()])
        self.all += [nn.CELU(1.3), nn.GELU("tanh"), nn.LeakyReLU(0.3), nn.PReLU(3), nn.PReLU()]

    def forward(self, x: Any) -> Any:
        x = self.conv(x)
        return torch.cat([activation(x) for activation in self.all], 1)


class Norms(nn.Module):
    """Norms with weights and without, a length, factors per channel."""

    shape = (4, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.batch, self.whole = nn.BatchNorm2d(4), nn.LayerNorm([4, 8, 8])
        self.group, self.instance = nn.GroupNorm(2, 4, affine=False), nn.InstanceNorm2d(4)
        self.gamma = nn.Parameter(torch.full((4,), 0.3))

    def forward(self, x: Any) -> Any:
        x = self.whole(self.instance(self.group(self.batch(x))))
        x = F.normalize(x, dim=1)
        return (x.permute(0, 2, 3, 1) * self.gamma).permute(0, 3, 1, 2) + x


class SpelledNorm(nn.Module):
    """A layer norm of the channels in small operators, as ConvNeXt's first code has it."""

    shape = (3, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 2, 2)
        self.weight, self.bias = nn.Parameter(torch.ones(8)), nn.Parameter(torch.zeros(8))

    def forward(self, x: Any) -> Any:
        x = self.conv(x)
        mean = x.mean(1, keepdim=True)
        variance = (x - mean).pow(2).mean(1, keepdim=True)
        x = (x - mean) / torch.sqrt(variance + 1e-6)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class Block(nn.Module):
    """A residual block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        conv = nn.Conv2d(channels, channels, 3, padding="same", bias=False)
        self.body = nn.Sequential(conv, nn.BatchNorm2d(channels), nn.ReLU())

    def forward(self, x: Any) -> Any:
        return F.relu(self.body(x) + x)


class Twice(nn.Module):
    """One block called twice, and two ways to resize."""

    shape = (4, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.block = Block(4)
        self.larger = nn.Upsample(scale_factor=1.5)
        self.given = nn.Upsample(size=(7, 9), mode="bilinear", align_corners=True)

    def forward(self, x: Any) -> Any:
        return self.given(self.larger(self.block(self.block(x))))


class Pools(nn.Module):
    """A pool as a module, as a function and as a method, of one map."""

    shape = (3, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.pool = nn.Conv2d(3, 4, 1), nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Any) -> Any:
        x = self.conv(x)
        return self.pool(x) + F.adaptive_avg_pool2d(x, 1) + x.mean((2, 3), keepdim=True)


class Tied(nn.Module):
    """Two modules with the same weights."""

    shape = (3, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 3, 3, padding=1)
        self.second = nn.Conv2d(3, 3, 3, padding=1)
        self.second.weight, self.second.bias = self.first.weight, self.first.bias

    def forward(self, x: Any) -> Any:
        return self.second(torch.relu(self.first(x)))


class NotUnderstood(nn.Module):
    """A running sum and the largest values, of which cnncalc has no layers."""

    shape = (3, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 1)

    def forward(self, x: Any) -> Any:
        values, _ = torch.topk(torch.cumsum(self.conv(x), 2), 2, dim=2)
        return self.last(values)


class Bilinear(nn.Module):
    """A layer with weights of which cnncalc has none."""

    shape = (6,)

    def __init__(self) -> None:
        super().__init__()
        self.both, self.last = nn.Bilinear(6, 6, 4), nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        return self.last(self.both(x, x))


class DependsOnValues(nn.Module):
    """What it does depends on the numbers that enter."""

    def forward(self, x: Any) -> Any:
        return x if x.sum() > 0 else -x


STYLES = (
    *(Inplace, Gate, Audio, Volume, Vector, Windows, Shuffle, ManyOutputs, TwoInputs),
    *(Activations, Norms, SpelledNorm, Twice, Pools, Tied),
)
