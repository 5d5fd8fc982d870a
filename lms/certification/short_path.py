"""The short path: what is left, in the order that makes sense to the person. Pure."""

from dataclasses import dataclass

from lms.certification.findings import Evaluation, Finding


@dataclass(frozen=True)
class ShortPath:
    """What is left: what the person can do now, then what others have, then what only time brings."""

    to_do: tuple[Finding, ...]
    with_others: tuple[Finding, ...]
    in_time: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """How many things are left."""
        return len(self.to_do) + len(self.with_others) + len(self.in_time)

    @property
    def first(self) -> Finding | None:
        """What comes next, or nothing."""
        return next(iter((*self.to_do, *self.with_others, *self.in_time)), None)


def short_path(evaluation: Evaluation) -> ShortPath:
    """What is left of an evaluation, each group in the scheme's order, dates by date.

    Something with an earliest day still to come can only wait for it, whoever has it.
    """
    later = [one for one in evaluation.left if one.earliest_on and one.earliest_on > evaluation.as_of]
    others = [one for one in evaluation.left if one not in later and one.who_has_it != "applicant"]
    yours = [one for one in evaluation.left if one not in later and one.who_has_it == "applicant"]
    later.sort(key=lambda one: one.earliest_on or evaluation.as_of)
    return ShortPath(tuple(yours), tuple(others), tuple(later))
