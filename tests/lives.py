"""A company in which everything has happened: for whoever counts what a page asks the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from followthrough.accounts.models import Organization
from followthrough.audit.models import Fact
from followthrough.channels.models import Sender
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.governance.models import ConsentEntry, Freeze
from followthrough.intake.models import RawEvent
from followthrough.journeys.models import Assignment, MessageMap, Run, Version
from followthrough.journeys.tests.builders import raw_map
from followthrough.messages.models import Ask, Message, Receipt, Touch
from followthrough.people.models import (
    Anchor,
    Application,
    Candidate,
    Connection,
    StageChange,
    StageMapping,
    WriteBack,
)
from followthrough.runs.models import Batch
from tests import world


def go_on(organization: Organization) -> None:
    """For everybody there is, one more of all that can happen; and one more of all that a company
    has. Whoever calls it twice has twice the data."""
    for candidate in Candidate.objects.filter(organization=organization):
        _apply(candidate)
    ats = world.connection(organization)
    StageMapping.objects.create(
        organization=organization, connection=ats, ats_stage="Applied", stage="applied"
    )
    a_map(organization)
    a_batch(organization)
    Sender.objects.filter(id=world.sender(organization).id).update(active=False)
    _parked(organization, ats)
    world.application(world.candidate(ats), world.requisition(ats, family=f"family-{uuid7()}"))


def a_batch(organization: Organization, *, people: int = 1, **given: Any) -> Batch:
    """What an ATS sent at once, waiting for a yes."""
    now, ats = clock.now(), world.connection(organization)
    made = Batch.objects.create(
        organization=organization,
        **{"cause_kind": "connection", "cause_id": ats.id, "hold_above": 500, "exceeded": True,
           "opened_at": now, "since": now, "joins_until": now + timedelta(hours=1), **given},
    )  # fmt: skip
    _freeze(organization, "batch", made.id, why="held_batch")
    for _ in range(people):
        about = world.application(world.candidate(ats))
        Touch.objects.create(
            organization=organization, application=about, candidate=about.candidate, shard=0,
            origin="map", key="thanks", occurrence="1", purpose="informational", planned_at=now,
            due_at=now, meant_at=now, channels=["sms"], batch_id=made.id, held_for="frozen",
        )  # fmt: skip
    return made


DOCUMENT = raw_map({"applied": {"touches": [{"key": "thanks", "trigger": {"stage_entered": {}}}]}})


def a_map(organization: Organization) -> Version:
    slug = f"map-{uuid7()}"
    made = MessageMap.objects.create(organization=organization, name="Retail", slug=slug)
    Assignment.objects.create(organization=organization, map=made, family="retail")
    return Version.objects.create(
        organization=organization, map=made, number=1, document=DOCUMENT, content_hash="",
        author_id="tests", published_at=world.NOON,
    )  # fmt: skip


def _parked(organization: Organization, ats: Connection) -> None:
    RawEvent.objects.create(
        organization=organization, kind="ats", source_id=ats.id, dedupe_key=str(uuid7()), shard=0,
        body=b"", state="parked", outcome="It cannot be read.", received_at=world.NOON,
    )  # fmt: skip


def _apply(candidate: Candidate) -> None:
    """One more application, at another place, in another map, with all that follows."""
    organization, now = candidate.organization, clock.now()
    site = world.site(organization)
    requisition = world.requisition(candidate.connection, site=site, team=f"Team {uuid7()}")
    one = world.application(candidate, requisition, stage="interview", ats_stage=str(uuid7()))
    version = a_map(organization)
    run = Run.objects.create(
        organization=organization, application=one, version=version, state={}, started_at=now
    )
    world.contact_point(candidate, kind="email", written=f"{uuid7()}@example.org")
    about: dict[str, Any] = {"organization": organization, "application": one}
    Anchor.objects.create(**about, name="interview_start", at=now + timedelta(hours=20))
    StageChange.objects.create(**about, to_stage="interview", ats_stage="x", observed_at=now)
    Ask.objects.create(
        **about, run_id=run.id, key="confirm", occurrence="1", kind="confirmation", opened_at=now
    )
    WriteBack.objects.create(
        **about, connection=candidate.connection, shard=0, kind="note", state="parked",
        problem="The ATS answered 403.", created_at=now,
    )  # fmt: skip
    _talk(one, run)
    _need(one)
    world.application(candidate, requisition, stage="unmapped", ats_stage=str(uuid7()))


def _talk(one: Application, run: Run) -> None:
    """Something was sent, something came back, something could not be sent, and more is planned."""
    about: dict[str, Any] = {"application": one, "candidate": one.candidate}
    for state in ("sent", "planned", "failed", "dropped"):
        touch = Touch.objects.create(
            **about, organization=one.organization, run_id=run.id, version_id=run.version_id,
            shard=0, origin="map", purpose="informational", key=state, occurrence="1", state=state,
            due_at=clock.now(), planned_at=clock.now(), ended_at=clock.now(), channels=["sms"],
        )  # fmt: skip
        Receipt.objects.create(
            organization_id=one.organization_id, touch_id=touch.id, application_id=one.id,
            candidate_id=one.candidate_id, at=clock.now(), verdict="hold", code="quiet_hours",
            version_id=run.version_id,
        )  # fmt: skip
    for direction in ("in", "out"):
        Message.objects.create(
            **about, organization=one.organization, direction=direction, channel="sms",
            sender_id=uuid7(), body=f"Hello {direction}", provider_id=str(uuid7()), at=clock.now(),
        )  # fmt: skip


def _need(one: Application) -> None:
    organization, now = one.organization, clock.now()
    said = Message.objects.filter(application=one, direction="in").get()
    Handoff.objects.create(
        organization=organization, candidate=one.candidate, application=one, reason="unclear",
        opened_at=now, due_at=now, message_id=said.id,
        freeze_id=_freeze(organization, "candidate", one.candidate_id, why="handoff").id,
    )  # fmt: skip
    Fact.objects.create(
        organization_id=organization.id, at=now, actor_kind="system", actor_id="engine",
        verb="moved_anchor", subject_kind="application", subject_id=one.id,
        why={"anchor": "interview_start", "at": now.isoformat()},
    )  # fmt: skip
    ConsentEntry.objects.create(
        organization_id=organization.id, candidate_id=one.candidate_id, address_key=str(uuid7()),
        channel="sms", state="granted", basis="application_form", source="ats", actor_kind="ats",
        actor_id="x", at=now,
    )  # fmt: skip


def _freeze(organization: Organization, kind: str, subject: Any, *, why: str) -> Freeze:
    return Freeze.objects.create(
        organization=organization, subject_kind=kind, subject_id=subject, why=why, by="engine",
        begun_at=clock.now(),
    )  # fmt: skip
