"""An organization's standing policy, and publishing a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from followthrough.accounts.models import Organization
from followthrough.audit import facts
from followthrough.core import clock
from followthrough.core.canonical import digest
from followthrough.core.errors import Explained
from followthrough.core.places import named as name_of
from followthrough.governance import rulepacks
from followthrough.governance.documents import CHANNELS, PolicyDocument, PolicyError, Problem
from followthrough.governance.loosening import Part, loosened
from followthrough.governance.models import Policy
from followthrough.governance.policy import CompiledPolicy, compiled
from followthrough.people import sites
from followthrough.store import sql

REVIEW = timedelta(days=182)  # a policy is looked at again after half a year, unless it is said
_KEPT = 10_000  # policies kept compiled in one process
_compiled: dict[UUID | None, CompiledPolicy] = {}  # versions are immutable


class NeedsSecondPerson(Explained):
    """The policy allows more than the one in force, which asks for two people then."""

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__(
            "The new policy",
            reason="allows more than the one in force, which asks for a second person then.",
            remedy="Propose it, and let somebody else approve it.",
        )
        self.parts = tuple(parts)


class Outdated(Explained):
    """It was made from a version that is not in force any more: that of somebody else is."""

    def __init__(self, base: int, newest: int) -> None:
        super().__init__(
            "The new policy",
            reason=f"was made from version {base}, and version {newest} is in force now.",
            remedy="Look at that one, and change it.",
        )


class Unchanged(Explained):
    """It says what the policy in force says, so it would be a version of nothing."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "The new policy",
            reason=f"says the same as version {number}, which is in force.",
            remedy="Change something, or leave it as it is.",
        )


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


def by_id(policy_id: UUID | None) -> CompiledPolicy:
    """A version compiled, or with None the default policy."""
    if policy_id is None:
        return default()
    if policy_id not in _compiled:
        _compile([policy_id])
    return _compiled[policy_id]


def of(organization_id: UUID) -> CompiledPolicy:
    """Which policy counts for one organization."""
    return standing([organization_id]).answer()[organization_id]


def version(policy_id: UUID) -> CompiledPolicy:
    """One version of a policy, whether it is in force or not."""
    if policy_id not in _compiled:
        _compile([policy_id])
    return _compiled[policy_id]


def newest(organization_id: UUID) -> Policy | None:
    """The row of the policy in force; None: the default one is."""
    return Policy.objects.filter(organization_id=organization_id).order_by("-number").first()


def document_of(policy: Policy | None) -> PolicyDocument:
    """What a version says; None: what the default policy does."""
    return PolicyDocument.read(policy.document) if policy else rulepacks.default_policy()


def default() -> CompiledPolicy:
    """What counts where nothing was published; `id` None, `number` 0."""
    if None not in _compiled:
        _compiled[None] = compiled(rulepacks.default_policy(), packs=rulepacks.packs())
    return _compiled[None]


def default_document() -> dict[str, Any]:
    """The default policy as a document, to start one's own from."""
    return rulepacks.default_policy().model_dump(mode="json")


def _compile(policy_ids: Iterable[UUID]) -> None:
    wanted = list(policy_ids)
    if not wanted:
        return
    for row in Policy.objects.filter(id__in=wanted):
        _compiled[row.id] = compiled(
            row.document, id=row.id, number=row.number, packs=rulepacks.packs()
        )


def check(document: Mapping[str, Any], organization: Organization) -> PolicyDocument:
    """Read a document that may become an organization's policy.

    Raises documents.PolicyError when it contradicts itself or the law where the organization is.
    """
    read = PolicyDocument.read(document)
    _check_room_for_law(read, organization)
    return read


@transaction.atomic
def publish(
    *,
    organization: Organization,
    document: Mapping[str, Any],
    author_id: str,
    note: str = "",
    second_id: str = "",
    review_on: date | None = None,
    base: int | None = None,
    at: datetime,
) -> Policy:
    """Make `document` the organization's policy from now on: a new, immutable version.

    `second_id` is whoever else approved it; `base` the version it was made from (0: the default
    policy), None where nobody looked at one. Raises documents.PolicyError for what `check` refuses,
    Outdated where another version than `base` is in force by now, Unchanged where nothing differs,
    and NeedsSecondPerson where it allows more and the policy in force asks for two.
    """
    read = check(document, organization)
    content = read.model_dump(mode="json")
    last = lock(organization, base=base)
    _check_differs(last, digest(content), review_on)
    _check_second(document_of(last), read, author_id, second_id)
    policy = Policy.objects.create(
        organization=organization,
        number=(last.number if last else 0) + 1,
        document=content,
        content_hash=digest(content),
        author_id=author_id,
        second_id=second_id,
        note=note,
        review_on=review_on,
        published_at=at,
    )
    _record(policy, "published_policy", author_id, at, number=policy.number,
            content_hash=policy.content_hash, second=second_id)  # fmt: skip
    return policy


def lock(organization: Organization, *, base: int | None = None) -> Policy | None:
    """Let nobody else publish until the transaction ends; returns the policy in force.

    Raises Outdated where that is not version `base`. NO KEY UPDATE does not stop rows that refer
    to the organization.
    """
    Organization.objects.select_for_update(no_key=True).get(id=organization.id)
    last = newest(organization.id)
    number = last.number if last else 0
    if base is not None and base != number:
        raise Outdated(base, number)
    return last


def _check_differs(last: Policy | None, content_hash: str, review_on: date | None) -> None:
    """Another review date alone is a change: it stands beside the document in a version."""
    if last and (last.content_hash, last.review_on) == (content_hash, review_on):
        raise Unchanged(last.number)


def _check_second(
    before: PolicyDocument, after: PolicyDocument, author_id: str, second_id: str
) -> None:
    alone = not second_id or second_id == author_id
    if before.two_to_loosen and alone and (parts := loosened(before, after)):
        raise NeedsSecondPerson(parts)


def review(policy: Policy, *, by: str, again_on: date, at: datetime) -> None:
    """Somebody looked at the policy and it may stay; `again_on` is when to look next."""
    Policy.objects.filter(id=policy.id).update(review_on=again_on)
    _record(policy, "reviewed_policy", by, at, again_on=again_on.isoformat())


def _record(policy: Policy, verb: str, by: str, at: datetime, **why: Any) -> None:
    facts.record(
        organization_id=policy.organization_id,
        actor=facts.Actor("member", by) if by else facts.SYSTEM,
        verb=verb,
        subject_kind="policy",
        subject_id=policy.id,
        why={name: value for name, value in why.items() if value != ""},
        at=at,
    )


def _check_room_for_law(document: PolicyDocument, organization: Organization) -> None:
    """Hours that never meet the legal ones would hold every message for ever."""
    policy = compiled(document, packs=rulepacks.packs())
    for place in sites.places(organization.id, country=organization.country):
        rules = policy.rules((place,), clock.now())
        silent = [one for one in CHANNELS if rules.bounds(one, "informational").hours.both == {}]
        _check_heard(document, silent, name_of(place))


def _check_heard(document: PolicyDocument, silent: Sequence[str], place: str) -> None:
    if silent:
        reason = f"These hours never meet those the law allows in {place}."
        remedy = "Move them so that they do, or nothing can ever be sent."
        path = "hours." + (silent[0] if silent[0] in document.hours else "default")
        raise PolicyError([Problem(path, reason, remedy)])
