"""What pages say of findings of every kind: whole sentences in both languages, no raw names."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask_babel import force_locale

from lms.app import Lms
from lms.certification import words
from lms.certification.facts import Record
from lms.certification.findings import Excluded, Finding, Status, say
from lms.certification.scheme_file import Scheme
from tests.certification import test_kinds_of_limits as limits
from tests.certification import test_kinds_of_papers as papers
from tests.certification import test_kinds_of_stages as stages
from tests.certification.records import AS_OF, waiver
from tests.certification.test_scheme_files import DAY, SHIPPED, _in_force


def _shipped() -> Iterator[tuple[Scheme, Record]]:
    for scheme_id, build in SHIPPED.items():
        scheme, record = _in_force(scheme_id), build()
        given = tuple(waiver(scheme_id, one.id) for one in scheme.requirements[:1])
        yield scheme, Record(waivers=given)
        yield scheme, replace(record, approvals=(), stages=(), qualifications=(), supervision=())
        yield scheme, record


def _by_hand() -> Iterator[Finding]:
    for _name, asked, record, as_of, _status in (*papers.CASES, *stages.CASES):
        yield papers.finding_of(asked, record, as_of)
    for _name, asked, record, _status in limits.CASES:
        yield limits.finding_of(asked, record, AS_OF)


def _told(found: Finding) -> Iterator[str]:
    yield words.title_of(found)
    yield words.said(found.sentence)
    yield " ".join(words.tag_of(found))
    yield words.who_has(found, {})
    yield words.amount(found.unit, found.needed)
    for one in found.excluded:
        yield words.why_not(one, found.unit)
        yield words.holder_of(one, {})


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_finding_is_told_in_whole_sentences(app: Lms, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        for scheme, record in _shipped():
            evaluation = scheme.evaluate(record, DAY)
            known = words.evidence_lines(record, {})
            assert words.rings(evaluation)
            assert words.what_is_left(evaluation)
            for top in evaluation.findings:
                for found in top.walk():
                    for text in _told(found):
                        assert not re.search(r"[a-z]_[a-z]|%\(|None", text), (scheme.id, text)
                    shown = {name.split(":")[0] for name in found.evidence}
                    assert shown <= {name.split(":")[0] for name in known}
        for found in _by_hand():
            for text in _told(found):
                assert not re.search(r"[a-z]_[a-z]|%\(|None", text), text


def test_what_the_body_has_is_told_as_such(app: Lms) -> None:
    found = Finding("x", "age_range", Status.NOT_YET_EVALUABLE, say("x"), who_has_it="certifying_body")
    waits = Excluded(1, say("x"), is_waiting=True, who="certifying_body")
    with app.test_request_context(), force_locale("en"):
        assert words.tag_of(found) == ("wait", "With the certifying body")
        assert words.who_has(found, {}) == "It is with the certifying body now."
        assert words.holder_of(waits, {}) == "The certifying body has these."
        waived = Finding("x", "age_range", Status.WAIVED, say("x"))
        assert words.tag_of(waived) == ("ok", "Waived")
        assert words.who_has(waived, {}) == ""
