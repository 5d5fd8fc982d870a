"""Verifiers written by others take what we issue and refuse forgeries, by the command that anyone can run."""

import os
import subprocess
import sys

import pytest

from tests.interop import judging, tools


@pytest.mark.interop
def test_every_judge_says_what_it_should() -> None:
    if missing := tools.missing_packages():
        reason = f"some judges are not here (sudo apt install {' '.join(missing)})"
        if os.environ.get("LMS_TEST_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run(
        [sys.executable, "-m", "lms", "check-interop"],
        cwd=tools.ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    for judge in (judging.BAZAAR, judging.CONSORTIUM, "ajv", "jose", "pyhanko", "qpdf", "pdfsig", "zbarimg"):
        assert any(judge in line and " valid " in line for line in lines), judge
    assert "; none other than it should be." in lines[-1]
