"""All benchmarks, one after the other: `python -m benchmarks`."""

from __future__ import annotations

import sys

from benchmarks import analysis, chain, cold_start, lint, mutations

sys.exit(max(module.main() for module in (cold_start, analysis, lint, chain, mutations)))
