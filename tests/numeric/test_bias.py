"""The bias is added to several positions at a time."""

from __future__ import annotations

import numpy as np
import pytest

from cnncalc.numeric.kernels.epilogue import Bias


@pytest.mark.parametrize("n_rows", [1, 7, 64, 1000])
@pytest.mark.parametrize("channels", [1, 6, 64, 300, 3000])
def test_every_position_gets_it_once(channels: int, n_rows: int) -> None:
    bias = np.random.default_rng(0).standard_normal(channels)
    added = Bias(bias, n_rows)
    for count in {0, 1, n_rows // 2, n_rows - 1, n_rows}:
        whole = np.zeros((n_rows + 2, channels))
        added.add(whole[1 : 1 + count])
        assert (whole[1 : 1 + count] == bias).all()
        assert not whole[0].any()
        assert not whole[1 + count :].any()
