"""6, at night: held by every clock somebody may live by, and let go bit by bit in the morning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from followthrough.demo.tour.ats import COLUMBUS, RENO, Person, Place, person
from followthrough.demo.tour.buyer import Buyer
from followthrough.demo.tour.proof import check

MIDWEEK = range(4)  # Monday to Thursday: the day after has the same hours
HELD = re.compile(r"Held until \w+ (\d\d):(\d\d) (\w+) time\. .*?\(zone: [^)]*\)\.")
SPREAD = 15  # minutes, by the default policy
SAYS = re.compile(r"It may go out from (.+? \d\d:\d\d)")
NEIGHBOURS = ("Stella Ruiz", "Theo Lindgren", "Ugo Bassi")


class Held(NamedTuple):
    """What a receipt says: the whole sentence, and the hour and minute until which it waits."""

    sentence: str
    hour: int
    minute: int


def proves(buyer: Buyer) -> list[str]:
    """Due at eleven at night in Reno, a message waits until nine, wherever its reader is."""
    buyer.clock.to(23, days=MIDWEEK)
    home, east = person("Rosa Delgado"), person("Seth Bauer", place=COLUMBUS)
    both = person("Una Marek", phone="+17752009900", place=COLUMBUS)
    neighbours = [person(name) for name in NEIGHBOURS]
    for who in (home, east, both, *neighbours):
        buyer.ats.applies(who)
    said = {who.name: _held(buyer, who, place=COLUMBUS) for who in (east, both)}
    at_home = {who.name: _held(buyer, who, place=RENO) for who in (home, *neighbours)}
    check(said[both.name].hour == 12, f"With a number of Reno: {said[both.name].sentence}")
    foretold = _foretold(buyer, home, at_home[home.name])
    buyer.clock.to(8)
    buyer.texts(east)
    _none_yet(buyer, [home, both, *neighbours])
    left = _morning(buyer, [home, *neighbours], at_home)
    buyer.texts(both)
    return [
        f"“{at_home[home.name].sentence}” {foretold} Columbus, held the same night, had its text"
        " before 9 in Reno; who works there with a number of Reno waited for both"
        f" (“{said[both.name].sentence}”). {left}"
    ]


def _held(buyer: Buyer, who: Person, *, place: Place) -> Held:
    """The receipt's words: until when, and by which zone."""
    said = buyer.reads(who, "Thanks", "Held until", "zone:")
    found = HELD.search(said)
    check(found and found[3] == place.name, f"The receipt says: {said}")
    assert found
    held = Held(found[0], int(found[1]), int(found[2]))
    check(held.hour in (9, 12) and held.minute <= SPREAD, f"The receipt says: {held.sentence}")
    return held


def _foretold(buyer: Buyer, who: Person, held: Held) -> str:
    """“What may we send now?” says the same, before anything happens."""
    key = buyer.key_of(who)
    page = buyer.console.page(f"/may-we-send/?candidate={key}&channel=sms").text
    found = SAYS.search(page)
    check("Not now, later" in page and found, f"“What may we send now?” says: {page[:2000]}")
    assert found
    check(
        found[1].endswith(f"{held.hour:02}:{held.minute:02}"),
        f"It says {found[1]}, the receipt: {held.sentence}",
    )
    return f"“What may we send now?” said the same: “Not now, later. {found[0]}”."


def _none_yet(buyer: Buyer, people: Sequence[Person]) -> None:
    if buyer.clock.local().hour == 8:  # the clock goes on while we look
        for who in people:
            buyer.silent(who, 0, "In Reno it is not nine yet")


def _morning(buyer: Buyer, people: Sequence[Person], held: dict[str, Held]) -> str:
    """Each at its own minute: not all at once, and none before it."""
    minutes = sorted({held[who.name].minute for who in people})
    check(len(minutes) > 1, f"All {len(people)} were to leave at the same minute: {minutes}")
    buyer.clock.on(1)
    now = buyer.clock.local()
    for who in people:
        if now.hour == 9 and held[who.name].minute > now.minute + 1:
            buyer.silent(who, 0, f"It is held until 09:{held[who.name].minute:02}")
    if now.minute <= SPREAD:
        buyer.clock.on(1)
    for who in people:
        buyer.texts(who)
    times = ", ".join(f"09:{minute:02}" for minute in minutes)
    return f"{len(people)} texts held until nine did not leave all at once ({times})."
