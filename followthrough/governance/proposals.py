"""Policies that allow more, and the second person they wait for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from followthrough.accounts.models import Organization
from followthrough.audit import facts
from followthrough.core.errors import Explained
from followthrough.governance import policies
from followthrough.governance.models import Policy, PolicyProposal

OPEN = PolicyProposal.State.OPEN


class NotNow(Explained):
    """The proposal cannot be approved: by this person, or not any more."""


def waiting(organization_id: UUID) -> PolicyProposal | None:
    """The proposal that waits for a second person."""
    return PolicyProposal.objects.filter(organization_id=organization_id, state=OPEN).first()


@transaction.atomic
def propose(
    *,
    organization: Organization,
    document: Mapping[str, Any],
    author_id: str,
    note: str = "",
    review_on: date | None = None,
    base: int | None = None,
    at: datetime,
) -> PolicyProposal:
    """Let a policy wait for a second person; one that still waits is withdrawn for it.

    `base` is the version it was made from, None: the one in force. Raises documents.PolicyError for
    what `policies.check` refuses, and policies.Outdated where another version is in force by now.
    """
    content = policies.check(document, organization).model_dump(mode="json")
    last = policies.lock(organization, base=base)
    if earlier := waiting(organization.id):
        _close(earlier, "withdrawn", by=author_id, at=at)
    proposal = PolicyProposal.objects.create(
        organization=organization,
        document=content,
        base=last.number if last else 0,
        author_id=author_id,
        note=note,
        review_on=review_on,
        proposed_at=at,
    )
    _record(proposal, "proposed_policy", author_id, at)
    return proposal


@transaction.atomic
def approve(proposal: PolicyProposal, *, by: str, at: datetime) -> Policy:
    """Publish a proposal, as the second person. Raises NotNow when `by` is its author, when it no
    longer waits, or when another policy was published since it was written."""
    last = policies.lock(proposal.organization)
    proposal.refresh_from_db()
    _check(proposal, by, last.number if last else 0)
    _close(proposal, "approved", by=by, at=at)
    return policies.publish(
        organization=proposal.organization,
        document=proposal.document,
        author_id=proposal.author_id,
        second_id=by,
        note=proposal.note,
        review_on=proposal.review_on,
        at=at,
    )


def _check(proposal: PolicyProposal, by: str, newest: int) -> None:
    thing = "The proposed policy"
    if proposal.state != OPEN:
        raise NotNow(thing, reason="no longer waits.", remedy="Look at what became of it.")
    if by == proposal.author_id:
        raise NotNow(thing, reason="was written by you.", remedy="Ask somebody else to look at it.")
    if proposal.base != newest:
        raise NotNow(
            thing,
            reason=f"was made from version {proposal.base}, and version {newest} is in force now.",
            remedy="Refuse it, and ask for a new one made from what is in force.",
        )


@transaction.atomic
def close(proposal: PolicyProposal, *, by: str, at: datetime) -> bool:
    """Refuse a proposal, or withdraw one's own. Returns whether it still waited."""
    policies.lock(proposal.organization)
    proposal.refresh_from_db()
    if proposal.state != OPEN:
        return False
    _close(proposal, "withdrawn" if by == proposal.author_id else "refused", by=by, at=at)
    return True


def _close(proposal: PolicyProposal, state: str, *, by: str, at: datetime) -> None:
    proposal.state, proposal.closed_at, proposal.closed_by = state, at, by
    proposal.save(update_fields=["state", "closed_at", "closed_by"])
    _record(proposal, f"{state}_policy_proposal", by, at)


def _record(proposal: PolicyProposal, verb: str, by: str, at: datetime) -> None:
    facts.record(
        organization_id=proposal.organization_id,
        actor=facts.Actor("member", by),
        verb=verb,
        subject_kind="policy_proposal",
        subject_id=proposal.id,
        why={"base": proposal.base},
        at=at,
    )
