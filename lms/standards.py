"""The two lists that lessons and items are tagged by: the eight principles and the core competencies.

Principles: ImROC's values of peer support work. Competencies: SAMHSA, Core Competencies for Peer Workers in
Behavioral Health Services (2015): twelve categories, 62 competencies, written `C<category>.<number>`.
"""

from types import MappingProxyType

PRINCIPLES = (
    "mutual",
    "reciprocal",
    "non_directive",
    "recovery_focused",
    "strengths_based",
    "inclusive",
    "progressive",
    "emotionally_safe",
)

CATEGORIES = MappingProxyType(
    {
        1: "Engages peers in collaborative and caring relationships",
        2: "Provides support",
        3: "Shares lived experiences of recovery",
        4: "Personalizes peer support",
        5: "Supports recovery planning",
        6: "Links to resources, services, and supports",
        7: "Provides information about skills related to health, wellness, and recovery",
        8: "Helps peers to manage crises",
        9: "Values communication",
        10: "Supports collaboration and teamwork",
        11: "Promotes leadership and advocacy",
        12: "Promotes growth and development",
    }
)

_COUNTS = (5, 5, 4, 4, 5, 5, 6, 5, 6, 6, 7, 4)

# C1.1 to C12.4, in order.
COMPETENCIES = tuple(
    f"C{category}.{number}" for category, count in enumerate(_COUNTS, start=1) for number in range(1, count + 1)
)


def category_of(code: str) -> int:
    """The number of a competency's category: 9 for C9.2."""
    return int(code[1:].partition(".")[0])
