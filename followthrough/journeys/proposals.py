"""Versions of message maps that wait for a second person.

Whoever may publish can ask for one. Only an owner can let go of it, or say otherwise whose yes it
takes: else it would bind nobody who is in a hurry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from followthrough.accounts.models import Role
from followthrough.audit import facts
from followthrough.core.errors import Explained
from followthrough.journeys import documents, versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MapProposal, MessageMap

OPEN = MapProposal.State.OPEN


class NotNow(Explained):
    """The proposal cannot be approved: by this person, or not any more."""


def waiting(map: MessageMap) -> MapProposal | None:
    """The version of a map that waits for a second person."""
    return MapProposal.objects.filter(map=map, state=OPEN).first()


@transaction.atomic
def propose(
    *,
    map: MessageMap,
    document: MapDocument,
    author_id: str,
    note: str,
    source: str = "",
    running: str = "stay",
    base: int | None = None,
    at: datetime,
) -> MapProposal:
    """Let a version wait for a second person; one that still waits is withdrawn for it.

    `base` is the number of the newest version that its author looked at (None: whichever it is).
    Raises documents.DocumentError and versions.Outdated.
    """
    content = documents.check(document.dump()).dump()
    newest = versions.lock(map, base=base)
    if earlier := waiting(map):
        _close(earlier, "withdrawn", by=author_id, at=at)
    proposal = MapProposal.objects.create(
        organization_id=map.organization_id,
        map=map,
        document=content,
        source=source,
        base=newest.number if newest else 0,
        author_id=author_id,
        note=note,
        running=running,
        proposed_at=at,
    )
    _record(proposal, "proposed_version", author_id, at)
    return proposal


@transaction.atomic
def close(proposal: MapProposal, *, by: str, at: datetime) -> bool:
    """Refuse a proposal, or withdraw one's own. Returns whether it still waited."""
    versions.lock(proposal.map)
    proposal.refresh_from_db()
    if proposal.state != OPEN:
        return False
    _close(proposal, "withdrawn" if by == proposal.author_id else "refused", by=by, at=at)
    return True


def agree(proposal: MapProposal, *, by: str, role: str, at: datetime) -> None:
    """Close a proposal as its second person, within the transaction that publishes it.

    Raises NotNow when `by` is its author, when it is not theirs to agree by their `role`, when it
    no longer waits, or when another version was published since it was written.
    """
    newest = versions.lock(proposal.map)
    proposal.refresh_from_db()
    _check(proposal, by, newest.number if newest else 0)
    _check_role(MessageMap.objects.get(id=proposal.map_id), role)
    _close(proposal, "approved", by=by, at=at)


def _check(proposal: MapProposal, by: str, newest: int) -> None:
    thing = "The proposed version"
    if proposal.state != OPEN:
        raise NotNow(thing, reason="no longer waits.", remedy="Look at what became of it.")
    if not by or by == proposal.author_id:
        raise NotNow(thing, reason="was written by you.", remedy="Ask somebody else to look at it.")
    if proposal.base != newest:
        raise NotNow(
            thing,
            reason=f"was made beside version {proposal.base}, and version {newest} is the newest.",
            remedy="Refuse it, and ask for a new one made from that.",
        )


def _check_role(map: MessageMap, role: str) -> None:
    if role not in map.second_roles:
        raise NotNow(
            "The proposed version",
            reason=f"waits for the yes of another role: {', '.join(map.second_roles) or 'none'}.",
            remedy="Ask somebody who has it.",
        )


@transaction.atomic
def ask_for_second(
    map: MessageMap, *, roles: Sequence[str], by: str, role: str, at: datetime
) -> None:
    """Let versions of a map wait from now on for the yes of somebody with one of `roles`; none: for
    nobody's. `role` is that of whoever asks.

    Raises NotNow where a second person is asked for already and `role` is not owner, and while a
    version waits: it would go out without the yes it was promised.
    """
    versions.lock(map)
    standing = MessageMap.objects.get(id=map.id)
    if standing.second_roles == list(roles):
        return
    _check_letting_go(standing, role)
    MessageMap.objects.filter(id=map.id).update(second_roles=list(roles))
    verb = "asked_for_second_person" if roles else "let_go_of_second_person"
    why = {"roles": list(roles), "were": standing.second_roles}
    _fact(map.organization_id, verb, by, "map", map.id, why, at)


def _check_letting_go(map: MessageMap, role: str) -> None:
    thing = "The second person"
    if map.second_person and role != Role.OWNER:
        raise NotNow(thing, reason="can be let go of only by an owner.", remedy="Ask one of them.")
    if map.second_person and waiting(map):
        remedy = "Decide first about the version that waits."
        raise NotNow(thing, reason="is being waited for.", remedy=remedy)


def _close(proposal: MapProposal, state: str, *, by: str, at: datetime) -> None:
    proposal.state, proposal.closed_at, proposal.closed_by = state, at, by
    proposal.save(update_fields=["state", "closed_at", "closed_by"])
    _record(proposal, f"{state}_version_proposal", by, at)


def _record(proposal: MapProposal, verb: str, by: str, at: datetime) -> None:
    why = {"map": str(proposal.map_id), "base": proposal.base, "running": proposal.running}
    _fact(proposal.organization_id, verb, by, "map_proposal", proposal.id, why, at)


def _fact(
    organization_id: Any, verb: str, by: str, kind: str, subject: Any, why: dict, at: datetime
) -> None:
    facts.record(
        organization_id=organization_id,
        actor=facts.Actor("member", by) if by else facts.SYSTEM,
        verb=verb,
        subject_kind=kind,
        subject_id=subject,
        why=why,
        at=at,
    )
