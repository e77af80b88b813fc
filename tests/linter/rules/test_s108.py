"""S108 beyond its examples: what each framework can say in its own layer.

Keras has valid and TensorFlow's same, PyTorch and Caffe pad both sides alike, Caffe rounds the
size of pools up and Keras rounds it down (tf.nn.convolution, torch.nn.Conv2d, Caffe's
pooling_layer.cpp).
"""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, look

SAME = "conv: {filters: 8, kernel: 3, stride: 2, padding: same}"
ONES = "conv: {filters: 8, kernel: 3, stride: 2, padding: 1}"


def found(size: int, target: str, layer: str) -> list[str]:
    text = chain(f"{size}x{size}x3", layer) + f"target: [{target}]\n"
    return [finding.message for finding in look(text, "S108")]


@pytest.mark.parametrize(
    ("size", "target", "layer"),
    [
        (32, "torch", SAME),  # one framework has no other to differ from
        (32, "keras", ONES),
        (32, "keras, onnx", SAME),
        (32, "torch, caffe", SAME),  # both would have to pad before
        (32, "torch, caffe", ONES),
        (32, "torch, onnx", ONES),
        (33, "keras, torch", SAME),  # (33 - 1)/2·2 + 3 - 33 = 2 cells: one on each side
        (33, "keras, torch", ONES),
        (32, "keras, torch", "conv: {filters: 8, kernel: 3, padding: 1}"),
        (32, "keras, torch", "conv: {filters: 8, kernel: 4, padding: same}"),  # torch has it, too
        (32, "keras, torch", "conv: {filters: 8, kernel: 5}"),
        (32, "keras, torch, caffe", "max_pool: 2"),
        (33, "keras, torch", "max_pool: 2"),
        (33, "torch, onnx", "max_pool: {size: 2, rounding: ceil}"),
        (16, "keras, torch", "conv_transpose: {filters: 8, kernel: 4, stride: 2, padding: 1}"),
        (16, "keras, torch", "conv_transpose: {filters: 8, kernel: 2, stride: 2}"),
        (16, "keras, torch", "conv_transpose: {filters: 8, kernel: 2, stride: 2, padding: same}"),
    ],
)
def test_agreement(size: int, target: str, layer: str) -> None:
    assert not found(size, target, layer)


@pytest.mark.parametrize(
    ("size", "target", "layer", "says"),
    [
        (32, "keras, torch", SAME, "with padding 1 PyTorch pads 1 before and 1 after"),
        (32, "onnx, caffe", SAME, "with padding 1 Caffe pads 1 before and 1 after"),
        (32, "keras, torch", ONES, "with same Keras pads 0 before and 1 after"),
        (32, "keras, onnx", ONES, "the size is the same, but every window is shifted"),
        (
            32,
            "torch, onnx",
            "conv: {filters: 8, kernel: 3, padding: [[0, 1], [0, 1]]}",
            "the size is 32 in place of 31",
        ),
        (
            32,
            "keras, torch",
            "max_pool: {size: 2, stride: 1, padding: same}",
            "the size is 33 in place of 32",
        ),
        (33, "torch, caffe", "max_pool: 2", "Caffe rounds the size of pools up"),
        (33, "torch, caffe", "max_pool: 2", "gives 17 in place of 16"),
        (
            33,
            "keras, torch",
            "max_pool: {size: 2, rounding: ceil}",
            "Keras rounds the size of pools down, which along the height and width gives 16 in",
        ),
        (
            16,
            "keras, torch",
            "conv_transpose: {filters: 8, kernel: 3, stride: 2, padding: 1, output_padding: 1}",
            "Keras's same cuts off 0 before along the height, not 1",
        ),
        (
            16,
            "keras, torch",
            "conv_transpose: {filters: 8, kernel: 3, stride: 2, padding: same}",
            "PyTorch cuts off both sides alike along the height, not 0 before and 1 after",
        ),
    ],
)
def test_divergence(size: int, target: str, layer: str, says: str) -> None:
    (message,) = found(size, target, layer)
    assert says in message


def test_causal() -> None:
    text = chain("64x3", "conv: {filters: 8, kernel: 3, padding: causal}")
    (finding,) = look(text + "target: [keras, torch]\n", "S108")
    assert "the size is 66 in place of 64" in finding.message


def test_a_layer_with_its_own_source_is_not_padded_before() -> None:
    text = """\
        input: 32x32x3
        target: [keras, torch]
        layers:
          - relu: {name: a}
          - relu
          - conv: {filters: 8, kernel: 3, stride: 2, padding: same, from: a}
        """
    (finding,) = look(text, "S108")
    assert not finding.fixes
