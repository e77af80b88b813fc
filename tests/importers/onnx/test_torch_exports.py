"""Modules as PyTorch exports them, in the styles in which people write them."""

# mypy: disable-error-code="misc"
# PyTorch may be missing, so that its classes are of any type

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from tests.importers.onnx.running import check, opaque_layers

torch: Any = pytest.importorskip("torch")
pytest.importorskip("onnx")

from torch import nn  # noqa: E402  only where there is PyTorch

F = nn.functional
pytestmark = [pytest.mark.slow, pytest.mark.oracle]


class Written(nn.Module):
    """A module of some parts, and what it does with them."""

    def __init__(self, forward: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        self.does = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *inputs: Any) -> Any:
        """What it does."""
        return self.does(self, *inputs)


def conv(before: int, after: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> Any:
    """A convolution, a batch norm and a relu."""
    layer = nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(after), nn.ReLU())


def shuffled(x: Any, groups: int) -> Any:
    """ShuffleNet's shuffle."""
    n, channels, height, width = x.shape
    split = x.view(n, groups, channels // groups, height, width)
    return split.transpose(1, 2).reshape(n, channels, height, width)


def shuffle_unit(self: Any, x: Any) -> Any:
    kept, changed = self.stem(x).chunk(2, 1)
    return shuffled(torch.cat([kept, self.body(changed)], 1), 2)


def convnext(self: Any, x: Any) -> Any:
    x = self.stem(x)
    y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
    y = self.narrow(F.gelu(self.wide(y))) * self.scale
    return x + y.permute(0, 3, 1, 2)


def normed_channels_first(self: Any, x: Any) -> Any:
    x = self.stem(x)
    mean = x.mean(1, keepdim=True)
    variance = (x - mean).pow(2).mean(1, keepdim=True)
    normal = (x - mean) / torch.sqrt(variance + 1e-6)
    return self.weight[:, None, None] * normal + self.bias[:, None, None]


def response_norm(self: Any, x: Any) -> Any:
    x = self.stem(x).permute(0, 2, 3, 1)
    length = torch.norm(x, p=2, dim=(1, 2), keepdim=True)
    ratio = length / (length.mean(-1, keepdim=True) + 1e-6)
    return (self.gamma * (x * ratio) + self.beta + x).permute(0, 3, 1, 2)


def squeeze_excite(self: Any, x: Any) -> Any:
    x = self.stem(x)
    y = torch.sigmoid(self.up(F.relu(self.down(x.mean((2, 3))))))
    return x * y[:, :, None, None]


def attention_to_cells(self: Any, x: Any) -> Any:
    x = self.stem(x)
    seen = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
    return x * torch.sigmoid(self.conv(seen))


def coordinate_attention(self: Any, x: Any) -> Any:
    x = self.stem(x)
    height, width = x.shape[-2:]
    rows = F.adaptive_avg_pool2d(x, (None, 1))
    columns = F.adaptive_avg_pool2d(x, (1, None)).permute(0, 1, 3, 2)
    y = F.hardswish(self.mix(torch.cat([rows, columns], 2)))
    a, b = torch.split(y, [height, width], 2)
    return x * self.rows(a).sigmoid() * self.columns(b.permute(0, 1, 3, 2)).sigmoid()


def unet(self: Any, x: Any) -> Any:
    high = self.first(x)
    low = self.second(F.max_pool2d(high, 2))
    return self.last(torch.cat([high, self.up(low)], 1))


def pyramid(self: Any, x: Any) -> Any:
    high = self.first(x)
    low = self.second(high)
    low = self.across(low)
    high = high + F.interpolate(low, size=high.shape[-2:], mode="nearest")
    boxes = []
    for level in (high, low):
        n, _, height, width = level.shape
        y = self.head(level).view(n, 3, 7, height, width)
        boxes.append(y.permute(0, 1, 3, 4, 2).reshape(n, -1, 7))
    return torch.cat(boxes, 1)


def boxes(self: Any, x: Any) -> Any:
    places = self.places(x).permute(0, 2, 3, 1).reshape(x.shape[0], -1, 4)
    classes = self.classes(x).permute(0, 2, 3, 1).reshape(x.shape[0], -1, 6)
    return places, F.softmax(classes, -1)


def focus(self: Any, x: Any) -> Any:
    cells = [x[..., a::2, b::2] for a in (0, 1) for b in (0, 1)]
    return self.conv(torch.cat(cells, 1))


def pooled_pyramid(self: Any, x: Any) -> Any:
    whole = self.whole(F.adaptive_avg_pool2d(x, 1))
    whole = F.interpolate(whole, size=x.shape[-2:], mode="bilinear", align_corners=False)
    return torch.cat([self.near(x), self.far(x), whole], 1)


def three_branches(self: Any, x: Any) -> Any:
    return F.relu(self.wide(x) + self.narrow(x) + self.norm(x))


def efficient_channels(self: Any, x: Any) -> Any:
    y = F.adaptive_avg_pool2d(x, 1).squeeze(-1).transpose(-1, -2)
    y = self.conv(y).transpose(-1, -2).unsqueeze(-1)
    return x * torch.sigmoid(y).expand_as(x)


def selective(self: Any, x: Any) -> Any:
    a, b = self.first(x), self.second(x)
    gates = self.gates((a + b).mean((2, 3))).view(-1, 2, 8).softmax(1)
    return a * gates[:, 0, :, None, None] + b * gates[:, 1, :, None, None]


def patches(self: Any, x: Any) -> Any:
    return self.dense(self.norm(self.conv(x).flatten(2).transpose(1, 2))).mean(1)


def two_eyes(self: Any, x: Any, y: Any) -> Any:
    left, right = (self.dense(self.conv(eye).mean((2, 3))) for eye in (x, y))
    return torch.abs(left - right)


def parameter(*shape: int) -> Any:
    return nn.Parameter(torch.randn(*shape))


PICTURE = (1, 3, 16, 16)
MODULES: dict[str, tuple[Callable[[], Any], tuple[tuple[int, ...], ...]]] = {
    "boxes": (
        lambda: Written(boxes, places=nn.Conv2d(3, 8, 3), classes=nn.Conv2d(3, 12, 3)),
        (PICTURE,),
    ),
    "bn after flatten": (
        lambda: nn.Sequential(
            *(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.BatchNorm1d(784), nn.Linear(784, 5))
        ),
        (PICTURE,),
    ),
    "convnext": (
        lambda: Written(
            convnext,
            stem=nn.Conv2d(3, 8, 4, 4),
            depthwise=nn.Conv2d(8, 8, 7, padding=3, groups=8),
            norm=nn.LayerNorm(8, eps=1e-6),
            wide=nn.Linear(8, 32),
            narrow=nn.Linear(32, 8),
            scale=parameter(8),
        ),
        ((1, 3, 32, 32),),
    ),
    "coordinate attention": (
        lambda: Written(
            coordinate_attention,
            stem=conv(3, 8),
            mix=nn.Conv2d(8, 8, 1),
            rows=nn.Conv2d(8, 8, 1),
            columns=nn.Conv2d(8, 8, 1),
        ),
        ((1, 3, 12, 16),),
    ),
    "attention to cells": (
        lambda: Written(attention_to_cells, stem=conv(3, 8), conv=nn.Conv2d(2, 1, 7, padding=3)),
        (PICTURE,),
    ),
    "efficient channels": (
        lambda: Written(efficient_channels, conv=nn.Conv1d(1, 1, 3, padding=1, bias=False)),
        ((1, 8, 6, 6),),
    ),
    "fixed batch": (
        lambda: nn.Sequential(
            *(conv(3, 8), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 5))
        ),
        ((4, 3, 16, 16),),
    ),
    "focus": (lambda: Written(focus, conv=nn.Conv2d(12, 8, 3)), (PICTURE,)),
    "group norm": (
        lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.GroupNorm(4, 8), nn.Mish()),
        (PICTURE,),
    ),
    "local response": (
        lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.LocalResponseNorm(5)),
        (PICTURE,),
    ),
    "normed channels first": (
        lambda: Written(
            normed_channels_first, stem=nn.Conv2d(3, 8, 3), weight=parameter(8), bias=parameter(8)
        ),
        (PICTURE,),
    ),
    "patches": (
        lambda: Written(
            patches, conv=nn.Conv2d(3, 16, 8, 8), norm=nn.LayerNorm(16), dense=nn.Linear(16, 9)
        ),
        ((1, 3, 32, 32),),
    ),
    "pixel shuffles": (
        lambda: nn.Sequential(nn.Conv2d(3, 12, 3), nn.PixelShuffle(2), nn.PixelUnshuffle(4)),
        ((1, 3, 18, 18),),
    ),
    "pooled pyramid": (
        lambda: Written(
            pooled_pyramid,
            whole=nn.Conv2d(3, 4, 1),
            near=nn.Conv2d(3, 4, 1),
            far=nn.Conv2d(3, 4, 3, padding=2, dilation=2),
        ),
        (PICTURE,),
    ),
    "pyramid": (
        lambda: Written(
            pyramid,
            first=conv(3, 8, stride=2),
            second=conv(8, 16, stride=2),
            across=nn.Conv2d(16, 8, 1),
            head=nn.Conv2d(8, 21, 3, padding=1),
        ),
        (PICTURE,),
    ),
    "response norm": (
        lambda: Written(
            response_norm,
            stem=nn.Conv2d(3, 6, 3),
            gamma=parameter(1, 1, 1, 6),
            beta=parameter(1, 1, 1, 6),
        ),
        (PICTURE,),
    ),
    "selective": (
        lambda: Written(
            selective,
            first=conv(3, 8),
            second=conv(3, 8, 5),
            gates=nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 16)),
        ),
        (PICTURE,),
    ),
    "shuffle unit": (
        lambda: Written(
            shuffle_unit,
            stem=conv(3, 8),
            body=nn.Sequential(conv(4, 4, 1), conv(4, 4, groups=4), conv(4, 4, 1)),
        ),
        (PICTURE,),
    ),
    "squeeze and excitation": (
        lambda: Written(squeeze_excite, stem=conv(3, 8), down=nn.Linear(8, 2), up=nn.Linear(2, 8)),
        (PICTURE,),
    ),
    "three branches": (
        lambda: Written(
            three_branches,
            wide=nn.Conv2d(3, 3, 3, padding=1),
            narrow=nn.Conv2d(3, 3, 1),
            norm=nn.BatchNorm2d(3),
        ),
        (PICTURE,),
    ),
    "two eyes": (
        lambda: Written(two_eyes, conv=nn.Conv2d(3, 4, 3), dense=nn.Linear(4, 6)),
        (PICTURE, PICTURE),
    ),
    "unet": (
        lambda: Written(
            unet,
            first=conv(3, 8),
            second=conv(8, 16),
            up=nn.ConvTranspose2d(16, 8, 2, 2),
            last=nn.Conv2d(16, 2, 1),
        ),
        (PICTURE,),
    ),
    "video": (
        lambda: nn.Sequential(
            *(nn.Conv3d(3, 8, (1, 3, 3)), nn.BatchNorm3d(8), nn.MaxPool3d(2)),
            *(nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(8, 3)),
        ),
        ((1, 3, 4, 8, 8),),
    ),
}


def exported(name: str, opset: int) -> bytes:
    """The module as the exporter of TorchScript writes it."""
    torch.manual_seed(0)
    make, shapes = MODULES[name]
    module = make()
    for part in module.modules():
        for what in ("weight", "bias", "running_mean"):
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                getattr(part, what).data.normal_(0.5, 0.2)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter's age
        inputs = tuple(torch.randn(*shape) for shape in shapes)
        torch.onnx.export(module.eval(), inputs, buffer, dynamo=False, opset_version=opset)
    return buffer.getvalue()


@pytest.mark.parametrize("name", MODULES)
def test_exports(name: str) -> None:
    data = exported(name, 17)
    assert opaque_layers(data) == []
    check(data)


@pytest.mark.parametrize("name", ["boxes", "convnext", "pyramid", "shuffle unit", "unet"])
def test_exports_of_old(name: str) -> None:
    data = exported(name, 9)
    assert opaque_layers(data) == []
    check(data)
