"""The people of the demo: who one can be with one click."""

from dataclasses import dataclass

from lms.permissions import Role


@dataclass(frozen=True)
class Part:
    """One person of the demo and what a visitor may try as that person."""

    key: str
    email: str
    chosen_name: str
    legal_name: str
    language: str
    role: Role
    organisation: str
    about: str


CAST = (
    Part(
        "tara",
        "tara@open-door.test",
        "Tara",
        "Tara Mae Willow",
        "en",
        Role.TRAINEE,
        "open-door",
        "A new trainee. Nothing is done yet.",
    ),
    Part(
        "marisol",
        "marisol@open-door.test",
        "Marisol",
        "Marisol Vega Ruiz",
        "es",
        Role.TRAINEE,
        "open-door",
        "A trainee near the end. Her pages are in Spanish.",
    ),
    Part(
        "dana",
        "dana@open-door.test",
        "Dana",
        "Dana Okonkwo",
        "en",
        Role.SUPERVISOR,
        "open-door",
        "A supervisor. Sixty entries wait for her, and some look odd.",
    ),
    Part(
        "amir",
        "amir@open-door.test",
        "Amir",
        "Amir Haddad",
        "en",
        Role.ASSESSOR,
        "open-door",
        "An assessor. He sees how the examinations went.",
    ),
    Part(
        "ruth",
        "ruth@peer-board.test",
        "Ruth",
        "Ruth Lindqvist",
        "en",
        Role.REVIEWER,
        "peer-board",
        "A reviewer and registrar at the certifying body.",
    ),
    Part(
        "ada",
        "ada@open-door.test",
        "Ada",
        "Ada Brightwater",
        "en",
        Role.ADMINISTRATOR,
        "open-door",
        "An administrator. She runs this installation and its courses.",
    ),
)
