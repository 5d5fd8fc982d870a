"""Reads about the looks that issuers chose for their certificates."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from lms import files
from lms.credentials.look import Look
from lms.credentials.models import CertificateTemplate
from lms.db import session


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """One version of a look; an empty `scheme_id` is for all schemes without their own."""

    id: int
    organisation_id: int
    scheme_id: str
    version: int
    look: Look
    by_id: int
    at: datetime


def templates_of(organisation_id: int) -> tuple[TemplateCard, ...]:
    """The newest version of each look of an issuer, without the bytes of its seal."""
    table = CertificateTemplate
    newest = (
        sa.select(table.scheme_id, sa.func.max(table.version).label("version"))
        .where(table.organisation_id == organisation_id)
        .group_by(table.scheme_id)
        .subquery()
    )
    rows = session().scalars(
        sa.select(table)
        .join(newest, sa.and_(newest.c.scheme_id == table.scheme_id, newest.c.version == table.version))
        .where(table.organisation_id == organisation_id)
        .order_by(table.scheme_id)
    )
    return tuple(map(_card, rows))


def versions_of(organisation_id: int, scheme_id: str) -> tuple[TemplateCard, ...]:
    """All versions of one look, the newest first, without the bytes of the seals."""
    table = CertificateTemplate
    rows = session().scalars(
        sa.select(table)
        .where(table.organisation_id == organisation_id, table.scheme_id == scheme_id)
        .order_by(table.version.desc())
    )
    return tuple(map(_card, rows))


def template_for(organisation_id: int, scheme_id: str) -> Look | None:
    """The look for a certificate issued now: the scheme's own, else the issuer's, else none.

    Its `version_id` is what the credential keeps; `look_of` answers the same look for it at any later time.
    """
    return look_of(version_for(organisation_id, scheme_id))


def version_for(organisation_id: int, scheme_id: str) -> int:
    """The id of the version that a certificate issued now is drawn with, 0 for none."""
    table = CertificateTemplate
    found = session().scalar(
        sa.select(table.id)
        .where(table.organisation_id == organisation_id, table.scheme_id.in_((scheme_id, "")))
        .order_by((table.scheme_id == "").asc(), table.version.desc())
        .limit(1)
    )
    return found or 0


def look_of(version_id: int) -> Look | None:
    """The look of one version, however old; None for 0, with which nothing was chosen."""
    row = session().get(CertificateTemplate, version_id) if version_id else None
    return with_seal(_card(row).look) if row is not None else None


def with_seal(look: Look) -> Look:
    """The look with the bytes of its seal. Raises NotFound when the file is gone or was changed."""
    return replace(look, seal_png=files.get(look.seal_sha256)) if look.seal_sha256 else look


def _card(row: CertificateTemplate) -> TemplateCard:
    look = replace(Look.of_content(row.content), version_id=row.id, seal_sha256=row.seal_sha256 or "")
    return TemplateCard(row.id, row.organisation_id, row.scheme_id, row.version, look, row.by_id, row.at)
