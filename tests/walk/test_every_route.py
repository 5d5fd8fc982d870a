"""Every route as every role: what each answers is written in `matrix.txt`, and nothing foreign is shown.

The world is the demo's: one training provider and certifying body of ours, and one of each that nobody of
ours may see. Each page with an id is asked for with an id of ours and with a foreign one. When a route or
a permission changes on purpose, `LMS_TEST_WRITE_MATRIX=1` writes the file anew; people review the change.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from lms import db
from lms.app import Lms, create_app
from lms.config import Settings
from lms.demo import data
from lms.demo.cast import CAST
from lms.registry.reporting import report_of
from tests.conftest import Clients, migrate

MATRIX = Path(__file__).parent / "matrix.txt"
CANARIES = ("Zephyr", "Quill", "zephyrine", "Xanthe")
PEOPLE = ("nobody", *(part.key for part in CAST), "omar", "noor", "zephyrine", "quillon", "xanthe")
OURS, FAR = "ours", "far"
MADE_FOR_ANYONE = {"/verify/<number>/report"}  # of the public answer, whosever credential it is
FAR_PEOPLE = frozenset({"zephyrine", "quillon", "xanthe"})
TABLE_OF = {
    "entry_id": "practice_entry",
    "placement_id": "placement",
    "agreement_id": "supervision_agreement",
    "session_id": "supervision_session",
    "qualification_id": "supervisor_qualification",
    "declaration_id": "conflict_declaration",
    "attempt_id": "attempt",
    "application_id": "application",
    "live_session_id": "live_session",
    "reflection_id": "reflection",
    "proof_id": "proof",
    "waiver_id": "waiver",
    "appeal_id": "appeal",
    "evaluation_id": "competency_evaluation",
    "signature_id": "period_signature",
    "named_id": "named_supervisor",
    "token_id": "api_token",
}
# Words in an address that belong to nobody, and what stands for an unknown thing.
SHARED = {
    "module_id": "mutual",
    "lesson_id": "shared-ground",
    "examination_id": "foundations-exam",
    "rubric_id": "reflective-essay",
    "scheme_id": "peer-specialist",
    "text_id": "code-of-ethics",
    "key": "tara",
    "packed_as": "zip",
    "token": "no-such-token",
    "batch_id": "00000000-0000-0000-0000-000000000000",
    "filename": "css/base.css",
    "span_kind": "week",
    "starts_on": "2026-10-12",
    "sign_in_session_id": "999999",
    "passkey_id": "999999",
    "grant_id": "999999",
    "approval_id": "999999",
    "proof_kind": "education",
    "invitation_id": "999999",
    "share_id": "999999",
    "slug": "peer-board",
    "name": "invalid",
    "list_number": "1",
    "tile_path": "0/000",
    "rendering": "json",
    "form": "json",
    "version": "1",
    "code_id": "999999",
    "watch_id": "999999",
    "endpoint_id": "999999",
    "message_id": "msg_none",
    "code": "no-such-code",
    "run_id": "999999",
}


@dataclass
class World:
    """The application, the ids of people, and for each argument of an address a value of ours and a far one."""

    app: Lms
    people: dict[str, int]
    values: dict[str, dict[str, str]]
    far_organisations: tuple[int, ...]

    def arguments(self, rule: Rule) -> Iterator[tuple[str, dict[str, str]]]:
        names = sorted(rule.arguments)
        owned = [name for name in names if name in self.values]
        for whose in (OURS, FAR) if owned else (OURS,):
            given = {name: self.values[name][whose] if name in owned else SHARED[name] for name in names}
            yield whose if owned else "-", given

    def far_rows(self) -> dict[str, list[Any]]:
        """Everything that belongs to the far organisations, table by table."""
        rows: dict[str, list[Any]] = {}
        with self.app.app_context(), db.scope(db.Scope.all()), db.reading() as current:
            for table in db.Base.metadata.sorted_tables:
                if "organisation_id" in table.c and table.name != "audit_event":
                    far = sa.select(table).where(table.c.organisation_id.in_(self.far_organisations))
                    rows[table.name] = [tuple(row) for row in current.execute(far.order_by(table.c[0]))]
        return rows


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("walk")
    url = f"sqlite:///{folder / 'lms.db'}"
    migrate(url)
    app = create_app(Settings(env="test", database_url=url, worker="none", data_dir=folder / "data"))
    with app.app_context(), db.scope(db.Scope.all()), db.transaction() as current:
        data.load()
        run = current.execute
        people = {
            email.partition("@")[0]: person_id
            for person_id, email in run(sa.text("SELECT id, email FROM person"))
        }
        slugs = dict(tuple(row) for row in run(sa.text("SELECT slug, id FROM organisation")))
        ours, far = (slugs["open-door"], slugs["peer-board"]), (slugs["far-shore"], slugs["far-board"])
        values: dict[str, dict[str, str]] = {
            "organisation_id": {OURS: str(ours[0]), FAR: str(far[0])},
            "person_id": {OURS: str(people["marisol"]), FAR: str(people["zephyrine"])},
        }
        for argument, table in TABLE_OF.items():
            if table not in db.Base.metadata.tables:
                continue
            values[argument] = {
                whose: str(
                    run(
                        sa.text(f"SELECT min(id) FROM {table} WHERE organisation_id IN (:a, :b)"),
                        {"a": organisations[0], "b": organisations[1]},
                    ).scalar()
                    or 999999
                )
                for whose, organisations in ((OURS, ours), (FAR, far))
            }
        numbers = {
            whose: str(
                run(
                    sa.text(
                        "SELECT number FROM credential WHERE organisation_id IN (:a, :b) ORDER BY id LIMIT 1"
                    ),
                    {"a": organisations[0], "b": organisations[1]},
                ).scalar()
            )
            for whose, organisations in ((OURS, ours), (FAR, far))
        }
        values["number"] = numbers
        values["report_number"] = {
            whose: report_of(None, number=number, on=None, language="en") for whose, number in numbers.items()
        }
    yield World(app, people, values, far)
    with app.app_context():
        db.db.engine.dispose()


def rules(app: Lms, method: str) -> list[Rule]:
    found = [
        rule
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and rule.endpoint not in {"static", "security.static"}
    ]
    return sorted(found, key=lambda rule: (rule.rule, rule.endpoint))


def walk(
    world: World, method: str, people: tuple[str, ...] = PEOPLE
) -> Iterator[tuple[str, str, str, int, str]]:
    """Ask for each address as each person: (address, whose, person, status, text)."""
    clients = Clients(world.app)
    signed_in = {who: clients(world.people.get(who)) for who in people}
    for rule, who in product(rules(world.app, method), people):
        if rule.endpoint == "security.logout":
            continue
        for whose, given in world.arguments(rule):
            with world.app.test_request_context():
                address = world.app.url_for(rule.endpoint, **given)
            answer = signed_in[who].open(address, method=method)
            is_text = answer.mimetype not in ("application/pdf", "application/zip")
            text = answer.get_data(as_text=True) if is_text else ""
            yield rule.rule, whose, who, answer.status_code, text


def test_pages_answer_as_the_matrix_says_and_show_nothing_foreign(world: World) -> None:
    lines: dict[tuple[str, str], list[str]] = {}
    shown: list[str] = []
    for address, whose, who, status, text in walk(world, "GET"):
        lines.setdefault((address, whose), []).append(f"{who}={status}")
        is_public = address.startswith(("/verify", "/reports", "/demo", "/api/v1/credentials/"))
        if who == "ada" and address.startswith(("/admin", "/organisation/")):
            continue  # who runs the installation looks after the accounts of every organisation
        if who not in FAR_PEOPLE and not is_public and any(word in text for word in CANARIES):
            shown.append(f"{address} shows {who} something of the far organisation")
        assert status < 500, f"{address} ({whose}) broke for {who}"
    assert shown == []
    written = "".join(
        f"GET {address} {whose}: {' '.join(answers)}\n" for (address, whose), answers in lines.items()
    )
    if os.environ.get("LMS_TEST_WRITE_MATRIX"):
        MATRIX.write_text(written, encoding="utf-8")
    assert written.splitlines() == MATRIX.read_text(encoding="utf-8").splitlines()


def test_posts_change_nothing_of_another_organisation(world: World) -> None:
    before = world.far_rows()
    assert any(before.values()), "the far organisation has rows to lose"
    ours = tuple(who for who in PEOPLE if who not in FAR_PEOPLE)
    for address, whose, who, status, text in walk(world, "POST", ours):
        assert status < 500, f"POST {address} ({whose}) broke for {who}"
        if whose == FAR and not (who == "ada" and address.startswith(("/admin", "/organisation/"))):
            expected = {302, 403, 404, 405, 409, 422, 200} | ({303} if address in MADE_FOR_ANYONE else set())
            assert status in expected, f"POST {address} answered {status} to {who}"
            assert not any(word in text for word in CANARIES), f"POST {address} tells {who} of a far thing"
    assert world.far_rows() == before
