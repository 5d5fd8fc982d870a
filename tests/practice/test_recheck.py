"""Signed rows that were tampered with are named, each of them, and untouched ones never."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from lms import cli, clock
from lms.practice import services
from lms.practice.queries import Recheck
from lms.practice.recheck import Mismatch, mismatches_of
from lms.practice.statements import CURRENT, fingerprint
from tests.conftest import Transactions
from tests.personas import Personas
from tests.practice import scenes
from tests.practice.histories import behind_the_back, sign_many


def recheck(tx: Transactions) -> list[Mismatch]:
    with tx.reading():
        return list(Recheck().mismatches())


def test_what_the_services_write_raises_no_alarm(tx: Transactions, personas: Personas) -> None:
    """Signed for less, returned, mended, signed again, undone: each leaves rows that match."""
    with tx():
        placed = scenes.ready(personas)
        first = scenes.submitted(placed, scenes.days_ago(3), note="One")
        second = scenes.submitted(placed, scenes.days_ago(2), note="Two")
        scenes.submitted(placed, scenes.days_ago(1))
        ids, trainee = (first.id, second.id), placed.person_id
    sam, version = personas.supervisor, CURRENT.version
    with tx():
        services.return_entries(sam, reasons={ids[0]: "When did it end?"})
    with tx():
        undone = services.sign_off(
            sam, entry_ids=[ids[1]], statement_version=version, minutes={ids[1]: 90}
        ).batch_id
    with tx():
        services.undo(sam, batch_id=undone)
    with tx():
        services.sign_off(sam, entry_ids=[ids[1]], statement_version=version)
        services.submit(trainee, entry_ids=[ids[0]])
    with tx():
        services.sign_off(sam, entry_ids=[ids[0]], statement_version=version)
    assert recheck(tx) == []


def test_a_line_from_before_a_fact_was_added_still_matches() -> None:
    entry = SimpleNamespace(
        id=1, version=3, person_id=2, organisation_id=3, placement_id=4, supervisor_id=5, minutes=60,
        worked_on=scenes.days_ago(2), zone=scenes.ZONE, starts_at=None, ends_at=None, is_overnight=False,
        kind="group", mode="video", role="paid", is_direct=True, population="", note="",
        submitted_at=clock.now(), first_submitted_at=clock.now(),
        approval_id=9, state="approved", amends_id=None, amendment_reason=None, is_voiding=False,
    )  # fmt: skip
    act = SimpleNamespace(
        id=9, entry_id=1, entry_version=2, person_id=2, organisation_id=3, act="approve", minutes=60,
        reason="", domain=None, reverses_id=None, by_id=5, by_name="Sam",
        at=clock.now() - timedelta(hours=1), batch_id="b",
        method="password", statement_version=CURRENT.version, statement=CURRENT.text,
    )  # fmt: skip
    import json

    from lms.practice.statements import canonical, facts_of_act, facts_of_work

    facts = facts_of_work(entry) | facts_of_act(act)
    for key in (
        "signed_domain",
        "role",
        "is_direct",
        "population",
        "batch",
        "supervisor",
        "submitted_at",
        "first_submitted_at",
        "amends",
        "is_voiding",
    ):
        del facts[key]
    act.line = canonical(facts)
    act.sha256 = fingerprint(act.line)
    assert mismatches_of(act, entry, is_reversed=False, reverses=None) == []
    act.line = json.dumps(facts)
    assert [fault.table for fault in mismatches_of(act, entry, is_reversed=False, reverses=None)] == [
        "sign_off"
    ] * 2


def test_the_command_names_rows_and_ends_with_one(
    tx: Transactions, personas: Personas, database_url: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    sign_many(tx, personas, 3)
    for name, value in (("ENV", "test"), ("DATABASE_URL", database_url), ("WORKER", "none")):
        monkeypatch.setenv(f"LMS_{name}", value)
    assert cli.main(["recheck-signatures"]) == 0
    with behind_the_back(tx) as run:
        run("UPDATE practice_entry SET minutes = 600 WHERE id = :id", {"id": 2})
    assert cli.main(["recheck-signatures"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == ["practice_entry 2: minutes was 62 when it was signed, and is 600 now."]


def test_the_demo_matches(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["recheck-signatures", "--demo"]) == 0
    assert capsys.readouterr().out == ""
