"""`python -m supply`: what the make targets call."""

import sys

from supply.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
