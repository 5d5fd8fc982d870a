"""The end of the days of grace of a certification, which is never the end of the certification."""

from datetime import date, timedelta

from lms.certification.cycles import conditions
from lms.certification.queries.cycles import cycles_of, renewal_scheme_of
from lms.credentials import queries as credentials
from lms.credentials.queries import CredentialCard
from lms.db import Scope, scope


def grace_ends_on(card: CredentialCard, ends_on: date, on: date) -> date | None:
    """The last day of grace after a cycle that ends on that day, by the rules of the day `on`.

    None where there is no cycle, no rule of renewal, or no grace.
    """
    scheme = renewal_scheme_of(card.scheme_id, on)
    if scheme is None or scheme.renewal is None:
        return None
    days = [band.until_days for band in scheme.renewal.bands if band.is_grace]
    with scope(Scope.all()):
        found = cycles_of(credentials.family_of(card))
    cycle = next((one.cycle for one in found if one.cycle.ends_on == ends_on), None)
    if cycle is None or not days:
        return None
    last = ends_on + timedelta(days=max(days))
    return last if conditions(cycle, scheme.renewal, last).may_renew else None
