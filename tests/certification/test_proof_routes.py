"""The pages of papers, as each persona."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.certification import queries, services
from lms.permissions import Role
from tests import builders
from tests.certification import facts
from tests.certification.test_proofs import LONG_AGO, TODAY, bring
from tests.certification.test_routes import FORBIDDEN_WORDS
from tests.conftest import Clients, Transactions
from tests.personas import Personas

PDF = b"%PDF-1.7 one page"
KEY = "key-of-a-page"


def sent(personas: Personas, **more: Any) -> dict[str, Any]:
    return {"body": personas.body, "on": LONG_AGO.isoformat(), "request_key": KEY, **more}


def post(client: FlaskClient, kind: str, data: dict[str, Any]) -> Any:
    answer = client.post(f"/proofs/new/{kind}", data=data, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the test client keeps a large body in a file
    return answer


@pytest.fixture
def paper(tx: Transactions, personas: Personas) -> int:
    """The id of a diploma of the trainee that waits."""
    with tx():
        return bring(personas, kind="education", told={"detail": "high_school"}, file=PDF)


def test_bring_a_paper_and_see_how_it_stands(clients: Clients, personas: Personas) -> None:
    trainee = clients(personas.trainee)
    page = trainee.get("/proofs?scheme=california-mcpss").get_data(as_text=True)
    assert "Bring it: Age 18 or over" in page
    form = trainee.get("/proofs/new/education").get_data(as_text=True)
    assert "at most 10 MB" in form
    assert "Who sees this: you, and the reviewers" in form
    data = sent(personas, v_detail="high_school", file=(io.BytesIO(PDF), "diploma.pdf"))
    assert post(trainee, "education", data).status_code == 302
    page = trainee.get("/proofs").get_data(as_text=True)
    assert "Waits for a check" in page
    assert "high school" in page
    assert not FORBIDDEN_WORDS.search(page)
    progress = trainee.get("/progress?scheme=california-mcpss").get_data(as_text=True)
    assert "The certifying body has this and has not checked it yet." in progress


def test_a_fault_keeps_what_was_typed(clients: Clients, personas: Personas) -> None:
    trainee = clients(personas.trainee)
    data = sent(personas, v_writer="Ana Ruiz", v_type="professional", v_relation="")
    answer = post(trainee, "reference", data)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert 'value="Ana Ruiz"' in page
    assert "Tell this, please: What the writer is to the person." in page
    late = post(trainee, "birth", sent(personas, on=TODAY.replace(year=TODAY.year + 1, day=1).isoformat()))
    assert late.status_code == 422
    assert "This day is still to come." in late.get_data(as_text=True)
    script = sent(personas, v_detail="high_school", file=(io.BytesIO(b"<script>"), "x.pdf"))
    assert "This file is none of them." in post(trainee, "education", script).get_data(as_text=True)
    assert post(trainee, "birth", sent(personas, body=personas.provider)).status_code == 422


def test_a_file_of_ten_megabytes_comes_in_and_a_larger_one_does_not(
    clients: Clients, personas: Personas
) -> None:
    trainee = clients(personas.trainee)
    whole = PDF + b"x" * (10 * 1024 * 1024 - len(PDF))
    data = sent(personas, v_detail="high_school", file=(io.BytesIO(whole), "diploma.pdf"))
    assert post(trainee, "education", data).status_code == 302
    data = sent(
        personas, v_detail="high_school", file=(io.BytesIO(whole + b"x"), "d.pdf"), request_key="another-key"
    )
    answer = post(trainee, "education", data)
    assert answer.status_code == 422
    assert "at most 10 MB" in answer.get_data(as_text=True)
    data = sent(
        personas, v_detail="high_school", file=(io.BytesIO(whole * 2), "d.pdf"), request_key="a-third-key"
    )
    assert post(trainee, "education", data).status_code == 413


def test_kinds_that_only_the_body_enters_are_no_page_of_a_trainee(clients: Clients, personas: Personas) -> None:
    trainee = clients(personas.trainee)
    assert trainee.get("/proofs/new/background").status_code == 404
    assert trainee.get("/proofs/new/luck").status_code == 404
    assert post(trainee, "background", sent(personas, v_check="registry", v_outcome="clear")).status_code == 404


def test_a_file_goes_to_its_holder_and_the_bodys_reviewers(
    clients: Clients, personas: Personas, paper: int
) -> None:
    where = f"/proofs/{paper}/file"
    for reader in (personas.trainee, personas.reviewer, personas.registrar):
        answer = clients(reader).get(where)
        assert answer.status_code == 200
        assert answer.data == PDF
        assert answer.headers["Content-Disposition"] == f'attachment; filename="paper-{paper}.pdf"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-store"
    for stranger in (personas.other_trainee, personas.supervisor, personas.foreign_reviewer, personas.trainer):
        assert clients(stranger).get(where).status_code == 404


def test_a_reviewer_checks_and_sends_back(clients: Clients, personas: Personas, paper: int) -> None:
    reviewer, trainee = clients(personas.reviewer), clients(personas.trainee)
    assert "School diploma or degree" in reviewer.get("/reviews/papers").get_data(as_text=True)
    where = f"/reviews/people/{personas.trainee}/papers"
    page = reviewer.get(where).get_data(as_text=True)
    assert "It is right" in page
    empty = reviewer.post(f"/proofs/{paper}/return", data={"reason": ""})
    assert empty.status_code == 422
    assert "Write why." in empty.get_data(as_text=True)
    assert reviewer.post(f"/proofs/{paper}/return", data={"reason": "Page two is missing."}).status_code == 302
    page = trainee.get("/proofs").get_data(as_text=True)
    assert "Page two is missing." in page
    link = re.search(r'href="(/proofs/new/education\?replaces=\d+)"', page)
    assert link
    form = trainee.get(link[1]).get_data(as_text=True)
    assert f'value="{LONG_AGO.isoformat()}"' in form
    assert re.search(r'<option selected value="high_school">', form)
    data = sent(personas, v_detail="high_school", replaces=str(paper))
    assert post(trainee, "education", data).status_code == 302
    newer = paper + 1
    assert reviewer.post(f"/proofs/{newer}/verify").status_code == 302
    assert reviewer.post(f"/proofs/{newer}/verify").status_code == 302
    assert "Nothing waits." in reviewer.get("/reviews/papers").get_data(as_text=True)


def test_nobody_else_acts_on_a_paper(clients: Clients, personas: Personas, paper: int) -> None:
    acts = (f"/proofs/{paper}/verify", f"/proofs/{paper}/return")
    for act in acts:
        assert clients(personas.trainee).post(act, data={"reason": "x"}).status_code == 403
        assert clients(personas.other_trainee).post(act, data={"reason": "x"}).status_code == 404
        assert clients(personas.foreign_reviewer).post(act, data={"reason": "x"}).status_code == 404
    for other in (personas.reviewer, personas.other_trainee):
        assert clients(other).post(f"/proofs/{paper}/withdraw").status_code == 404
        assert clients(other).get(f"/proofs/new/education?replaces={paper}").status_code == 404
    where = f"/reviews/people/{personas.trainee}/papers"
    assert clients(personas.trainee).get(where).status_code == 403
    assert clients(personas.foreign_reviewer).get(where).status_code == 404
    assert clients(personas.reviewer).get(f"/reviews/people/{personas.other_trainee}/papers").status_code == 404
    assert clients(personas.trainee).post(f"/proofs/{paper}/withdraw").status_code == 302


def test_who_supervised_reads_the_page_but_has_no_buttons(
    tx: Transactions, clients: Clients, personas: Personas, paper: int
) -> None:
    with tx():
        builders.grant(personas.reviewer, personas.provider, Role.SUPERVISOR)
        facts.practise(personas, personas.trainee, hours=4, supervisor_id=personas.reviewer)
    page = clients(personas.reviewer).get(f"/reviews/people/{personas.trainee}/papers").get_data(as_text=True)
    assert "It is right" not in page
    assert "Make an exception" not in page
    assert clients(personas.reviewer).post(f"/proofs/{paper}/verify").status_code == 403


def test_the_body_enters_what_it_has_seen(clients: Clients, personas: Personas, paper: int) -> None:
    reviewer = clients(personas.reviewer)
    where = f"/reviews/people/{personas.trainee}/papers/new/background"
    assert "What was found is never written here." in reviewer.get(where).get_data(as_text=True)
    data = sent(personas, v_check="criminal_history", v_outcome="clear")
    assert reviewer.post(where, data=data).status_code == 302
    assert reviewer.post(where, data=sent(personas, request_key="another-key")).status_code == 422
    assert clients(personas.trainee).get(where).status_code == 403
    page = clients(personas.trainee).get("/proofs").get_data(as_text=True)
    assert "Background check" in page
    assert "Checked" in page


def test_an_exception_is_seen_without_its_reason(clients: Clients, personas: Personas, paper: int) -> None:
    reviewer, trainee = clients(personas.reviewer), clients(personas.trainee)
    where = f"/reviews/people/{personas.trainee}/waivers"
    given = {"requirement": "peer-specialist/supervision", "request_key": KEY}
    assert reviewer.post(where, data=given).status_code == 422
    assert reviewer.post(where, data={**given, "reason": "A private thing."}).status_code == 302
    page = trainee.get("/progress").get_data(as_text=True)
    assert "The certifying body waived this on" in page
    for address in ("/progress", "/proofs", "/proofs?scheme=peer-specialist"):
        assert "A private thing." not in trainee.get(address).get_data(as_text=True)
    assert "A private thing." in reviewer.get(f"/reviews/people/{personas.trainee}/papers").get_data(
        as_text=True
    )
    assert trainee.post(where, data={**given, "reason": "Mine."}).status_code == 403
    assert reviewer.post("/waivers/1/end", data={"request_key": "another-key"}).status_code == 422
    assert trainee.post("/waivers/1/end", data={"reason": "x", "request_key": "another-key"}).status_code == 403
    ended = reviewer.post("/waivers/1/end", data={"reason": "It is over.", "request_key": "another-key"})
    assert ended.status_code == 302
    assert "waived this on" not in trainee.get("/progress").get_data(as_text=True)


def test_training_is_approved_for_everybody(clients: Clients, personas: Personas) -> None:
    reviewer, where = clients(personas.reviewer), f"/bodies/{personas.body}/approvals"
    given = {
        "provider_id": personas.provider,
        "by_name": "state",
        "module_id": "",
        "course": "",
        "on": LONG_AGO.isoformat(),
        "request_key": KEY,
    }
    assert reviewer.get(where).status_code == 200
    assert reviewer.post(where, data={**given, "on": "soon"}).status_code == 422
    assert reviewer.post(where, data=given).status_code == 302
    assert "End it today" in reviewer.get(where).get_data(as_text=True)
    assert clients(personas.trainee).get(where).status_code == 404
    assert clients(personas.foreign_reviewer).post("/approvals/1/end").status_code == 404
    assert reviewer.post("/approvals/1/end").status_code == 302
    assert reviewer.post("/approvals/1/end").status_code == 409
    assert reviewer.get(f"/bodies/{personas.provider}/approvals").status_code == 404


def test_a_paper_that_waits_is_checked_beside_its_requirement(
    tx: Transactions, clients: Clients, personas: Personas
) -> None:
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        made = services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist").id
    page = clients(personas.reviewer).get(f"/reviews/{made}").get_data(as_text=True)
    assert "Papers and exceptions of this person" in page
    with tx.reading():
        assert queries.bodies_knowing(personas.trainee) == {personas.body}
