"""Ten thousand stored decisions come out the same after everything around them was edited."""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from lms import cli, clock
from lms.audit import Action, AuditEvent
from lms.certification import queries, schemes, services
from lms.certification.facts import FACTS, Record
from lms.certification.models import Application, Decision, Outcome
from lms.certification.queries import Difference, Replays
from lms.certification.replay import hash_of, hash_of_stored, inputs_of, replay
from lms.certification.scheme_file import ENGINE, Scheme
from lms.curriculum import catalog
from lms.people import services as people
from tests import builders
from tests.certification import facts, records
from tests.certification.test_scheme_files import SHIPPED
from tests.conftest import ROOT, Transactions
from tests.personas import Personas
from tests.practice.test_recheck import behind_the_back

OLD = json.loads((Path(__file__).parent / "stored_by_engine_1.json").read_text("utf-8"))
HISTORIES, PEOPLE = 200, 50


def thinned(record: Record, chance: random.Random) -> Record:
    """A part of a record: each fact is there or not, at its date or a little earlier."""
    kept: dict[str, Any] = {}
    for name in FACTS:
        kept[name] = tuple(
            replace(fact, on=fact.on - timedelta(days=chance.choice((0, 0, 40, 400))))
            for fact in getattr(record, name)
            if chance.random() < 0.8
        )
    return Record(**kept)


def histories() -> list[dict[str, Any]]:
    """200 different evaluations: whole and thinned records, every shipped scheme, and one of engine 1."""
    chance = random.Random(4)
    schemes.configure()
    made: list[dict[str, Any]] = []
    while len(made) < HISTORIES - 1:
        for scheme_id, build in SHIPPED.items():
            scheme = schemes.schemes().current(scheme_id, records.AS_OF)
            assert scheme is not None
            record = build() if chance.random() < 0.3 else thinned(build(), chance)
            made.append(decided(scheme, record))
    old = {name: OLD[name] for name in ("engine", "scheme", "record", "as_of")}
    return [*made[: HISTORIES - 1], content_of(old, OLD["findings"], OLD["hash"])]


def decided(scheme: Scheme, record: Record) -> dict[str, Any]:
    as_of = records.AS_OF + timedelta(days=2)
    findings = scheme.evaluate(record, as_of).as_json()
    return content_of(inputs_of(scheme, scheme.allocated(record), as_of), findings, "")


def content_of(inputs: dict[str, Any], findings: dict[str, Any], sha256: str) -> dict[str, Any]:
    evaluation = replay(inputs)
    return {
        "scheme_id": evaluation.scheme_id,
        "scheme_version": evaluation.scheme_version,
        "as_of": evaluation.as_of,
        "findings": findings,
        "inputs": inputs,
        "evidence": list(evaluation.evidence),
        "evidence_hash": sha256 or hash_of_stored(inputs["record"]),
    }


def store(tx: Transactions, who: Personas, made: list[dict[str, Any]], people_count: int) -> int:
    """A decision of each history for each of so many people, with what the audit trail knows of it."""
    now = clock.now()
    number = 0
    with tx() as current:
        holders = [builders.person(f"Person {place}").id for place in range(people_count)]
        for holder in holders:
            applications, decisions, events = [], [], []
            for content in made:
                number += 1
                is_met = content["findings"]["is_met"]
                outcome = "granted" if is_met and number % 7 else "refused"
                common = {"id": number, "organisation_id": who.body, "person_id": holder}
                scheme = {name: content[name] for name in ("scheme_id", "scheme_version")}
                applications.append(
                    {**common, **scheme, "state": outcome, "is_automatic": False}
                    | {"submitted_at": now, "closed_at": now}
                )
                decisions.append(
                    {**common, **content, "application_id": number, "outcome": outcome, "by_id": who.reviewer}
                    | {"at": now, "reason": "Because.", "request_key": None}
                    | {"credential_number": f"N-{number}" if outcome == "granted" else None}
                )
                action = {"granted": Action.CERTIFICATION_GRANT, "refused": Action.CERTIFICATION_REFUSE}
                events.append(
                    {"at": now, "actor_id": who.reviewer, "action": action[outcome].value}
                    | {"subject": "application", "subject_id": number, "organisation_id": who.body}
                    | {"details": {"decision_id": number}}
                )
            current.execute(sa.insert(Application), applications)
            current.execute(sa.insert(Decision), decisions)
            current.execute(sa.insert(AuditEvent), events)
    return number


def differences(tx: Transactions) -> list[Difference]:
    with tx.reading():
        return list(Replays().differences())


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Change a scheme's file, take others away and change a module; all is put back afterwards."""
    texts = catalog.catalog()

    def edit() -> None:
        folder, modules = tmp_path / "schemes", tmp_path / "modules"
        folder.mkdir()
        text = (schemes.FOLDER / "peer-specialist.v1.yaml").read_text("utf-8")
        (folder / "peer-specialist.v1.yaml").write_text(text.replace("hours: 20", "hours: 2000"), "utf-8")
        assert schemes.configure(folder) == []
        assert {scheme_id for scheme_id, _version in schemes.schemes().versions} == {"peer-specialist"}
        shutil.copytree(ROOT / "modules", modules)
        path = modules / "mutual" / "module.yaml"
        before = path.read_text("utf-8")
        assert "revision: 2" in before
        path.write_text(before.replace("revision: 2", "revision: 3"), "utf-8")
        catalog.configure(modules)

    yield edit
    schemes.configure()
    catalog.configure(ROOT / "modules")
    assert catalog.catalog() == texts


def test_ten_thousand_decisions_replay_after_edits_of_everything_around_them(
    tx: Transactions, personas: Personas, edited: Callable[[], None]
) -> None:
    """200 different histories, each decided for 50 people: 10,000 rows, every one of them replayed."""
    made = histories()
    outcomes = {content["findings"]["is_met"] for content in made}
    assert outcomes == {True, False}
    assert {content["inputs"]["engine"] for content in made} == {1, ENGINE}
    assert len({content["evidence_hash"] for content in made}) == HISTORIES
    assert store(tx, personas, made, PEOPLE) == 10_000
    edited()
    with tx() as current:
        for holder in set(current.scalars(sa.select(Decision.person_id))):
            people.change_profile(holder, chosen_name="Another", timezone="America/Chicago", language="es")
    run = Replays()
    with tx.reading():
        assert list(run.differences()) == []
    assert run.decisions == 10_000


TAMPERED = {
    "a better finding": ("findings = replace(findings, 'not_met', 'met')", "not what the inputs give"),
    "a finding's number": ("findings = replace(findings, '\"counted\": ', '\"counted\": 1')", "not what the"),
    "said to be met": ("findings = replace(findings, 'is_met\": false', 'is_met\": true')", "not those of its"),
    "another record": ("inputs = replace(inputs, '\"minutes\": ', '\"minutes\": 9')", "not the one that was"),
    "another hash": ("evidence_hash = 'f'", "not the one that was hashed"),
    "another scheme": ("inputs = replace(inputs, 'hours: 2', 'hours: 1')", "not what the inputs give"),
    "another name": ("scheme_id = 'other'", "its scheme's text another"),
    "another version": ("scheme_version = 99", "its scheme's text another"),
    "another date": ("as_of = '2020-01-01'", "dated 2020-01-01"),
    "evidence left out": ("evidence = '[]'", "its list of evidence is not what counted"),
    "granted": ("outcome = 'granted', credential_number = 'X'", "do not meet the scheme"),
    "sent back": ("outcome = 'returned'", "it says returned, the audit trail refused"),
    "a later engine": (f"inputs = replace(inputs, '\"engine\": {ENGINE}', '\"engine\": 99')", "engine 99"),
    "no scheme": ("inputs = replace(inputs, '\"scheme\":', '\"nothing\":')", "it cannot be read"),
    "no scheme's text": ("inputs = replace(inputs, 'requirements:', 'wishes:')", "it cannot be read"),
    "no record": ("inputs = replace(inputs, '\"record\":', '\"nothing\":')", "it cannot be read"),
    "no findings": ("findings = '[]'", "it cannot be read"),
}


def test_each_tampered_decision_is_named_and_no_other(tx: Transactions, personas: Personas) -> None:
    scheme = schemes.schemes().current("peer-specialist", records.AS_OF)
    assert scheme is not None
    record = replace(records.meets_peer_specialist(), attestations=())
    store(tx, personas, [decided(scheme, record)] * 2, len(TAMPERED))
    assert differences(tx) == []
    with behind_the_back(tx) as run:
        for place, (change, _sentence) in enumerate(TAMPERED.values()):
            change = change.replace("replace(findings", "replace(CAST(findings AS TEXT)")
            change = change.replace("replace(inputs", "replace(CAST(inputs AS TEXT)")
            run(f"UPDATE decision SET {_for_this_database(change)} WHERE id = :id", {"id": 2 * place + 1})
        run("DELETE FROM audit_event WHERE subject_id = :id", {"id": 2 * len(TAMPERED)})
    found = {one.decision_id: one.sentence for one in differences(tx)}
    assert found.pop(2 * len(TAMPERED)) == "the audit trail does not know it."
    assert sorted(found) == [2 * place + 1 for place in range(len(TAMPERED))]
    for place, (name, (_change, sentence)) in enumerate(TAMPERED.items()):
        assert sentence in found[2 * place + 1], name


def _for_this_database(change: str) -> str:
    from tests.conftest import IS_POSTGRESQL

    if not IS_POSTGRESQL or " = replace(" not in change:
        return change
    column, _equals, value = change.partition(" = ")
    return f"{column} = ({value})::json"


def test_the_hash_is_the_same_over_the_record_and_over_what_was_stored() -> None:
    for build in SHIPPED.values():
        stored = json.loads(json.dumps(build().as_json()))
        assert hash_of_stored(stored) == hash_of(Record.from_json(stored))
    assert hash_of_stored(OLD["record"]) == OLD["hash"]


def test_the_command_names_what_differs_and_ends_with_one(
    tx: Transactions, personas: Personas, database_url: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
        services.issue_if_met(None, person_id=personas.trainee, scheme_id="foundations-completion")
    with tx():
        made = services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist").id
    with tx():
        services.return_application(personas.reviewer, application_id=made, reason="Add your name.")
    with tx():
        services.send_again(personas.trainee, application_id=made)
    with tx():
        last = services.decide(personas.reviewer, application_id=made, outcome=Outcome.GRANTED).id
        assert queries.replay_of(last).is_same
    for name, value in (("ENV", "test"), ("DATABASE_URL", database_url), ("WORKER", "none")):
        monkeypatch.setenv(f"LMS_{name}", value)
    assert cli.main(["replay-decisions"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "3 decisions were made again. Those that differ: none." in said.err
    with behind_the_back(tx) as run:
        run("UPDATE decision SET evidence_hash = 'f' WHERE id = :id", {"id": last})
    assert cli.main(["replay-decisions"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"decision {last}: its record is not the one that was hashed."
    ]


def test_the_demo_replays(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay-decisions", "--demo"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert not said.err.startswith("0 decisions")
