"""Founding the company: organization, members, connection, senders, policy and published maps."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Max

from followthrough.accounts.models import Member, Organization, User
from followthrough.audit.models import Fact
from followthrough.channels.models import Sender
from followthrough.demo import ats
from followthrough.demo.seed import company
from followthrough.governance import policies
from followthrough.journeys import documents, rules, versions
from followthrough.journeys.models import MessageMap
from followthrough.people.models import Connection, Scope, Site, StageMapping

MAPS = Path(__file__).parent.parent / "maps"
_KEYS = UUID("0d05e5ee-d000-7000-8000-000000000000")


def key(name: str) -> UUID:
    """The same key each time: shards come from keys, and the order of work from shards."""
    return uuid5(_KEYS, name)


def found(*, at: datetime, document: Mapping[str, Any] | None = None) -> Connection:
    """Make everything but the history; returns the connection to the simulated ATS. `document` is
    the policy, where it is not the company's own."""
    organization = Organization.objects.create(
        name=company.NAME, slug=company.SLUG, country=company.COUNTRY,
        postal_address=company.POSTAL_ADDRESS,
    )  # fmt: skip
    members = _members(organization)
    owner = members[company.OWNER.email]
    policies.publish(
        organization=organization,
        document=document or policy(),
        author_id=str(owner.id),
        note="To begin with: the default hours and caps; mails from 07:00 to 21:00",
        at=at,
    )
    _senders(organization)
    for family, name in company.MAPS.items():
        _map(organization, owner, family=family, name=name, at=at)
    return _connection(organization)


def policy() -> dict[str, Any]:
    """The default policy; what waited for the hours goes out as they open, since a history that is
    played again has to come to the same minutes. So small a company holds what is more than fifty
    messages an hour."""
    return {**policies.default_document(), "spread_minutes": 0, "hold_above": 50}


def _members(organization: Organization) -> dict[str, Member]:
    """Everybody, by mail address. Nobody has a password: the owner gets a link."""
    found = {}
    for colleague in company.TEAM:
        user = User(email=colleague.email, name=colleague.name)
        user.set_unusable_password()
        user.save()
        found[colleague.email] = Member.objects.create(
            id=key(f"member {colleague.email}"),
            organization=organization,
            user=user,
            role=colleague.role,
        )
    return found


def give_places(organization: Organization) -> None:
    """Limit whoever works for a site or for some teams to those, now that the ATS has named them."""
    sites = {site.external_id: site for site in Site.objects.filter(organization=organization)}
    for colleague in company.TEAM:
        given = {"organization": organization, "member_id": key(f"member {colleague.email}")}
        if colleague.place and colleague.place.id in sites:
            Scope.objects.create(**given, site=sites[colleague.place.id])
        for team in colleague.teams:
            Scope.objects.create(**given, team=team)


def note_who_was_here(organization: Organization) -> None:
    """Whoever did something in the history was seen then."""
    did = Fact.objects.filter(organization_id=organization.id, actor_kind="member")
    last = dict(did.values_list("actor_id").annotate(last=Max("at")))
    for member in Member.objects.filter(organization=organization):
        if at := last.get(str(member.id)):
            Member.objects.filter(id=member.id).update(seen_at=at)


def _connection(organization: Organization) -> Connection:
    connection = Connection.objects.create(
        id=key("connection"),
        organization=organization,
        kind="generic",
        name="The demo's ATS",
        token=secrets.token_urlsafe(32),
        credentials={
            "token": secrets.token_urlsafe(32),
            "signing_secret": secrets.token_urlsafe(32),
        },
        webhook_secrets=[secrets.token_urlsafe(32)],
    )
    for name, stage in ats.STAGES.items():
        if stage:
            StageMapping.objects.create(
                organization=organization, connection=connection, ats_stage=name, stage=stage
            )
    return connection


def _senders(organization: Organization) -> None:
    """Both channels leave through the sandbox: no provider, no mail server."""
    for channel, name, address in (
        ("sms", "Texts", company.TEXTS_FROM),
        ("email", "Mails", company.MAILS_FROM),
    ):
        Sender.objects.create(
            id=key(f"sender {channel}"),
            organization=organization,
            channel=channel,
            adapter="sandbox",
            name=name,
            address=address,
            token=secrets.token_urlsafe(32),
            secrets={"webhook_secrets": [secrets.token_urlsafe(32)]},
            config={"price": company.TEXT_PRICE} if channel == "sms" else {},
        )


def _map(
    organization: Organization, owner: Member, *, family: str, name: str, at: datetime
) -> None:
    document = documents.read_yaml((MAPS / f"{name}.yaml").read_text())
    made = MessageMap.objects.create(organization=organization, name=document.name, slug=name)
    versions.publish(
        map=made, document=document, author_id=str(owner.id), note="First version", at=at
    )
    rules.add(made, by=f"member:{owner.id}", at=at, family=family)
