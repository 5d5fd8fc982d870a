"""A supervisor with five thousand waiting entries: as many statements as with twenty, a page at a time."""

import re

from lms.app import Lms
from tests.conftest import Clients, Transactions
from tests.house.test_query_counts import statements_of
from tests.personas import Personas
from tests.practice import scenes
from tests.practice.histories import Histories

SHOWN = re.compile(r'name="e" value="(\d+)"')


def test_five_thousand_take_as_many_statements_as_twenty(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas
) -> None:
    made, sam = Histories(tx, personas), clients(personas.supervisor)
    with tx():
        first = scenes.ready(personas)
        second = scenes.placement(personas, personas.other_trainee)
        scenes.agreement(personas, second)
    made.waiting(first, personas.supervisor, 10)
    made.waiting(second, personas.supervisor, 10)
    few = statements_of(app, sam, "/sign-off")
    made.waiting(first, personas.supervisor, 2490)
    made.waiting(second, personas.supervisor, 2490)
    many = statements_of(app, sam, "/sign-off")
    assert len(many) == len(few)
    page = sam.get("/sign-off").text
    assert "150 of 5000 entries are shown." in page
    assert len(page.encode()) < 250_000
    assert len(statements_of(app, sam, "/sign-off?page=34")) == len(few)


def test_every_entry_is_on_exactly_one_page(tx: Transactions, clients: Clients, personas: Personas) -> None:
    made, sam = Histories(tx, personas), clients(personas.supervisor)
    with tx():
        placed = scenes.ready(personas)
    ids = made.waiting(placed, personas.supervisor, 320)
    found: list[str] = []
    address = "/sign-off"
    for _page in range(3):
        text = sam.get(address).text
        found += SHOWN.findall(text)
        newer = re.search(r'href="(/sign-off\?page=\d+)">After these', text)
        address = newer[1] if newer else ""
    assert address == ""
    assert sorted(map(int, found)) == ids
    assert "Before these" in sam.get("/sign-off?page=3").text
    for odd in ("/sign-off?page=0", "/sign-off?page=x", "/sign-off?page=-4"):
        assert SHOWN.findall(sam.get(odd).text) == found[:150]
    assert "Nothing of what waits for you is like this." in sam.get("/sign-off?page=99").text
