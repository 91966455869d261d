"""Each trouble's proof: what the cards say, and that the rows they count say it."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database

from followthrough.accounts.models import Organization
from followthrough.channels.models import SandboxMessage
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.core.zones import local
from followthrough.demo.models import AtsApplication, Trouble
from followthrough.demo.tests.town import Town
from followthrough.demo.trouble import board, crowd, disorder, killed, outage, repeats
from followthrough.demo.trouble.repeats import Effects
from followthrough.demo.trouble.tally import Tally, tally
from followthrough.demo.trouble.told import Told
from followthrough.runs.models import Executor


def numbers(told: Told) -> dict[str, Any]:
    return dict(told.numbers)


def card(town: Town, kind: str) -> Told:
    found = {one.button.kind: one.told for one in board.cards(town.connection.organization_id)}
    assert found[kind]
    return found[kind]


# --- counting ----------------------------------------------------------------------------------

A, B, C = (uuid7() for _ in range(3))


@pytest.mark.parametrize(
    ("states", "arrived", "expected"),
    [
        ([], [], Tally(3, 0, waiting=3)),
        ([(A, "sent"), (B, "planned")], [(A, 1)], Tally(3, 0, waiting=2, arrived=1)),
        ([(A, "sent"), (B, "sent"), (C, "sent")], [(A, 1), (B, 1), (C, 1)], Tally(3, 0, arrived=3)),
        ([(A, "failed"), (B, "sent")], [(B, 1)], Tally(3, 0, waiting=1, arrived=1, lost=1)),
        ([(A, "sent")], [(A, 2)], Tally(3, 0, waiting=2, arrived=1, twice=1)),
        # it is there, and only not settled yet
        ([(A, "sending")], [(A, 1)], Tally(3, 0, waiting=2, arrived=1)),
    ],
)  # fmt: skip
def test_what_became_of_a_crowds_messages(states: list, arrived: list, expected: Tally) -> None:
    assert tally(people=3, states=states, refused=0, arrived=arrived) == expected


def test_only_once_each_is_a_proof() -> None:
    assert Tally(3, 9, arrived=3).proved
    assert not Tally(3, 9, waiting=1, arrived=2).proved
    assert not Tally(3, 9, arrived=2, lost=1).proved
    assert not Tally(3, 9, arrived=3, twice=1).proved


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("month", [1, 7])
def test_at_any_hour_people_apply_from_where_it_is_day(month: int, hour: int) -> None:
    with clock.at(datetime(2026, month, 5, hour, 30, tzinfo=UTC)):
        assert 8 <= local(clock.now(), crowd.by_day()).hour < 20


# --- provider down -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "left", "kind"),
    [
        (Tally(8, 8, waiting=8), 12.0, "held"),
        (Tally(8, 40, waiting=3, arrived=5), -1.0, "held"),
        (Tally(8, 40, arrived=8), -1.0, "kept"),
        (Tally(8, 40, arrived=7, lost=1), -1.0, "person"),
    ],
)
def test_what_an_outage_says(found: Tally, left: float, kind: str) -> None:
    assert outage.said(found, left=timedelta(seconds=left), see=["T-1"]).kind == kind


@pytest.mark.parametrize("hours", [0, 14], ids=["by day", "in the night"])
def test_while_the_provider_is_down_mails_wait_and_leave_afterwards_once(
    town: Town, hours: int
) -> None:
    town.arrives(101)
    town.goes_on(hours=hours)
    town.post("/demo/trouble", kind="outage")
    down = card(town, "outage")
    assert down.kind == "held"
    assert (numbers(down)["tries refused"], numbers(down)["mails waiting"]) == (8, 8)
    town.goes_on(seconds=6)
    assert numbers(card(town, "outage"))["tries refused"] == 16
    Trouble.objects.update(until=clock.wall())
    town.goes_on(seconds=20)
    back = card(town, "outage")
    assert (back.kind, numbers(back)["mails arrived"]) == ("kept", 8)
    assert numbers(back)["arrived twice"] == numbers(back)["lost"] == 0
    sent = SandboxMessage.objects.filter(to__contains="@example.org", sender__channel="email")
    assert sent.count() == 8  # whoever has a phone was thanked by text
    sent.filter(id=sent[0].id).update(times=2)
    assert card(town, "outage").kind == "person"  # the count is no decoration


# --- duplicate webhooks ------------------------------------------------------------------------

BEFORE = Effects(3, 7)


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (repeats.Seen(5, 2, 1, BEFORE, BEFORE), "held"),
        (repeats.Seen(5, 2, 0, BEFORE, BEFORE), "kept"),
        (repeats.Seen(5, 2, 0, BEFORE, Effects(4, 7)), "held"),
        (repeats.Seen(3, 0, 0, BEFORE, BEFORE), "held"),
    ],
)
def test_what_repeats_say(seen: repeats.Seen, kind: str) -> None:
    assert repeats.said(seen, what="Stage: Interview", see="A-1").kind == kind


def test_the_last_webhook_five_times_more_has_no_second_effect(town: Town) -> None:
    ana = town.arrives(101)
    town.moves(ana)
    before = repeats.effects(ana)
    town.post("/demo/trouble", kind="repeats", application=ana.id)
    told = card(town, "repeats")
    assert told.kind == "kept"
    assert "Stage: Interview, with an interview" in told.said
    assert list(numbers(told).values()) == [5, 5, 3, 2, 0, 0]
    assert repeats.effects(ana) == before
    ats_moved = AtsApplication.objects.get(id=ana.id)
    town.moves(ats_moved, "Offer")
    assert card(town, "repeats").kind == "held"  # something has changed since, and it says so


# --- stages out of order -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (disorder.Seen("", 0, None, 0, 0), "held"),
        (disorder.Seen("offer", 2, "older than the last seen", 0, 1), "kept"),
        (disorder.Seen("offer", 2, "older than the last seen", 1, 1), "held"),
        (disorder.Seen("interview", 3, "stage changed", 1, 1), "held"),
    ],
)
def test_what_disorder_says(seen: disorder.Seen, kind: str) -> None:
    assert disorder.said(seen, name="Ana", see="T-1").kind == kind


def test_stages_out_of_order_end_in_the_right_one(town: Town) -> None:
    town.arrives(101)
    town.post("/demo/trouble", kind="disorder")
    told = card(town, "disorder")
    assert told.kind == "kept"
    assert "older than the last seen" in told.said
    webhooks, changes, *rest = numbers(told).values()
    assert (webhooks, rest) == (3, ["Offer", 0, 1])
    assert changes in (1, 2)  # what lies together is worked off together, and Applied is passed


# --- worker killed (the real kill is in test_supervisor) ---------------------------------------

DONE = Tally(8, 0, arrived=8)


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (killed.Seen(0, None, 0, 9, 2, Tally(8, 0, waiting=8)), "held"),
        (killed.Seen(77, timedelta(seconds=2), 3, 9, 2, Tally(8, 0, waiting=2, arrived=6)), "held"),
        (killed.Seen(77, timedelta(seconds=2), 9, 9, 2, DONE), "kept"),
        (killed.Seen(77, timedelta(seconds=2), 9, 9, 2, DONE._replace(twice=1)), "person"),
    ],
)  # fmt: skip
def test_what_a_kill_says(seen: killed.Seen, kind: str) -> None:
    assert killed.said(seen, process=42, see="T-1").kind == kind


def test_a_worker_is_known_by_its_name() -> None:
    found = killed.named("host:42:1780506000000")
    assert found
    assert (found.host, found.process) == ("host", 42)
    assert found.started_at == datetime(2026, 6, 3, 17, 0, tzinfo=UTC)
    assert killed.named("host:42") is None
    assert killed.named("host:4²:1") is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        f"another-machine:{os.getppid()}:1",
        f"{socket.gethostname()}:{os.getpid()}:1",  # ourselves
        f"{socket.gethostname()}:1:1",
        f"{socket.gethostname()}:999999999:1",  # nobody
        "of another form",
    ],
    ids=["elsewhere", "ourselves", "init", "nobody", "unnamed"],
)
def test_nothing_is_killed_that_is_not_the_demos_worker(
    organization: Organization, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("It was killed."))
    Executor.objects.create(id=name, beat_at=clock.wall())
    assert killed.begin(organization.id) is None


def test_without_a_worker_to_kill_nobody_applies(town: Town) -> None:
    town.arrives(101)
    before = AtsApplication.objects.count()
    Executor.objects.all().delete()
    assert killed.begin(town.connection.organization_id) is None
    assert AtsApplication.objects.count() == before


def test_crowds_that_gather_at_once_are_other_people(town: Town) -> None:
    organization_id = town.arrives(101).organization_id

    def gathered(_one: int) -> list[str]:
        try:
            return [one.external_id for one in crowd.gather(organization_id, 8)]
        finally:
            database.close()

    with ThreadPoolExecutor(3) as pool:
        found = [one for people in pool.map(gathered, range(3)) for one in people]
    assert len(set(found)) == 24


@pytest.mark.django_db
def test_trouble_is_made_on_this_machine_only(owner: Any) -> None:
    assert owner.post("/demo/trouble", {"kind": "disorder"}).status_code == 302
    far = owner.post("/demo/trouble", {"kind": "disorder"}, REMOTE_ADDR="192.0.2.7")
    assert far.status_code == 403
    assert owner.post("/demo/trouble", {"kind": "earthquake"}).status_code == 302
    assert not Trouble.objects.exists()
