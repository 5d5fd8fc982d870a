"""Holding people to a version of a scheme: at their first application, and by a move that was previewed."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.certification.models import Application, SchemePin
from lms.certification.queries import is_in_force, preview_of
from lms.db import session
from lms.errors import Conflict, Invalid

LONGEST_REASON = 500


def pin_at_start(application: Application) -> None:
    """Hold the applicant to the version of a first application. Part of applying: no event of its own."""
    held = sa.select(SchemePin.id).where(
        SchemePin.person_id == application.person_id, SchemePin.scheme_id == application.scheme_id
    )
    if session().scalar(held.limit(1)) is None:
        session().add(
            SchemePin(
                organisation_id=application.organisation_id,
                person_id=application.person_id,
                scheme_id=application.scheme_id,
                version=application.scheme_version,
                at=application.submitted_at,
                by_id=application.person_id,
                reason="",
            )
        )
        session().flush()


def move_to_version(
    actor_id: int,
    *,
    organisation_id: int,
    scheme_id: str,
    version: int,
    person_ids: Iterable[int],
    reason: str,
    request_key: str,
) -> int:
    """Hold these people to that version from now on; how many were moved. Once for each `request_key`.

    Only people whom the preview shows as movable are moved. Raises Invalid without people or a reason,
    Conflict for a version that is not in force yet or when somebody cannot be moved any more.
    """
    chosen = sorted(set(person_ids))
    if not chosen:
        raise Invalid("people", _("Choose at least one person."))
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Invalid("reason", _("Write the reason in 1 to %(most)s letters.", most=LONGEST_REASON))
    if (done := _moved_by(request_key, scheme_id, organisation_id)) > 0:
        return done
    preview = preview_of(organisation_id, scheme_id, version)
    if not is_in_force(preview.scheme, clock.today(preview.organisation.timezone)):
        raise Conflict(_("This version is not in force yet. Nobody can be moved to it before that day."))
    movable = {change.person.id for change in preview.can_move}
    if not movable.issuperset(chosen):
        raise Conflict(_("Some of these people cannot be moved any more. Load the page again."))
    now = clock.now()
    for person_id in chosen:
        session().add(
            SchemePin(
                organisation_id=organisation_id,
                person_id=person_id,
                scheme_id=scheme_id,
                version=version,
                at=now,
                by_id=actor_id,
                reason=reason.strip(),
                request_key=request_key,
            )
        )
    session().flush()
    audit.record(
        Action.CERTIFICATION_MOVE_VERSION,
        actor_id=actor_id,
        subject="organisation",
        subject_id=organisation_id,
        organisation_id=organisation_id,
        details={"scheme": scheme_id, "version": version, "people": chosen, "reason": reason.strip()},
    )
    return len(chosen)


def _moved_by(request_key: str, scheme_id: str, organisation_id: int) -> int:
    return (
        session().scalar(
            sa.select(sa.func.count(SchemePin.id)).where(
                SchemePin.request_key == request_key,
                SchemePin.scheme_id == scheme_id,
                SchemePin.organisation_id == organisation_id,
            )
        )
        or 0
    )
