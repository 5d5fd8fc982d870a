"""The import contracts hold, and each kind of contract catches what it is there for."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLICES = ("people", "curriculum", "assessment", "practice", "certification", "credentials", "registry", "home")
# Files of a slice that may know the database, the clock, the worker or the web (architecture, section 2).
DOORS = {"__init__", "models", "queries", "services", "forms", "routes", "api", "tasks", "labels", "words"}


def contracts() -> configparser.ConfigParser:
    parsed = configparser.ConfigParser()
    parsed.read(ROOT / ".importlinter", encoding="utf-8")
    return parsed


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the package and its contracts, to be spoilt."""
    shutil.copytree(ROOT / "lms", tmp_path / "lms", ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copyfile(ROOT / ".importlinter", tmp_path / ".importlinter")
    return tmp_path


def plant(file: Path, line: str) -> None:
    """Add one line of code at the end of the file, which may be a new one."""
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(f"{before}\n{line}\n", encoding="utf-8")


def test_every_contract_holds(tree: Path) -> None:
    done = lint(tree)
    assert done.returncode == 0, done.stdout[done.stdout.find("Broken contracts") :]


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("clock.py", "import lms.people.queries", "Imports point down"),
        ("people/queries.py", "import lms.registry.queries", "Imports point down"),
        ("practice/queries.py", "import lms.curriculum.queries", "Imports point down"),
        ("credentials/queries.py", "import lms.assessment.queries", "Imports point down"),
        ("people/models.py", "import lms.people.queries", "Inside a slice"),
        ("certification/queries/progress.py", "import lms.practice.models", "The tables of practice"),
        ("registry/queries.py", "import lms.people.models", "The tables of people"),
        ("practice/rules/checks.py", "import sqlalchemy", "What judges"),
        ("assessment/grading.py", "from lms import clock", "What judges"),
        ("certification/requirements.py", "def late() -> None:\n    import flask", "What judges"),
    ],
)
def test_planted_import_is_caught(tree: Path, file: str, line: str, contract: str) -> None:
    target = tree / "lms" / file
    if target.with_suffix("").is_dir():  # a slice may have split the file into a folder of its name
        target = target.with_suffix("") / "__init__.py"
    plant(target, line)
    done = lint(tree)
    broken = done.stdout[done.stdout.find("Broken contracts") :]
    assert done.returncode == 1, done.stdout
    assert contract in broken


def test_module_without_a_layer_is_caught(tree: Path) -> None:
    (tree / "lms" / "utils.py").write_text('"""A grab-bag."""\n', encoding="utf-8")
    done = lint(tree)
    assert done.returncode == 1
    assert "lms.utils" in done.stdout


def test_each_slice_keeps_its_tables_to_itself() -> None:
    protected = {
        section["protected_modules"].strip()
        for section in contracts().values()
        if "protected_modules" in section
    }
    with_tables = {path.parent.name for path in (ROOT / "lms").glob("*/models*") if path.suffix in ("", ".py")}
    assert protected == {f"lms.{name}.models" for name in with_tables}


def test_every_other_module_of_a_slice_is_listed_as_pure_or_known_not_to_be() -> None:
    """A new file in a slice is pure, and listed so, unless its name says that it is one of the doors."""
    listed = set(contracts()["importlinter:contract:pure"]["source_modules"].split())
    found = {
        f"lms.{name}.{place.stem}"
        for name in SLICES
        for place in (ROOT / "lms" / name).iterdir()
        if (place.suffix == ".py" or (place / "__init__.py").exists()) and place.stem not in DOORS
    }
    unlisted = found - listed - KNOWN_TO_THE_WEB - {"lms.people.texts"}
    assert not unlisted, f"list these as pure in .importlinter: {sorted(unlisted)}"
    kernel = {f"lms.{file.stem}" for file in (ROOT / "lms").glob("*.py")}
    assert not listed - found - kernel, "the contract names modules that are gone"


# Modules of a slice that are neither a door nor pure, and why.
KNOWN_TO_THE_WEB = {
    "lms.certification.forms_of_classes",  # what is typed to issue for a class
    "lms.certification.forms_of_sharing",  # what a holder types to share a record
    "lms.certification.packet_words",  # the sections of a packet in the language of the page
    "lms.certification.brought",  # reads what was brought, below the record that is made of it
    "lms.certification.proof_forms",  # forms of papers, one for each kind
    "lms.certification.proof_words",  # papers in the reader's words
    "lms.certification.record",  # gathers a person's record from the queries of other slices
    "lms.registry.template_forms",  # what may be chosen on the page of a look
    "lms.home.menu",  # which words of the menu are shown to whom
    "lms.people.admin",  # pages of those who manage
    "lms.people.factors",  # second factors, tied to Flask-Security
    "lms.people.gates",  # what stands before every page
    "lms.people.letters",  # Flask-Security's mail, through our outbox
    "lms.people.passwords",  # hashing, before the transaction begins
    "lms.people.roles",  # the names of the roles, from the kernel's permissions
    "lms.people.rules",  # pure, but for the names of the roles
    "lms.people.security",  # sets Flask-Security up
    "lms.people.security_forms",  # Flask-Security's forms with our words
    "lms.people.sessions",  # sessions that can be listed and ended
    "lms.registry.examiner",  # has files examined in a process of its own
    "lms.registry.file_answer",  # holds what was found in a file against the register
    "lms.registry.token_forms",  # what may be typed on the page of tokens
    "lms.registry.tokens",  # keeps and finds tokens
    "lms.registry.report_file",  # holds a report that was sent in against those that were made
    "lms.registry.reporting",  # asks the register for a report, from the queries of other slices
    "lms.registry.deliveries",  # reads about messages to the programs that are told
    "lms.registry.endpoints",  # acts on these programs
    "lms.registry.sending",  # claims and notes these messages
    "lms.registry.posting",  # talks to them
    "lms.registry.watches",  # reads who is told of changes
    "lms.registry.watching",  # acts on who is told of changes
    "lms.registry.watch_forms",  # what may be typed by and about watchers
    "lms.registry.watch_words",  # changes in the reader's words
    "lms.registry.many",  # answers many numbers from the queries of other slices
    "lms.people.throttle",  # sign-ins that did not succeed
}
