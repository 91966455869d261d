"""An organization's standing policy, and publishing a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from followthrough.accounts.models import Organization
from followthrough.audit import facts
from followthrough.core.canonical import digest
from followthrough.core.places import named as name_of
from followthrough.governance import rulepacks
from followthrough.governance.documents import CHANNELS, PolicyDocument, PolicyError, Problem
from followthrough.governance.models import Policy
from followthrough.governance.policy import CompiledPolicy, compiled
from followthrough.people import sites
from followthrough.store import sql

_KEPT = 10_000  # policies kept compiled in one process
_compiled: dict[UUID | None, CompiledPolicy] = {}  # versions are immutable

_NEWEST = """
SELECT DISTINCT ON (organization_id) organization_id, id FROM governance_policy
WHERE organization_id = ANY(%s) ORDER BY organization_id, number DESC
"""


def standing(organization_ids: Sequence[UUID]) -> sql.Question[dict[UUID, CompiledPolicy]]:
    """Which policy counts for each organization? Its newest, else the default one."""

    def read(rows: Sequence[tuple]) -> dict[UUID, CompiledPolicy]:
        newest: dict[UUID, UUID] = dict(rows)
        if len(_compiled) > _KEPT:
            _compiled.clear()  # before looking what is missing
        _compile(policy_id for policy_id in newest.values() if policy_id not in _compiled)
        return {
            one: _compiled[newest[one]] if one in newest else default() for one in organization_ids
        }

    return sql.Question(_NEWEST, (list(organization_ids),), read)


def of(organization_id: UUID) -> CompiledPolicy:
    """Which policy counts for one organization."""
    return standing([organization_id]).answer()[organization_id]


def default() -> CompiledPolicy:
    """What counts where nothing was published; `id` None, `number` 0."""
    if None not in _compiled:
        _compiled[None] = compiled(rulepacks.default_policy(), packs=rulepacks.packs())
    return _compiled[None]


def default_document() -> dict[str, Any]:
    """The default policy as a document, to start one's own from."""
    return rulepacks.default_policy().model_dump(mode="json")


def _compile(policy_ids: Any) -> None:
    wanted = list(policy_ids)
    if not wanted:
        return
    for row in Policy.objects.filter(id__in=wanted):
        _compiled[row.id] = compiled(
            row.document, id=row.id, number=row.number, packs=rulepacks.packs()
        )


@transaction.atomic
def publish(
    *,
    organization: Organization,
    document: Mapping[str, Any],
    author_id: str,
    note: str = "",
    at: datetime,
) -> Policy:
    """Make `document` the organization's policy from now on: a new, immutable version.

    Raises documents.PolicyError when it contradicts itself or the law where the organization is.
    """
    read = PolicyDocument.read(document)
    _check_room_for_law(read, organization, at)
    # One publication at a time; NO KEY UPDATE does not stop rows that refer to the organization.
    Organization.objects.select_for_update(no_key=True).get(id=organization.id)
    last = Policy.objects.filter(organization=organization).aggregate(last=Max("number"))["last"]
    content = read.model_dump(mode="json")
    policy = Policy.objects.create(
        organization=organization,
        number=(last or 0) + 1,
        document=content,
        content_hash=digest(content),
        author_id=author_id,
        note=note,
        published_at=at,
    )
    facts.record(
        organization_id=organization.id,
        actor=facts.Actor("member", author_id) if author_id else facts.SYSTEM,
        verb="published_policy",
        subject_kind="policy",
        subject_id=policy.id,
        why={"number": policy.number, "content_hash": policy.content_hash},
        at=at,
    )
    return policy


def _check_room_for_law(document: PolicyDocument, organization: Organization, at: datetime) -> None:
    """Hours that never meet the legal ones would hold every message for ever."""
    policy = compiled(document, packs=rulepacks.packs())
    for place in sites.places(organization.id, country=organization.country):
        rules = policy.rules((place,), at)
        silent = [one for one in CHANNELS if rules.bounds(one, "informational").hours.both == {}]
        _check_heard(document, silent, name_of(place))


def _check_heard(document: PolicyDocument, silent: Sequence[str], place: str) -> None:
    if silent:
        reason = f"These hours never meet those the law allows in {place}."
        remedy = "Move them so that they do, or nothing can ever be sent."
        path = "hours." + (silent[0] if silent[0] in document.hours else "default")
        raise PolicyError([Problem(path, reason, remedy)])
