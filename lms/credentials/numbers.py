"""The public number of a credential: random, typed by people, and safe against slips of the hand.

A number is nineteen random characters of Crockford's alphabet (95 bits) and one check character,
shown in five groups of four. The check character is a weighted sum over the field of 32 elements:
each position has its own non-zero weight, so any one wrong character and any swap of two different
characters change the sum. Unlike Crockford's own modulo 37 it needs no signs outside the alphabet,
which would be hard to say on the telephone and unsafe in an address.
"""

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 characters: no I, L, O or U, which are misread or spell words."""

LENGTH = 20
RANDOM_CHARACTERS = LENGTH - 1
GROUP = 4

_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_PLAIN = str.maketrans(dict.fromkeys((*map(chr, range(33)), "-", "_", ".", "\x7f"), ""))


def _powers_of_two() -> tuple[int, ...]:
    """The 31 non-zero elements of GF(32) as powers of x, modulo x^5 + x^2 + 1."""
    powers, element = [], 1
    for _ in range(31):
        powers.append(element)
        element <<= 1
        if element & 0b100000:
            element ^= 0b100101
    return tuple(powers)


_POWER = _powers_of_two()
_LOG = {element: exponent for exponent, element in enumerate(_POWER)}


def _times(left: int, exponent: int) -> int:
    """`left` times x to the power of `exponent` in GF(32)."""
    return _POWER[(_LOG[left] + exponent) % 31] if left else 0


def check_character(body: str) -> str:
    """The character that completes `body` (nineteen characters of the alphabet)."""
    total = 0
    for position, character in enumerate(body, start=1):
        total ^= _times(_VALUE[character], position)
    return ALPHABET[total]


def new_number() -> str:
    """A fresh number in its shown form, e.g. `7Q2M-K4XD-9TPA-3WZ8-N0RB`; from the system's randomness."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return shown(body + check_character(body))


def compact(text: str) -> str:
    """`text` without spaces and dashes, in upper case, with O read as 0 and I and L as 1."""
    if text.isascii():
        return text.translate(_PLAIN).upper().translate(_LOOKALIKES)
    before = None
    while text != before:  # taking a space out may leave signs that join into one
        before = text
        kept = "".join(sign for sign in unicodedata.normalize("NFKC", text) if not _is_filler(sign))
        text = kept.upper().translate(_LOOKALIKES)
    return text


def shown(characters: str) -> str:
    """`characters` in groups of four with dashes between."""
    return "-".join(characters[start : start + GROUP] for start in range(0, len(characters), GROUP))


def normalise(text: str) -> str:
    """What a person typed, in the form numbers are stored and shown; answers also for a wrong number."""
    return shown(compact(text))


def has_shape(text: str) -> bool:
    """Whether the text has the length and the letters of a number, whatever its check character says."""
    characters = compact(text)
    return len(characters) == LENGTH and all(character in _VALUE for character in characters)


def is_well_formed(text: str) -> bool:
    """Whether the text, once normalised, is a number whose check character is right."""
    if not has_shape(text):
        return False
    characters = compact(text)
    return check_character(characters[:-1]) == characters[-1]


def _is_filler(sign: str) -> bool:
    return unicodedata.category(sign) in {"Pd", "Zs", "Cc", "Cf", "Zl", "Zp"} or sign in {"−", "_", "."}
