"""`python -m cnncalc` is the command line."""

import sys

from cnncalc.cli import main

if __name__ == "__main__":
    sys.exit(main())
