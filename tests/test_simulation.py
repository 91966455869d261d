"""What the simulator says is what the dispatcher decides a moment later: whoever it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.governance import policies
from followthrough.governance.decisions import Drop, Hold, Send
from followthrough.governance.models import AddressBlock, ConsentEntry, Freeze
from followthrough.messages import planning
from followthrough.messages.models import Receipt
from followthrough.people.models import Application, ContactPoint
from followthrough.runs import engine, simulation
from followthrough.runs.simulation import Answer, Wanted
from tests import world
from tests.properties.life import Life, lived

pytestmark = pytest.mark.django_db
HOURS = (0, 9, 22)  # after noon on a Wednesday in Chicago
KINDS = (
    Wanted("informational", "map"), Wanted("outreach", "map"), Wanted("informational", "member"),
    Wanted("reply", "member"),
)  # fmt: skip
VERDICTS = {Send: "send", Hold: "hold", Drop: "drop"}
PHONES = ("+1775200{:04}", "+1512555{:04}", "555-12", "")  # Reno, Austin, no number, none
ZONES = ("", "", "America/New_York", "Europe/Paris")

Decided = tuple[str, str, datetime | None, list[str]]  # verdict, code, until, checks


@pytest.fixture
def life() -> Iterator[Life]:
    with lived() as made:
        yield made


@pytest.mark.parametrize("seed", range(3))
def test_it_says_what_the_dispatcher_decides(life: Life, seed: int) -> None:
    chance, seen = Random(seed), Counter[str]()
    people = [somebody(life, chance, n) for n in range(16)]
    for hours in HOURS:
        with clock.at(world.NOON + timedelta(hours=hours)):
            for one in people:
                seen[
                    asked_and_done(one, chance.choice(KINDS), chance.choice(("sms", "email")))
                ] += 1
    assert {one.split()[0] for one in seen} == {"send", "hold", "drop"}, seen
    assert len(seen) >= 6, seen


def somebody(life: Life, chance: Random, number: int) -> Application:
    """Somebody somewhere, reachable or not, who may be written to or not."""
    ats, organization = life.company.connection, life.company.organization
    person = world.candidate(
        ats, phone=chance.choice(PHONES).format(number), email=f"p{number}@example.org",
        zone_stated=chance.choice(ZONES),
    )  # fmt: skip
    site = chance.choice((None, world.site(organization)))
    for point in person.contact_points.all():
        _said(chance, point)
    if chance.random() < 0.2:
        Freeze.objects.create(
            organization=organization, subject_kind="candidate", subject_id=person.id, by="tests",
            why=chance.choice(("handoff", "kill_switch")), begun_at=world.NOON,
        )  # fmt: skip
    return world.application(person, world.requisition(ats, site=site))


def _said(chance: Random, point: ContactPoint) -> None:
    channel = "sms" if point.kind == "phone" else "email"
    about: dict[str, Any] = {"address_key": point.address_key, "channel": channel}
    if chance.random() < 0.8 and point.usable:
        ConsentEntry.objects.create(
            organization_id=point.organization_id, candidate_id=point.candidate_id, **about,
            contact_point_id=point.id, state="granted", basis="application_form", source="ats",
            actor_kind="ats", actor_id="tests", at=world.NOON,
        )  # fmt: skip
    if chance.random() < 0.15 and point.usable:
        AddressBlock.objects.create(
            organization=point.organization, **about, since=world.NOON, entry_id=uuid7()
        )


def asked_and_done(one: Application, wanted: Wanted, channel: str) -> str:
    now = clock.now()
    (said,) = simulation.answers(one.candidate, one, wanted=wanted, at=now, channels=[channel])
    found = decided(one, wanted, channel, now)
    assert found == told(said), (one.id, wanted, channel, now)
    return f"{found[0]} {found[1]}"


def told(said: Answer) -> Decided:
    checks = [f"{code} {outcome}" for code, outcome, _detail in said.decision.checks]
    until = getattr(said.decision, "until", None)
    return VERDICTS[type(said.decision)], said.code, until, checks


def decided(one: Application, wanted: Wanted, channel: str, now: datetime) -> Decided:
    """Plan it in earnest, let the worker have it, and read its first receipt."""
    plan = simulation.planned(one.candidate, one, wanted=wanted, channel=channel, at=now)
    if wanted.purpose == "reply":
        policy = policies.of(one.organization_id)
        wrote = simulation.answerable(one.candidate_id, policy, now=now).get(channel)
        plan = plan._replace(reply_to_at=wrote)
    (key,) = planning.plan([plan._replace(occurrence=str(uuid7()), shard=0)], now=now)
    engine.drain()
    found = _first(key)
    checks = [f"{code} {outcome}" for code, outcome, _detail in found.checks]
    return found.verdict, found.code, found.until, checks


def _first(touch: UUID) -> Receipt:
    return Receipt.objects.filter(touch_id=touch).earliest("id")


def test_what_a_map_asks_for_binds_what_it_would_send() -> None:
    nine_to_ten = {"hours": {"default": {"thu": ["09:00-10:00"]}}}
    with lived(changes={"limits": nine_to_ten}) as life:
        life.ats("app-1", stage="New")
        engine.drain()
        about = Application.objects.select_related("run", "candidate").get()
        of_map, of_member = (
            simulation.answers(
                about.candidate, about, wanted=Wanted("informational", origin), at=clock.now(),
                channels=["sms"],
            )[0]
            for origin in ("map", "member")
        )  # fmt: skip
    assert (of_map.decision.code, of_member.decision.code) == ("map_hours", "sent")
