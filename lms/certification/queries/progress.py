"""A person's standing under a scheme, and what can be done about it now."""

from dataclasses import dataclass
from datetime import date

from lms import clock
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.models import State
from lms.certification.queries.applications import ApplicationCard, applications_of
from lms.certification.queries.cycles import record_under
from lms.certification.queries.versions import PinCard, held_version, pins_of
from lms.certification.record import gathered
from lms.certification.scheme_file import Scheme
from lms.certification.schemes import schemes
from lms.errors import NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard, PersonCard
from lms.permissions import Role


@dataclass(frozen=True)
class Progress:
    """One scheme for one person: what was found, what it was found from, and what can be done now.

    `applications` are all of the person's, newest first; `schemes` those that may be looked at.
    """

    person: PersonCard
    scheme: Scheme
    issuer: OrganisationCard | None
    evaluation: Evaluation
    record: Record
    application: ApplicationCard | None
    applications: tuple[ApplicationCard, ...]
    schemes: tuple[Scheme, ...]
    pin: PinCard | None = None
    newer: Scheme | None = None

    @property
    def is_offered(self) -> bool:
        """Whether somebody here issues it; other bodies' rules are only shown."""
        return self.issuer is not None

    @property
    def may_apply(self) -> bool:
        """All is met, a review is asked for, and nothing is under way."""
        return (
            self.is_offered
            and self.scheme.is_reviewed
            and self.scheme.renewal is None
            and self.evaluation.is_met
            and (self.application is None or self.application.state == State.REFUSED)
        )

    @property
    def may_take(self) -> bool:
        """All is met and no review is asked for: the completion can be had at once."""
        return (
            self.is_offered
            and not self.scheme.is_reviewed
            and self.evaluation.is_met
            and self.application is None
        )


def issuer_of(scheme: Scheme) -> OrganisationCard | None:
    """The organisation that issues under this scheme, or None when nobody here does."""
    if scheme.issuer == "none":
        return None
    try:
        return people.organisation_by_slug(scheme.issuer)
    except NotFound:
        return None


def is_offered_to(person_id: int, scheme: Scheme, issuer: OrganisationCard) -> bool:
    """A completion is for the trainees of its issuer; a certification body takes anyone's application."""
    if scheme.kind == "certification":
        return True
    return any(one.id == issuer.id for one in people.organisations_of(person_id, Role.TRAINEE))


def evaluation_of(person_id: int, scheme_id: str, as_of: date | None = None) -> Evaluation:
    """The person's standing under the scheme in force at `as_of` (today at its issuer). Raises NotFound."""
    return progress_of(person_id, scheme_id, as_of).evaluation


def progress_of(person_id: int, scheme_id: str | None = None, as_of: date | None = None) -> Progress:
    """The person's standing under a scheme: the one asked for, else the one they work towards.

    An open application is judged by the version that it is pinned to; else the version counts that the
    person is held to, else today's. Raises NotFound.
    """
    person = people.person(person_id)
    day = as_of or clock.today(person.timezone)
    applications = applications_of(person_id)
    pins = pins_of(person_id)
    found = tuple(sorted(schemes().in_force(day), key=lambda scheme: scheme.issuer == "none"))
    wanted = scheme_id or _worked_towards(applications, found)
    application = next((one for one in applications if one.scheme.id == wanted), None)
    current = next((one for one in found if one.id == wanted), schemes().current(wanted or "", day))
    scheme = application.scheme if application and application.is_open else None
    if scheme is None and current is not None:
        scheme = held_version(current, pins)
    if scheme is None:
        raise NotFound
    newer = current if current is not None and current.version > scheme.version else None
    issuer = issuer_of(scheme)
    if issuer is not None and not is_offered_to(person_id, scheme, issuer):
        issuer = None
    zone = issuer.timezone if issuer else person.timezone
    record = scheme.allocated(record_under(scheme, person_id, zone, None, issuer.id if issuer else None))
    evaluation = scheme.evaluate(record, as_of or clock.today(zone))
    pin = pins.get(scheme.id)
    return Progress(
        person,
        scheme,
        issuer,
        evaluation,
        record,
        application,
        applications,
        found,
        pin if pin and pin.version == scheme.version else None,
        newer,
    )


def _worked_towards(applications: tuple[ApplicationCard, ...], found: tuple[Scheme, ...]) -> str | None:
    """What a person works towards: an open application's scheme, else the first certification offered."""
    under_way = [one.scheme for one in applications if one.is_open]
    offered = [scheme for scheme in found if scheme.issuer != "none"]
    certifications = [scheme for scheme in offered if scheme.kind == "certification"]
    return next((scheme.id for scheme in (*under_way, *certifications, *offered)), None)


# --- every scheme at once -------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How one record stands under one scheme."""

    scheme: Scheme
    issuer: OrganisationCard | None
    evaluation: Evaluation


def standings_of(person_id: int) -> tuple[Standing, ...]:
    """The person's record under every scheme in force, met ones first, then by how much is left.

    The rows are read once, and made into a record for each of those who issue here and one for all others.
    """
    person = people.person(person_id)
    bodies = {body.slug: body for body in people.organisations()}
    providers = {body.id for body in people.organisations_of(person_id, Role.TRAINEE)}
    rows = gathered(person_id)
    records: dict[int | None, Record] = {}
    pins = pins_of(person_id)
    found = []
    for in_force in schemes().in_force(clock.today(person.timezone)):
        scheme = held_version(in_force, pins)
        issuer = bodies.get(scheme.issuer)
        if issuer is not None and scheme.kind != "certification" and issuer.id not in providers:
            issuer = None
        zone = issuer.timezone if issuer else person.timezone
        body_id = issuer.id if issuer else None
        if body_id not in records:
            records[body_id] = rows.record(zone, body_id)
        found.append(Standing(scheme, issuer, scheme.evaluate(records[body_id], clock.today(zone))))
    return tuple(
        sorted(found, key=lambda one: (bool(one.evaluation.left), one.issuer is None, len(one.evaluation.left)))
    )
