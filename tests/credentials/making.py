"""Credentials for tests, made through the services."""

from datetime import date
from typing import Any

from lms.credentials import services
from lms.credentials.facts import CredentialFacts, HoursLine, Kind
from lms.credentials.services import IssuedCredential
from tests.personas import Personas

FACTS = CredentialFacts(
    scheme_title="Peer specialist, state scheme",
    training=(HoursLine("in_person", 2400), HoursLine("live_remote", 1200), HoursLine("self_paced", 930)),
    domains=(("advocacy", 600),),
    practice_minutes=30000,
    supervision_minutes=1500,
    examinations=("Foundations examination",),
    signatory_name="Dr. Amina Okafor",
    signatory_title="Director of Certification",
    evidence=("completion:1",),
)


def issued(personas: Personas, key: str = "decision:1", **changes: Any) -> IssuedCredential:
    """A certification of the trainee, issued by the certifying body; within the open transaction."""
    values: dict[str, Any] = {
        "person_id": personas.trainee,
        "organisation_id": personas.body,
        "kind": Kind.CERTIFICATION,
        "title": "Certified Peer Specialist",
        "name_as_issued": "Tara Vázquez",
        "scheme_id": "state-cps",
        "scheme_version": "2026.1",
        "facts": FACTS,
        "issued_on": date(2026, 11, 22),
        "valid_until": None,
        "decision_key": key,
    }
    return services.issue(personas.reviewer, **(values | changes))
