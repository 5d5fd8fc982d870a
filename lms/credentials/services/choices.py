"""What holders and bodies choose: being found by name, and what machine-readable credentials say of whom."""

from flask_babel import gettext as _

from lms import clock
from lms.audit import Action, record
from lms.credentials import queries
from lms.credentials.models import IdentityChoice, NameSearchRule, PublicListing
from lms.credentials.queries.choices import Identity
from lms.db import session
from lms.errors import Conflict, Invalid, NotFound


def list_by_name(actor_id: int, *, number: str, is_listed: bool) -> None:
    """Let a credential be found by its name, or no longer. What holds already is not written again.

    Raises NotFound, and Conflict where its body's register is not searched by name.
    """
    card = queries.credential(number)
    if card.person_id != actor_id:
        raise NotFound
    if is_listed and card.organisation_id not in queries.bodies_with_search():
        raise Conflict(_("This register cannot be searched by name now."))
    if queries.is_listed(card.id) == is_listed:
        return
    session().add(PublicListing(credential_id=card.id, is_listed=is_listed, at=clock.now()))
    session().flush()
    record(
        Action.CREDENTIALS_LIST_BY_NAME,
        actor_id=actor_id,
        subject="credential",
        subject_id=card.id,
        organisation_id=card.organisation_id,
        details={"is_listed": is_listed},
    )


def allow_name_search(actor_id: int, *, organisation_id: int, is_allowed: bool) -> None:
    """Let a body's register be searched by name, or no longer. What holds already is not written again."""
    if (organisation_id in queries.bodies_with_search()) == is_allowed:
        return
    rule = NameSearchRule(
        organisation_id=organisation_id, is_allowed=is_allowed, by_id=actor_id, at=clock.now()
    )
    session().add(rule)
    session().flush()
    record(
        Action.CREDENTIALS_ALLOW_NAME_SEARCH,
        actor_id=actor_id,
        subject="name_search_rule",
        subject_id=rule.id,
        organisation_id=organisation_id,
        details={"is_allowed": is_allowed},
    )


def choose_identity(actor_id: int, *, shows: str) -> None:
    """Choose what credentials issued from now on say of oneself. Raises Invalid."""
    if shows not in set(Identity):
        raise Invalid("shows", _("Choose one of these."))
    if queries.identity_choice(actor_id) == shows:
        return
    row = IdentityChoice(person_id=actor_id, shows=shows, at=clock.now())
    session().add(row)
    session().flush()
    record(
        Action.CREDENTIALS_CHOOSE_IDENTITY,
        actor_id=actor_id,
        subject="identity_choice",
        subject_id=row.id,
        details={"shows": shows},
    )
