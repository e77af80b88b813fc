"""All benchmarks, one after the other: `python -m benchmarks`."""

from __future__ import annotations

import sys

from benchmarks import analysis, chain, cold_start, importing, lint, mutations

ALL = (cold_start, importing, analysis, lint, chain, mutations)
sys.exit(max(module.main() for module in ALL))
