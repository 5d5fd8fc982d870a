"""Which form of a credential a caller is given (RFC 9110, 12.5.1). Pure.

Nobody is told 406: who names nothing that there is gets the page, which a person can read.
"""

from collections.abc import Iterable

CREDENTIAL_TYPE = "application/vc+ld+json"
PAGE_TYPE = "text/html"
MACHINE_TYPES = (CREDENTIAL_TYPE, "application/vc", "application/ld+json", "application/json")


def chosen(accepted: Iterable[tuple[str, float]]) -> str:
    """The type to answer with, for the media ranges of `Accept` with their qualities, in their order.

    Who names nothing, or anything at all, is a program and gets the signed document. Of types that are liked
    the same, the one that was named more exactly wins, then the one that was named first. Parameters of a
    type, such as a profile, do not matter.
    """
    ranges = [(kind.partition(";")[0].strip().lower(), quality) for kind, quality in accepted]
    if all(kind == "*/*" for kind, quality in ranges if quality > 0):
        refused = {kind for kind, quality in ranges if quality <= 0}
        left = [kind for kind in MACHINE_TYPES if kind not in refused]
        has_any = not ranges or any(quality > 0 for _kind, quality in ranges)
        return left[0] if left and has_any else PAGE_TYPE
    liked = [(_liking(kind, ranges), kind) for kind in (PAGE_TYPE, *MACHINE_TYPES)]
    (quality, _exactness, _place), best = max(liked, key=lambda one: one[0])
    return best if quality > 0 else PAGE_TYPE


def _liking(offered: str, ranges: list[tuple[str, float]]) -> tuple[float, int, int]:
    """How much a type is liked, how exactly it was named, and how early, by the most exact range for it."""
    names = (offered, f"{offered.partition('/')[0]}/*", "*/*")
    for exactness, name in zip((2, 1, 0), names, strict=True):
        for place, (kind, quality) in enumerate(ranges):
            if kind == name:
                return quality, exactness, -place
    return 0.0, 0, -len(ranges)
