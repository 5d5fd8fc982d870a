"""The words that pages show for domains and ids."""

from __future__ import annotations

from flask_babel import gettext as _

from lms.assessment.items import Domain


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


def humanised(identifier: str) -> str:
    """An id as words: shared-ground becomes "Shared ground". For titles that another slice keeps."""
    return identifier.replace("-", " ").replace("_", " ").capitalize()
