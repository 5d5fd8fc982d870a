"""The words that pages show for domains and ids."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from lms.assessment.items import Domain, Wording


def domain_label(domain: Domain) -> str:
    """The domain's name in the page's language."""
    return str(
        {
            Domain.ADVOCACY: _("Advocacy"),
            Domain.MENTORING_EDUCATION: _("Mentoring and education"),
            Domain.RECOVERY_WELLNESS: _("Recovery and wellness"),
            Domain.ETHICAL_RESPONSIBILITY: _("Ethics and responsibility"),
            Domain.HARM_REDUCTION: _("Harm reduction"),
        }[domain]
    )


def lesson_title(module_id: str, lesson_id: str, language: str) -> Wording:
    """The titles of a module and its lesson; their ids in words where nobody teaches them any more."""
    named = _namer(module_id, lesson_id, language)
    return named or Wording(f"{_humanised(module_id)}: {_humanised(lesson_id)}", "en")


def _humanised(identifier: str) -> str:
    return identifier.replace("-", " ").replace("_", " ").capitalize()


Namer = Callable[[str, str, str], Wording | None]
_namer: Namer = lambda _module_id, _lesson_id, _language: None  # noqa: E731  (until lessons are taught)


def name_lessons(namer: Namer) -> None:
    """Let the slice that teaches say what its lessons are called."""
    global _namer
    _namer = namer
