"""Names as they are printed and as they are looked for."""

import unicodedata

LONGEST_NAME = 200


def tidy(text: str) -> str:
    """The text composed (NFC), without spaces at its ends and with single spaces between words."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def search_key(text: str) -> str:
    """The text without accents and case, so that `Vázquez` is found by `vazquez`."""
    apart = unicodedata.normalize("NFKD", tidy(text).casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
