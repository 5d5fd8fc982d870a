"""Two hands at once, each with a connection of its own: nothing is signed twice, nothing half."""

from collections import Counter

import sqlalchemy as sa

from lms.app import Lms
from lms.errors import Conflict, NotFound
from lms.practice import queries, services
from lms.practice.models import Confirmation, ConfirmationLink, PeriodSignature, PracticeEntry, SignOff
from lms.practice.periods import PeriodKind, span_with
from lms.practice.statements import CURRENT, CURRENT_PERIOD
from tests.conftest import Transactions
from tests.personas import Personas
from tests.practice import scenes
from tests.practice.histories import Histories
from tests.practice.test_race import THREADS, run


def test_supervisor_and_alternate_at_once_sign_nothing_twice(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    """They share the lines of one queue, and press at the same moment, four windows each."""
    with tx():
        placed = scenes.placement(personas)
        agreed = scenes.agreement(personas, placed)
        services.name_alternate(
            personas.coordinator, agreement_id=agreed.id, alternate_id=personas.other_supervisor
        )
        ids = [scenes.submitted(placed, scenes.days_ago(days), note=f"{days}").id for days in range(1, 61)]
    hands = iter([personas.supervisor, personas.other_supervisor] * (THREADS // 2))

    def sign() -> None:
        services.sign_off(next(hands), entry_ids=ids, statement_version=CURRENT.version)

    assert run(app, 1, sign) == (1, THREADS - 1)
    with tx.reading() as session:
        acts = session.scalars(sa.select(SignOff)).all()
        assert sorted(act.entry_id for act in acts) == ids
        assert len({act.by_id for act in acts}) == 1
        assert Counter(session.scalars(sa.select(PracticeEntry.state))) == {"approved": 60}
        assert list(queries.Recheck().mismatches()) == []


def test_a_period_pressed_eight_times_at_once_is_signed_once(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    span = span_with(PeriodKind.WEEK, scenes.days_ago(7))
    with tx():
        placed = scenes.ready(personas)
        entry_id, placement_id = scenes.submitted(placed, span.starts_on).id, placed.id
    with tx():
        services.sign_off(personas.supervisor, entry_ids=[entry_id], statement_version=CURRENT.version)
    with tx.reading():
        shown = queries.period_sheet(placement_id, personas.trainee, personas.supervisor, span).shown

    def sign() -> None:
        services.sign_period(
            personas.supervisor,
            placement_id=placement_id,
            span=span,
            shown=shown,
            statement_version=CURRENT_PERIOD.version,
        )

    assert run(app, 1, sign) == (THREADS, 0)  # each is answered with the one signature
    with tx.reading() as session:
        assert session.scalar(sa.select(sa.func.count(PeriodSignature.id))) == 1


def test_a_link_finished_eight_times_at_once_is_used_once(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    made = Histories(tx, personas)
    with tx():
        placed = scenes.placement(personas)
        named = services.name_supervisor(
            personas.trainee, placement_id=placed.id, name="Jo", email="jo@x.example.org"
        )
        jo = services.approve_named(personas.coordinator, named_id=named.id).supervisor_id
    assert jo is not None
    made.waiting(placed, jo, 20)
    with tx():
        services.send_link(personas.trainee, placement_id=placed.id, supervisor_id=jo)
    token = made.in_mail("confirm-hours", r"/confirm-hours/(\S+)")
    with tx():
        services.declare(token=token, name="Jo", credential_type="Nurse", credential_number="", is_true=True)
    with tx():
        proof = services.confirm_code(token=token, code=made.in_mail("confirm-code", r"(\d{6})"))

    def finish() -> None:
        try:
            services.confirm_lines(token=token, proof=proof, statement_version=CURRENT.version, reasons={})
        except NotFound as used:  # what the others meet
            raise Conflict(str(used)) from used

    assert run(app, 1, finish) == (1, THREADS - 1)
    with tx.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Confirmation.id))) == 1
        assert session.scalar(sa.select(sa.func.count(SignOff.id))) == 20
        assert session.scalars(sa.select(ConfirmationLink.used_at)).one() is not None
        assert list(queries.Recheck().mismatches()) == []
