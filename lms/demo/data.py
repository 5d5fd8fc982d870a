"""The demo's data: what the people did, told through the services that real people use, on past days."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from lms import clock
from lms.assessment import services as assessment
from lms.assessment.items import FormGiven
from lms.assessment.queries import rubric
from lms.certification import services as certification
from lms.credentials import services as credentials
from lms.credentials.facts import CredentialFacts, HoursLine, Kind
from lms.curriculum import services as curriculum
from lms.curriculum.catalog import catalog
from lms.demo import people
from lms.demo.people import Cast
from lms.people import services as accounts
from lms.practice import services as practice
from lms.practice.services import Hours
from lms.practice.standing_to_sign import AGREEMENT_TEXT

MODULES = ("mutual", "non-directive")
EXAMINATION = "foundations-exam"
KINDS = ("one_to_one", "group", "outreach", "resource_linkage", "advocacy", "documentation")
NOTES = (
    "Listened and asked what would help this week.",
    "Walked along to the housing office and back.",
    "Evening group on good days and hard days.",
    "Looked for a meeting near the bus line, together.",
    "Wrote the notes with the person, word by word.",
    "Coffee hour. Talked about going back to work.",
    "Planned small steps for the month.",
    "Visited the clubhouse and met the new members.",
)


def load() -> None:
    """Add everything, in the transaction that is open. Dates are counted back from today."""
    with days_ago(70):
        cast = people.add()
    _train(cast, "marisol", cast.organisations["open-door"], begins=64)
    _train(cast, "joy", cast.organisations["open-door"], begins=60)
    _meet_live(cast)
    _practise(cast)
    _certify(cast)
    _far_shore(cast)


@contextmanager
def days_ago(days: float, hour: int = 15) -> Iterator[None]:
    """Run the block as if it were that many days ago, at `hour` UTC."""
    noon = datetime.combine(_today() - timedelta(days=days), time(hour), tzinfo=UTC)
    with clock.at(min(noon, clock.now())):
        yield


def _today() -> date:
    return clock.today("America/New_York")


# --- training ---------------------------------------------------------------------------------------


def _train(cast: Cast, name: str, organisation_id: int, *, begins: int) -> None:
    """Both modules with their checks, a live session each, and an examination passed at the second try."""
    person_id = cast.people[name]
    for number, module_id in enumerate(MODULES):
        with days_ago(begins - 7 * number):
            _module(person_id, organisation_id, module_id)
    with days_ago(begins - 16):
        _sit(person_id, organisation_id, EXAMINATION, wrong=9)
    with days_ago(begins - 20):
        _sit(person_id, organisation_id, EXAMINATION, wrong=3)
    with days_ago(begins - 21):
        accounts.attest(person_id, text_id="code-of-ethics", text_version=1)


def _module(person_id: int, organisation_id: int, module_id: str) -> None:
    curriculum.enrol(person_id, person_id=person_id, organisation_id=organisation_id, module_id=module_id)
    module = catalog().module(module_id)
    if module is None:
        raise LookupError(f"the demo needs the module {module_id}")
    if module.check is not None:
        _sit(person_id, organisation_id, module.check, wrong=0)
    for lesson in module.lessons:
        check = lesson.texts["en"].check
        if check is not None:
            right = next(index for index, option in enumerate(check.options) if option.right)
            curriculum.answer(
                person_id,
                person_id=person_id,
                module_id=module_id,
                lesson_id=lesson.id,
                kind="check",
                choice=right,
            )
        curriculum.finish_lesson(person_id, person_id=person_id, module_id=module_id, lesson_id=lesson.id)


def _meet_live(cast: Cast) -> None:
    """A live session for each module, held by Noor; both trainees came."""
    noor = cast.people["noor"]
    for back, module_id, mode in ((51, "mutual", "live_remote"), (46, "non-directive", "in_person")):
        with days_ago(back, hour=13):
            meeting = curriculum.plan_live_session(
                noor,
                organisation_id=cast.organisations["open-door"],
                trainer_id=noor,
                module_id=module_id,
                mode=mode,
                local_start=datetime.combine(clock.today("America/New_York"), time(10)),
                minutes=60,
                venue="Room 2, Open Door" if mode == "in_person" else "",
            )
        with days_ago(back, hour=23):
            curriculum.record_attendance(
                noor,
                live_session_id=meeting.id,
                minutes_of={cast.people["marisol"]: 60, cast.people["joy"]: 60},
            )


def _sit(person_id: int, organisation_id: int, examination_id: str, *, wrong: int) -> None:
    """Sit an examination and hand it in; the first `wrong` items are left without an answer."""
    attempt = assessment.start_attempt(
        person_id, examination_id=examination_id, organisation_id=organisation_id
    )
    for item in FormGiven.from_json(attempt.form).items[wrong:]:
        assessment.save_response(person_id, attempt_id=attempt.id, item_id=item.id, chosen=item.key)
    assessment.hand_in(person_id, attempt_id=attempt.id)


# --- practice ---------------------------------------------------------------------------------------


def _log(
    cast: Cast, name: str, placement_id: int, back: int, minutes: int, index: int, *, late: int = 0
) -> int:
    """An entry about a day `back` days ago, written that evening (or `late` days later) and submitted."""
    person_id = cast.people[name]
    with days_ago(max(back - late, 0), hour=23):
        entry = practice.log_hours(
            person_id,
            hours=Hours(
                placement_id=placement_id,
                worked_on=clock.today("America/New_York") - timedelta(days=min(late, back)),
                kind=KINDS[index % len(KINDS)],
                mode=("in_person", "in_person", "phone", "video")[index % 4],
                minutes=minutes,
                note=NOTES[index % len(NOTES)],
            ),
            client_key=f"demo-{name}-{back}-{index}",
        )
        practice.submit(person_id, entry_ids=[entry.id])
    return entry.id


def _practise(cast: Cast) -> None:
    with days_ago(66):
        marisol = _placement_here(cast, "marisol", "Riverside Clubhouse", "dana")
        joy = _placement_here(cast, "joy", "Harbor House", "omar")
        _check_supervisors(cast)
    signed = [_log(cast, "marisol", marisol, back, 180, back) for back in (40, 37, 33, 30, 26, 23)]
    with days_ago(20):
        practice.sign_off(cast.people["dana"], entry_ids=signed, statement_version=1)
    fix = _log(cast, "marisol", marisol, 12, 150, 1)
    with days_ago(11):
        practice.return_entry(
            cast.people["dana"], entry_id=fix, reason="Which group was this? Please add it to the note."
        )
    _log(cast, "marisol", marisol, 5, 180, 2)
    for back in (30, 9):
        _meet(cast, "marisol", "dana", back)
    _evaluate(cast, marisol)
    done = [_log(cast, "joy", joy, back, 240, back) for back in (44, 41, 38, 34, 31, 27)]
    with days_ago(15):
        practice.sign_off(cast.people["omar"], entry_ids=done, statement_version=1)
    for back in (36, 16):
        _meet(cast, "joy", "omar", back)
    _fill_the_queue(cast)


def _placement_here(cast: Cast, name: str, site: str, supervisor: str) -> int:
    start = clock.today("America/New_York")
    coordinator = cast.people["ada"]
    placement = practice.create_placement(
        coordinator,
        organisation_id=cast.organisations["open-door"],
        person_id=cast.people[name],
        site_name=site,
        role="volunteer",
        starts_on=start,
    )
    agreed = practice.create_agreement(
        coordinator,
        placement_id=placement.id,
        supervisor_id=cast.people[supervisor],
        starts_on=start,
        plan="An hour together every other week. One visit to the site each month.",
        alternate_id=cast.people["omar" if supervisor == "dana" else "dana"],
    )
    for person_id in (cast.people[name], cast.people[supervisor]):
        practice.accept_agreement(
            person_id, agreement_id=agreed.id, relation="none", text_version=AGREEMENT_TEXT.version
        )
    return placement.id


def _check_supervisors(cast: Cast) -> None:
    """What the coordinator found in the register about the two supervisors."""
    for name, credential in (("dana", "qmhp"), ("omar", "peer_supervisor")):
        practice.check_qualification(
            cast.people["ada"],
            organisation_id=cast.organisations["open-door"],
            supervisor_id=cast.people[name],
            checked=_held(credential),
            client_key=f"demo-qualification-{name}",
        )


def _held(credential: str) -> practice.Checked:
    today = clock.today("America/New_York")
    return practice.Checked(
        credential=credential,
        issuer="State board (made up)",
        number="Q-1042",
        valid_from=today - timedelta(days=300),
        valid_until=today + timedelta(days=430),
        training_minutes=16 * 60,
        source="The board's register, by name",
    )


def _meet(cast: Cast, name: str, supervisor: str, back: int) -> None:
    with days_ago(back, hour=18):
        meeting = practice.record_supervision(
            cast.people[supervisor],
            person_id=cast.people[name],
            supervisor_id=cast.people[supervisor],
            held_on=clock.today("America/New_York"),
            minutes=60,
            format="individual",
            mode="video",
            topics="Boundaries, and how the week went.",
            client_key=f"demo-meeting-{name}-{back}",
        )
        practice.sign_supervision(cast.people[name], session_id=meeting.id)


def _evaluate(cast: Cast, placement_id: int) -> None:
    """An evaluation of Marisol that waits for the coordinator."""
    with days_ago(4):
        today = clock.today("America/New_York")
        begun = practice.observe(
            cast.people["dana"],
            placement_id=placement_id,
            rubric_id="competency-evaluation",
            from_on=today - timedelta(days=30),
            until_on=today,
            observed_on=today - timedelta(days=2),
            setting="The Thursday group at the clubhouse",
            seen="Asked the group what it wanted to talk about, and waited. Checked in with one person.",
            client_key="demo-evaluation-marisol",
        )
        criteria = [one.id for one in rubric("competency-evaluation").criteria]
        practice.score(
            cast.people["dana"],
            evaluation_id=begun.id,
            levels=dict.fromkeys(criteria, 3),
            comments={criteria[0]: "Reached out first, twice."},
        )


def _fill_the_queue(cast: Cast) -> None:
    """Sixty entries wait for Dana (one is Marisol's): most fit, some look odd."""
    sites = (
        "Riverside Clubhouse",
        "Harbor House",
        "Eastside Recovery Center",
        "Juniper Respite",
        "Mobile team",
    )
    placements = {}
    with days_ago(66):
        for (name, _legal), site in zip(people.FELLOWS, sites, strict=True):
            placements[name.lower()] = _placement_here(cast, name.lower(), site, "dana")
    waiting = 1
    index = 0
    for name, placement_id in placements.items():
        for back in range(13, 1, -1):
            if waiting == 60:
                return
            minutes = (120, 180, 90, 240, 150)[index % 5]
            if (name, back) in {("devon", 4), ("rosa", 6)}:
                minutes = 570
            if (name, back) == ("lena", 13):
                _log(cast, name, placement_id, 45, 180, index, late=41)
            else:
                note = 3 if name == "kwame" and back in (5, 6, 7, 8) else index
                _log(cast, name, placement_id, back, minutes, note)
            waiting += 1
            index += 1


# --- certification ----------------------------------------------------------------------------------


def _bring_papers(cast: Cast) -> None:
    """A photo ID of Tara's that waits, and a diploma of Joy's that was checked."""
    board, joy = cast.organisations["peer-board"], cast.people["joy"]
    with days_ago(3):
        certification.bring_proof(
            cast.people["tara"],
            body_id=board,
            kind="identity",
            on=date(2023, 5, 2),
            told={"detail": "government_photo_id", "has_legal_name": True},
            request_key="demo-photo-id",
        )
    with days_ago(9):
        diploma = certification.bring_proof(
            joy,
            body_id=board,
            kind="education",
            on=date(2009, 6, 12),
            told={"detail": "high_school"},
            request_key="demo-diploma",
        )
    with days_ago(7):
        certification.verify_proof(cast.people["ruth"], proof_id=diploma.id)


def _certify(cast: Cast) -> None:
    _bring_papers(cast)
    joy = cast.people["joy"]
    with days_ago(9):
        sent = certification.apply(joy, person_id=joy, scheme_id="peer-specialist").id
    with days_ago(8):
        asked = "Is your legal name the one on your ID? If not, tell your coordinator. Then send this again."
        certification.return_application(cast.people["ruth"], application_id=sent, reason=asked)
    with days_ago(6):
        certification.send_again(joy, application_id=sent)
    issued = {}
    for name, legal, back in (
        ("grace", "Grace Adeyemi", 200),
        ("walter", "Walter Novak", 800),
        ("priya", "Priya Raman", 240),
        ("cole", "Cole Brannigan", 300),
        ("inés", "Inés Fuentes", 150),
    ):
        with days_ago(back):
            issued[name] = _issue(cast, name, legal, "peer-board", f"demo-{name}")
    ruth = cast.people["ruth"]
    with days_ago(20):
        credentials.suspend(ruth, number=issued["priya"], reason="A complaint is being looked into.")
    with days_ago(30):
        credentials.revoke(ruth, number=issued["cole"], reason="Hours were named that were not worked.")
    with days_ago(10):
        credentials.replace(
            ruth, number=issued["inés"], name_as_issued="Inés Fuentes Mora", reason="Full family name."
        )


def _issue(cast: Cast, name: str, legal: str, slug: str, key: str) -> str:
    today = clock.today("America/New_York")
    issued = credentials.issue(
        cast.people["ruth"],
        person_id=cast.people[name],
        organisation_id=cast.organisations[slug],
        kind=Kind.CERTIFICATION,
        title="Certified Peer Specialist",
        name_as_issued=legal,
        scheme_id="peer-specialist",
        scheme_version="1",
        facts=CredentialFacts(
            scheme_title="Certified Peer Specialist",
            training=(HoursLine("self_paced", 120), HoursLine("live_remote", 120)),
            domains=(("mentoring_education", 120), ("recovery_wellness", 90), ("ethical_responsibility", 30)),
            practice_minutes=1260,
            supervision_minutes=120,
            examinations=("Foundations examination",),
            signatory_name="Ruth Lindqvist",
            signatory_title="Registrar",
        ),
        issued_on=today,
        valid_until=today.replace(year=today.year + 2) - timedelta(days=1)
        if (today.month, today.day) != (2, 29)
        else today.replace(year=today.year + 2, day=28),
        decision_key=key,
    )
    certification.open_first_cycle(None, number=issued.number)
    return issued.number


# --- an organisation that nobody of the others may see ------------------------------------------------


def _far_shore(cast: Cast) -> None:
    organisation_id = cast.organisations["far-shore"]
    zephyrine, quillon = cast.people["zephyrine"], cast.people["quillon"]
    with days_ago(40):
        _module(zephyrine, organisation_id, "mutual")
        start = clock.today("America/New_York")
        placement = practice.create_placement(
            quillon,
            organisation_id=organisation_id,
            person_id=zephyrine,
            site_name="Zephyr Lighthouse",
            role="paid",
            starts_on=start,
        )
        practice.create_agreement(quillon, placement_id=placement.id, supervisor_id=quillon, starts_on=start)
        practice.check_qualification(
            cast.people["xanthe"],
            organisation_id=organisation_id,
            supervisor_id=quillon,
            checked=_held("qmhp"),
            client_key="demo-qualification-quillon",
        )
    for back in (20, 18):
        _log(cast, "zephyrine", placement.id, back, 120, back)
    with days_ago(15):
        _issue(cast, "zephyrine", "Zephyrine Quill", "far-board", "demo-zephyrine")
