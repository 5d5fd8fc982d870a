"""All kinds of facts at once: order, growth, one count for each minute, and the stored form."""

import json
import random
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.certification import facts
from lms.certification.counting import Piece, Tally, assign, capped, within_most
from lms.certification.facts import FACTS, FIRST, Record
from lms.certification.findings import Evaluation, say
from lms.certification.replay import hash_of, inputs_of, replay
from lms.certification.scheme_file import ENGINE, Scheme, parse
from tests.certification import records
from tests.certification.records import AS_OF
from tests.certification.test_requirement_properties import DAYS
from tests.certification.test_scheme_files import HEAD, SHIPPED, _in_force

# Names that the schemes below ask for, so that random facts often fit.
WORDS: dict[str, tuple[str, ...]] = {
    "module_id": ("mutual",),
    "mode": ("in_person", "video", "self_paced"),
    "course": ("core", "other", ""),
    "provider": ("school", ""),
    "examination_id": ("final",),
    "kind": ("education", "group", "outreach"),
    "domain": ("advocacy",),
    "state": ("approved", "submitted"),
    "population": ("veteran", ""),
    "format": ("individual", "group"),
    "detail": ("high_school", ""),
    "type": ("professional", "personal"),
    "relation": ("family", ""),
    "check": ("criminal_history",),
    "outcome": ("clear", "listed"),
    "by": ("self", "state"),
    "way": ("live",),
    "stage": ("first", "second", "approved"),
    "tier": ("trainee",),
    "form": ("role_play",),
    "credential": ("cps", "lpha"),
    "issuer": ("ohio",),
    "role": ("peer",),
    "sponsor": ("gmhcn", "college"),
    "unit": ("semester_credit",),
    "scheme_id": ("sample",),
    "requirement_id": ("practice", "weekly"),
    "writer": ("Ada", "Ben", "Cy"),
}


def _values(name: str, kind: Any) -> st.SearchStrategy[Any]:
    if name == "evidence":
        return st.uuids().map(str)
    if type(None) in get_args(kind):
        inner = next(each for each in get_args(kind) if each is not type(None))
        return st.none() | _values(name, inner)
    if kind is date:
        return DAYS
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.just(7) if name == "supervisor_id" else st.integers(1, 100)
    if kind is str:
        return st.sampled_from(WORDS.get(name, ("", "x")))
    return st.lists(st.sampled_from(("advocacy", "ethics", "date", "hours")), unique=True, max_size=2).map(
        tuple
    )


def _facts(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, vars(facts))
    return st.builds(kind, **{each.name: _values(each.name, hints[each.name]) for each in fields(kind)})


RECORDS = st.builds(
    Record, **{name: st.lists(_facts(kind), max_size=3).map(tuple) for name, kind in FACTS.items()}
)

NO_WINDOW = """
  - {id: age, kind: age_range, title: {en: A}, at_least: 18}
  - {id: paper, kind: education_document, title: {en: A}, least: high_school}
  - {id: letters, kind: references, title: {en: A}, count: 2, types: {professional: 1}, not_from: [family]}
  - {id: recovery, kind: recovery_duration, title: {en: A}, months: 6, by: [self]}
  - {id: play, kind: performance_assessment, title: {en: A}, form: role_play}
  - {id: from, kind: reciprocity, title: {en: A}, origins: [ohio]}
  - {id: job, kind: employed_on, title: {en: A}, day: 2026-01-01, role: peer}
  - {id: score, kind: examination_score, title: {en: A}, applies_to: exam, percent: 50}
  - {id: exam, kind: examination_passed, title: {en: A}, examination: final}
  - {id: order, kind: ordered_stages, title: {en: A}, stages: [first, second, practice]}
  - {id: training, kind: training_hours, title: {en: A}, hours: 1, credits: {semester_credit: 1}}
  - {id: provider, kind: approved_training, title: {en: A}, applies_to: training, approved_by: state}
  - {id: practice, kind: practice_hours, title: {en: A}, hours: 1}
  - {id: supervisors, kind: supervisor_qualification, title: {en: A}, applies_to: practice, any_of: [lpha]}
  - {id: agreed, kind: agreement_on_file, title: {en: A}, applies_to: practice}
  - {id: weekly, kind: supervision_frequency, title: {en: A}, applies_to: practice, at_least: 1, per: month}
  - {id: after, kind: hours_after_stage, title: {en: A}, applies_to: practice, stage: approved}
  - {id: vets, kind: population_share, title: {en: A}, applies_to: practice, populations: [veteran], percent: 9}
"""
WITH_WINDOWS = """
  - {id: supervision, kind: supervision_hours, title: {en: A}, ratio: {practice_hours: 1, of: practice}}
  - {id: cap, kind: activity_cap, title: {en: A}, applies_to: practice, activities: [outreach], percent: 50}
  - {id: tries, kind: attempts_in_window, title: {en: A}, examination: final, attempts: 2, wait_days: 9}
  - {id: tier, kind: provisional_tier, title: {en: A}, tier: trainee, months: 12}
  - {id: under, kind: hours_under_tier, title: {en: A}, applies_to: practice, tier: trainee}
  - {id: late, kind: deadline_after_stage, title: {en: A}, applies_to: practice, stage: first, months: 6}
  - {id: check, kind: background_check, title: {en: A}, checks: [criminal_history], window: {days: 90}}
  - {id: here, kind: residency_share, title: {en: A}, percent: 51, ways: [live]}
  - {id: base, kind: credential_held, title: {en: A}, credential: cps}
  - {id: ce, kind: ce_hours, title: {en: A}, hours: 1, period: cycle, renews: base,
     categories: {ethics: {at_most: 0.5}}}
  - {id: proof, kind: ce_proof, title: {en: A}, applies_to: ce, shows: [date]}
  - {id: renew, kind: renewal_window, title: {en: A}, until: 12-31, renews: base}
"""


def _scheme(text: str) -> Scheme:
    scheme, faults = parse(HEAD + text.strip("\n") + "\n", "sample.v1.yaml")
    assert faults == []
    assert scheme is not None
    return scheme


PLAIN = _scheme(NO_WINDOW)
ALL = _scheme(NO_WINDOW + WITH_WINDOWS)


@settings(max_examples=60, deadline=None)
@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_evidence_never_matters(record: Record, dice: random.Random) -> None:
    held = {name: getattr(record, name) for name in FACTS}
    other = Record(**{name: tuple(dice.sample(some, len(some))) for name, some in held.items()})
    assert ALL.evaluate(record, AS_OF) == ALL.evaluate(other, AS_OF)


@settings(max_examples=60, deadline=None)
@given(RECORDS, RECORDS)
def test_more_evidence_never_unmeets_what_has_no_window_or_cap(record: Record, more: Record) -> None:
    """Two dates of birth are a mistake, not more evidence, and are left out."""
    both = Record(**{name: getattr(record, name) + getattr(more, name) for name in FACTS})
    both = replace(both, births=record.births)
    before, after = PLAIN.evaluate(record, AS_OF), PLAIN.evaluate(both, AS_OF)
    for one, other in zip(before.findings, after.findings, strict=True):
        assert other.is_met or not one.is_met, one.requirement_id


@settings(max_examples=60, deadline=None)
@given(RECORDS)
def test_each_minute_is_counted_or_explained_once(record: Record) -> None:
    """What is cut by a cap is told beside what the same entry still counts for."""
    for found in ALL.evaluate(record, AS_OF).findings:
        amounts = {"practice": record.practice, "ce": record.education, "training": record.training}
        if found.requirement_id in amounts:
            whole = sum(fact.minutes for fact in amounts[found.requirement_id])
            whole += 60 * sum(one.amount for one in record.credits) if found.requirement_id == "training" else 0
            assert found.counted + sum(one.amount for one in found.excluded) == whole
            assert len(found.evidence) == len(set(found.evidence))


@settings(max_examples=60, deadline=None)
@given(RECORDS)
def test_findings_keep_their_promises_and_their_stored_form(record: Record) -> None:
    evaluation = ALL.evaluate(record, AS_OF)
    assert Evaluation.from_json(json.loads(json.dumps(evaluation.as_json()))) == evaluation
    for found in evaluation.findings:
        assert (found.percent == 100) == found.is_met
        assert found.is_met == (found.who_has_it == "")
        assert found.earliest_on is None or (found.earliest_on > AS_OF and not found.is_met)
        assert all(one.is_waiting == bool(one.who) for one in found.excluded)
        assert str(found.sentence)


@settings(max_examples=60, deadline=None)
@given(RECORDS)
def test_a_record_comes_back_from_its_stored_form(record: Record) -> None:
    stored = json.loads(json.dumps(record.as_json()))
    again = Record.from_json(stored)
    assert again.as_json() == stored
    assert ALL.evaluate(again, AS_OF) == ALL.evaluate(record, AS_OF)
    assert hash_of(again) == hash_of(record)


PIECES = st.lists(
    st.builds(
        Piece,
        evidence=st.uuids().map(str),
        on=DAYS,
        minutes=st.integers(1, 90),
        groups=st.lists(st.sampled_from("abcd"), unique=True, max_size=3).map(tuple),
    ),
    max_size=7,
)
MOST = st.dictionaries(st.sampled_from("abc"), st.integers(1, 120))


@settings(max_examples=150, deadline=None)
@given(PIECES, MOST)
def test_what_is_left_under_maximums_fits_and_nothing_more_would(
    pieces: list[Piece], most: dict[str, int]
) -> None:
    """Compared with the bound of every set of groups, which is what a best sharing-out reaches (Hall, Gale)."""
    whole = Tally(tuple(pieces), ())
    cut = within_most(whole, most, say("too much"))
    limit = whole.minutes
    names = sorted(most)
    for chosen in range(2 ** len(names)):
        full = {name for place, name in enumerate(names) if chosen >> place & 1}
        inside = sum(one.minutes for one in pieces if one.groups and set(one.groups) <= full)
        limit = min(limit, whole.minutes - inside + sum(most[name] for name in full))
    assert cut.minutes == limit
    assert sum(one.amount for one in cut.excluded) == whole.minutes - cut.minutes
    again = within_most(Tally(tuple(reversed(pieces)), ()), most, say("too much"))
    assert (set(again.counted), again.excluded) == (set(cut.counted), cut.excluded)
    minimums = {name: min(30, most[name]) for name in most}
    before, after = assign(whole.counted, minimums, most), assign(cut.counted, minimums, most)
    assert all(after[name] <= most[name] for name in most)
    if all(before[name] >= minimums[name] for name in most):
        assert all(after[name] >= minimums[name] for name in most), "what is cut off never undoes a minimum"


@settings(max_examples=60, deadline=None)
@given(PIECES, st.integers(0, 200))
def test_a_cap_keeps_exactly_what_it_allows(pieces: list[Piece], most: int) -> None:
    def is_capped(piece: Piece) -> bool:
        return "a" in piece.groups

    cut = capped(Tally(tuple(pieces), ()), is_capped, most, say("too much"))
    held = sum(one.minutes for one in pieces if is_capped(one))
    assert sum(one.minutes for one in cut.counted if is_capped(one)) == min(held, most)
    assert cut.minutes == sum(one.minutes for one in pieces) - max(0, held - most)


# --- what was stored before there were so many kinds ----------------------------------------------

OLD = json.loads((Path(__file__).parent / "stored_by_engine_1.json").read_text("utf-8"))


def test_a_record_without_new_facts_is_written_as_it_always_was() -> None:
    again = Record.from_json(OLD["record"])
    assert json.dumps(again.as_json()) == json.dumps(OLD["record"])
    assert tuple(Record().as_json()) == FIRST
    assert hash_of(again) == OLD["hash"]


def test_a_decision_of_the_first_engine_replays_to_the_same_findings() -> None:
    evaluation = replay({name: OLD[name] for name in ("engine", "scheme", "record", "as_of")})
    assert json.dumps(evaluation.as_json()) == json.dumps(OLD["findings"])


def test_what_the_first_engine_did_not_know_stays_unjudged_and_unfaulted() -> None:
    text = HEAD + "  - {id: a, kind: age_range, title: {en: A}, years: 18}\n"
    assert parse(text, "p")[1] != []
    evaluation = replay({"engine": 1, "scheme": text, "record": Record().as_json(), "as_of": "2026-11-20"})
    assert [one.who_has_it for one in evaluation.findings] == ["reviewer"]


@pytest.mark.parametrize("scheme_id", sorted(SHIPPED))
def test_a_decision_of_this_engine_replays(scheme_id: str) -> None:
    build: Callable[[], Record] = SHIPPED[scheme_id]
    scheme, record = _in_force(scheme_id), build()
    inputs = json.loads(json.dumps(inputs_of(scheme, record, AS_OF + timedelta(days=2))))
    assert inputs["engine"] == ENGINE
    assert replay(inputs) == scheme.evaluate(record, AS_OF + timedelta(days=2))


def test_builders_give_each_fact_a_name_of_its_own() -> None:
    assert records.born() != records.born()
