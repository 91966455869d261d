"""A company that lives through whatever a test draws: events, faults, freezes, jumps of time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.test import override_settings
from hypothesis import strategies as st

from followthrough.core import clock
from followthrough.governance import freezes
from followthrough.governance.models import Freeze
from followthrough.intake.models import RawEvent
from followthrough.messages.models import TERMINAL, Attempt, Touch
from followthrough.people.models import Application
from followthrough.runs import engine
from followthrough.store import sql
from tests import company, door, scripted, world
from tests.story.script import load_map

PEOPLE = (
    {"id": "zuleika", "given_name": "Zuleika", "family_name": "Okonkwo-Wren",
     "phones": ["+17752000001"], "emails": ["zuleika@example.org"]},
    {"id": "bartholomew", "given_name": "Bartholomew", "family_name": "Quiggin",
     "phones": ["+17752000001", "555-12"], "emails": ["quiggin@example.org"]},
)  # fmt: skip
APPLICATIONS = ("app-1", "app-2", "app-3")  # the first two are Zuleika's
FREEZABLE = ("organization", "channel", "sender", "map", "application")
STAGES = ("New", "Screen", "Interview", "Interview", "Rejected", "A stage nobody mapped")


@dataclass
class Life:
    """What is there, and what the provider was asked to do."""

    company: company.Company
    provider: scripted.Scripted
    snapshots: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: int = 0

    # --- what happens ---------------------------------------------------------------------------

    def ats(self, application: str, **changes: Any) -> None:
        known = self.snapshots.get(application) or snapshot(application)
        self.snapshots[application] = sent = {
            **known, **changes, "updated_at": clock.now().isoformat(),
        }  # fmt: skip
        door.from_ats(self.company.connection, *door.signed(self.company.connection, sent))

    def says(self, text: str, *, channel: str = "sms") -> None:
        self.numbers += 1
        address = PEOPLE[0]["phones" if channel == "sms" else "emails"][0]
        sender = self.company.senders[channel]
        event = {"type": "inbound", "id": f"in-{self.numbers}", "from": address, "text": text}
        door.from_provider(sender, *door.signed_by_provider(sender, event))

    def report(self, status: str) -> None:
        """The provider reports on the last message that it took."""
        attempt = Attempt.objects.filter(state="accepted").order_by("-id").first()
        if attempt is None:
            return
        self.numbers += 1
        sender = self.company.senders[attempt.channel]
        event = {"type": "delivery", "id": str(self.numbers), "status": status,
                 "message_id": attempt.provider_id, "code": "by_report",
                 "permanent": status == "bounced"}  # fmt: skip
        door.from_provider(sender, *door.signed_by_provider(sender, event))

    def freeze(self, subject: str) -> None:
        found = {
            "organization": self.company.organization,
            "map": self.company.maps["associates"],
            "application": Application.objects.first(),
            "sender": self.company.senders["sms"],
            "channel": None,
        }[subject]
        ours = self.company.organization.id
        on = found.id if found else freezes.channel_subject(ours, "sms")
        if found or subject == "channel":
            freezes.begin(
                organization_id=ours, subject_kind=subject, subject_id=on, why="kill_switch",
                by="member:tests", at=clock.now(),
            )  # fmt: skip

    def unfreeze(self) -> None:
        for freeze in Freeze.objects.filter(ended_at=None):
            freezes.end(freeze.id, by="member:tests", at=clock.now())

    # --- time -----------------------------------------------------------------------------------

    def passes(self, by: timedelta) -> None:
        """Time passes and everybody works; leases of the dead run out meanwhile."""
        clock.advance(by)
        engine.drain()
        let_leases_run_out()
        engine.drain()

    def to_the_end(self) -> None:
        """Freezes end, faults stop, and time passes until nothing is left to do."""
        self.unfreeze()
        self.provider.script.clear()
        self.provider.look_ups.clear()
        for _ in range(200):
            self.passes(timedelta(seconds=1))
            due = _next_due()
            if due is None and not RawEvent.objects.filter(state="stored").exists():
                return
            if due is not None and due > clock.now():
                clock.advance(due - clock.now())
        raise AssertionError(f"No end: {list(Touch.objects.exclude(state__in=TERMINAL).values())}")


def _next_due() -> datetime | None:
    open_ones = Touch.objects.exclude(state__in=TERMINAL)
    return open_ones.aggregate(Min("due_at"))["due_at__min"]


def let_leases_run_out() -> None:
    """Leases and retries go by the database's clock, which a test cannot move."""
    sql.run(
        "UPDATE messaging_touch SET lease_until = clock_timestamp() - interval '1 second'"
        " WHERE state IN ('sending', 'reconciling')"
    )
    sql.run("UPDATE intake_rawevent SET next_try_at = now() WHERE state = 'stored'")


def snapshot(application: str) -> dict[str, Any]:
    """An application as its ATS first knows it."""
    person = PEOPLE[application == "app-3"]
    given = {"sms": {"granted": True, "at": "2026-06-01T09:00:00+00:00", "text": "You may."}}
    return {
        "id": application,
        "stage": "New",
        "candidate": {**person, "country": "US", "region": "NV", "consent": given},
        "requisition": {
            "id": "req-1", "title": "Store associate", "family": "retail",
            "site": {"id": "s-1", "name": "Reno", "country": "US", "region": "NV",
                     "zone": "America/Los_Angeles"},
        },
        "anchors": {},
    }  # fmt: skip


@contextmanager
def lived(
    *,
    script: list[str] | None = None,
    look_ups: list[str] | None = None,
    keep: bool = False,
    changes: dict[str, Any] | None = None,
) -> Iterator[Life]:
    """A company on a Wednesday noon, on one shard; everything is undone afterwards, unless `keep`
    says that it must really be committed."""
    with (
        override_settings(SHARDS=1),
        clock.at(world.NOON),
        scripted.provider(script or [], look_ups or []) as provider,
        _undone(keep),
    ):
        made = company.found(adapter="scripted")
        document = company.changed(load_map("associates"), changes or {})
        company.add_map(made, "associates", document)
        yield Life(made, provider)


@contextmanager
def _undone(keep: bool) -> Iterator[None]:
    if keep:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- what tests draw -----------------------------------------------------------------------------

MOMENTS = st.integers(-2, 72).map(lambda hours: world.NOON + timedelta(hours=hours))
STEPS = st.one_of(
    st.tuples(st.just("ats"), st.sampled_from(APPLICATIONS), st.sampled_from(STAGES)),
    st.tuples(st.just("anchor"), st.sampled_from(APPLICATIONS), st.none() | MOMENTS),
    st.tuples(
        st.just("says"),
        st.sampled_from(["OK", "no", "STOP", "START", "Which door?", "thanks", ""]),
        st.sampled_from(["sms", "email"]),
    ),
    st.tuples(st.just("report"), st.sampled_from(["delivered", "undelivered", "bounced"])),
    st.tuples(
        st.just("freeze"),
        st.sampled_from(["organization", "channel", "map", "application", "sender"]),
    ),
    st.tuples(st.just("unfreeze")),
    st.tuples(st.just("passes"), st.sampled_from([1, 40, 3600, 5 * 3600, 26 * 3600, 200 * 3600])),
)


def happen(life: Life, step: tuple[Any, ...]) -> None:
    """Let one drawn step happen, and a second pass."""
    name, *given = step
    if name == "ats":
        life.ats(given[0], stage=given[1])
    elif name == "anchor":
        anchors = {"interview_start": given[1].isoformat()} if given[1] else {}
        life.ats(given[0], anchors=anchors)
    elif name == "says":
        life.says(given[0], channel=given[1])
    elif name == "passes":
        life.passes(timedelta(seconds=given[0]))
    else:
        getattr(life, name)(*given)
    life.passes(timedelta(seconds=1))
