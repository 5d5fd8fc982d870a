"""The holder's pages, by persona."""

import pytest

from lms import worker
from lms.app import Lms
from lms.credentials import services
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas


@pytest.fixture
def number(tx: Transactions, personas: Personas) -> str:
    """A credential of the trainee, not drawn yet."""
    with tx():
        return issued(personas).number


def _draw(app: Lms) -> None:
    with app.app_context():
        worker.run_due()


def test_the_list_is_ones_own(clients: Clients, personas: Personas, number: str) -> None:
    assert number in clients(personas.trainee).get("/credentials").text
    other = clients(personas.other_trainee).get("/credentials")
    assert other.status_code == 200
    assert number not in other.text
    assert "You have no credential yet" in other.text
    assert clients(None).get("/credentials").status_code == 302


def test_the_page_says_that_it_is_being_drawn_until_it_is(
    app: Lms, clients: Clients, personas: Personas, number: str
) -> None:
    holder = clients(personas.trainee)
    page = holder.get(f"/credentials/{number}")
    assert "Your certificate is being drawn" in page.text
    assert holder.get(f"/credentials/{number}/certificate.pdf").status_code == 404
    _draw(app)
    page = holder.get(f"/credentials/{number}")
    assert "being drawn" not in page.text
    assert f"/credentials/{number}/certificate.pdf" in page.text
    for shown in ("Tara Vázquez", "75.5 hours", "500 hours", "Dr. Amina Okafor", "Nov 22, 2026", "2026.1"):
        assert shown in page.text


def test_the_pdf_is_for_holder_registrar_and_reviewer(
    app: Lms, clients: Clients, personas: Personas, number: str
) -> None:
    _draw(app)
    address = f"/credentials/{number}/certificate.pdf"
    for person_id in (personas.trainee, personas.registrar, personas.reviewer):
        answer = clients(person_id).get(address)
        assert answer.status_code == 200
        assert answer.mimetype == "application/pdf"
        assert answer.data.startswith(b"%PDF-")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="certificate-{number}.pdf"'


@pytest.mark.parametrize("tail", ["", "/certificate.pdf"])
def test_strangers_find_nothing_and_other_staff_are_refused(
    app: Lms, clients: Clients, personas: Personas, number: str, tail: str
) -> None:
    _draw(app)
    address = f"/credentials/{number}{tail}"
    for stranger in (personas.other_trainee, personas.foreign_registrar, personas.supervisor):
        answer = clients(stranger).get(address)
        assert answer.status_code == 404
        assert "Vázquez" not in answer.text
    assert clients(personas.auditor).get(address).status_code == 403
    assert clients(None).get(address).status_code == 302


def test_a_typed_address_leads_to_the_number(clients: Clients, personas: Personas, number: str) -> None:
    answer = clients(personas.trainee).get(f"/credentials/{number.lower().replace('-', '')}")
    assert answer.location == f"/credentials/{number}"
    assert clients(personas.trainee).get("/credentials/0000").status_code == 404


def test_the_holder_reads_why_it_was_suspended(
    tx: Transactions, clients: Clients, personas: Personas, number: str
) -> None:
    with tx():
        services.suspend(personas.registrar, number=number, reason="A letter came back.")
    page = clients(personas.trainee).get(f"/credentials/{number}").text
    assert "A letter came back." in page
    assert "Suspended" in page
