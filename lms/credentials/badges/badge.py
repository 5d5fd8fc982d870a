"""An issued credential as an Open Badges 3.0 credential, still to be signed. Pure.

Open Badges 3.0, sections on AchievementCredential and its parts; every list is written as a list, also with
one element, since the published schema takes nothing else. Each part has an address of its own, so that no
two look alike to a canonicaliser. Amounts are text there: hours with at most two decimals.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.credentials.badges import status_list
from lms.credentials.badges.proof import (
    CREDENTIALS,
    OPEN_BADGES,
    OPEN_BADGES_MORE,
    Document,
    instant,
)
from lms.credentials.facts import CredentialFacts, Kind

SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
TYPES = {Kind.CERTIFICATION: "Certification", Kind.COMPLETION: "CertificateOfCompletion"}
# A verifier's clock may be behind ours: what begins a minute ago has begun everywhere.
EARLIER = timedelta(minutes=1)
# Key, name, type of result, and the value as text.
Amount = tuple[str, str, str, str]


@dataclass(frozen=True)
class Issuer:
    """Who issues: its identifier, name and page, and the https address that all its addresses begin with."""

    did: str
    name: str
    page: str
    root: str


@dataclass(frozen=True)
class Badge:
    """All that the credential says. `subject` is a random urn:uuid; `name` is None when the holder wants none.

    `email` with `salt` is written as a hash only. `valid_until` is the first instant it is no longer valid.
    """

    issuer: Issuer
    number: str
    subject: str
    kind: Kind
    title: str
    scheme_id: str
    scheme_version: str
    facts: CredentialFacts
    awarded_at: datetime
    valid_from: datetime
    valid_until: datetime | None
    list_url: str
    list_index: int
    name: str | None = None
    email: str | None = None
    salt: str = ""

    @property
    def address(self) -> str:
        """The credential's own address."""
        return f"{self.issuer.root}/c/{self.number}"


def unsigned(badge: Badge, *, with_amounts: bool = False) -> Document:
    """The credential without its proof.

    Hours and examinations are in it only when asked for, and then it is another document with another address:
    the public one is for everybody, the one with amounts is for the holder's transcript.
    """
    document: Document = {
        "@context": [CREDENTIALS, OPEN_BADGES, OPEN_BADGES_MORE],
        "id": f"{badge.address}#record" if with_amounts else badge.address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": badge.title,
        "issuer": _profile(badge.issuer),
        "awardedDate": instant(badge.awarded_at),
        "validFrom": instant(badge.valid_from - EARLIER),
        "credentialSubject": _subject(badge, _amounts(badge) if with_amounts else []),
        "credentialStatus": status_list.entry(badge.list_url, badge.list_index),
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    if badge.valid_until is not None:
        document["validUntil"] = instant(badge.valid_until)
    return document


def identity_hash(identifier: str, salt: str) -> str:
    """An e-mail address as its salted hash; capital letters and spaces around it make no difference."""
    return "sha256$" + hashlib.sha256((identifier.strip().lower() + salt).encode()).hexdigest()


def hours_text(minutes: int) -> str:
    """Minutes as hours with at most two decimals: 90 is "1.5"."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def _profile(issuer: Issuer) -> Document:
    return {"id": issuer.did, "type": ["Profile"], "name": issuer.name, "url": issuer.page}


def _subject(badge: Badge, amounts: list[Amount]) -> Document:
    subject: Document = {
        "id": badge.subject,
        "type": ["AchievementSubject"],
        "achievement": _achievement(badge, amounts),
        "licenseNumber": badge.number,
    }
    identifiers = _identifiers(badge)
    if identifiers:
        subject["identifier"] = identifiers
    results = [
        {
            "id": f"{badge.address}#{key}",
            "type": ["Result"],
            "resultDescription": f"{_achievement_address(badge)}#{key}",
            "value": value,
        }
        for key, _name, _type, value in amounts
    ]
    if results:
        subject["result"] = results
    return subject


def _identifiers(badge: Badge) -> list[Document]:
    found: list[Document] = []
    if badge.name:
        found.append(
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": badge.name,
                "identityType": "name",
            }
        )
    if badge.email:
        found.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": identity_hash(badge.email, badge.salt),
                "identityType": "emailAddress",
                "salt": badge.salt,
            }
        )
    return found


def _achievement_address(badge: Badge) -> str:
    slug = badge.issuer.did.rpartition(":")[2]
    return f"{badge.issuer.root}/issuers/{slug}/achievements/{badge.scheme_id}/{badge.scheme_version}"


def _achievement(badge: Badge, amounts: list[Amount]) -> Document:
    address = _achievement_address(badge)
    words = (
        f"{badge.title}. Version {badge.scheme_version} of the published requirements of {badge.issuer.name}."
    )
    achievement: Document = {
        "id": address,
        "type": ["Achievement"],
        "achievementType": TYPES[badge.kind],
        "name": badge.title,
        "description": words,
        "criteria": {"id": f"{address}#criteria", "narrative": words},
        "creator": _profile(badge.issuer),
        "humanCode": badge.scheme_id,
        "version": badge.scheme_version,
        "inLanguage": badge.facts.language,
    }
    described = [
        {"id": f"{address}#{key}", "type": ["ResultDescription"], "name": name, "resultType": type}
        for key, name, type, _value in amounts
    ]
    if described:
        achievement["resultDescription"] = described
    return achievement


def _amounts(badge: Badge) -> list[Amount]:
    """What is counted."""
    facts = badge.facts
    found = [
        (f"training-{line.mode}", f"Training hours, {line.mode.replace('_', ' ')}", line.minutes)
        for line in facts.training
    ]
    found += [
        (f"domain-{key}", f"Training hours, {key.replace('_', ' ')}", minutes) for key, minutes in facts.domains
    ]
    found += [
        ("practice", "Supervised practice hours", facts.practice_minutes),
        ("supervision", "Hours of supervision", facts.supervision_minutes),
    ]
    amounts = [(key, name, "ext:Hours", hours_text(minutes)) for key, name, minutes in found if minutes]
    passed = [
        (f"examination-{place}", title, "Status", "Passed")
        for place, title in enumerate(facts.examinations, start=1)
    ]
    return amounts + passed
