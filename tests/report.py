"""A pytest plugin: writes what ran and what was left out for `tests/suite.py`.

With LMS_TEST_REQUIRE_ALL=1 a test that leaves itself out has failed.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# A test that asks for one of these touches the database; the PostgreSQL run takes those alone.
DATABASE_FIXTURES = frozenset({"migrated", "database_url", "postgresql_url", "empty_url"})


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "database: asks for a database (set by the suite itself)")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")


def _is_all_required() -> bool:
    return os.environ.get("LMS_TEST_REQUIRE_ALL") == "1"


def _reason(longrepr: Any) -> str:
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return re.sub(r"^Skipped: ", "", text).strip() or "no reason given"


def _judge(report: Any) -> None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    if _is_all_required():
        report.outcome = "failed"
        report.longrepr = f"left out ({_reason(report.longrepr)}), and here nothing may be left out"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    _judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    _judge(report)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    target = os.environ.get("LMS_TEST_REPORT")
    if target:
        counts = {
            word: len(terminalreporter.stats.get(word, []))
            for word in ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
        }
        left_out = Counter(_reason(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
        Path(target).write_text(json.dumps({"counts": counts, "left_out": left_out}), encoding="utf-8")
