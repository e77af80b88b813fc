"""The networks of the zoo at inputs that take little time."""

from __future__ import annotations

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from tests.helpers import sound

# Inputs at which a network still fits, where 32x32x3 does not suit it.
_SMALL = {
    "alexnet": "67x67x3",
    "alexnet-one-tower": "67x67x3",
    "alexnet-torchvision": "64x64x3",
    "c3d": "16x32x32x3",
    "c3d-sports1m": "16x32x32x3",
    "inception-v3": "75x75x3",
    "m5": "512x1",
    "m11": "512x1",
    "m18": "512x1",
    "unet": "32x32x1",
    "unet-valid": "188x188x1",
    "zfnet": "48x48x3",
}
_OWN = (
    *("convnetjs-cifar10", "cs231n-7000", "dcgan", "dcgan-discriminator", "dilated-context"),
    *("fashion-mnist", "googlenet", "lecture-dense", "lenet5", "lenet5-modern", "ten-filters"),
    *("seven-padding1", "seven-stride1", "seven-stride2", "seven-stride3"),
)
# those whose values are compared whenever tests run
QUICK = ("lenet5", "lenet5-modern", "m5", "mobilenet-v2-0.5", "shufflenet-v2-0.5", "squeezenet1-1")


def small(name: str) -> NetworkFacts:
    """A network of the zoo at a small input."""
    size = None if name in _OWN else _SMALL.get(name, "32x32x3")
    return sound(cnncalc.analyze(cnncalc.load(name, input=size)))
