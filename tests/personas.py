"""The people of the tests: one of each role at a training provider and a certifying body, and strangers."""

from dataclasses import dataclass

from lms.permissions import Role
from tests import builders


@dataclass(frozen=True)
class Personas:
    """Ids only, so that they outlive the session that made them."""

    provider: int
    body: int
    foreign_provider: int
    foreign_body: int
    trainee: int
    other_trainee: int
    trainer: int
    assessor: int
    supervisor: int
    other_supervisor: int
    coordinator: int
    reviewer: int
    registrar: int
    auditor: int
    administrator: int
    foreign_trainee: int
    foreign_supervisor: int
    foreign_coordinator: int
    foreign_reviewer: int
    foreign_registrar: int


def make() -> Personas:
    """Make them all, in the transaction that is open. Organisation slugs are those of the demo."""
    provider = builders.organisation("open-door", name="Open Door Training", is_training_provider=True)
    body = builders.organisation("peer-board", name="Peer Certification Board", is_certifying_body=True)
    foreign_provider = builders.organisation("far-shore", name="Far Shore College", is_training_provider=True)
    foreign_body = builders.organisation("far-board", name="Far Shore Board", is_certifying_body=True)

    def somebody(name: str, role: Role, *organisations: int) -> int:
        made = builders.person(name)
        for organisation_id in organisations:
            builders.grant(made.id, organisation_id, role)
        return made.id

    return Personas(
        provider=provider.id,
        body=body.id,
        foreign_provider=foreign_provider.id,
        foreign_body=foreign_body.id,
        trainee=somebody("Tara", Role.TRAINEE, provider.id),
        other_trainee=somebody("Otis", Role.TRAINEE, provider.id),
        trainer=somebody("Tomas", Role.TRAINER, provider.id),
        assessor=somebody("Asha", Role.ASSESSOR, provider.id),
        supervisor=somebody("Sam", Role.SUPERVISOR, provider.id),
        other_supervisor=somebody("Sol", Role.SUPERVISOR, provider.id),
        coordinator=somebody("Cora", Role.COORDINATOR, provider.id),
        reviewer=somebody("Rui", Role.REVIEWER, body.id),
        registrar=somebody("Rhea", Role.REGISTRAR, provider.id, body.id),
        auditor=somebody("Aud", Role.AUDITOR, body.id),
        administrator=somebody("Ada", Role.ADMINISTRATOR, provider.id),
        foreign_trainee=somebody("Finn", Role.TRAINEE, foreign_provider.id),
        foreign_supervisor=somebody("Fern", Role.SUPERVISOR, foreign_provider.id),
        foreign_coordinator=somebody("Flor", Role.COORDINATOR, foreign_provider.id),
        foreign_reviewer=somebody("Fritz", Role.REVIEWER, foreign_body.id),
        foreign_registrar=somebody("Fay", Role.REGISTRAR, foreign_body.id, foreign_provider.id),
    )
