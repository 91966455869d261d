"""What the simulator says is what the dispatcher decides a moment later: whoever it is about."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo.tests.present import played
from followthrough.governance import policies
from followthrough.governance.decisions import Drop, Hold, Send
from followthrough.messages import planning
from followthrough.messages.models import Receipt, Touch
from followthrough.people.models import Application
from followthrough.runs import engine, simulation
from followthrough.runs.simulation import Answer, Wanted

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 6, 10, 18, 20, tzinfo=UTC)  # a Wednesday, 11:20 in Reno
EACH = 10  # people at each hour
HOURS = (0, 4, 9, 15)  # after it: 11:20, 15:20, 20:20 and 02:20 there
KINDS = (
    Wanted("informational", "map"), Wanted("outreach", "map"), Wanted("informational", "member"),
    Wanted("reply", "member"),
)  # fmt: skip
VERDICTS = {Send: "send", Hold: "hold", Drop: "drop"}


def test_it_says_what_the_dispatcher_decides() -> None:
    played(UNTIL, applications=25)
    chance, seen = Random(20260610), Counter[str]()
    for hours in HOURS:
        with clock.at(UNTIL + timedelta(hours=hours)):
            engine.drain()  # what is due by then goes first: it counts against caps
            for _ in range(EACH):
                seen[_asked_and_done(*drawn(chance), clock.now())] += 1
    assert {one.split()[0] for one in seen} >= {"send", "hold", "drop"}, seen
    assert len(seen) >= 5, seen


def _asked_and_done(one: Application, wanted: Wanted, channel: str, now: datetime) -> str:
    (said,) = answered(one, wanted, channel, now)
    found = decided(one, wanted, channel, now)
    assert found == told(said), (one.id, wanted, channel, now)
    return f"{found[0]} {found[1]}"


def drawn(chance: Random) -> tuple[Application, Wanted, str]:
    rows = Application.objects.select_related("candidate").order_by("id")
    return chance.choice(list(rows)), chance.choice(KINDS), chance.choice(("sms", "email"))


def answered(one: Application, wanted: Wanted, channel: str, now: datetime) -> list[Answer]:
    return simulation.answers(one.candidate, one, wanted=wanted, at=now, channels=[channel])


def told(said: Answer) -> tuple[str, str, datetime | None, list[str]]:
    verdict = VERDICTS[type(said.decision)]
    checks = [f"{code} {outcome}" for code, outcome, _detail in said.decision.checks]
    return verdict, said.code, getattr(said.decision, "until", None), checks


def decided(
    one: Application, wanted: Wanted, channel: str, now: datetime
) -> tuple[str, str, datetime | None, list[str]]:
    """Plan it in earnest, let the worker have it, and read the receipt."""
    plan = simulation.planned(one.candidate, one, wanted=wanted, channel=channel, at=now)
    if wanted.purpose == "reply":
        policy = policies.of(one.organization_id)
        wrote = simulation.answerable(one.candidate_id, policy, now=now).get(channel)
        plan = plan._replace(reply_to_at=wrote)
    (key,) = planning.plan([plan._replace(occurrence=str(uuid7()))], now=now)
    engine.drain()
    found = _first(key)
    Touch.objects.filter(id=key, state="planned").delete()
    checks = [f"{code} {outcome}" for code, outcome, _detail in found.checks]
    return found.verdict, found.code, found.until, checks


def _first(touch: UUID) -> Receipt:
    return Receipt.objects.filter(touch_id=touch).earliest("id")
