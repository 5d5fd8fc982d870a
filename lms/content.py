"""All content files checked together: what is taught, what is asked, what is required."""

from lms.assessment import bank
from lms.certification import schemes
from lms.config import Settings
from lms.curriculum import catalog
from lms.errors import Fault


def faults(settings: Settings) -> list[Fault]:
    """Every fault of every content file, in the order of the files."""
    found = [
        *catalog.load(settings.modules_dir)[1],
        *bank.load(settings.assessments_dir)[1],
        *schemes.load(schemes.FOLDER)[1],
    ]
    return sorted(found, key=lambda fault: (fault.path, fault.line))
