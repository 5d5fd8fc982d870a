"""Work on credentials after the answer."""

from lms.credentials import queries, services
from lms.worker import Sweep, task


@task("credentials.draw")
def draw(credential_id: int) -> None:
    """Draw a certificate and tell its holder, if that was not done."""
    services.draw_certificate(credential_id)


@task("credentials.draw_renewal")
def draw_renewal(renewal_id: int) -> None:
    """Draw the certificate of a renewed period and tell its holder, if that was not done."""
    services.draw_renewal(renewal_id)


RENEWALS = Sweep("certificates of renewals to draw", "credentials.draw_renewal", 30, queries.undrawn_renewals)
UNDRAWN = Sweep("certificates to draw", "credentials.draw", 30, queries.undrawn)
