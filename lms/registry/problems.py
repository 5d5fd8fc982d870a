"""The kinds of problem that the programming interface answers with. Pure.

A kind's name is the end of its `type` and stays what it is; what people read of it may be put better.
"""

from dataclasses import dataclass


def N_(text: str) -> str:
    """Mark a text for translation; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: its status, its title, and what to do about it."""

    status: int
    title: str
    what_to_do: str


PROBLEMS: dict[str, Kind] = {
    "invalid": Kind(
        422,
        N_("Something that was sent cannot be taken"),
        N_("The sentence in “detail” says what to send; “field” names the part. Change it and send it again."),
    ),
    "no-token": Kind(
        401,
        N_("A good token is needed"),
        N_("The token is missing, mistyped, ended or past its last day. Ask for a new one."),
    ),
    "missing-scope": Kind(
        403,
        N_("The token may not do this"),
        N_("The token is good, and it was made for other things. Make one with the scope that “scope” names."),
    ),
    "not-found": Kind(
        404,
        N_("There is nothing here"),
        N_("Compare the address with the description."),
    ),
    "unknown-number": Kind(
        404,
        N_("No credential has this number"),
        N_("Compare the number with the paper. It may also be from another register."),
    ),
    "no-method": Kind(
        405,
        N_("This address takes other methods"),
        N_("The header “Allow” names them."),
    ),
    "conflict": Kind(
        409,
        N_("This has changed in the meantime"),
        N_("Read it again, then decide."),
    ),
    "too-large": Kind(
        413,
        N_("Too much was sent at once"),
        N_("Send fewer numbers at a time."),
    ),
    "too-many": Kind(
        429,
        N_("Too many requests in a minute"),
        N_("Wait as many seconds as the header “Retry-After” says."),
    ),
    "broken": Kind(
        500,
        N_("Something broke on our side"),
        N_("Nothing was changed. If it happens again, tell us the reference."),
    ),
    "cannot-be-checked-now": Kind(
        503,
        N_("This cannot be checked now"),
        N_("That says nothing about the credential. Ask again after the time in “Retry-After”."),
    ),
}
