"""What holders and bodies chose: who may be found by name, and what digital credentials say of whom."""

import re
from collections.abc import Iterable
from enum import StrEnum

import sqlalchemy as sa

from lms import clock
from lms.credentials.models import Credential, IdentityChoice, NameSearchRule, PublicListing
from lms.credentials.naming import search_key
from lms.credentials.queries.cards import _CARDS, CredentialCard, _cards
from lms.credentials.states import State
from lms.db import Scope, scope, session

MOST_FOUND = 10
MOST_WORDS = 8


class Identity(StrEnum):
    """What a machine-readable credential says of its holder."""

    NAME = "name"
    NAME_EMAIL = "name_email"
    NOTHING = "nothing"


def identity_choice(person_id: int) -> str:
    """What credentials issued to the person from now on say of them: a value of `Identity`; else the name."""
    chosen: str | None = session().scalar(
        sa.select(IdentityChoice.shows)
        .where(IdentityChoice.person_id == person_id)
        .order_by(IdentityChoice.id.desc())
        .limit(1)
    )
    return chosen or Identity.NAME.value


def bodies_with_search() -> frozenset[int]:
    """The organisations whose registers may be searched by name now."""
    newest = sa.select(sa.func.max(NameSearchRule.id)).group_by(NameSearchRule.organisation_id)
    return frozenset(
        session().scalars(
            sa.select(NameSearchRule.organisation_id).where(
                NameSearchRule.id.in_(newest), NameSearchRule.is_allowed
            )
        )
    )


def is_listed(credential_id: int) -> bool:
    """Whether its holder lets this credential be found by its name now."""
    newest: bool | None = session().scalar(
        sa.select(PublicListing.is_listed)
        .where(PublicListing.credential_id == credential_id)
        .order_by(PublicListing.id.desc())
        .limit(1)
    )
    return bool(newest)


def words_of_name(text: str) -> tuple[str, ...]:
    """The words that are looked for, as they are kept; none when the text says too little to look for.

    Two words, or one of four letters, so that nobody leafs through a register letter by letter.
    """
    words = tuple(dict.fromkeys(re.findall(r"\w+", search_key(text))))[:MOST_WORDS]
    return words if len(words) >= 2 or len("".join(words)) >= 4 else ()


def found_by_name(organisation_id: int, words: Iterable[str]) -> tuple[CredentialCard, ...]:
    """Credentials of a body whose names hold all these words whole, that may be found so; at most 10.

    Those that were replaced are left out: the newer one has a word of its holder of its own.
    """
    wanted = tuple(words)
    if not wanted or organisation_id not in bodies_with_search():
        return ()
    newest = sa.select(sa.func.max(PublicListing.id)).group_by(PublicListing.credential_id)
    listed = (
        sa.select(Credential.id, Credential.name_key)
        .join(PublicListing, PublicListing.credential_id == Credential.id)
        .where(
            PublicListing.id.in_(newest),
            PublicListing.is_listed,
            Credential.organisation_id == organisation_id,
            *(Credential.name_key.contains(word, autoescape=True) for word in wanted),
        )
        .order_by(Credential.id.desc())
        .limit(500)
    )
    with scope(Scope.all()):
        ids = [
            row.id for row in session().execute(listed) if set(wanted) <= set(re.findall(r"\w+", row.name_key))
        ]
        cards = _cards(session().execute(_CARDS.where(Credential.id.in_(ids)))) if ids else ()
    hidden = (State.SUPERSEDED, State.ERASED, State.UNKNOWN)
    return tuple(card for card in cards if card.state(clock.now()) not in hidden)[:MOST_FOUND]
