"""The look that an issuer chooses for its certificates: colours, seal, signatories and wording. Pure.

A look changes how a certificate is dressed and never what it is: the heading of each kind, the words "not a
certification", and the field on which each is drawn are not part of it.
"""

import re
from dataclasses import asdict, dataclass, field
from io import BytesIO
from typing import Any, Literal, Self

from PIL import Image, UnidentifiedImageError

from lms.credentials.facts import Kind

SealChoice = Literal["standard", "picture", "none"]
SEALS: tuple[SealChoice, ...] = ("standard", "picture", "none")

ACCENT, TRIM = "#0b5a60", "#a8842c"
PAPER = "#fbfaf7"
WHITE, BLACK = "#ffffff", "#000000"
LEAST_CONTRAST = 4.5
"""Of text on its ground (WCAG 2.2, 1.4.3)."""

MOST_SIGNATORIES = 3
LONGEST_LINE = 120
LARGEST_PICTURE = 500_000
LEAST_SIDE, MOST_SIDE, KEPT_SIDE = 200, 3000, 600
CLAIMS = re.compile(r"certif|licen[sc]|credential|acredit|accredit", re.IGNORECASE)
"""Words that a certificate of completion may not use in its own sentence: it would pass for a certification."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who answers for a certificate."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a template sets; what is empty stays as the house draws it.

    `version_id` names the stored version; `seal_png` are the bytes of the picture whose hash is `seal_sha256`;
    `wording` is by kind and language, as `("certification", "es")`.
    """

    version_id: int = 0
    organisation_name: str = ""
    accent: str = ACCENT
    trim: str = TRIM
    seal: SealChoice = "standard"
    seal_sha256: str = ""
    seal_png: bytes = field(default=b"", repr=False)
    signatories: tuple[Signatory, ...] = ()
    wording: tuple[tuple[str, str, str], ...] = ()

    def sentence(self, kind: Kind, language: str) -> str:
        """The sentence of its own for this kind in this language, or nothing."""
        found = (text for of, tongue, text in self.wording if (of, tongue) == (kind.value, language))
        return next(found, "")

    def as_content(self) -> dict[str, Any]:
        """The look as it is stored: plain values for a JSON column, the picture by its hash."""
        content = asdict(self)
        del content["seal_png"]
        content["wording"] = [list(line) for line in self.wording]
        content["signatories"] = [[one.name, one.title] for one in self.signatories]
        return content

    @classmethod
    def of_content(cls, content: dict[str, Any], seal_png: bytes = b"") -> Self:
        """The look back from its stored form and the bytes of its picture."""
        known = {name: content[name] for name in cls.__dataclass_fields__ if name in content}
        known["wording"] = tuple((of, tongue, text) for of, tongue, text in content.get("wording", ()))
        known["signatories"] = tuple(Signatory(*pair) for pair in content.get("signatories", ()))
        return cls(**known, seal_png=seal_png)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a page, all from the two that an issuer chooses."""

    accent: str = ACCENT
    deep: str = "#073f44"
    thread: str = "#2f868a"
    trim: str = TRIM
    pale: str = "#e3c77a"
    faint: str = "#d9ecec"


def palette_of(look: Look | None) -> Palette:
    """The colours for a look; those of the house without one."""
    if look is None or (look.accent, look.trim) == (ACCENT, TRIM):
        return Palette()
    return Palette(
        accent=look.accent,
        deep=_mixed(look.accent, BLACK, 0.3),
        thread=_mixed(look.accent, WHITE, 0.22),
        trim=look.trim,
        pale=_readable(_mixed(look.trim, WHITE, 0.5), look.accent),
        faint=_readable(_mixed(look.accent, WHITE, 0.86), look.accent),
    )


def is_colour(text: str) -> bool:
    """Whether the text is a colour as `#0b5a60`."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(accent: str) -> bool:
    """Whether text in this colour can be read on the paper, and white text on it."""
    return contrast(accent, PAPER) >= LEAST_CONTRAST


class UnusablePicture(ValueError):
    """The picture cannot be a seal; `why` is one of `form`, `large`, `sides`, `shape`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def seal_picture(data: bytes) -> bytes:
    """The uploaded PNG drawn anew, at most 600 pixels wide and without anything but its pixels.

    Raises UnusablePicture: not a PNG, more than 500 kB, a side under 200 or over 3,000 pixels, or more than
    twice as wide as high (or the other way).
    """
    if len(data) > LARGEST_PICTURE:
        raise UnusablePicture("large")
    try:
        with Image.open(BytesIO(data), formats=("PNG",)) as picture:
            sides = picture.size
            if min(sides) < LEAST_SIDE or max(sides) > MOST_SIDE:
                raise UnusablePicture("sides")
            if max(sides) > 2 * min(sides):
                raise UnusablePicture("shape")
            kept = picture.convert("RGBA")
    except Image.DecompressionBombError as fault:
        raise UnusablePicture("sides") from fault
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as fault:
        if isinstance(fault, UnusablePicture):
            raise
        raise UnusablePicture("form") from fault
    kept.thumbnail((KEPT_SIDE, KEPT_SIDE))
    target = BytesIO()
    Image.frombytes("RGBA", kept.size, kept.tobytes()).save(target, "PNG", optimize=False)
    return target.getvalue()


def _readable(colour: str, ground: str) -> str:
    return colour if contrast(colour, ground) >= LEAST_CONTRAST else WHITE


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    shares = [part / 255 for part in _parts(colour)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
