"""Keras's model.summary(): parameters, running statistics among them; it counts no operations.

Formula:
    Total params = parameters + running statistics; Non-trainable params = frozen parameters +
    running statistics, those of `Normalization` included.

Reference:
    keras.Model.summary and count_params, Keras 3.
"""

from __future__ import annotations

from cnncalc.conventions import parameters
from cnncalc.conventions.charges import Counter

TITLE = "Keras 3's summary"
NOTE = "running statistics are parameters that cannot be trained"

COUNTERS = (
    Counter("Total params", "params", parameters.everything),
    Counter("Trainable params", "trainable", parameters.trainable),
    Counter("Non-trainable params", "frozen", parameters.unchanged),
)
