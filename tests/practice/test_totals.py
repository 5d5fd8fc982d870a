"""The form of totals: only signed hours, by domain, and a PDF of one page that says so."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdf
import pytest

from lms.practice import queries, services, totals_form
from lms.practice.models import Placement
from lms.practice.queries.totals import totals_of
from lms.practice.services import Hours
from lms.practice.statements import CURRENT
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes

FACTS = totals_form.TotalsFacts(
    language="en",
    organisation="Lakeside Peer Training",
    trainee="Marisol Vázquez Ortega",
    site="Riverside Clubhouse",
    role="volunteer",
    first=date(2026, 1, 1),
    last=date(2026, 3, 31),
    minutes=6030,
    by_domain=(("advocacy", 30), ("recovery_wellness", 6000)),
    supervision=600,
    entries=41,
    drawn_on=date(2026, 11, 22),
)


@pytest.mark.parametrize(
    ("minutes", "days", "weekly"), [(600, 7, 10), (600, 1, 10), (630, 7, 11), (629, 7, 10), (600, 70, 1)]
)
def test_hours_a_week_are_one_whole_number(minutes: int, days: int, weekly: int) -> None:
    assert (
        totals_form.hours_a_week(
            minutes, date(2026, 1, 1), date.fromordinal(date(2026, 1, 1).toordinal() + days - 1)
        )
        == weekly
    )


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_says_the_facts(language: str) -> None:
    pdf = totals_form.draw(replace(FACTS, language=language))
    pages = pypdf.PdfReader(BytesIO(pdf)).pages
    text = pages[0].extract_text()
    assert len(pages) == 1
    for said in ("Marisol Vázquez Ortega", "Riverside Clubhouse", "100.5", "8"):
        assert said in text
    assert pdf == totals_form.draw(replace(FACTS, language=language))


def test_only_signed_hours_are_added_up(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        placed: Placement = scenes.placement(personas)
        scenes.agreement(personas, placed)
        made = [
            services.log_hours(
                personas.trainee,
                hours=Hours(placed.id, scenes.days_ago(ago), kind, "in_person", minutes),
                client_key=f"totals-{ago}",
            ).id
            for ago, kind, minutes in (
                (3, "advocacy", 60),
                (4, "group", 90),
                (5, "group", 45),
                (40, "group", 30),
            )
        ]
        services.submit(personas.trainee, entry_ids=[made[0], made[1], made[3]])
    with tx():
        services.sign_off(
            personas.supervisor, entry_ids=[made[0], made[1], made[3]], statement_version=CURRENT.version
        )
    with tx.reading():
        line = queries.placement(placed.id)
        found = totals_of(line, scenes.days_ago(10), scenes.days_ago(0))
    assert (found.minutes, found.by_domain, found.entries) == (
        150,
        {"advocacy": 60, "mentoring_education": 90},
        2,
    )
    address = f"/placements/{placed.id}/totals"
    span = f"?first={scenes.days_ago(10)}&last={scenes.days_ago(0)}"
    trainee = clients(personas.trainee)
    assert "2.5 hours" in trainee.get(address + span).text
    pdf = trainee.get(f"{address}.pdf{span}")
    assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    backwards = trainee.get(f"{address}?first={scenes.days_ago(1)}&last={scenes.days_ago(9)}")
    assert backwards.status_code == 422
    assert "before the first" in backwards.text
    assert clients(personas.other_trainee).get(address).status_code == 404
