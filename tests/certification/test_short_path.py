"""What is left, in the order that makes sense, and the same record under every set of rules."""

import re
from datetime import date, timedelta

from flask_babel import force_locale

from lms.app import Lms
from lms.certification import words
from lms.certification.findings import Evaluation, Finding, Status, say
from lms.certification.schemes import schemes
from lms.certification.short_path import short_path
from tests.certification import facts
from tests.conftest import Clients, Transactions
from tests.personas import Personas

DAY = date(2026, 11, 20)


def _finding(name: str, who: str = "applicant", earliest_on: date | None = None, met: bool = False) -> Finding:
    return Finding(
        requirement_id=name,
        kind="attestation",
        status=Status.MET if met else Status.NOT_MET,
        sentence=say("Not yet."),
        title=(("en", name.capitalize()),),
        who_has_it="" if met else who,
        earliest_on=earliest_on,
    )


def _evaluation(*findings: Finding) -> Evaluation:
    return Evaluation("sample", 1, DAY, findings)


def _names(group: tuple[Finding, ...]) -> list[str]:
    return [one.requirement_id for one in group]


def test_what_you_can_do_comes_before_what_others_have_and_what_takes_time() -> None:
    path = short_path(
        _evaluation(
            _finding("late", earliest_on=DAY + timedelta(days=90)),
            _finding("letter", who="certifying_body"),
            _finding("signed", who="supervisor"),
            _finding("done", met=True),
            _finding("ethics"),
            _finding("soon", who="supervisor", earliest_on=DAY + timedelta(days=1)),
            _finding("today", earliest_on=DAY),
        )
    )
    assert _names(path.to_do) == ["ethics", "today"]
    assert _names(path.with_others) == ["letter", "signed"]
    assert _names(path.in_time) == ["soon", "late"]
    assert path.count == 6
    assert path.first is not None
    assert path.first.requirement_id == "ethics"


def test_the_sentence_follows_the_path(app: Lms) -> None:
    later = _finding("late", earliest_on=date(2027, 1, 5))
    cases = (
        ((_finding("done", met=True),), "Everything is done."),
        ((later, _finding("ethics")), "2 things are left. The next is: Ethics."),
        ((later, _finding("hours", who="supervisor")), "2 things are left. You can wait; others have it now."),
        ((later,), "One thing is left. It takes time: the next can be done on Jan 5, 2027."),
    )
    with app.test_request_context(), force_locale("en"):
        for findings, sentence in cases:
            assert words.what_is_left(_evaluation(*findings)) == sentence


def test_the_progress_page_lists_the_path_with_links_to_each(clients: Clients, personas: Personas) -> None:
    page = clients(personas.trainee).get("/progress").get_data(as_text=True)
    start = page.index("You can do these now")
    path = page[start : page.index("</ol>", start)]
    assert re.findall(r'href="#requirement-([^"]+)"', path) == ["mutual", "non-directive", "training"]
    assert "4 more are in the list below." in page


def test_every_set_of_rules_is_on_one_page(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    page = clients(personas.trainee).get("/progress/all").get_data(as_text=True)
    shown = re.findall(r'/progress\?scheme=([^"]+)"', page)
    in_force = {scheme.id for scheme in schemes().in_force(facts.clock.today("America/New_York"))}
    assert set(shown) == in_force
    assert len(shown) == len(in_force)
    assert shown[:2] == ["foundations-completion", "peer-specialist"]
    met, missing = page.split("Something is still missing")
    assert met.count("All is met") == 2
    assert "texas-mhps" in missing
    texas = missing[missing.index("texas-mhps") :]
    assert "First missing:" in texas[: texas.index("</li>")]
    for scheme_id in shown:
        assert clients(personas.trainee).get(f"/progress?scheme={scheme_id}").status_code == 200


def test_home_says_how_much_is_left_at_least(clients: Clients, personas: Personas) -> None:
    page = clients(personas.trainee).get("/home").get_data(as_text=True)
    assert "At least 4 things are left on this path." in page
    assert 'href="/progress"' in page
