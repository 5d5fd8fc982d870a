"""The programs and libraries that the judges need, found or installed by their Debian and npm names."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Debian's package for each program, or for the folder of Go's own code.
PACKAGES = {
    "node": "nodejs",
    "npm": "npm",
    "qpdf": "qpdf",
    "pdfsig": "poppler-utils",
    "zbarimg": "zbar-tools",
    "certutil": "libnss3-tools",
    "go": "golang-go",
    "/usr/share/gocode/src/golang.org/x/mod/sumdb": "golang-golang-x-mod-dev",
}
GO = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
SECONDS = 600


class Missing(Exception):
    """Something is not here and cannot be installed; the text says what to do."""


def ready() -> tuple[Path, Path]:
    """The folder with the npm libraries and `judge.mjs`, and the program that judges logs. Raises Missing."""
    _install_programs()
    wanted = [HERE / name for name in ("package.json", "package-lock.json", "judge.mjs", "judge_log.go")]
    digest = hashlib.sha256(b"".join(one.read_bytes() for one in wanted)).hexdigest()[:12]
    folder = ROOT / "var" / "interop" / digest
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for one in wanted:
            shutil.copy(one, folder)
        _say("Installing the npm libraries named in tests/interop/package-lock.json.")
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", folder=folder)
        (folder / "go-cache").mkdir()
        _run("go", "build", "-o", "judge_log", "judge_log.go", folder=folder)
        (folder / "ready").touch()
    return folder, folder / "judge_log"


def missing_packages() -> list[str]:
    """Debian's names of what is not on this machine."""
    return sorted({package for name, package in PACKAGES.items() if not _is_here(name)})


def _install_programs() -> None:
    missing = missing_packages()
    if not missing:
        return
    by_hand = f"sudo apt install {' '.join(missing)}"
    if not shutil.which("apt-get"):
        raise Missing(f"Some judges are not on this machine. On Debian: {by_hand}")
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    _say(f"Installing {' '.join(missing)}.")
    for words in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
        done = subprocess.run(
            [*prefix, "apt-get", "-q", *words],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        if done.returncode:
            raise Missing(f"The judges could not be installed. Install them yourself: {by_hand}")


def _is_here(name: str) -> bool:
    return Path(name).exists() if name.startswith("/") else shutil.which(name) is not None


def _run(*words: str, folder: Path) -> None:
    given = os.environ | GO | {"GOCACHE": str(folder / "go-cache")}
    done = subprocess.run(
        words, cwd=folder, env=given, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS
    )
    if done.returncode:
        raise Missing(f"{' '.join(words)} did not work:\n{done.stdout}{done.stderr}")


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
