"""What must hold for every record: order, growth, boundaries, no double counting."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.certification.counting import Piece, Window, assign
from lms.certification.facts import PracticeHour, Record, TrainingHour
from lms.certification.kinds import (
    AllOf,
    AnyOf,
    ExaminationPassed,
    ModeShare,
    ModuleCompleted,
    PracticeHours,
    Requirement,
    TrainingHours,
)
from lms.certification.reading.parts import MODES, TOPICS
from lms.certification.requirements import evaluate, finding_of
from tests.certification.records import AS_OF, exam, module

T = (("en", "A title"),)
DAYS = st.dates(AS_OF - timedelta(days=900), AS_OF)
TRAINING = st.builds(
    TrainingHour,
    evidence=st.uuids().map(str),
    module_id=st.just("mutual"),
    topics=st.lists(st.sampled_from(TOPICS), unique=True, max_size=3).map(tuple),
    minutes=st.integers(1, 120),
    mode=st.sampled_from(MODES),
    on=DAYS,
)
PRACTICE = st.builds(
    PracticeHour,
    evidence=st.uuids().map(str),
    on=DAYS,
    minutes=st.integers(1, 240),
    kind=st.sampled_from(("group", "training")),
    domain=st.sampled_from(TOPICS),
    mode=st.just("phone"),
    state=st.sampled_from(("draft", "submitted", "returned", "approved")),
    supervisor_id=st.integers(1, 3),
)
RECORDS = st.builds(
    Record,
    training=st.lists(TRAINING, max_size=8).map(tuple),
    practice=st.lists(PRACTICE, max_size=8).map(tuple),
    modules=st.lists(st.sampled_from(("mutual", "safe")).map(module), max_size=2).map(tuple),
    examinations=st.lists(st.booleans().map(lambda passed: exam("final", is_passed=passed)), max_size=3).map(
        tuple
    ),
)
WITHOUT_WINDOW: tuple[Requirement, ...] = (
    TrainingHours(
        "training",
        T,
        200,
        topics=(("advocacy", 60), ("ethical_responsibility", 60)),
        shares=(ModeShare(("in_person",), 50),),
    ),
    PracticeHours("practice", T, 300, domains=(("advocacy", 60),), kinds_not_counted=("training",)),
    AnyOf("way", T, (ModuleCompleted("m", T, "mutual"), ExaminationPassed("e", T, "final"))),
    AllOf("both", T, (ModuleCompleted("m2", T, "safe"), TrainingHours("t2", T, 60))),
)


@settings(max_examples=60, deadline=None)
@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_evidence_never_matters(record: Record, dice) -> None:  # type: ignore[no-untyped-def]
    def shuffled(facts):  # type: ignore[no-untyped-def]
        return tuple(dice.sample(facts, len(facts)))

    other = Record(
        training=shuffled(record.training),
        practice=shuffled(record.practice),
        modules=shuffled(record.modules),
        examinations=shuffled(record.examinations),
    )
    first = evaluate(WITHOUT_WINDOW, record, AS_OF, scheme_id="x", scheme_version=1)
    assert first == evaluate(WITHOUT_WINDOW, other, AS_OF, scheme_id="x", scheme_version=1)


@settings(max_examples=60, deadline=None)
@given(RECORDS, RECORDS)
def test_more_evidence_never_unmeets_a_requirement(record: Record, more: Record) -> None:
    both = Record(
        training=record.training + more.training,
        practice=record.practice + more.practice,
        modules=record.modules + more.modules,
        examinations=record.examinations + more.examinations,
    )
    for asked in WITHOUT_WINDOW:
        before, after = finding_of(asked, record, AS_OF), finding_of(asked, both, AS_OF)
        assert after.is_met or not before.is_met
        assert after.counted >= before.counted


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 2000), DAYS)
def test_windows_cut_exactly_at_the_boundary(months: int, days: int, after: date) -> None:
    for window in (
        Window(months=months),
        Window(days=days),
        Window(after=after),
        Window(months=months, days=days),
    ):
        opens = window.opens(AS_OF)
        assert opens is not None
        asked = PracticeHours("p", T, 60, window=window)
        for on, counts in ((opens, opens <= AS_OF), (opens - timedelta(days=1), False)):
            hour = PracticeHour("entry:1", on, 60, "group", "advocacy", "phone", "approved", 1)
            assert finding_of(asked, Record(practice=(hour,)), AS_OF).is_met is counts


@settings(max_examples=60, deadline=None)
@given(
    st.lists(TRAINING, max_size=8), st.dictionaries(st.sampled_from(TOPICS), st.integers(1, 200), min_size=1)
)
def test_no_minute_is_given_to_two_groups(hours: list[TrainingHour], minimums: dict[str, int]) -> None:
    pieces = [Piece(hour.evidence, hour.on, hour.minutes, hour.topics) for hour in hours]
    given_out = assign(pieces, minimums)
    fitting = sum(piece.minutes for piece in pieces if set(piece.groups) & set(minimums))
    assert sum(given_out.values()) == fitting
    for group, minutes in given_out.items():
        assert minutes <= sum(piece.minutes for piece in pieces if group in piece.groups)


@settings(max_examples=60, deadline=None)
@given(RECORDS)
def test_each_minute_is_counted_or_explained_once(record: Record) -> None:
    asked = PracticeHours("p", T, 300, kinds_not_counted=("training",), window=Window(months=12))
    found = finding_of(asked, record, AS_OF)
    explained = sum(one.amount for one in found.excluded)
    assert found.counted + explained == sum(hour.minutes for hour in record.practice)
    names = [name for one in found.excluded for name in one.evidence] + list(found.evidence)
    assert len(names) == len(set(names)) == len(record.practice)
