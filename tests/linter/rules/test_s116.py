"""S116 beyond its examples, with what PyTorch itself accepts."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, look

CASES = [(2, 1, 1), (2, 1, 2), (1, 2, 1), (2, 3, 2), (1, 1, 1), (3, 1, 2), (3, 2, 3)]


@pytest.mark.oracle
@pytest.mark.parametrize(("stride", "dilation", "added"), CASES)
def test_pytorch_refuses_the_same(stride: int, dilation: int, added: int) -> None:
    torch = pytest.importorskip("torch")
    layer = torch.nn.ConvTranspose2d(
        1, 1, 3, stride=stride, dilation=dilation, output_padding=added
    )
    try:
        layer(torch.zeros(1, 1, 4, 4))
    except RuntimeError:
        refused = True
    else:
        refused = False
    written = f"kernel: 3, stride: {stride}, dilation: {dilation}, output_padding: {added}"
    found = look(chain("4x4x1", f"conv_transpose: {{filters: 1, {written}}}"), "S116")
    assert bool(found) == refused


def test_same_and_a_kernel_smaller_than_the_stride() -> None:
    layer = "conv_transpose: {filters: 1, kernel: 1, stride: 3, padding: same}"
    assert not look(chain("4x4x1", layer), "S116")


def test_one_axis() -> None:
    layer = "conv_transpose: {filters: 1, kernel: 3, stride: [3, 1], output_padding: [1, 1]}"
    (finding,) = look(chain("4x4x1", layer), "S116")
    assert finding.message.endswith("stride 1 or dilation 1 along the width")
    assert [fix.title for fix in finding.fixes] == ["set output_padding: [1, 0]"]
