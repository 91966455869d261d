"""Where a company can be written to on paper: the law wants it in each of its mails (CAN-SPAM)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from followthrough.accounts.models import Organization
from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.store import sql

_ADDRESSES = "SELECT id, postal_address FROM accounts_organization WHERE id = ANY(%s)"


def addresses(organization_ids: Sequence[UUID]) -> sql.Question[Mapping[UUID, str]]:
    """What is the postal address of each organization? '' where nobody has said."""
    return sql.Question(_ADDRESSES, (list(organization_ids),), dict)


def change(organization: Organization, address: str, *, by: Actor) -> None:
    """Give the organization another postal address, on record."""
    organization.postal_address = address
    organization.save(update_fields=["postal_address"])
    facts.record(
        organization_id=organization.id, actor=by, verb="changed_postal_address",
        subject_kind="organization", subject_id=organization.id,
    )  # fmt: skip
