"""`python -m lms` runs the command line."""

import sys

from lms.cli import main

if __name__ == "__main__":  # a process that is forked off reads this file too, and is to run nothing
    sys.exit(main())
