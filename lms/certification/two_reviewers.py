"""Whether a reviewer's word closes an application that two must look at. Pure."""

from collections.abc import Sequence


def closes(earlier: Sequence[str], outcome: str) -> bool:
    """Whether this word decides, after these words of others in the same round.

    The first word only recommends. The second decides when it agrees. When the first two differ, the
    third decides.
    """
    return len(earlier) >= 2 or (len(earlier) == 1 and earlier[0] == outcome)


def disagree(words: Sequence[str]) -> bool:
    """Whether two reviewers see it differently and a third person must decide."""
    return len(words) == 2 and words[0] != words[1]
