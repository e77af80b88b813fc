"""Keras reads its backend from the environment once, when it is imported, and so does XLA."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
# every shape of every operation is compiled anew, which takes longer than to compute it once
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
