"""Trained models that people use: those of an OCR package, where it is installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from cnncalc.errors import UsageError
from cnncalc.importers.onnx import read_onnx
from tests.importers.onnx.running import check

pytestmark = pytest.mark.oracle


def models() -> Path:
    """The folder of the package's models; importing the package would take OpenCV."""
    found = find_spec("rapidocr_onnxruntime")
    if found is None or found.origin is None:
        pytest.skip("rapidocr_onnxruntime is not installed")
    return Path(found.origin).parent / "models"


Pictures = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def photographs(height: int, width: int) -> list[Pictures]:
    """Two photographs, and a strip of each, as the classifier gets them."""
    datasets = pytest.importorskip("sklearn.datasets")
    image = pytest.importorskip("PIL.Image")
    found = []
    for name in ("china.jpg", "flower.jpg"):
        whole = datasets.load_sample_image(name)
        for part in (whole, whole[120:220, 100:500]):
            scaled = image.fromarray(part).resize((width, height))
            values = np.asarray(scaled, np.float32)[None] / 127.5 - 1
            found.append(np.ascontiguousarray(values.transpose(0, 3, 1, 2)))
    return found


def text_line(height: int, width: int) -> Pictures:
    """A picture of strokes on paper, as the classifier gets it: values from -1 to 1."""
    rows, columns = np.mgrid[:height, :width]
    strokes = ((columns // 7) % 3 == 0) & (rows > height // 4) & (rows < 3 * height // 4)
    bars = ((columns // 21) % 2 == 0) & (abs(rows - height // 2) < 3)
    picture = np.where(strokes | bars, -0.9, 0.8)
    return np.stack([picture, picture * 0.9, picture * 0.95])[None].astype(np.float32)


def test_direction_classifier() -> None:
    path = models() / "ch_ppocr_mobile_v2.0_cls_infer.onnx"
    with pytest.raises(UsageError, match="--input 224x224x3"):
        read_onnx(path, name="cls.onnx")
    line = text_line(48, 192)
    for picture in (line, line[:, :, ::-1, ::-1].copy(), *photographs(48, 192)):
        check(path.read_bytes(), {"x": (48, 192, 3)}, {"x": picture})


@pytest.mark.slow
def test_text_detector() -> None:
    path = models() / "ch_PP-OCRv4_det_infer.onnx"
    # what comes out are probabilities, all of them small for a picture without letters
    check(path.read_bytes(), {"x": (160, 320, 3)}, {"x": text_line(160, 320)}, least=1)


@pytest.mark.slow
def test_attention_is_said_to_be_opaque() -> None:
    path = models() / "ch_PP-OCRv4_rec_infer.onnx"
    layers = read_onnx(path, name="rec.onnx", inputs={"x": (48, 320, 3)}).layers
    kinds = [layer["opaque"] for layer in layers if "opaque" in layer]
    assert len(kinds) == 4
    assert all(layer["kind"].startswith("ONNX MatMul") and layer["macs"] > 0 for layer in kinds)
