"""How large a spec may be; far above what a person writes, far below what hurts a machine."""

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 64
MAX_NODES = 2_000_000
MAX_KEYS = 100_000
MAX_NUMBER = 10**15

TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels; flatten it, or move the inner part into a block"
TOO_MANY = f"more than {MAX_NODES:,} values; use `repeat` and blocks to write less"
TOO_MANY_KEYS = f"more than {MAX_KEYS:,} keys in one map; use `repeat` and blocks to write less"
