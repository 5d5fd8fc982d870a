"""The pages of certification, as each persona."""

import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import clock
from lms.certification import services
from lms.certification.models import Application, Decision, Outcome
from lms.certification.schemes import not_evaluated, schemes
from lms.db import session
from tests.certification import facts
from tests.conftest import Clients, Transactions
from tests.personas import Personas

FORBIDDEN_WORDS = re.compile(r"\b(rejected|failed|denied|violation)\b", re.IGNORECASE)


@pytest.fixture
def application(tx: Transactions, personas: Personas) -> int:
    """The id of an application of the trainee who meets everything."""
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        made = services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist")
        return made.id


def _decide(client: FlaskClient, application: int, outcome: str = "granted", **more: str):  # type: ignore[no-untyped-def]
    data = {"outcome": outcome, "reason": "", "request_key": "key-of-a-page", **more}
    return client.post(f"/reviews/{application}/decision", data=data)


def test_a_new_trainee_sees_what_is_left(clients: Clients, personas: Personas) -> None:
    page = clients(personas.trainee).get("/progress")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "7 things are left. The next is: Module: Mutual." in text
    assert "Counted: 0 hours. Asked for: 20 hours. To go: 20 hours." in text
    assert "Send my application" not in text
    assert not FORBIDDEN_WORDS.search(text)


def test_supervision_is_asked_for_in_proportion(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        facts.practise(personas, personas.trainee, hours=80)
    page = clients(personas.trainee).get("/progress").get_data(as_text=True)
    assert "Counted: 80 hours. Asked for: 20 hours." in page
    assert "Counted: 1 hour. Asked for: 4 hours. To go: 3 hours." in page


def test_what_waits_names_who_has_it(tx: Transactions, clients: Clients, personas: Personas) -> None:
    from lms.practice import services as practice

    with tx():
        entries = facts.practise(personas, personas.trainee, hours=20)
        assert entries
        placement = practice.create_placement(
            personas.coordinator,
            organisation_id=personas.provider,
            person_id=personas.other_trainee,
            site_name="Clubhouse",
            role="paid",
            starts_on=facts.clock.today("America/New_York") - facts.timedelta(days=30),
        )
        practice.create_agreement(
            personas.coordinator,
            placement_id=placement.id,
            supervisor_id=personas.supervisor,
            starts_on=placement.starts_on,
        )
        day = facts.clock.today("America/New_York") - facts.timedelta(days=2)
        waiting = facts.log(personas.other_trainee, placement.id, day, minutes=150)
        practice.submit(personas.other_trainee, entry_ids=[waiting])
    page = clients(personas.other_trainee).get("/progress").get_data(as_text=True)
    assert "2.5 hours: These hours wait for sign-off. Sam has these." in page
    assert "2.5 hours if all that waits comes through." in page


def test_the_whole_way_through_the_pages(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        facts.learn(personas, personas.trainee)
        facts.practise(personas, personas.trainee)
    trainee, reviewer = clients(personas.trainee), clients(personas.reviewer)
    early = trainee.post("/progress/apply", data={"scheme": "peer-specialist"})
    assert early.status_code == 422
    assert "Some things are left to do" in early.get_data(as_text=True)
    ethics = {"text": "code-of-ethics", "version": "1", "scheme": "peer-specialist"}
    unmarked = trainee.post("/progress/agree", data=ethics)
    assert unmarked.status_code == 422
    assert "Mark the box if you agree." in unmarked.get_data(as_text=True)
    assert trainee.post("/progress/agree", data={**ethics, "version": "99", "agree": "y"}).status_code == 404
    assert trainee.post("/progress/agree", data={**ethics, "agree": "y"}).status_code == 302
    assert "Send my application" in trainee.get("/progress").get_data(as_text=True)
    sent = trainee.post("/progress/apply", data={"scheme": "peer-specialist"})
    assert sent.status_code == 302
    where = sent.headers["Location"]
    assert "You need to do nothing." in trainee.get(where).get_data(as_text=True)
    application = int(where.rsplit("/", 1)[1])
    assert trainee.post("/progress/apply", data={"scheme": "peer-specialist"}).status_code == 409

    queue = reviewer.get("/reviews").get_data(as_text=True)
    assert "Tara Legal" in queue
    assert "since today" in queue
    review = reviewer.get(f"/reviews/{application}").get_data(as_text=True)
    for page in (review, trainee.get(where).get_data(as_text=True)):
        assert "Example, verify with the body" in page
        assert "The house&#39;s own example" in page
    assert "All requirements are met" in review
    assert "signed by Sam" in review
    assert review.count("pieces of evidence") + review.count("One piece of evidence") == 7
    nothing = reviewer.post(f"/reviews/{application}/decision", data={"request_key": "key-of-a-page"})
    assert nothing.status_code == 422
    assert "Choose a decision." in nothing.get_data(as_text=True)
    without = _decide(reviewer, application, "returned")
    assert without.status_code == 422
    assert "Write the reason" in without.get_data(as_text=True)
    assert _decide(reviewer, application, "returned", reason="Check your name.").status_code == 302
    page = trainee.get(where).get_data(as_text=True)
    assert "Needs a fix" in page
    assert "Check your name." in page
    assert trainee.post(f"{where}/send-again").status_code == 302
    note = reviewer.post(f"/reviews/{application}/notes", data={"text": "Name is right now."})
    assert note.status_code == 302
    assert _decide(reviewer, application, request_key="another-page").status_code == 302
    decided = reviewer.get(f"/reviews/{application}").get_data(as_text=True)
    assert "Name is right now." in decided
    number = re.search(r'/verify/([^"]+)"', decided)
    assert number is not None
    assert reviewer.get(number.group(0).rstrip('"')).status_code == 200
    page = trainee.get(where).get_data(as_text=True)
    assert "Name is right now." not in page
    shown = re.search(r'href="(/credentials/[^"]+)"', page)
    assert shown is not None
    assert trainee.get(shown.group(1)).status_code == 200
    for address in ("/progress", where, "/progress?scheme=icrc-pr-4domain"):
        assert not FORBIDDEN_WORDS.search(trainee.get(address).get_data(as_text=True))


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_scheme_can_be_looked_at_with_its_source(
    clients: Clients, personas: Personas, language: str
) -> None:
    client = clients(personas.trainee)
    for scheme in schemes().in_force(clock.today("America/New_York")):
        page = client.get(f"/progress?scheme={scheme.id}&lang={language}")
        assert page.status_code == 200
        text = unescape(page.get_data(as_text=True))
        assert not FORBIDDEN_WORDS.search(text)
        assert dict(scheme.title)[language] in text
        assert scheme.note in text
        assert scheme.source in text
        assert all(line in text for line in scheme.not_expressed)
        for asked in scheme.walk():
            assert dict(asked.title)[language] in text, "also what lies in a group in a group"
        if scheme.issuer == "none":
            assert "/exams/" not in text, "nobody here offers the examination of another body"


def test_what_is_offered_here_comes_before_the_examples(clients: Clients, personas: Personas) -> None:
    text = unescape(clients(personas.trainee).get("/progress?scheme=texas-mhps").get_data(as_text=True))
    paths = text[text.index('id="paths-heading"') :]
    offered, examples = paths.split("Examples of other bodies' rules")
    for scheme in schemes().in_force(clock.today("America/New_York")):
        link = f"/progress?scheme={scheme.id}"
        assert (link in offered, link in examples) == (scheme.issuer != "none", scheme.issuer == "none")
    assert examples.count('aria-current="page"') == 1
    assert text.count("Not checked here<") == len(
        [one for one in not_evaluated(schemes()) if one[0] == "texas-mhps"]
    )


def test_a_second_decision_conflicts(clients: Clients, personas: Personas, application: int) -> None:
    reviewer = clients(personas.reviewer)
    assert _decide(reviewer, application).status_code == 302
    assert _decide(reviewer, application).status_code == 302, "the same page sent twice is one decision"
    assert _decide(reviewer, application, request_key="another-page").status_code == 409


def test_who_may_open_a_review_and_decide(clients: Clients, personas: Personas, application: int) -> None:
    expected = {
        "auditor": (200, 403),
        "registrar": (200, 403),
        "trainee": (403, 403),
        "other_trainee": (404, 404),
        "supervisor": (404, 404),
        "trainer": (404, 404),
        "administrator": (404, 404),
        "foreign_reviewer": (404, 404),
        "foreign_trainee": (404, 404),
        "reviewer": (200, 302),
    }
    for who, (reads, decides) in expected.items():
        client = clients(getattr(personas, who))
        assert client.get(f"/reviews/{application}").status_code == reads, who
        assert client.get(f"/reviews/{application + 1000}").status_code == 404, who
        noted = client.post(f"/reviews/{application}/notes", data={"text": "Seen."})
        assert noted.status_code == decides, who
        assert _decide(client, application).status_code == decides, who


def test_who_may_open_an_application(clients: Clients, personas: Personas, application: int) -> None:
    expected = {"trainee": 200, "reviewer": 403, "other_trainee": 404, "foreign_reviewer": 404}
    for who, status in expected.items():
        client = clients(getattr(personas, who))
        assert client.get(f"/applications/{application}").status_code == status, who
        again = client.post(f"/applications/{application}/send-again")
        assert again.status_code == (409 if who == "trainee" else status), who


@pytest.mark.parametrize(("who", "status"), [("reviewer", 200), ("trainee", 403), ("supervisor", 403)])
def test_who_may_open_the_queue(clients: Clients, personas: Personas, who: str, status: int) -> None:
    assert clients(getattr(personas, who)).get("/reviews").status_code == status


def test_the_queue_of_another_body_is_empty(clients: Clients, personas: Personas, application: int) -> None:
    page = clients(personas.foreign_reviewer).get("/reviews").get_data(as_text=True)
    assert "Tara" not in page
    assert "Nothing waits." in page


@pytest.mark.parametrize(
    "address", ["/progress", "/reviews", "/reviews/1", "/applications/1", "/progress?scheme=x"]
)
def test_strangers_are_asked_to_sign_in(clients: Clients, address: str) -> None:
    assert clients(None).get(address).status_code == 302


def test_a_reviewer_who_supervised_reads_but_cannot_decide(
    tx: Transactions, clients: Clients, personas: Personas
) -> None:
    from lms.permissions import Role
    from tests import builders

    with tx():
        builders.grant(personas.reviewer, personas.provider, Role.SUPERVISOR)
        facts.learn(personas, personas.trainee)
        facts.practise(personas, personas.trainee, supervisor_id=personas.reviewer)
        facts.agree(personas.trainee)
    with tx():
        application = services.apply(
            personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist"
        ).id
    reviewer = clients(personas.reviewer)
    page = reviewer.get(f"/reviews/{application}").get_data(as_text=True)
    assert "So another reviewer must decide." in page
    assert "Send my decision" not in page
    assert _decide(reviewer, application).status_code == 403
    with tx.reading():
        assert session().scalars(sa.select(Decision)).all() == []


def test_a_trainee_gets_the_completion_at_the_press_of_a_button(
    tx: Transactions, clients: Clients, personas: Personas
) -> None:
    trainee = clients(personas.trainee)
    early = trainee.post("/progress/certificate", data={"scheme": "foundations-completion"})
    assert early.status_code == 422
    with tx():
        facts.learn(personas, personas.trainee)
    assert "Get my certificate" in trainee.get("/progress?scheme=foundations-completion").get_data(as_text=True)
    first = trainee.post("/progress/certificate", data={"scheme": "foundations-completion"})
    again = trainee.post("/progress/certificate", data={"scheme": "foundations-completion"})
    assert first.status_code == again.status_code == 302
    assert first.headers["Location"] == again.headers["Location"]
    assert trainee.get(first.headers["Location"]).status_code == 200
    done = trainee.get("/progress?scheme=foundations-completion").get_data(as_text=True)
    assert "Get my certificate" not in done
    assert trainee.get("/progress?scheme=nothing").status_code == 404
    assert trainee.post("/progress/certificate", data={"scheme": "peer-specialist"}).status_code == 404


def test_a_foreign_trainee_is_offered_no_completion_of_this_provider(
    clients: Clients, personas: Personas
) -> None:
    foreign = clients(personas.foreign_trainee)
    assert foreign.get("/progress?scheme=foundations-completion").status_code == 200
    sent = foreign.post("/progress/certificate", data={"scheme": "foundations-completion"})
    assert sent.status_code == 404


def test_an_unmet_grant_answers_a_conflict(
    tx: Transactions, clients: Clients, personas: Personas, application: int
) -> None:
    with tx() as current:
        row = current.get_one(Application, application)
        assert row.state == "submitted"
    from datetime import timedelta

    from lms import clock

    clock.pretend_today(clock.now().date() + timedelta(days=800))
    try:
        client = clients(personas.reviewer)
        assert "requirements are not met" in client.get(f"/reviews/{application}").get_data(as_text=True)
        assert _decide(client, application).status_code == 409
    finally:
        clock.pretend_today(None)


def test_a_decided_application_is_shown_as_it_was_decided(
    tx: Transactions, clients: Clients, personas: Personas, application: int
) -> None:
    with tx():
        services.decide(
            personas.reviewer,
            application_id=application,
            outcome=Outcome.REFUSED,
            reason="A letter is missing.",
        )
    page = clients(personas.reviewer).get(f"/reviews/{application}").get_data(as_text=True)
    assert "Not granted" in page
    mine = clients(personas.trainee).get(f"/applications/{application}").get_data(as_text=True)
    assert "In legal words: it was refused." in mine
    assert "A letter is missing." in mine


def test_the_pages_speak_spanish_titles(clients: Clients, personas: Personas) -> None:
    page = clients(personas.trainee).get("/progress?lang=es").get_data(as_text=True)
    assert "Módulo: No directivo" in page
