"""Small builders for the gate's tests: a draft that would go out, to be spoilt in one place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from followthrough.governance import rulepacks
from followthrough.governance.decisions import (
    Consent,
    Draft,
    FreezeFact,
    Option,
    PersonFacts,
    Rendered,
    Use,
)
from followthrough.governance.policy import CompiledPolicy, compiled

NOON = datetime(2026, 6, 3, 17, 0, tzinfo=UTC)  # a Wednesday; 12:00 in Chicago, 10:00 in Reno
NIGHT = datetime(2026, 6, 4, 4, 30, tzinfo=UTC)  # 23:30 in Chicago, 21:30 in Reno
CHICAGO, RENO = "America/Chicago", "America/Los_Angeles"
PERSON = UUID(int=1)
PHONE, MAIL = "p" * 64, "m" * 64


# Nobody waits for others after the hours open, so that times can be told.
DOCUMENT = {**rulepacks.default_policy().model_dump(mode="json"), "spread_minutes": 0}


def policy(**changed: Any) -> CompiledPolicy:
    document = {**DOCUMENT, **changed}
    return compiled(document, id=UUID(int=7), number=6, packs=rulepacks.packs())


def option(channel: str = "sms", **changed: Any) -> Option:
    given = {
        "channel": channel,
        "contact_point_id": UUID(int=2),
        "address_key": PHONE if channel == "sms" else MAIL,
        "unusable": "",
        "sender_id": UUID(int=3),
        "sender_active": True,
        "render": lambda _: Rendered("See you on Thursday."),
    }
    return Option(**{**given, **changed})


def draft(**changed: Any) -> Draft:
    given: dict[str, Any] = {
        "touch_id": uuid4(),
        "key": "reminder",
        "purpose": "informational",
        "origin": "map",
        "priority": 5,
        "due_at": NOON,
        "useful_until": None,
        "relevance": {"field": "application.stage", "op": "is", "value": "interview"},
        "facts": {"application.stage": "interview", "anchor.interview_start.sequence": 2},
        "anchor_name": "interview_start",
        "anchor_sequence": 2,
        "stage": "interview",
        "options": [option()],
    }
    return Draft(**{**given, **changed})


def facts(**changed: Any) -> PersonFacts:
    given: dict[str, Any] = {
        "candidate_id": PERSON,
        "zones": (CHICAGO,),
        "zone_evidence": "site",
        "places": (("US", "IL"),),
        "place_evidence": "address",
        "consent": {(PHONE, "sms"): granted()},
        "blocked": {},
        "freezes": (),
        "uses": {},
        "own_uses": (),
    }
    return PersonFacts(**{**given, **changed})


def granted(**changed: Any) -> Consent:
    given = {"state": "granted", "basis": "application_form", "people": frozenset({PERSON})}
    return Consent(**{**given, **changed})


def freeze(**changed: Any) -> FreezeFact:
    given = {"id": UUID(int=9), "subject_kind": "candidate", "why": "handoff", "until": None}
    return FreezeFact(**{**given, **changed})


def used(*hours_ago: float, channel: str = "sms", purpose: str = "informational") -> list[Use]:
    return [
        Use((NOON - timedelta(hours=h)).timestamp(), str(uuid4()), str(PERSON), channel, purpose)
        for h in hours_ago
    ]
