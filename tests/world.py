"""Small builders for tests: a believable company in a few calls. Every argument has a default."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.conf import settings

from followthrough.accounts.models import Organization
from followthrough.channels.models import Sender
from followthrough.core.ids import shard_of
from followthrough.people.contacts import read_address
from followthrough.people.models import (
    Application,
    Candidate,
    Connection,
    ContactPoint,
    Requisition,
    Site,
)

NOON = datetime(2026, 6, 3, 17, 0, tzinfo=UTC)  # a Wednesday; 12:00 in Chicago, 10:00 in Reno
_next = count(1)


def organization(**given: Any) -> Organization:
    number = next(_next)
    return Organization.objects.create(
        **{"name": f"Northwind {number}", "slug": f"northwind-{number}", "country": "US", **given}
    )


def connection(organization: Organization, **given: Any) -> Connection:
    number = next(_next)
    return Connection.objects.create(
        organization=organization,
        **{
            "kind": "generic",
            "name": "The ATS",
            "token": f"connection-token-{number}",
            "webhook_secrets": ["webhook-secret"],
            **given,
        },
    )


def sender(organization: Organization, **given: Any) -> Sender:
    number = next(_next)
    return Sender.objects.create(
        organization=organization,
        **{
            "channel": "sms",
            "adapter": "sandbox",
            "name": "Texts",
            "address": "+15550100000",
            "token": f"sender-token-{number}",
            "secrets": {"webhook_secrets": ["sender-secret"]},
            **given,
        },
    )


def site(organization: Organization, **given: Any) -> Site:
    number = next(_next)
    return Site.objects.create(
        organization=organization,
        **{
            "name": f"Reno {number}",
            "country": "US",
            "region": "NV",
            "zone": "America/Los_Angeles",
            **given,
        },
    )


def requisition(connection: Connection, **given: Any) -> Requisition:
    return Requisition.objects.create(
        organization=connection.organization,
        connection=connection,
        **{
            "external_id": f"req-{next(_next)}",
            "title": "Store associate",
            "family": "retail",
            **given,
        },
    )


def candidate(
    connection: Connection, *, phone: str = "", email: str = "", **given: Any
) -> Candidate:
    number = next(_next)
    fields = {
        "external_id": f"cand-{number}",
        "given_name": "Ada",
        "family_name": f"Obi{number}",
        "country": "US",
        **given,
    }
    made = Candidate.objects.create(
        organization=connection.organization,
        connection=connection,
        shard=shard_of(f"{connection.id}:{fields['external_id']}", shards=settings.SHARDS),
        **fields,
    )
    for position, (kind, written) in enumerate((("phone", phone), ("email", email))):
        if written:
            contact_point(made, kind=kind, written=written, position=position)
    return made


def contact_point(
    candidate: Candidate, *, kind: str, written: str, position: int = 0
) -> ContactPoint:
    read = read_address(kind, written, country="US")
    return ContactPoint.objects.create(
        organization=candidate.organization,
        candidate=candidate,
        kind=kind,
        written=written,
        address=read.address,
        address_key=read.key,
        usable=not read.problem,
        unusable_reason=read.problem,
        position=position,
    )


def application(
    candidate: Candidate, requisition: Requisition | None = None, **given: Any
) -> Application:
    return Application.objects.create(
        organization=candidate.organization,
        connection=candidate.connection,
        candidate=candidate,
        requisition=requisition,
        **{
            "external_id": f"app-{next(_next)}",
            "stage": "applied",
            "ats_stage": "Applied",
            "stage_since": NOON,
            **given,
        },
    )
