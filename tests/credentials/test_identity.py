"""What a digital credential says of its holder is the holder's choice, from the next one on."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from lms import worker
from lms.credentials import queries, services
from lms.credentials.models import CredentialIdentity
from lms.errors import Invalid
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas


def shown_by(tx: Transactions, number: str) -> str:
    with tx.reading() as current:
        card = queries.credential(number)
        shows = current.scalar(
            sa.select(CredentialIdentity.shows).where(CredentialIdentity.credential_id == card.id)
        )
    assert shows is not None
    return str(shows)


def test_the_name_is_said_unless_another_choice_was_made(
    clients: Clients, tx: Transactions, personas: Personas
) -> None:
    with tx():
        first = issued(personas, "decision:1").number
    holder = clients(personas.trainee)
    page = holder.get("/credentials/identity")
    assert page.status_code == 200
    assert "checked" in page.text
    assert holder.post("/credentials/identity", data={"shows": "nothing"}).status_code == 303
    with tx():
        second = issued(personas, "decision:2").number
        of_another = issued(personas, "decision:3", person_id=personas.other_trainee).number
    assert [shown_by(tx, number) for number in (first, second, of_another)] == ["name", "nothing", "name"]


def test_the_signed_document_keeps_to_the_choice(app: object, tx: Transactions, personas: Personas) -> None:
    with tx():
        services.choose_identity(personas.trainee, shows="nothing")
        number = issued(personas).number
    with app.app_context():  # type: ignore[attr-defined]
        worker.run_due("credentials.make_document")
    with tx.reading():
        document = queries.document_of(queries.credential(number))
        assert document is not None
        said = json.loads(document.json_text)
    assert "Vázquez" not in json.dumps(said, ensure_ascii=False)
    assert said["credentialSubject"]["id"].startswith("urn:uuid:")


def test_a_choice_that_is_none_is_said(clients: Clients, tx: Transactions, personas: Personas) -> None:
    assert clients(personas.trainee).post("/credentials/identity", data={"shows": "all"}).status_code == 422
    with pytest.raises(Invalid), tx():
        services.choose_identity(personas.trainee, shows="all")


def test_choices_stay_written(tx: Transactions, personas: Personas) -> None:
    with tx():
        for shows in ("nothing", "nothing", "name_email"):
            services.choose_identity(personas.trainee, shows=shows)
    with tx.reading() as current:
        assert queries.identity_choice(personas.trainee) == "name_email"
        said = current.execute(sa.text("SELECT shows FROM identity_choice ORDER BY id")).scalars().all()
    assert said == ["nothing", "name_email"]
    with pytest.raises(DatabaseError), tx() as current:
        current.execute(sa.text("UPDATE identity_choice SET shows = 'name'"))
