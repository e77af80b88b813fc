"""Well-known networks beyond the zoo, on which the rules on shape and geometry are quiet."""

from __future__ import annotations

from textwrap import dedent

import pytest

import cnncalc
from cnncalc import zoo
from cnncalc.linter.engine import lint
from tests.linter.rules.known_networks import NETWORKS
from tests.linter.rules.looking import look

# What is pointed out, and is so: 11 rows pooled by two leave one (Keras's example for MNIST).
POINTED_OUT = {("keras-mnist", "S102")}

GEOMETRY = {
    # He et al. 2018, arXiv 1812.01187, figure 2: the shortcut pools, then projects
    "ResNet-D": """
        input: 56x56x64
        layers:
          - residual:
              body:
                - conv: {filters: 128, kernel: 3, stride: 2, padding: 1, activation: relu}
                - conv: {filters: 128, kernel: 3, padding: 1}
              shortcut:
                - avg_pool: 2
                - conv: {filters: 128, kernel: 1}
          - relu
        """,
    # Sun et al. 2019, arXiv 1902.09212: maps of two resolutions, each with what the other saw
    "HRNet": """
        input: 64x64x32
        layers:
          - conv: {filters: 32, kernel: 3, padding: 1, activation: relu, name: high}
          - conv: {filters: 64, kernel: 3, stride: 2, padding: 1, activation: relu, name: low}
          - add:
              - high
              - [conv: {filters: 32, kernel: 1}, resize: 2]
          - relu: {name: high_2}
          - conv: {filters: 64, kernel: 3, stride: 2, padding: 1}
          - add: [low, prev]
          - relu: {name: low_2}
          - concat: [high_2, [resize: {factor: 2, mode: bilinear, from: low_2}]]
          - conv: {filters: 17, kernel: 1}
        """,
    # van den Oord et al. 2016, arXiv 1609.03499, with the padding left out as in many rebuilds
    "WaveNet without padding": """
        input: 4000x1
        layers:
          - conv: {filters: 16, kernel: 2, activation: relu}
          - conv: {filters: 16, kernel: 2, dilation: 2, activation: relu}
          - conv: {filters: 16, kernel: 2, dilation: 4, activation: relu}
          - conv: {filters: 16, kernel: 2, dilation: 8, activation: relu}
          - conv: {filters: 256, kernel: 1, activation: softmax}
        """,
    # Baevski et al. 2020, arXiv 2006.11477, section 2: the encoder of the waveform
    "wav2vec 2.0": """
        input: 16080x1
        layers:
          - conv: {filters: 64, kernel: 10, stride: 5, activation: gelu}
          - conv: {filters: 64, kernel: 3, stride: 2, activation: gelu, repeat: 4}
          - conv: {filters: 64, kernel: 2, stride: 2, activation: gelu, repeat: 2}
          - dense: 32
        """,
    # Dosovitskiy et al. 2020, arXiv 2010.11929: patches, each a token
    "patches": """
        input: 224x224x3
        layers:
          - conv: {filters: 192, kernel: 16, stride: 16}
          - reshape: [196, 192]
          - layer_norm
          - dense: {units: 768, activation: gelu}
          - dense: 192
        """,
    # Chen et al. 2017, arXiv 1706.05587: rates of 6, 12 and 18 on a map of 33×33
    "ASPP": """
        input: 33x33x64
        layers:
          - concat:
              - [conv: {filters: 32, kernel: 1}]
              - [conv: {filters: 32, kernel: 3, dilation: 6, padding: 6}]
              - [conv: {filters: 32, kernel: 3, dilation: 12, padding: 12}]
              - [conv: {filters: 32, kernel: 3, dilation: 18, padding: 18}]
              -
                - global_avg_pool: {keep_dims: true}
                - conv: {filters: 32, kernel: 1}
                - resize: {size: [33, 33]}
          - conv: {filters: 21, kernel: 1}
        """,
    # torchvision's LastLevelMaxPool: P6 by taking every other cell of P5
    "last level of a pyramid": """
        input: 32x32x256
        layers:
          - max_pool: {size: 1, stride: 2}
          - conv: {filters: 256, kernel: 3, stride: 2, padding: 1}
        """,
    # Tran et al. 2018, arXiv 1711.11248: space and time by turns
    "R(2+1)D": """
        input: 16x112x112x3
        layers:
          - conv: {filters: 45, kernel: [1, 7, 7], stride: [1, 2, 2], padding: [0, 3, 3]}
          - batch_norm
          - relu
          - conv: {filters: 64, kernel: [3, 1, 1], padding: [1, 0, 0]}
          - batch_norm
          - relu
          - residual:
              body:
                - conv: {filters: 230, kernel: [1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1]}
                - batch_norm
                - relu
                - conv: {filters: 128, kernel: [3, 1, 1], stride: [2, 1, 1], padding: [1, 0, 0]}
              shortcut:
                - conv: {filters: 128, kernel: 1, stride: 2}
        """,
    # Iandola et al. 2016; Szegedy et al. 2015: pools of stride 1 beside convolutions
    "Inception block": """
        input: 28x28x192
        layers:
          - concat:
              - [conv: {filters: 64, kernel: 1}]
              - [conv: {filters: 96, kernel: 1}, conv: {filters: 128, kernel: 3, padding: 1}]
              - [conv: {filters: 16, kernel: 1}, conv: {filters: 32, kernel: 5, padding: 2}]
              - [max_pool: {size: 3, stride: 1, padding: 1}, conv: {filters: 32, kernel: 1}]
        """,
}


def alarms(text: str) -> list[str]:
    found = [finding for finding in look(dedent(text)) if finding.code.startswith("S")]
    return [finding.code for finding in found if finding.severity != "info"]


@pytest.mark.parametrize("name", GEOMETRY)
def test_no_alarm(name: str) -> None:
    assert not alarms(GEOMETRY[name])


@pytest.mark.parametrize("name", NETWORKS)
def test_no_alarm_on_the_other_known_networks(name: str) -> None:
    assert [code for code in alarms(NETWORKS[name]) if (name, code) not in POINTED_OUT] == []


def test_every_warning_on_the_zoo_is_a_misfit_that_is_there() -> None:
    """SqueezeNet's first layer and Géron's last pool; `seven-stride3` is there to show one."""
    found = set()
    for entry in zoo.entries():
        for finding in lint(cnncalc.analyze(cnncalc.load(entry.name))):
            if finding.code.startswith("S") and finding.severity != "info":
                found.add((entry.name, finding.code))
    names = ("fashion-mnist", "seven-stride3", "squeezenet", "squeezenet1-1")
    assert found == {(name, "S102") for name in names}
