"""Names as they are printed and as they are looked for. Pure."""

import unicodedata

LONGEST_NAME = 200

SILENT = "\u00ad\u200b\u200e\u200f\u061c\u2060\ufeff"
"""Marks that come along when a name is copied and say nothing in it: left out without a word."""

JOINERS = "\u200c\u200d"
JOINED_SCRIPTS = ("ARABIC", "DEVANAGARI")
"""Scripts in which a joiner changes how the letters beside it are written, as in Persian names."""


def tidy(text: str) -> str:
    """The text composed (NFC), without silent marks, with single spaces between words and none at its ends."""
    whole = unicodedata.normalize("NFC", text.translate(dict.fromkeys(map(ord, SILENT))))
    kept = [letter for at, letter in enumerate(whole) if letter not in JOINERS or _is_joining(whole, at)]
    return " ".join("".join(kept).split())


def _is_joining(text: str, at: int) -> bool:
    """Whether the joiner at this place stands after a letter of a script that needs it."""
    return at > 0 and unicodedata.name(text[at - 1], "").startswith(JOINED_SCRIPTS)


def hidden_letters(text: str) -> tuple[str, ...]:
    """The code points that no name may hold, each once, as `U+202E`.

    Controls, signs that turn the direction of what follows (UAX #9, so that a name is not read as another),
    tags, private and unassigned code points, and halves of pairs.
    """
    refused = [letter for letter in text if _is_hidden(letter)]
    return tuple(f"U+{ord(letter):04X}" for letter in dict.fromkeys(refused))


def _is_hidden(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return (kind[0] == "C" and letter not in JOINERS) or kind in ("Zl", "Zp")


def search_key(text: str) -> str:
    """The text without accents and case, so that `Vázquez` is found by `vazquez`."""
    apart = unicodedata.normalize("NFKD", tidy(text).casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
