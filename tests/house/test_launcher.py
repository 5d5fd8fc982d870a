"""bin/lms on machines that lack something, and on one that is ready. Nothing is fetched here."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bin/lms is for a POSIX shell")
TOOLS = ("sh", "dirname", "readlink", "cksum", "cat", "rm", "ls", "awk", "grep", "mkdir")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs, the only one on the PATH: a shell's usual tools and no Python."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (programs / tool).symlink_to(found)
    return programs


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def start(
    machine: Path, venv: Path, *words: str, launcher: Path = ROOT / "bin" / "lms", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(launcher), *words],
        cwd=cwd or machine.parent,
        env={"PATH": str(machine), "HOME": str(machine.parent), "LMS_VENV": str(venv)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def python_of(version: str) -> str:
    """A stand-in for a Python of that version, for the questions that the launcher asks."""
    major, minor = version.split(".")
    return (
        'case "$*" in\n'
        f'  *"%d.%d"*) echo {version} ;;\n'
        f'  *"(3, 11)"*) [ {major} -gt 3 ] || [ {minor} -ge 11 ] ;;\n'
        "  *ensurepip*) exit 1 ;;\n"
        '  "-m venv"*) for last; do :; done; mkdir "$last"; exit 1 ;;\n'
        "esac"
    )


def test_no_python_is_one_sentence(machine: Path, tmp_path: Path) -> None:
    done = start(machine, tmp_path / "venv", "demo")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Python 3.11 or newer is needed and none was found" in done.stderr


def test_old_python_is_one_sentence(machine: Path, tmp_path: Path) -> None:
    program(machine, "python3", python_of("3.9"))
    done = start(machine, tmp_path / "venv", "demo")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "this machine has 3.9" in done.stderr


def test_noisy_stand_in_for_a_python_is_passed_over_quietly(machine: Path, tmp_path: Path) -> None:
    program(machine, "python3.13", "echo 'command not found, but exists in these versions' >&2; exit 127")
    done = start(machine, tmp_path / "venv", "demo")
    assert done.returncode == 2
    assert "exists in these versions" not in done.stderr


def test_no_venv_module_leaves_nothing_behind(machine: Path, tmp_path: Path) -> None:
    program(machine, "python3", python_of("3.11"))
    venv = tmp_path / "venv"
    done = start(machine, venv, "demo")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("sudo apt install python3-venv")
    assert not venv.exists()


def test_folder_of_something_else_is_left_alone(machine: Path, tmp_path: Path) -> None:
    program(machine, "python3", python_of("3.11"))
    venv = tmp_path / "letters"
    venv.mkdir()
    (venv / "letter.txt").write_text("dear", encoding="utf-8")
    done = start(machine, venv, "demo")
    assert done.returncode == 2
    assert "is not a virtual environment" in done.stderr
    assert (venv / "letter.txt").read_text(encoding="utf-8") == "dear"


@pytest.fixture
def ready(machine: Path, tmp_path: Path) -> Path:
    """An environment that is up to date, with the Python of these tests; its pip would tell of itself."""
    venv = tmp_path / "ready"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    program(
        venv / "bin",
        "python",
        f'case "$*" in "-m pip --version") ;; "-m pip "*) echo "$*" >>{tmp_path}/pip.log ;;\n'
        f'*) exec {sys.executable} "$@" ;; esac',
    )
    lock = (ROOT / "requirements.lock").read_bytes()
    count = subprocess.run(["cksum"], input=lock, capture_output=True, check=True).stdout.decode().strip()
    stamp = f"lock {count} python {sys.version_info[0]}.{sys.version_info[1]}\n"
    (venv / ".lms-stamp").write_text(stamp, encoding="utf-8")
    return venv


def test_ready_environment_starts_at_once_from_any_folder_and_through_a_link(
    machine: Path, ready: Path, tmp_path: Path
) -> None:
    link = tmp_path / "lms-link"
    link.symlink_to(os.path.relpath(ROOT / "bin" / "lms", tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = start(machine, ready, "env-example", launcher=link, cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (ROOT / ".env.example").read_text(encoding="utf-8")
    assert done.stderr == ""
    assert not (tmp_path / "pip.log").exists()


def test_changed_list_of_libraries_installs_again_with_hashes(
    machine: Path, ready: Path, tmp_path: Path
) -> None:
    (ready / ".lms-stamp").write_text("lock of yesterday\n", encoding="utf-8")
    done = start(machine, ready, "env-example")
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "pip.log").read_text(encoding="utf-8").splitlines()
    assert len(asked) == 2
    assert all("--require-hashes" in line for line in asked)
    assert "requirements.lock" in asked[-1]
    again = start(machine, ready, "env-example")
    assert again.stderr == ""


def test_command_that_is_not_there_says_so(machine: Path, ready: Path) -> None:
    done = start(machine, ready, "fly")
    assert done.returncode == 2
    assert "invalid choice" in done.stderr
