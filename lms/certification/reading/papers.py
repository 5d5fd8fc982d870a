"""What somebody brings and the certifying body looks at: how it is read. Pure."""

from lms.certification.kinds import NotEvaluated, Requirement, Title
from lms.certification.kinds.papers import (
    AgeRange,
    BackgroundCheck,
    CredentialOnFile,
    DocumentOnFile,
    EmployedOn,
    Endorsement,
    PerformanceAssessment,
    Reciprocity,
    RecoveryDuration,
    References,
    ResidencyShare,
)
from lms.certification.reading.parts import Areas, Readers, amounts_in, names_in, percent_in, window_in
from lms.certification.yaml_fields import Field

Fields = dict[str, Field]
LEVELS = ("high_school", "associate", "bachelor", "master", "doctorate")


def _age(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    least = fields["at_least"].whole()
    most = fields["at_most"].whole() if "at_most" in fields else None
    if most is not None and most < least:
        fields["at_most"].fault(f"Nobody is at least {least} and at most {most}.")
    return AgeRange(name, title, least, most)


def _education(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    least = fields["least"].one_of(LEVELS)
    equal = ("equal_proof",) if "or_equal_proof" in fields and fields["or_equal_proof"].yes() else ()
    details = (*LEVELS[LEVELS.index(least) :], *equal)
    return DocumentOnFile(name, title, "education_document", "education", details)


def _identity(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    has_name = "same_legal_name" in fields and fields["same_legal_name"].yes()
    details = (fields["document"].text(),)
    return DocumentOnFile(name, title, "identity_document", "identity", details, has_legal_name=has_name)


def _third_party(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return DocumentOnFile(
        name,
        title,
        "third_party_document",
        fields["document"].text(),
        sender=fields["from"].text() if "from" in fields else "",
        is_from_issuer="from_issuer" in fields and fields["from_issuer"].yes(),
        window=window_in(fields.get("window")),
    )


def _references(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    """Without a number nothing can be judged: the body is asked, and it never counts as met."""
    if "count" not in fields:
        return NotEvaluated(name, title, "references")
    count = fields["count"].whole()
    given = fields["types"].mapping() if "types" in fields else {}
    types = tuple((kind, number.whole()) for kind, number in given.items())
    together = sum(number for _kind, number in types)
    if together > count:
        fields["types"].fault(f"The types add up to {together} letters, more than the {count} in all.")
    only = names_in(fields.get("from"))
    for kind, _number in types:
        if only and kind not in only:
            fields["types"].fault(f"A letter of the type '{kind}' is asked for and does not count.")
    not_from = names_in(fields.get("not_from"))
    return References(name, title, count, types, only, not_from, window_in(fields.get("window")))


def _background(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    if "decided" in fields:
        fields["decided"].one_of(("case_by_case",))
    window = window_in(fields.get("window"))
    return BackgroundCheck(name, title, names_in(fields["checks"]), "decided" in fields, window)


def _recovery(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    version = fields["definition_version"].text() if "definition_version" in fields else ""
    return RecoveryDuration(name, title, fields["months"].whole(), names_in(fields.get("by")), version)


def _residency(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return ResidencyShare(name, title, percent_in(fields["percent"]), names_in(fields["ways"]))


def _performance(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return PerformanceAssessment(name, title, fields["form"].text(), window_in(fields.get("window")))


def _credential(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    ended = fields["ended_months"].whole() if "ended_months" in fields else 0
    return CredentialOnFile(name, title, fields["credential"].text(), ended)


def _reciprocity(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return Reciprocity(name, title, names_in(fields["origins"]), names_in(fields.get("credentials")))


def _endorsement(name: str, title: Title, fields: Fields, areas: Areas) -> Requirement:
    minutes = fields["hours"].minutes()
    least, most = amounts_in(fields.get("topics"), minutes, areas.names)
    if most:
        fields["topics"].fault("The parts of an endorsement have no maximum.")
    return Endorsement(name, title, fields["base"].text(), minutes, least)


def _employed(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return EmployedOn(name, title, fields["day"].day(), fields["role"].text())


READERS: Readers = {
    "age_range": (("at_least",), ("at_most",), _age),
    "education_document": (("least",), ("or_equal_proof",), _education),
    "identity_document": (("document",), ("same_legal_name",), _identity),
    "third_party_document": (("document",), ("from", "from_issuer", "window"), _third_party),
    "references": ((), ("count", "types", "from", "not_from", "window"), _references),
    "background_check": (("checks",), ("decided", "window"), _background),
    "recovery_duration": (("months",), ("by", "definition_version"), _recovery),
    "residency_share": (("percent", "ways"), (), _residency),
    "performance_assessment": (("form",), ("window",), _performance),
    "credential_held": (("credential",), ("ended_months",), _credential),
    "reciprocity": (("origins",), ("credentials",), _reciprocity),
    "endorsement": (("base", "hours"), ("topics",), _endorsement),
    "employed_on": (("day", "role"), (), _employed),
}
