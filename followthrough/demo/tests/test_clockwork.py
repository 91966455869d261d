"""The clock goes on from message to message, and tells what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.core.zones import local
from followthrough.demo import clockwork, record
from followthrough.demo.clockwork import Came, came
from followthrough.demo.models import ClockMove
from followthrough.demo.tests.town import Town
from followthrough.messages.models import Receipt
from followthrough.web.console.sentences import Wall
from tests import world

A, B, C, D = (uuid7() for _ in range(4))
RENO = Wall("America/Los_Angeles", "Reno")


def test_messages_are_counted_by_how_they_ended() -> None:
    decided = [
        (A, "hold", "quiet_hours"), (A, "send", "sent"), (B, "send", "sent"),
        (C, "hold", "frozen"), (C, "hold", "frozen"), (D, "drop", "not_relevant"),
    ]  # fmt: skip
    assert came(decided) == Came(left=2, waited=1, held=1, dropped=1)
    assert came([]) == Came()


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            Came(23, 4, 2, 0),
            "23 messages went out, 4 of them had waited for the morning, 2 are held.",
        ),
        (Came(1, 0, 0, 1), "1 message went out, 1 was not needed any more or not allowed."),
        (Came(), "no message was due."),
    ],
)
def test_what_came_of_a_move_is_told(found: Came, words: str) -> None:
    move = ClockMove(
        from_at=world.NOON, to_at=world.NOON + timedelta(hours=14), came=found._asdict()
    )
    said = clockwork.told(move, RENO)
    assert said.startswith(
        "The clock went on 14 hours to Thu 4 Jun, 00:00 (Reno). In the whole company: "
    )
    assert said.endswith(words)


def test_each_message_on_the_way_is_decided_at_its_own_hour(town: Town) -> None:
    ana = town.arrives(101)
    town.goes_on(days=5)
    town.moves(ana)  # the reminder: 08:30 on the day, held until 09:00
    town.goes_on(seconds=31)
    town.says(ana, "Yes")
    town.post("/demo/clock", to="72", application=ana.id)  # far past the interview
    walls = {
        (one.verdict, f"{local(one.at, RENO.zone):%H:%M}")
        for one in Receipt.objects.filter(at__gt=ClockMove.objects.get().from_at)
    }
    assert ("hold", "08:30") in walls
    assert any(verdict == "send" and "09:00" <= at <= "09:15" for verdict, at in walls)
    move = ClockMove.objects.get()
    assert move.came == Came(left=1, waited=1, dropped=1)._asdict()
    assert "1 message went out, 1 of them had waited" in clockwork.told(move, RENO)


WENT_ON = "The clock went on"


def test_what_came_of_a_move_is_told_until_something_else_is_done(town: Town) -> None:
    ana = town.arrives(101)
    town.goes_on(days=1)

    def page() -> str:
        return town.browser.get("/demo/", follow=True).content.decode()

    for act in (lambda: town.moves(ana), lambda: town.says(ana, "Is there parking?")):
        town.post("/demo/clock", to="1")
        assert WENT_ON in page()
        town.goes_on(seconds=1)
        act()
        assert WENT_ON not in page()
    town.post("/demo/clock", to="1")
    town.goes_on(seconds=1)
    handoff = Handoff.objects.get(resolved_at=None)
    town.post(f"/handoffs/{handoff.id}/resolve")
    assert WENT_ON not in page()


def test_what_came_of_a_move_is_not_told_for_long(town: Town) -> None:
    town.post("/demo/clock", to="1")
    assert clockwork.is_news(ClockMove.objects.get())
    ClockMove.objects.update(moved_at=clock.wall() - clockwork.NEWS)
    assert not clockwork.is_news(ClockMove.objects.get())


def test_to_the_next_morning_at_the_site(town: Town) -> None:
    ana = town.arrives(101)
    town.post("/demo/clock", to="morning", application=ana.id)
    assert f"{local(clock.now(), RENO.zone):%a %H:%M}" == "Thu 09:00"
    town.post("/demo/clock", to="morning", application=ana.id)
    assert f"{local(clock.now(), RENO.zone):%a %H:%M}" == "Fri 09:00"


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_next_morning_is_ahead(hour: int) -> None:
    with clock.at(world.NOON.replace(hour=hour, minute=7)):
        found = record.next_morning(RENO.zone)
        assert timedelta() < found - clock.now() <= timedelta(days=1)
        assert local(found, RENO.zone).hour == 9


def test_while_it_goes_on_it_is_not_moved_again(town: Town) -> None:
    ana = town.arrives(101)
    before = clock.now()
    ClockMove.objects.create(
        organization=ana.organization, from_at=before, to_at=before, moved_at=clock.wall()
    )
    page = town.browser.post("/demo/clock", {"to": "1"}, follow=True).content.decode()
    assert "The clock is still going on" in page
    assert clock.now() == before
    ClockMove.objects.update(moved_at=clock.wall() - clockwork.RUNS_AT_MOST)  # it was cut short
    town.post("/demo/clock", to="1")
    assert clock.now() - before >= timedelta(hours=1)


@pytest.mark.parametrize("to", ["", "real", "-24", "²", "0", "soon", "next", "morning"])
def test_it_only_goes_on_where_there_is_somewhere_to_go(town: Town, to: str) -> None:
    before = clock.now()
    answer = town.browser.post("/demo/clock", {"to": to}, follow=True)
    assert "left as it is" in answer.content.decode() or to in ("next", "morning")
    assert clock.now() == before
