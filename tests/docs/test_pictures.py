"""The pictures of the documentation are what the package makes, and what the page says of them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import cnncalc
from cnncalc.numeric.effective_field import effective_field
from cnncalc.numeric.image_kernels import KERNELS
from cnncalc.numeric.shift import shift
from cnncalc.numeric.toeplitz import sharing
from docs import draw
from tests.numeric.test_image_convolution import PICTURE, SPEC, convolved

pytest.importorskip("PIL")
ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
MOVED = """
input: 192x192x1
layers:
  - conv: {filters: 1, kernel: 3, bias: false, weights: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]}
  - relu
  - max_pool: {size: 2, stride: 1}
  - max_pool: {size: 3, stride: 1}
  - max_pool: {size: 5, stride: 1}
  - global_avg_pool
"""


SLOW = ("effective-field.png",)
NAMES = [
    pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in draw.pictures()
]


@pytest.mark.parametrize("name", NAMES)
def test_picture(name: str) -> None:
    made = draw.pictures()[name]()
    assert draw.alike(draw.read(draw.PICTURES / name), made)
    assert (draw.PICTURES / name).stat().st_size < 100_000
    assert f"(pictures/{name})" in PAGE


def test_other_pictures_are_not_alike() -> None:
    photo = draw.read(draw.PICTURES / "camera.png")
    assert draw.alike(photo, np.clip(photo, 1, 254))
    assert not draw.alike(photo, np.roll(photo, 1, axis=0))
    assert not draw.alike(photo, photo[1:])


def test_no_picture_is_left_over() -> None:
    files = {path.name for path in draw.PICTURES.glob("*.png")}
    assert files == {*draw.pictures(), "camera.png"}


def test_matrix_of_numbers() -> None:
    rows = re.findall(r"^\|((?: \d+ \|){7}) \|((?: [\d.]+ \|){7})$", PAGE, re.MULTILINE)
    picture = [[float(value) for value in row.split("|")[:-1]] for row, _ in rows]
    result = [[float(value) for value in row.split("|")[:-1]] for _, row in rows]
    assert picture == PICTURE.tolist()
    assert convolved(SPEC, PICTURE) == pytest.approx(np.array(result), abs=1e-9)


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_table_of_kernels(kernel: tuple[object, ...]) -> None:
    rows, scale, _ = kernel
    numbers = np.array(rows)
    written = " / ".join(" ".join(map(str, row)) for row in numbers.tolist())
    total = numbers.sum() / (16 if scale == "1/16" else 1)
    assert f"| `{written}` | {scale} | {total:g} |" in PAGE


def test_counts() -> None:
    seven = "input: 7x7x1\nlayers: [{conv: {filters: 1, kernel: 3, padding: same}}]"
    specs = (seven, "ten-filters", "vgg16")
    small, ten, vgg = (sharing(cnncalc.analyze(cnncalc.load(spec)).layers[0]) for spec in specs)
    words = " ".join(PAGE.split())
    assert f"Of 2 401 entries {small.n_uses} are not zero" in words
    assert small.n_entries == 2401
    for count in (ten.n_entries, ten.n_zeros, vgg.n_weights, vgg.n_entries):
        assert f"{count:,}".replace(",", " ") in words
    assert f"have {ten.n_weights} weights" in words


def test_moved_photograph() -> None:
    found = shift(cnncalc.load(MOVED), draw.photograph()[np.newaxis, :, :, np.newaxis])
    cells = re.findall(r"^\| .+? \| ([\d.]+) % \| ([\d.]+) \|$", PAGE, re.MULTILINE)
    assert len(cells) == len(found) - 1
    for layer, (changed, difference) in zip(found, cells, strict=False):
        assert 100 * layer.changed == pytest.approx(float(changed), abs=0.1)
        assert layer.difference == pytest.approx(float(difference), rel=0.01)
    (mean,) = re.findall(r"^\| global average \| \| ([\d.]+) \|$", PAGE, re.MULTILINE)
    assert found[-1].difference == pytest.approx(float(mean), rel=0.01)


@pytest.mark.slow
def test_share_of_the_influence() -> None:
    influence = effective_field(cnncalc.load(draw.stack(12, 25)), draws=8) ** 2
    inner = influence[6:19, 6:19].sum() / influence.sum()
    assert round(100 * inner) == 95
    assert round(100 * 13**2 / 25**2) == 27
    assert "inner 13×13 cells, 27 % of the field, have 95 % of" in " ".join(PAGE.split())
