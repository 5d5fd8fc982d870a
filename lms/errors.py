"""The four errors a service may raise, and the fault a content file may have.

`app.py` maps each error once: NotFound 404, Forbidden 403, Invalid 422, Conflict 409.
"""

from dataclasses import dataclass


class LmsError(Exception):
    """What a service says no with; its text is a sentence for a person."""


class NotFound(LmsError):
    """There is no such thing, or it is not for this person to know."""

    def __init__(self, message: str = "There is nothing at this address.") -> None:
        super().__init__(message)


class Forbidden(LmsError):
    """The person knows of the thing and may not do this to it."""

    def __init__(self, message: str = "Your role does not allow this.") -> None:
        super().__init__(message)


class Invalid(LmsError):
    """What was typed cannot be taken: `field` names where, `message` says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class Conflict(LmsError):
    """The thing is no longer in the state that this act needs."""


class SignInNeeded(LmsError):
    """Nobody is signed in; `app.py` answers with the sign-in page."""


@dataclass(frozen=True)
class Fault:
    """One fault of a content file, printed as `path:line: sentence`."""

    path: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"
