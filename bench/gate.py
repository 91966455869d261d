"""What one decision of the gate costs: every check on a realistic policy, and all of them pass.

The policy is the default one with a day's cap for each person, a stage's, holidays of wherever
somebody is and days of its own; the map asks for narrower hours and a cap of its own. Everybody may
be in either of two states and zones, has consent of two entries and a wish, got several messages
before, and a freeze stands on something else. Nobody is decided about twice, and minutes pass.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from config.worker import collect_rarely
from followthrough.core.ids import uuid7
from followthrough.governance import gate as the_gate
from followthrough.governance import policies, rulepacks
from followthrough.governance.case import Finding, finding
from followthrough.governance.decisions import (
    Consent,
    Draft,
    FreezeFact,
    Option,
    PersonFacts,
    Rendered,
    Send,
    Wish,
)
from followthrough.governance.documents import LimitsDocument
from followthrough.governance.limits import limits
from followthrough.governance.policy import CompiledPolicy, compiled
from followthrough.runs.about import About
from followthrough.runs.facts import Person, Subject

Results = dict[str, tuple[float, str]]

BATCH, BATCHES, WARM = 300, 100, 10
NOON = datetime(2026, 6, 3, 19, 0, tzinfo=UTC)  # a Wednesday; 12:00 in Reno
WHERE = (  # two states and two zones each
    ((("US", "NV"), ("US", "UT")), ("America/Los_Angeles", "America/Denver")),
    ((("US", "FL"), ("US", "AL")), ("America/New_York", "America/Chicago")),
    ((("US", "TX"), ("US", "NM")), ("America/Chicago", "America/Denver")),
    ((("US", "OR"), ("US", "ID")), ("America/Los_Angeles", "America/Boise")),
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LIMITS: dict[str, Any] = {
    "hours": {"default": {day: ["10:00-18:00"] for day in DAYS}},
    "caps": [{"per": "application", "window": "stage", "at_most": 6}],
}
RELEVANCE = {"all": [
    {"field": "application.stage", "op": "is", "value": "interview"},
    {"field": "run.ended", "op": "is", "value": False},
    {"any": [{"field": "requisition.family", "op": "is", "value": "retail"},
             {"field": "site.country", "op": "is", "value": "US"}]},
]}  # fmt: skip
SENDER, MAP = UUID(int=3), limits([LimitsDocument.model_validate(LIMITS)], 3)


class Asked(NamedTuple):
    """What one decision is about."""

    draft: Draft
    facts: PersonFacts


def gate() -> Results:
    """CPU of one decision of the gate that passes all its checks, one thread; no database."""
    collect_rarely()
    policy, took, empty, checks = _policy(), [], [], 0
    for number in range(BATCHES + WARM):
        now = NOON + timedelta(seconds=20 * number)
        batch = list(_batch(number, now))
        each, checks = _decided(batch, policy, now)
        took.append(each)
        empty.append(_empty(len(batch), checks))
    return {
        "gate_us": (statistics.median(took[WARM:]), "µs"),
        "gate_us_p10": (statistics.quantiles(took[WARM:], n=10)[0], "µs"),
        "gate_us_p90": (statistics.quantiles(took[WARM:], n=10)[-1], "µs"),
        "gate_empty_checks_us": (statistics.median(empty[WARM:]), "µs"),
        "gate_checks": (checks, ""),
    }


def _policy() -> CompiledPolicy:
    document = policies.default_document()
    document["caps"] += [
        {"per": "person", "window": "day", "at_most": 6},
        {"per": "application", "window": "stage", "at_most": 8},
    ]
    document["holidays"] = {
        "calendars": ["local"],
        "days": [{"day": "12-24", "name": "Christmas Eve"}, {"day": "2026-07-03"}],
    }
    return compiled(document, id=UUID(int=7), number=6, packs=rulepacks.packs())


def _batch(number: int, now: datetime) -> Iterator[Asked]:
    for place in range(BATCH):
        yield _asked(number * BATCH + place, now)


def _asked(number: int, now: datetime) -> Asked:
    person, application, key = uuid7(), uuid7(), f"{number:064x}"
    places, zones = WHERE[number % len(WHERE)]
    who = Person(
        person, SENDER, "Ada", "Obi", "en", *places[0], "", "", None, "Northwind", "US",
        str(person), {}, [key], [],
    )  # fmt: skip
    what = Subject(
        application, "interview", now, {}, "retail", "Store associate", "Reno", "1 Main St",
        *places[1], zones[1], SENDER, None, SENDER, 3, person, {}, {}, "req-1",
    )  # fmt: skip
    anchors = {"interview_start": (now + timedelta(days=2), 2)}
    return Asked(_draft(key, now, About(who, what, anchors)), _facts(person, key, number, now))


def _draft(key: str, now: datetime, about: About) -> Draft:
    return Draft(
        touch_id=uuid7(), key="reminder", purpose="informational", origin="map", priority=5,
        due_at=now, useful_until=now + timedelta(days=1), relevance=RELEVANCE, facts=about,
        anchor_name="interview_start", anchor_sequence=2, stage="interview",
        options=[Option("sms", UUID(int=2), key, "", SENDER, True, _said)],
        freezes=[FreezeFact(UUID(int=9), "sender", "kill_switch", None, UUID(int=4))],
        limits=MAP, told=[("sms", "informational"), ("email", "informational")],
    )  # fmt: skip


def _said(channel: str) -> Rendered:
    return Rendered("Your interview at our store is on Friday at 10:00. Reply YES to confirm.")


def _facts(person: UUID, key: str, number: int, now: datetime) -> PersonFacts:
    places, zones = WHERE[number % len(WHERE)]
    uses = [  # as they are stored; the last one is of this morning
        [(now - timedelta(hours=ago)).timestamp(), str(uuid7()), str(person), "sms",
         "informational"]
        for ago in (150, 120, 90, 60, 30, 2)
    ]  # fmt: skip
    granted = Consent("granted", "application_form", now, "e", frozenset({person}), entries=2)
    return PersonFacts(
        candidate_id=person, zones=zones, zone_evidence="address", places=places,
        consent={(key, "sms"): granted}, blocked={}, freezes=(), uses={key: uses},
        own_uses=uses, wish=Wish(1, silent=frozenset({"whatsapp"}), at=now),
        place_evidence="address",
    )  # fmt: skip


def _decided(batch: Sequence[Asked], policy: CompiledPolicy, now: datetime) -> tuple[float, int]:
    """Microseconds of CPU for each, and how many checks a decision makes."""
    began = time.thread_time()
    found = [the_gate.decide([draft], facts, policy, now)[0] for draft, facts in batch]
    took = time.thread_time() - began
    if stopped := next((one for one in found if not isinstance(one, Send)), None):
        raise RuntimeError(f"What is measured should be sent: {stopped}")
    return took / len(batch) * 1e6, len(found[-1].checks)


PASSED = finding("passed")


def _empty(count: int, checks: int) -> float:
    """The same for so many checks that look at nothing, asked as the gate asks its own."""
    asked = [_nothing] * checks
    began = time.thread_time()
    for _ in range(count):
        done = []
        for check in asked:
            found = check(None)
            done.append(found.check)
            if not found.goes_on:
                break
    return (time.thread_time() - began) / count * 1e6


def _nothing(case: Any) -> Finding:
    return PASSED
