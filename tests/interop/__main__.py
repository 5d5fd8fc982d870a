"""`bin/lms check-interop`: one line for each judge and each thing that it was shown.

Exit code 0 when every judge says of everything what it should, 1 when one does not, 2 when one is missing.
"""

import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.interop import judging, product, tools


def main() -> int:
    """Install what is needed, issue, ask, and say what was said."""
    try:
        libraries, log_judge = tools.ready()
    except tools.Missing as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    logging.disable(logging.ERROR)  # pyHanko tells at length what is wrong with the forgeries
    count = refused = 0
    with TemporaryDirectory(prefix="lms-interop-") as name:
        folder = Path(name)
        with product.running(folder) as running:
            for said in judging.all_judges(running, folder, libraries, log_judge):
                count += 1
                refused += not said.is_as_wanted
                _write(said)
    sys.stdout.write(f"\n{count} verdicts; {refused or 'none'} other than it should be.\n")
    return 1 if refused else 0


def _write(said: judging.Said) -> None:
    mark = "ok  " if said.is_as_wanted else "NOT "
    line = f"{mark} {said.judge:<34} {said.verdict:<10} {said.of}"
    if not said.is_as_wanted:
        line += f" (should be {said.wanted}: {said.why or 'no reason given'})"
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
