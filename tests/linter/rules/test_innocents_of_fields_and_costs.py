"""Well-known networks beyond the zoo, on which the rules R, C and D are quiet."""

from __future__ import annotations

from textwrap import dedent

import pytest

import cnncalc
from cnncalc import zoo
from cnncalc.linter.engine import lint
from cnncalc.linter.settings import LintSettings
from tests.helpers import facts_of
from tests.linter.rules.known_networks import NETWORKS
from tests.linter.rules.looking import look

GROUPS = ("R2", "C3", "D6")
ON = ("R2", "C301", "C302", "C303", "C305", "C306", "D601", "D602")

SILENT = {
    # Zagoruyko and Komodakis 2016, arXiv 1605.07146, table 1
    "WRN-28-10": """
        input: 32x32x3
        defaults: {conv: {kernel: 3, padding: 1, bias: false}}
        blocks:
          Wide:
            params: {width: null, stride: 1, project: false}
            layers:
              - batch_norm
              - relu
              - residual:
                  body:
                    - conv: {filters: $width, stride: $stride}
                    - batch_norm
                    - relu
                    - dropout: 0.3
                    - conv: $width
                  shortcut:
                    - avg_pool: {size: $stride, when: $(stride > 1)}
                    - conv: {filters: $width, kernel: 1, padding: 0, when: $project}
        layers:
          - conv: 16
          - Wide: {width: 160, project: true}
          - Wide: 160
          - Wide: {width: 320, stride: 2, project: true}
          - Wide: 320
          - Wide: {width: 640, stride: 2, project: true}
          - Wide: 640
          - batch_norm
          - relu
          - avg_pool: 8
          - flatten
          - dense: 10
        """,
    # pytorch/examples, mnist/main.py
    "MNIST of PyTorch": """
        input: 28x28x1
        layers:
          - conv: {filters: 32, kernel: 3, activation: relu}
          - conv: {filters: 64, kernel: 3, activation: relu}
          - max_pool: 2
          - dropout: 0.25
          - flatten
          - dense: {units: 128, activation: relu}
          - dropout: 0.5
          - dense: 10
          - log_softmax
        """,
    # keras.io/examples/vision/mnist_convnet
    "MNIST of Keras": """
        input: 28x28x1
        task: {loss: categorical_crossentropy, classes: 10}
        layers:
          - conv: {filters: 32, kernel: 3, activation: relu}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, activation: relu}
          - max_pool: 2
          - flatten
          - dropout: 0.5
          - dense: {units: 10, activation: softmax}
        """,
    # tensorflow.org/tutorials/images/cnn
    "CIFAR-10 of TensorFlow": """
        input: 32x32x3
        layers:
          - conv: {filters: 32, kernel: 3, activation: relu}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, activation: relu}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, activation: relu}
          - flatten
          - dense: {units: 64, activation: relu}
          - dense: 10
        """,
    # Springenberg et al. 2014, arXiv 1412.6806, table 1
    "All-CNN-C": """
        input: 32x32x3
        defaults: {conv: {kernel: 3, padding: same, activation: relu}}
        layers:
          - conv: {filters: 96, repeat: 2}
          - conv: {filters: 96, stride: 2}
          - conv: {filters: 192, repeat: 2}
          - conv: {filters: 192, stride: 2}
          - conv: {filters: 192, padding: valid}
          - conv: {filters: 192, kernel: 1}
          - conv: {filters: 10, kernel: 1}
          - global_avg_pool
        """,
    # Lin, Chen, Yan 2013, arXiv 1312.4400, as in Caffe's model zoo
    "network in network": """
        input: 32x32x3
        defaults: {conv: {activation: relu}, max_pool: {size: 3, stride: 2, rounding: ceil}}
        layers:
          - conv: {filters: 192, kernel: 5, padding: 2}
          - conv: {filters: 160, kernel: 1}
          - conv: {filters: 96, kernel: 1}
          - max_pool
          - conv: {filters: 192, kernel: 5, padding: 2}
          - conv: {filters: 192, kernel: 1, repeat: 2}
          - max_pool
          - conv: {filters: 192, kernel: 3, padding: 1}
          - conv: {filters: 192, kernel: 1}
          - conv: {filters: 10, kernel: 1}
          - global_avg_pool
        """,
    # Mnih et al. 2015, Human-level control through deep reinforcement learning, methods
    "DQN": """
        input: 84x84x4
        layers:
          - conv: {filters: 32, kernel: 8, stride: 4, activation: relu}
          - conv: {filters: 64, kernel: 4, stride: 2, activation: relu}
          - conv: {filters: 64, kernel: 3, activation: relu}
          - flatten
          - dense: {units: 512, activation: relu}
          - dense: 18
        """,
    # Dong et al. 2014, arXiv 1501.00092, section 3 (9-5-5)
    "SRCNN": """
        input: 256x256x1
        layers:
          - conv: {filters: 64, kernel: 9, padding: same, activation: relu}
          - conv: {filters: 32, kernel: 5, padding: same, activation: relu}
          - conv: {filters: 1, kernel: 5, padding: same}
        """,
    # Shi et al. 2016, arXiv 1609.05158, section 3.2
    "ESPCN": """
        input: 85x85x1
        layers:
          - conv: {filters: 64, kernel: 5, padding: 2, activation: tanh}
          - conv: {filters: 32, kernel: 3, padding: 1, activation: tanh}
          - conv: {filters: 9, kernel: 3, padding: 1}
          - pixel_shuffle: 3
        """,
    # Redmon and Farhadi 2018, arXiv 1804.02767, table 1
    "Darknet-53": """
        input: 256x256x3
        defaults: {conv: {padding: same, bias: false}}
        blocks:
          CBL:
            params: {filters: null, kernel: 3, stride: 1}
            layers:
              - conv: {filters: $filters, kernel: $kernel, stride: $stride}
              - batch_norm
              - leaky_relu: 0.1
          Unit:
            params: {width: null}
            layers:
              - residual: {body: [CBL: {filters: $(width//2), kernel: 1}, CBL: $width]}
        layers:
          - CBL: 32
          - CBL: {filters: 64, stride: 2}
          - Unit: 64
          - CBL: {filters: 128, stride: 2}
          - Unit: {width: 128, repeat: 2}
          - CBL: {filters: 256, stride: 2}
          - Unit: {width: 256, repeat: 8}
          - CBL: {filters: 512, stride: 2}
          - Unit: {width: 512, repeat: 8}
          - CBL: {filters: 1024, stride: 2}
          - Unit: {width: 1024, repeat: 4}
          - global_avg_pool
          - dense: 1000
        """,
    # Bochkovskiy et al. 2020, arXiv 2004.10934: spatial pyramid pooling, stride 1
    "SPP of YOLOv4": """
        input: 416x416x3
        layers:
          - conv: {filters: 32, kernel: 3, stride: 2, padding: 1, activation: mish}
          - conv: {filters: 64, kernel: 3, stride: 2, padding: 1, activation: mish}
          - concat:
              - prev
              - [max_pool: {size: 5, stride: 1, padding: 2}]
              - [max_pool: {size: 9, stride: 1, padding: 4}]
              - [max_pool: {size: 13, stride: 1, padding: 6}]
          - conv: {filters: 255, kernel: 1}
        """,
    # Badrinarayanan, Kendall, Cipolla 2015, arXiv 1511.00561, on CamVid's 360x480, shortened
    "SegNet": """
        input: 352x480x3
        defaults: {conv: {kernel: 3, padding: same, activation: relu}}
        layers:
          - conv: {filters: 64, repeat: 2}
          - max_pool: 2
          - conv: {filters: 128, repeat: 2}
          - max_pool: 2
          - conv: {filters: 256, repeat: 3}
          - max_pool: 2
          - conv: {filters: 512, repeat: 3}
          - max_pool: 2
          - conv: {filters: 512, repeat: 3}
          - max_pool: 2
          - resize: 2
          - conv: {filters: 512, repeat: 3}
          - resize: 2
          - conv: {filters: 512, repeat: 3}
          - resize: 2
          - conv: {filters: 256, repeat: 3}
          - resize: 2
          - conv: {filters: 128, repeat: 2}
          - resize: 2
          - conv: 64
          - conv: {filters: 11, activation: none}
        """,
    # Long, Shelhamer, Darrell 2015, arXiv 1411.4038, with padding same in place of 100
    "FCN-32s": """
        input: 512x512x3
        defaults: {conv: {kernel: 3, padding: same, activation: relu}}
        layers:
          - conv: {filters: 64, repeat: 2}
          - max_pool: 2
          - conv: {filters: 128, repeat: 2}
          - max_pool: 2
          - conv: {filters: 256, repeat: 3}
          - max_pool: 2
          - conv: {filters: 512, repeat: 3}
          - max_pool: 2
          - conv: {filters: 512, repeat: 3}
          - max_pool: 2
          - conv: {filters: 4096, kernel: 7}
          - dropout: 0.5
          - conv: {filters: 4096, kernel: 1}
          - dropout: 0.5
          - conv: {filters: 21, kernel: 1, activation: none}
          - conv_transpose: {filters: 21, kernel: 64, stride: 32, padding: 16, bias: false}
        """,
    # Chen et al. 2014, arXiv 1412.7062 (LargeFOV): pool4 with stride 1, then dilation 2, then 12
    "DeepLab": """
        input: 320x320x3
        defaults: {conv: {kernel: 3, padding: same, activation: relu}}
        layers:
          - conv: {filters: 64, repeat: 2}
          - max_pool: {size: 3, stride: 2, padding: same}
          - conv: {filters: 128, repeat: 2}
          - max_pool: {size: 3, stride: 2, padding: same}
          - conv: {filters: 256, repeat: 3}
          - max_pool: {size: 3, stride: 2, padding: same}
          - conv: {filters: 512, repeat: 3}
          - max_pool: {size: 3, stride: 1, padding: 1}
          - conv: {filters: 512, dilation: 2, repeat: 3}
          - max_pool: {size: 3, stride: 1, padding: 1}
          - conv: {filters: 1024, dilation: 12}
          - conv: {filters: 1024, kernel: 1}
          - conv: {filters: 21, kernel: 1, activation: none}
          - resize: {factor: 8, mode: bilinear}
        """,
    # Chen et al. 2017, arXiv 1706.05587: dilated blocks with a multi-grid, then pyramid pooling
    "DeepLabv3": """
        input: 512x512x3
        blocks:
          Unit:
            params: {dilation: 1, width: 64}
            layers:
              - residual:
                  body:
                    - conv: {filters: $width, kernel: 1, activation: relu}
                    - conv: {filters: $width, kernel: 3, padding: same, dilation: $dilation,
                             activation: relu}
                    - conv: {filters: $(4*width), kernel: 1}
              - relu
        layers:
          - conv: {filters: 64, kernel: 7, stride: 2, padding: 3, activation: relu}
          - max_pool: {size: 3, stride: 2, padding: 1}
          - conv: {filters: 128, kernel: 3, stride: 2, padding: 1, activation: relu}
          - conv: {filters: 256, kernel: 3, stride: 2, padding: 1, activation: relu}
          - Unit: {repeat: 3}
          - Unit: 2
          - Unit: 4
          - Unit: 8
          - concat:
              - [conv: {filters: 256, kernel: 1, activation: relu}]
              - [conv: {filters: 256, kernel: 3, padding: same, dilation: 6, activation: relu}]
              - [conv: {filters: 256, kernel: 3, padding: same, dilation: 12, activation: relu}]
              - [conv: {filters: 256, kernel: 3, padding: same, dilation: 18, activation: relu}]
          - conv: {filters: 256, kernel: 1, activation: relu}
          - conv: {filters: 21, kernel: 1}
          - resize: {factor: 16, mode: bilinear}
        """,
    # Li, Zhang, Chen 2018, arXiv 1802.10062, table 3 (B)
    "CSRNet": """
        input: 512x512x3
        defaults: {conv: {kernel: 3, padding: same, activation: relu}}
        layers:
          - conv: {filters: 64, repeat: 2}
          - max_pool: 2
          - conv: {filters: 128, repeat: 2}
          - max_pool: 2
          - conv: {filters: 256, repeat: 3}
          - max_pool: 2
          - conv: {filters: 512, repeat: 3}
          - conv: {filters: 512, dilation: 2, repeat: 3}
          - conv: {filters: 256, dilation: 2}
          - conv: {filters: 128, dilation: 2}
          - conv: {filters: 64, dilation: 2}
          - conv: {filters: 1, kernel: 1, activation: none}
        """,
    # Zhao et al. 2017, arXiv 1612.01105, figure 3: the pyramid pools a path beside others
    "PSPNet": """
        input: 60x60x2048
        blocks:
          Level:
            params: {size: null}
            layers:
              - avg_pool: $size
              - conv: {filters: 512, kernel: 1, activation: relu}
              - resize: {size: [60, 60], mode: bilinear}
        layers:
          - concat: [prev, [Level: 60], [Level: 30], [Level: 20], [Level: 10]]
          - conv: {filters: 512, kernel: 3, padding: 1, activation: relu}
          - conv: {filters: 150, kernel: 1}
        """,
    # van den Oord et al. 2016, arXiv 1609.03499, section 2: dilations 1, 2, 4, … 512
    "WaveNet": """
        input: 16000x1
        blocks:
          Layer:
            params: {dilation: null}
            layers:
              - residual:
                  body:
                    - multiply:
                        - [conv: {filters: 32, kernel: 2, padding: causal, dilation: $dilation,
                                  activation: tanh}]
                        - [conv: {filters: 32, kernel: 2, padding: causal, dilation: $dilation,
                                  activation: sigmoid}]
                    - conv: {filters: 32, kernel: 1}
        layers:
          - conv: {filters: 32, kernel: 2, padding: causal}
          - Layer: 1
          - Layer: 2
          - Layer: 4
          - Layer: 8
          - Layer: 16
          - Layer: 32
          - relu
          - conv: {filters: 256, kernel: 1, activation: relu}
          - conv: {filters: 256, kernel: 1}
        """,
    # Hara, Kataoka, Satoh 2018, arXiv 1711.09577: ResNets over 16 frames, shortened
    "3-D ResNet": """
        input: 16x112x112x3
        defaults: {conv: {kernel: 3, padding: same, activation: relu}}
        layers:
          - conv: {filters: 64, kernel: 7, stride: [1, 2, 2]}
          - max_pool: {size: 3, stride: 2, padding: same}
          - residual: {body: [conv: 64, conv: 64]}
          - conv: {filters: 128, stride: 2}
          - residual: {body: [conv: 128, conv: 128]}
          - conv: {filters: 256, stride: 2}
          - residual: {body: [conv: 256, conv: 256]}
          - global_avg_pool
          - dense: 400
        """,
    # Tan and Le 2021, arXiv 2104.00298, table 4, shortened
    "EfficientNetV2": """
        input: 300x300x3
        defaults: {conv: {bias: false}}
        blocks:
          Fused:
            params: {filters: null, stride: 1}
            layers:
              - conv: {filters: $(4*in_channels), kernel: 3, stride: $stride, padding: 1}
              - batch_norm
              - silu
              - conv: {filters: $filters, kernel: 1}
              - batch_norm
        layers:
          - conv: {filters: 24, kernel: 3, stride: 2, padding: 1}
          - batch_norm
          - silu
          - Fused: {filters: 48, stride: 2}
          - residual: {body: [Fused: 48]}
          - Fused: {filters: 64, stride: 2}
          - residual: {body: [Fused: 64]}
          - conv: {filters: 1280, kernel: 1}
          - batch_norm
          - silu
          - global_avg_pool
          - dense: 1000
        """,
    # Kim 2014, arXiv 1408.5882, as a picture of words and their vectors
    "TextCNN": """
        input: 60x300x1
        task: {loss: cross_entropy, classes: 2}
        layers:
          - concat:
              - [conv: {filters: 100, kernel: [3, 300], activation: relu}, global_max_pool]
              - [conv: {filters: 100, kernel: [4, 300], activation: relu}, global_max_pool]
              - [conv: {filters: 100, kernel: [5, 300], activation: relu}, global_max_pool]
          - dropout: 0.5
          - dense: 2
        """,
    # Shi, Bai, Yao 2015, arXiv 1507.05717, table 1
    "CRNN": """
        input: 32x100x1
        defaults: {conv: {kernel: 3, padding: 1, activation: relu}}
        layers:
          - conv: 64
          - max_pool: 2
          - conv: 128
          - max_pool: 2
          - conv: {filters: 256, repeat: 2}
          - max_pool: {size: [1, 2], stride: [2, 1]}
          - conv: {filters: 512, repeat: 2}
          - max_pool: {size: [1, 2], stride: [2, 1]}
          - conv: {filters: 512, kernel: 2, padding: 0}
        """,
    # Lawhern et al. 2018, arXiv 1611.08024, table 2: electrodes x time
    "EEGNet": """
        input: 64x128x1
        layers:
          - conv: {filters: 8, kernel: [1, 64], padding: same, bias: false}
          - batch_norm
          - depthwise_conv: {kernel: [64, 1], multiplier: 2, bias: false}
          - batch_norm
          - elu
          - avg_pool: [1, 4]
          - separable_conv: {filters: 16, kernel: [1, 16], padding: same, bias: false}
          - batch_norm
          - elu
          - avg_pool: [1, 8]
          - flatten
          - dense: 4
        """,
    # Trockman and Kolter 2022, arXiv 2201.09792, on CIFAR-10: patches, depthwise 5x5
    "ConvMixer": """
        input: 32x32x3
        blocks:
          Mixer:
            layers:
              - residual: {body: [depthwise_conv: {kernel: 5, padding: same}, gelu, batch_norm]}
              - conv: {filters: $in_channels, kernel: 1, activation: gelu}
              - batch_norm
        layers:
          - conv: {filters: 256, kernel: 4, stride: 4, activation: gelu}
          - batch_norm
          - Mixer: {repeat: 8}
          - global_avg_pool
          - dense: 10
        """,
    # Isola et al. 2017, arXiv 1611.07004, appendix 6.1.2: the 70x70 PatchGAN
    "PatchGAN": """
        input: 256x256x6
        defaults: {conv: {kernel: 4, padding: 1, activation: {leaky_relu: 0.2}}}
        layers:
          - conv: {filters: 64, stride: 2}
          - conv: {filters: 128, stride: 2}
          - conv: {filters: 256, stride: 2}
          - conv: 512
          - conv: {filters: 1, activation: sigmoid}
        """,
    # Lin et al. 2017, arXiv 1612.03144, two levels: several outputs, nothing unused
    "FPN": """
        input: 128x128x3
        outputs: [p4, p3]
        layers:
          - conv: {name: c3, filters: 32, kernel: 3, stride: 2, padding: same, activation: relu}
          - conv: {name: c4, filters: 64, kernel: 3, stride: 2, padding: same, activation: relu}
          - conv: {name: m4, filters: 32, kernel: 1}
          - conv: {name: p4, filters: 32, kernel: 3, padding: same}
          - resize: {factor: 2, from: m4}
          - add: [prev, [conv: {filters: 32, kernel: 1, from: c3}]]
          - conv: {name: p3, filters: 32, kernel: 3, padding: same}
        """,
}


@pytest.mark.parametrize("name", SILENT)
def test_the_specs_are_sound(name: str) -> None:
    facts = facts_of(dedent(SILENT[name]))
    assert facts.output_shape is not None


@pytest.mark.parametrize("name", SILENT)
def test_a_well_known_network_is_quiet(name: str) -> None:
    loud = [finding for finding in look(SILENT[name], *ON) if finding.severity != "info"]
    assert loud == []


@pytest.mark.parametrize("name", SILENT)
def test_rules_that_are_off_find_no_more_than_information(name: str) -> None:
    assert {finding.severity for finding in look(SILENT[name], *GROUPS)} <= {"info"}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_other_known_networks_are_quiet(name: str) -> None:
    loud = [finding for finding in look(NETWORKS[name], *ON) if finding.severity != "info"]
    assert loud == []


def test_the_zoo_has_one_kind_of_warning() -> None:
    """VGG's and AlexNet's first dense layer, which is what the rule was made for."""
    loud = set()
    for entry in zoo.entries():
        facts = cnncalc.analyze(cnncalc.load(entry.name))
        for finding in lint(facts, LintSettings(select=ON)):
            if finding.severity != "info":
                loud.add((finding.code, entry.path.stem, finding.layer))
    assert loud == {
        ("C301", "alexnet", "fc6"),
        ("C301", "alexnet-torchvision", "fc6"),
        ("C301", "vgg", "fc6"),
        ("C301", "zfnet", "fc6"),
    }
