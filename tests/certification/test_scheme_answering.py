"""How many reviewers must agree and in how many days a body answers, as the scheme file says it."""

import re

import pytest

from lms.certification.scheme_file import parse
from tests.certification.test_scheme_files import HEAD, MODULE, _in_force

ANSWERED = [
    ("", 1, None, 30),
    ("reviewers: 2\ndecide_within_days: 60\nappeal_within_days: 14\n", 2, 60, 14),
]


@pytest.mark.parametrize(("keys", "reviewers", "decide", "appeal"), ANSWERED)
def test_how_a_body_answers_is_in_the_file(keys: str, reviewers: int, decide: int | None, appeal: int) -> None:
    text = HEAD.replace("review: none", "review: required") + MODULE
    scheme, faults = parse(text.replace("review: required\n", f"review: required\n{keys}"), "p")
    assert faults == []
    assert scheme is not None
    answering = (scheme.reviewers, scheme.decide_within_days, scheme.appeal_within_days)
    assert answering == (reviewers, decide, appeal)


@pytest.mark.parametrize(
    ("review", "key", "sentence"),
    [
        ("required", "reviewers: 3", "1 or 2 reviewers are expected here."),
        ("required", "decide_within_days: 0", "A whole number of 1 or more is expected here."),
        ("none", "reviewers: 2", "Nobody reviews this scheme: 'reviewers' means nothing."),
        ("none", "appeal_within_days: 9", "Nobody reviews this scheme: 'appeal_within_days' means nothing."),
    ],
)
def test_an_answer_that_makes_no_sense_is_a_fault_on_its_line(review: str, key: str, sentence: str) -> None:
    head = re.sub(r"review: \w+\n", f"review: {review}\n{key}\n", HEAD)
    scheme, faults = parse(head + MODULE, "p")
    assert scheme is None
    assert [fault.sentence for fault in faults] == [sentence]
    assert head.splitlines()[faults[0].line - 1] == key


@pytest.mark.parametrize(("scheme_id", "days"), [("texas-mhps", 60), ("california-mcpss", 30)])
def test_the_days_of_a_body_to_decide(scheme_id: str, days: int) -> None:
    assert _in_force(scheme_id).decide_within_days == days
