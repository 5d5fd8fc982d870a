"""Work on credentials after the answer."""

from lms.credentials import queries, services
from lms.worker import Sweep, task


@task("credentials.draw")
def draw(credential_id: int) -> None:
    """Draw a certificate and tell its holder, if that was not done."""
    services.draw_certificate(credential_id)


UNDRAWN = Sweep("certificates to draw", "credentials.draw", 30, queries.undrawn)
