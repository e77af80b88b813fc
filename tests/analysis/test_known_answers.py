"""Figures that papers, courses and frameworks give, each with its source."""

from __future__ import annotations

import pytest

from cnncalc.analysis.facts import NetworkFacts, ReceptiveField
from tests.helpers import chain, facts_of, last_map, size_of, zoo_facts, zoo_names

# ------------------------------------------------------------------------ parameters and operations

# network of the zoo: parameters, running statistics, multiply-accumulates (None: not given)
COUNTS = {
    # the lecture: D→D→D→D→1 without biases has 3D² + D weights, D = 32²
    "lecture-dense": (3 * 1024**2 + 1024, 0, 3 * 1024**2 + 1024),
    # CS231n, "Convolutional Networks": ten 5×5 filters on 32×32×3 have (5·5·3 + 1)·10
    "ten-filters": (760, 0, 32 * 32 * 10 * 75),
    # Géron, Hands-On Machine Learning, chapter 14: the CNN for Fashion-MNIST
    "fashion-mnist": (1_413_834, 0, None),
    # CS231n, lecture 5: the ConvNetJS network, there "7000 parameters"
    "cs231n-7000": (6_440, 0, None),
    # cs.stanford.edu/people/karpathy/convnetjs/demo/cifar10.html
    "convnetjs-cifar10": (22_466, 0, 3_920_000),
    # LeCun, Bottou, Bengio, Haffner 1998, section II.B: 60 000 trainable parameters
    "lenet5": (60_000, 0, None),
    # the usual rebuild: full C3, plain pooling, dense 84, dense 10
    "lenet5-modern": (61_706, 0, None),
    # Krizhevsky, Sutskever, Hinton 2012, section 3.5: 60 million, in two groups
    "alexnet": (60_965_224, 0, None),
    "alexnet-one-tower": (62_378_344, 0, None),  # the same without the groups
    "alexnet-torchvision": (61_100_840, 0, 714_188_480),  # torchvision 0.29
    # Simonyan, Zisserman 2014, table 2: 138 million; torchvision's and Keras's VGG16
    "vgg16": (138_357_544, 0, 15_470_264_320),
    # Szegedy et al. 2015, table 1, without auxiliary heads
    "googlenet": (6_998_552, 0, None),
    "googlenet-torchvision": (6_624_904, 14_560, 1_498_376_192),  # torchvision 0.29
    # torchvision 0.29, resnet50: bias-free convolutions, stride on the 3×3
    "resnet50": (25_557_032, 53_120, 4_089_184_256),
    # keras.applications 3.15: biases, stride on the first 1×1
    "resnet50-keras": (25_583_592, 53_120, 3_857_973_248),
    "mobilenet-v2": (3_504_872, 34_112, 300_774_272),  # torchvision 0.29; Keras has the same
    "mobilenet-v2-0.5": (1_968_680, None, None),  # keras.applications, alpha = 0.5
    # Ronneberger, Fischer, Brox 2015, figure 1, with same padding, 2 classes, 1 channel in
    "unet": (31_030_658, 0, None),
    # and with its own valid padding: padding has no parameters
    "unet-valid": (31_030_658, 0, None),
}


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name: str) -> None:
    totals = zoo_facts(name).totals
    params, statistics, macs = COUNTS[name]
    assert totals.n_params == totals.n_trainable_params == params
    assert statistics in (None, totals.n_statistics)
    assert macs in (None, totals.n_macs)
    assert totals.partial == ()


def test_keras_total_is_parameters_and_statistics() -> None:
    # keras.applications.ResNet50().count_params(), and "non-trainable" of its summary
    totals = zoo_facts("resnet50-keras").totals
    assert totals.n_params + totals.n_statistics == 25_636_712
    assert totals.n_params - totals.n_trainable_params + totals.n_statistics == 53_120
    assert totals.weight_bytes == 4 * 25_636_712


def test_lenet5_layer_by_layer() -> None:
    # LeCun et al. 1998, section II.B, counts every layer
    facts = zoo_facts("lenet5")
    published = {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164}
    assert {name: facts.layer(name).n_params for name in published} == published
    shapes = {"C1": 28, "S2": 14, "C3": 10, "S4": 5, "C5": 1}  # figure 2 of the paper
    for name, size in shapes.items():
        assert (facts.layer(name).output_shape or ())[:2] == (size, size)


def test_ten_filters() -> None:
    # CS231n, "Convolutional Networks": 32×32×3, ten 5×5 filters, stride 1, pad 2
    facts = chain("32x32x3", "conv: {filters: 10, kernel: 5, padding: 2}")
    assert facts.output_shape == (32, 32, 10)
    assert facts.totals.n_params == 760


def test_fashion_mnist_shapes() -> None:
    # Géron, chapter 14: 28 → 14 → 7 → 3, and 2304 features
    facts = zoo_facts("fashion-mnist")
    pools = [layer.output_shape for layer in facts.layers if layer.op == "max_pool"]
    assert pools == [(14, 14, 64), (7, 7, 128), (3, 3, 256)]
    assert [layer.output_shape for layer in facts.layers if layer.op == "flatten"] == [(2304,)]
    assert facts.output_shape == (10,)


def test_convnetjs_layer_by_layer() -> None:
    # the demo prints its volumes: 32×32×16, 16×16×20, 8×8×20, 4×4×20, 10
    facts = zoo_facts("convnetjs-cifar10")
    weighted = [layer for layer in facts.layers if layer.n_params]
    assert [layer.n_params for layer in weighted] == [1216, 8020, 10020, 3210]
    assert [layer.n_macs for layer in weighted] == [1_228_800, 2_048_000, 640_000, 3_200]
    assert [layer.output_shape for layer in weighted] == [
        (32, 32, 16),
        (16, 16, 20),
        (8, 8, 20),
        (10,),
    ]


@pytest.mark.parametrize(
    ("name", "size"), [("stride1", 5), ("stride2", 3), ("stride3", 2), ("padding1", 7)]
)
def test_seven_by_seven(name: str, size: int) -> None:
    # CS231n, "Convolutional Networks": a 3×3 filter on 7×7
    facts = zoo_facts(f"seven-{name}")
    assert facts.output_shape == (size, size, 1)
    (window, _) = facts.layers[0].windows
    expected = (1, 1) if name == "stride3" else (0, 0)  # "doesn't fit": 7/3
    assert (window.remainder, window.real_cells_lost) == expected


def test_unet_shapes() -> None:
    # Ronneberger et al. 2015, figure 1: 572×572 becomes 388×388; padded it keeps its size
    assert zoo_facts("unet-valid").output_shape == (388, 388, 2)
    assert zoo_facts("unet").output_shape == (512, 512, 2)


# --------------------------------------------------------------------------------- receptive fields

ALEXNET_V2 = """
input: 224x224x3
layers:
  - conv: {filters: 64, kernel: 11, stride: 4}
  - max_pool: {size: 3, stride: 2}
  - conv: {filters: 192, kernel: 5, padding: same}
  - max_pool: {size: 3, stride: 2}
  - conv: {filters: 384, kernel: 3, padding: same}
  - conv: {filters: 384, kernel: 3, padding: same}
  - conv: {filters: 256, kernel: 3, padding: same}
  - max_pool: {size: 3, stride: 2}
"""

# TF-slim: a block's stride is in its last unit, whose shortcut subsamples; `conv2d_same` pads
# explicitly where it strides; pool1 has SAME, that is (0, 1) on an even input
RESNET_50_V1 = """
input: 224x224x3
vars: {pool_padding: same}
variants:
  explicit: {vars: {pool_padding: 1}}
blocks:
  Unit:
    params: {width: null, stride: 1, project: false}
    layers:
      - residual:
          body:
            - conv: {filters: $width, kernel: 1}
            - conv: {filters: $width, kernel: 3, stride: $stride, padding: 1}
            - conv: {filters: $(4*width), kernel: 1}
          shortcut:
            - conv: {filters: $(4*width), kernel: 1, stride: $stride, when: $project}
            - max_pool: {size: 1, stride: $stride, when: $(not project and stride > 1)}
layers:
  - conv: {filters: 64, kernel: 7, stride: 2, padding: 3}
  - max_pool: {size: 3, stride: 2, padding: $pool_padding}
  - Unit: {width: 64, repeat: 2, first: {project: true}}
  - Unit: {width: 64, stride: 2}
  - Unit: {width: 128, repeat: 3, first: {project: true}}
  - Unit: {width: 128, stride: 2}
  - Unit: {width: 256, repeat: 5, first: {project: true}}
  - Unit: {width: 256, stride: 2}
  - Unit: {width: 512, repeat: 3, first: {project: true}}
"""


def field_of(facts: NetworkFacts) -> ReceptiveField:
    field = last_map(facts).receptive_field
    assert field is not None
    return field


@pytest.mark.parametrize(
    ("spec", "variant", "size", "padding"),
    [
        (ALEXNET_V2, None, 195, 64),
        (RESNET_50_V1, None, 483, 239),
        (RESNET_50_V1, "explicit", 483, 241),
    ],
    ids=["alexnet-v2", "resnet50-v1", "resnet50-v1-explicit"],
)
def test_receptive_field_of_tf_slim(
    spec: str, variant: str | None, size: int, padding: int
) -> None:
    # Araujo, Norris, Sim 2019 (distill.pub), appendix: receptive field, stride, padding
    field = field_of(facts_of(spec, variant=variant))
    assert field.size == (size, size)
    assert field.stride == (32, 32)
    assert field.start == (-padding, -padding)


# network of the zoo: the last feature map (None: the last with a local field), size, stride
FIELDS = {
    "vgg16": (None, 212, 32),  # Araujo, Norris, Sim 2019: VGG-16, 212 / 32 / 90
    "alexnet-torchvision": (None, 195, 32),  # torchvision 0.29, as are those without a remark
    "squeezenet": (None, 155, 16),
    "googlenet-torchvision": (None, 379, 32),  # 3×3 in place of 5×5
    "googlenet": ("inception_5b.concat_1", 715, 32),  # Szegedy et al. 2015, table 1
    "resnet18": (None, 435, 32),
    "resnet50": (None, 427, 32),
    "resnet152": (None, 1451, 32),
    "resnext50": (None, 427, 32),
    "resnet50-keras": (None, 483, 32),  # Araujo, Norris, Sim 2019, whose pad of pool1 differs
    "inception-v3": (None, 1311, 32),
    "densenet121": (None, 2071, 32),
    "mobilenet-v2": (None, 491, 32),
    "mobilenet-v3-large": (None, 595, 32),
    "shufflenet-v2": (None, 527, 32),
    "efficientnet-b0": (None, 851, 32),
    "convnext-tiny": (None, 1688, 32),
    "convnetjs-cifar10": (None, 36, 8),  # the demo's last pool
}


@pytest.mark.parametrize("name", FIELDS)
def test_receptive_field_at_the_last_map(name: str) -> None:
    layer, size, stride = FIELDS[name]
    facts = zoo_facts(name)
    found = facts.layer(layer) if layer else last_map(facts)
    assert size_of(found) == (size, size)
    assert found.receptive_field is not None
    assert found.receptive_field.stride == (stride, stride)


def test_begin_padding_of_vgg16() -> None:
    # Araujo, Norris, Sim 2019: 212 / 32 / 90
    assert field_of(zoo_facts("vgg16")).start == (-90, -90)


def test_everything_is_seen_after_global_pooling_and_flattening() -> None:
    for name in zoo_names():
        facts = zoo_facts(name)
        dense = [layer for layer in facts.layers if layer.op == "dense"]
        for layer in dense:
            if facts.inputs and len(layer.output_shape or ()) == 1 and name != "lecture-dense":
                assert layer.receptive_field is not None
                assert layer.receptive_field.whole_input, (name, layer.name)


def test_paths_of_a_residual_block() -> None:
    # torchvision's ResNet is aligned; the shortcut is the path that sees least
    block = """
input: 56x56x64
layers:
  - residual:
      body: [conv: {filters: 64, kernel: 3, padding: 1}, conv: {filters: 64, kernel: 3, padding: 1}]
"""
    field = field_of(facts_of(block))
    assert (field.size, field.smallest, field.aligned) == ((5, 5), (1, 1), True)
    # an uneven pad, as TensorFlow's SAME gives it for stride 2, moves the centre
    shifted = """
input: 56x56x64
layers:
  - residual:
      body: [conv: {filters: 64, kernel: 3, stride: 2, padding: same}]
      shortcut: [conv: {filters: 64, kernel: 1, stride: 2}]
"""
    field = field_of(facts_of(shifted))
    assert (field.size, field.smallest, field.aligned) == ((3, 3), (1, 1), False)


def test_squeeze_and_excitation_is_told_apart() -> None:
    # the gate sees the whole image; what else the layer sees is told by its size
    field = field_of(zoo_facts("efficientnet-b0"))
    assert field.whole_input
    assert field.size == (851, 851)


# the narrowest path at a merge need not be the narrowest further on
STRIDES = """
input: 7x1
layers:
  - add:
      - [conv: {filters: 1, kernel: 3, stride: 4}]
      - [conv: {filters: 1, kernel: 6}]
  - conv: {filters: 1, kernel: 3, padding: 1}
"""
UP_FIRST = """
input: 16x1
layers:
  - add:
      - [max_pool: 2, resize: 2]
      - [conv: {filters: 1, kernel: 2, padding: same}]
  - conv: {filters: 1, kernel: 2, padding: same}
"""
UP_LAST = """
input: 16x1
layers:
  - add:
      - [conv: {filters: 1, kernel: 2, padding: same}]
      - [max_pool: 2, resize: 2]
  - conv: {filters: 1, kernel: 2, padding: same}
"""


@pytest.mark.parametrize(
    ("spec", "merged", "after"),
    [
        # 3 cells 4 apart become 3 + 2·4 = 11, but 6 cells 1 apart only 6 + 2·1 = 8
        (STRIDES, 3, 8),
        # both see 2 cells; two neighbours see 4 across the border of a pooled pair, or 2 + 1
        (UP_FIRST, 2, 3),
        (UP_LAST, 2, 3),
    ],
    ids=["strides", "up-first", "up-last"],
)
def test_smallest_path_is_known_only_in_the_end(spec: str, merged: int, after: int) -> None:
    facts = facts_of(spec)
    fields = [layer.receptive_field for layer in facts.layers[-2:]]
    assert [field and field.smallest for field in fields] == [(merged,), (after,)]
