"""Issuing once, drawing once, and what may follow what."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace as copy_with
from datetime import date

import pytest
import sqlalchemy as sa

from lms import clock, files, worker
from lms.app import Lms
from lms.audit import AuditEvent
from lms.credentials import queries, services
from lms.credentials.models import Credential, CredentialDocument, StatusEvent
from lms.credentials.numbers import is_well_formed
from lms.credentials.states import Act, State
from lms.errors import Conflict, Invalid, NotFound
from lms.mail import OutgoingMail
from lms.people.models import Organisation, Person
from tests.conftest import Transactions
from tests.credentials.making import FACTS, issued
from tests.personas import Personas

WHY = "A complaint is being looked at."


def _state(number: str) -> State:
    return queries.credential(number).state(clock.now())


def test_issuing_stores_number_and_content_and_asks_for_the_drawing(
    tx: Transactions, personas: Personas
) -> None:
    with tx():
        made = issued(personas)
    assert is_well_formed(made.number)
    with tx.reading() as current:
        card = queries.credential(made.number)
        assert card.facts == FACTS
        assert (card.issuer_name, card.zone) == ("Peer Certification Board", "America/New_York")
        assert card.state(clock.now()) is State.ACTIVE
        assert queries.unmade() == [1]
        actions = current.scalars(sa.select(AuditEvent.action).where(AuditEvent.subject == "credential"))
        assert list(actions) == ["credentials.issue"]


def test_the_same_decision_answers_the_first_credential(tx: Transactions, personas: Personas) -> None:
    with tx():
        first = issued(personas)
        assert issued(personas, name_as_issued="Another Name") == first
    with tx():
        assert issued(personas) == first
        with pytest.raises(Conflict):
            issued(personas, person_id=personas.other_trainee)
        assert issued(personas, "decision:2") != first


def test_twenty_at_once_make_one_credential_one_pdf_and_one_mail(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    def once(_: int) -> str:
        with tx():
            return issued(personas).number

    with ThreadPoolExecutor(20) as pool:
        numbers = set(pool.map(once, range(20)))
    assert len(numbers) == 1
    with app.app_context():
        worker.run_due()
    with tx.reading() as current:
        count = sa.select(sa.func.count())
        assert current.scalar(count.select_from(Credential)) == 1
        made = count.select_from(CredentialDocument).where(CredentialDocument.made_at.is_not(None))
        assert current.scalar(made) == 1
        assert current.scalar(count.select_from(OutgoingMail)) == 1


def test_drawing_keeps_the_file_and_mails_a_link_once(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx():
        made = issued(personas)
    for _ in range(2):
        with tx():
            services.make_document(1)
    with tx.reading() as current:
        card = queries.credential(made.number)
        assert card.sha256
        assert files.get(card.sha256).startswith(b"%PDF-")
        mails = list(current.scalars(sa.select(OutgoingMail)))
        assert [mail.key for mail in mails] == [f"certificate:{made.number}"]
        assert mails[0].subject == "Your certificate is ready"
        assert f"/credentials/{made.number}" in mails[0].body
        for private in ("Peer Specialist", "peer", "recovery", "health", "Vázquez"):
            assert private not in mails[0].body + mails[0].subject
        assert queries.unmade() == []


def test_drawing_is_all_or_nothing(tx: Transactions, personas: Personas) -> None:
    with tx():
        issued(personas)
    with pytest.raises(KeyboardInterrupt), tx():
        services.make_document(1)
        raise KeyboardInterrupt
    with tx.reading() as current:
        assert queries.unmade() == [1]
        assert current.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == 0
    with tx():
        services.make_document(1)
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == 1


def test_the_sweep_draws_what_a_lost_doorbell_left(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx():
        made = issued(personas)
    with app.app_context():
        worker.run_due()
        worker.run_due()
    with tx.reading():
        assert queries.credential(made.number).sha256


def test_a_changed_profile_changes_no_credential(tx: Transactions, personas: Personas) -> None:
    with tx() as current:
        made = issued(personas)
        current.get_one(Person, personas.trainee).legal_name = "Somebody Else"
        current.get_one(Organisation, personas.body).name = "Renamed Board"
    with tx.reading():
        card = queries.credential(made.number)
        assert (card.name_as_issued, card.issuer_name) == ("Tara Vázquez", "Peer Certification Board")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name_as_issued": " "}, "name_as_issued", "needs a name"),
        ({"name_as_issued": "N" * 201}, "name_as_issued", "at most 200"),
        ({"name_as_issued": "བོད Ana"}, "name_as_issued", "བ ད"),
        ({"name_as_issued": "Ana \u202eZURC"}, "name_as_issued", "U+202E"),
        ({"title": "Aꦗꦮ"}, "title", "ꦗ ꦮ"),
        ({"title": ""}, "title", "title"),
        ({"facts": copy_with(FACTS, signatory_name="ꦗ")}, "title", "ꦗ"),
        ({"valid_until": date(2026, 11, 21)}, "valid_until", "before the day of issue"),
    ],
)
def test_what_cannot_be_printed_is_refused_in_words(
    tx: Transactions, personas: Personas, changes: dict[str, object], field: str, words: str
) -> None:
    with tx(), pytest.raises(Invalid) as refused:
        issued(personas, **changes)
    assert refused.value.field == field
    assert words in refused.value.message


def test_a_name_is_composed_and_tidied(tx: Transactions, personas: Personas) -> None:
    with tx():
        made = issued(personas, name_as_issued="  Jose\u0301   Ángel ")
    with tx.reading():
        assert queries.credential(made.number).name_as_issued == "José Ángel"


def _do(act: Act, actor_id: int, number: str) -> None:
    if act is Act.REPLACE:
        services.replace(actor_id, number=number, name_as_issued="Tara Vega", reason=WHY)
        return
    if act is Act.RENEW:
        until = date(2030, 1, 1)
        services.renew(actor_id, number=number, starts_on=until, valid_until=until, decision_key="renewal:1")
        return
    acts: dict[Act, Callable[..., None]] = {
        Act.SUSPEND: services.suspend,
        Act.REINSTATE: services.reinstate,
        Act.REVOKE: services.revoke,
        Act.MAKE_INACTIVE: services.make_inactive,
        Act.PUT_ON_PROBATION: services.put_on_probation,
        Act.RELINQUISH: services.relinquish,
        Act.ERASE: services.erase,
    }
    acts[act](actor_id, number=number, reason=WHY)


AFTER = {
    Act.SUSPEND: State.SUSPENDED,
    Act.REINSTATE: State.ACTIVE,
    Act.REVOKE: State.REVOKED,
    Act.REPLACE: State.SUPERSEDED,
    Act.MAKE_INACTIVE: State.INACTIVE,
    Act.PUT_ON_PROBATION: State.PROBATION,
    Act.RELINQUISH: State.RELINQUISHED,
    Act.ERASE: State.ERASED,
}
PATHS = {
    State.ACTIVE: (),
    State.EXPIRED: (),
    State.SUSPENDED: (Act.SUSPEND,),
    State.REVOKED: (Act.REVOKE,),
    State.SUPERSEDED: (Act.REPLACE,),
    State.INACTIVE: (Act.MAKE_INACTIVE,),
    State.PROBATION: (Act.PUT_ON_PROBATION,),
    State.RELINQUISHED: (Act.RELINQUISH,),
    State.ERASED: (Act.ERASE,),
}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", PATHS)
def test_transitions(tx: Transactions, personas: Personas, state: State, act: Act) -> None:
    from lms.credentials.states import is_possible

    dates = {"issued_on": date(2020, 1, 1), "valid_until": date(2029, 1, 1)}
    if state is State.EXPIRED:
        dates["valid_until"] = date(2021, 1, 1)
    with tx():
        number = issued(personas, **dates).number
        for earlier in PATHS[state]:
            _do(earlier, personas.registrar, number)
    with tx() as current:
        assert _state(number) is state
        events = current.scalar(sa.select(sa.func.count()).select_from(StatusEvent))
        if is_possible(act, state):
            _do(act, personas.registrar, number)
            kept = State.PROBATION if state is State.PROBATION else State.ACTIVE
            assert _state(number) is (kept if act is Act.RENEW else AFTER[act])
        else:
            with pytest.raises(Conflict) as refused:
                _do(act, personas.registrar, number)
            assert str(refused.value).endswith(".")
            assert current.scalar(sa.select(sa.func.count()).select_from(StatusEvent)) == events


def test_a_reason_is_needed_and_an_unknown_number_is_not_found(tx: Transactions, personas: Personas) -> None:
    with tx():
        number = issued(personas).number
        with pytest.raises(Invalid):
            services.suspend(personas.registrar, number=number, reason="  ")
        with pytest.raises(Invalid):
            services.replace(personas.registrar, number=number, name_as_issued="Tara Vázquez", reason=WHY)
        with pytest.raises(NotFound):
            services.revoke(personas.registrar, number="0000", reason=WHY)


def test_a_replacement_keeps_dates_and_facts_and_points_back(tx: Transactions, personas: Personas) -> None:
    with tx():
        old = issued(personas)
        new = services.replace(personas.registrar, number=old.number, name_as_issued="Tara Vega", reason=WHY)
    with tx.reading():
        before, after = queries.credential(old.number), queries.credential(new.number)
        assert before.superseded_by == new.number
        assert after.name_as_issued == "Tara Vega"
        assert (after.issued_on, after.valid_until, after.facts) == (before.issued_on, None, before.facts)
        assert {card.number for card in queries.credential_cards(personas.trainee)} == {old.number, new.number}


def test_parallel_revocations_leave_one(tx: Transactions, personas: Personas) -> None:
    with tx():
        number = issued(personas).number

    def once(_: int) -> bool:
        try:
            with tx():
                services.revoke(personas.registrar, number=number, reason=WHY)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(once, range(8))) == 1


FROZEN = {
    "number": "'X'",
    "kind": "'completion'",
    "title": "'X'",
    "name_as_issued": "'X'",
    "issuer_name": "'X'",
    "content": "'{}'",
    "scheme_version": "'X'",
    "issued_on": "'2020-01-01'",
    "valid_until": "'2099-01-01'",
    "person_id": "person_id",
    "decision_key": "'X'",
}


@pytest.mark.parametrize("column", FROZEN)
def test_the_database_itself_refuses_to_change_a_credential(
    tx: Transactions, personas: Personas, column: str
) -> None:
    with tx():
        issued(personas)
    with pytest.raises(sa.exc.DBAPIError), tx() as current:
        current.execute(sa.text(f"UPDATE credential SET {column} = {FROZEN[column]}"))


@pytest.mark.parametrize(
    "statement", ["DELETE FROM credential", "DELETE FROM status_event", "UPDATE status_event SET reason = 'x'"]
)
def test_credentials_and_events_are_never_deleted(tx: Transactions, personas: Personas, statement: str) -> None:
    with tx():
        number = issued(personas).number
        services.suspend(personas.registrar, number=number, reason=WHY)
    with pytest.raises(sa.exc.DBAPIError), tx() as current:
        current.execute(sa.text(statement))


def test_the_cards_of_a_person_are_one_query(app: Lms, tx: Transactions, personas: Personas) -> None:
    from lms.db import db

    with tx():
        for at in range(5):
            number = issued(personas, f"decision:{at}").number
            services.suspend(personas.registrar, number=number, reason=WHY)
            services.reinstate(personas.registrar, number=number, reason=WHY)
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    with tx.reading():
        sa.event.listen(db.engine, "before_cursor_execute", note)
        cards = queries.credential_cards(personas.trainee)
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(cards) == 5
    assert all(len(card.events) == 2 for card in cards)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 1
