"""The applicant tracking system on the other side: it tells of its applications by signed webhooks.

As `docs/webhooks.md` says it, and nothing beyond.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from followthrough.core import signatures
from followthrough.core.canonical import iso
from followthrough.demo.tour.browser import Answer, Browser
from followthrough.demo.tour.proof import check

FAMILY = "tour"  # the tour's message map is assigned to it
INTERVIEW = "interview_start"
_numbers = count(1)


class Place(NamedTuple):
    """Where people work and live: its zone, and the area code of their phones."""

    name: str
    region: str
    zone: str
    area_code: str

    def written(self) -> dict[str, str]:
        """The site in a snapshot."""
        return {"name": self.name, "country": "US", "region": self.region, "zone": self.zone}


RENO = Place("Reno", "NV", "America/Los_Angeles", "775")
DALLAS = Place("Dallas", "TX", "America/Chicago", "214")
COLUMBUS = Place("Columbus", "OH", "America/New_York", "614")


@dataclass(frozen=True)
class Person:
    """Somebody who applies; '' where they have no phone or no mail."""

    name: str
    phone: str
    email: str = ""
    locale: str = "en"
    place: Place = RENO

    def written(self, consented: datetime) -> dict[str, Any]:
        """The candidate in a snapshot."""
        given, _, family = self.name.partition(" ")
        consent = {"granted": True, "at": iso(consented), "text": "Text me about my application"}
        return {
            "id": f"cand-{self.name}",
            "given_name": given,
            "family_name": family,
            "locale": self.locale,
            "country": "US",
            "phones": [self.phone] if self.phone else [],
            "emails": [self.email] if self.email else [],
            "consent": {"sms": consent} if self.phone else {},
        }


def person(
    name: str, *, phone: str | None = None, mail: bool = False, locale: str = "en",
    place: Place = RENO,
) -> Person:  # fmt: skip
    """Somebody with a number of their own, unless `phone` says otherwise."""
    number = f"+1{place.area_code}200{next(_numbers):04}" if phone is None else phone
    address = f"{name.replace(' ', '.').lower()}@example.com" if mail else ""
    return Person(name, number, address, locale, place)


@dataclass
class Application:
    """An application as the ATS has it."""

    id: str
    person: Person
    title: str
    stage: str
    anchors: dict[str, str] = field(default_factory=dict)

    def written(self, at: datetime) -> dict[str, Any]:
        """The whole snapshot, true at `at`."""
        return {
            "id": self.id,
            "updated_at": iso(at),
            "stage": self.stage,
            "candidate": self.person.written(at - timedelta(days=1)),
            "requisition": self._requisition(),
            "anchors": self.anchors,
        }

    def _requisition(self) -> dict[str, Any]:
        site = self.person.place.written()
        key = f"req-{site['name']}-{self.title}"
        return {"id": key, "title": self.title, "family": FAMILY, "site": site}


class Ats:
    """The system, with what its administrator was given: a token and a secret."""

    def __init__(
        self, door: Browser, *, token: str, secret: str, now: Callable[[], datetime]
    ) -> None:
        self._door, self._token, self._secret, self._now = door, token, secret, now

    def draft(
        self, who: Person, *, title: str = "Store associate", stage: str = "Applied",
        interview: datetime | None = None,
    ) -> Application:  # fmt: skip
        """Somebody's application, which the product has not been told of."""
        anchors = {INTERVIEW: iso(interview)} if interview else {}
        return Application(f"app-{next(_numbers)}", who, title, stage, anchors)

    def applies(self, who: Person, **given: Any) -> Application:
        """Somebody applies (see `draft`), and the product is told."""
        made = self.draft(who, **given)
        self.tell(made)
        return made

    def move(
        self, application: Application, stage: str, *, interview: datetime | None = None
    ) -> None:
        """Put an application into another stage, maybe with an interview, and tell."""
        application.stage = stage
        if interview:
            application.anchors = {INTERVIEW: iso(interview)}
        self.tell(application)

    def tell(self, application: Application) -> None:
        """Tell how an application stands. Raises Failed unless it was stored."""
        answer = self.post(application.written(self._now()))
        check(answer.status == 200, f"A signed webhook was answered with {answer.status}")

    def post(self, snapshot: Mapping[str, Any], *, secret: str = "", event_id: str = "") -> Answer:
        """Send a snapshot, whatever the answer; `secret` and `event_id` where they matter."""
        told = {"event": "application.updated", "application": snapshot}
        number = event_id or f"event-{next(_numbers)}-{time.time_ns()}"
        return signed_post(
            self._door, f"/hooks/ats/{self._token}", told, secret=secret or self._secret,
            headers={"Followthrough-Event-Id": number},
        )  # fmt: skip


def signed_post(
    door: Browser, path: str, told: Mapping[str, Any], *, secret: str,
    headers: Mapping[str, str] | None = None,
) -> Answer:  # fmt: skip
    """POST a signed webhook."""
    body = json.dumps(told).encode()
    given = {"Content-Type": "application/json", **(headers or {})}
    return door.post(path, body, {**given, signatures.HEADER: signatures.make(body, secret=secret)})
