"""The buyer: everything somebody outside has in hand while they go through the checks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

from followthrough.demo.tour import ats
from followthrough.demo.tour.ats import Ats, Person, signed_post
from followthrough.demo.tour.browser import Browser
from followthrough.demo.tour.gateway import Gateway, Text
from followthrough.demo.tour.given import Given, Provider
from followthrough.demo.tour.mailbox import Mail, Mailbox
from followthrough.demo.tour.page import Element
from followthrough.demo.tour.proof import check, until

RENO = ZoneInfo(ats.RENO.zone)
WEEK = range(6)  # Monday to Saturday have the same hours
MORNING = range(9, 13)  # hours
STEP = 20  # hours; the product disbelieves an ATS that is a day ahead of it
HEARD = 0.3  # seconds in which every process should have heard that the clock was moved
STOPPED = "They asked for no more messages at this address"  # a receipt's words
_numbers = count(1)


class Outside(NamedTuple):
    """What the tour itself runs: where texts and mails arrive."""

    texts: Gateway
    mails: Mailbox


class Clock:
    """The demo's clock, which only goes forward, by whole hours."""

    def __init__(self, console: Browser) -> None:
        self._console = console
        self._ahead = timedelta()

    def now(self) -> datetime:
        """What the product believes the time is, in UTC."""
        return datetime.now(UTC) + self._ahead

    def local(self) -> datetime:
        """The same, as the clocks on the walls of Reno show it."""
        return self.now().astimezone(RENO)

    def on(self, hours: int) -> None:
        """Move the clock on."""
        while hours > 0:
            step = min(hours, STEP)
            self._console.press("/demo/clock", to=str(step), next="/demo/ready")
            self._ahead += timedelta(hours=step)
            hours -= step
            time.sleep(HEARD)

    def to(self, hour: int, *, days: Sequence[int] = WEEK) -> None:
        """Move it on to the next time at which it is `hour` in Reno on one of `days`."""
        self.on(next(hours for hours in count() if self._is(hours, hour, days)))

    def by_day(self, *, days: Sequence[int] = WEEK) -> None:
        """Move it on to a morning, unless seven hours of the day are left."""
        if not (self.local().hour in MORNING and self.local().weekday() in days):
            self.to(10, days=days)

    def at(self, hour: int, *, days: int) -> datetime:
        """The instant at which it is `hour` o'clock in Reno, so many days on."""
        day = self.local() + timedelta(days=days)
        return day.replace(hour=hour, minute=0, second=0, microsecond=0).astimezone(UTC)

    def until(self, moment: datetime) -> None:
        """Move it on past `moment`, by less than an hour."""
        self.on(ceil((moment - self.now()) / timedelta(hours=1)))

    def _is(self, hours: int, hour: int, days: Sequence[int]) -> bool:
        then = (self.now() + timedelta(hours=hours)).astimezone(RENO)
        return then.hour == hour and then.weekday() in days


@dataclass
class Buyer:
    """Who goes through the checks."""

    console: Browser  # signed in
    ats: Ats
    clock: Clock
    given: Given
    outside: Outside
    pages: dict[str, str] = field(default_factory=dict)  # where whose page is

    def texts(self, who: Person, words: str = "", *, least: int = 1) -> list[Text]:
        """The texts on somebody's phone that say `words`, once there are `least` of them."""

        def look() -> list[Text]:
            found = [one for one in self.outside.texts.to(who.phone) if words in one.body]
            return found if len(found) >= least else []

        return until(look, otherwise=f"No text “{words}” for {who.name}")

    def mails(self, who: Person, words: str = "") -> list[Mail]:
        """The mails somebody has that say `words`, once there is one."""
        return until(
            lambda: [one for one in self.outside.mails.to(who.email) if words in one.body],
            otherwise=f"No mail “{words}” for {who.name}",
        )

    def silent(self, who: Person, count: int, why: str) -> None:
        """Raise Failed when somebody's phone has more than the `count` texts it should have."""
        bodies = [one.body for one in self.outside.texts.to(who.phone)]
        check(len(bodies) <= count, f"{why}, but {who.name} was sent: {bodies}")

    def answers(self, who: Person, text: str) -> None:
        """Somebody texts back."""
        told = {"type": "inbound", "id": f"in-{next(_numbers)}", "from": who.phone, "text": text}
        self.tells(self.given.texts, told)

    def mails_back(self, who: Person, text: str, mail: Mail) -> None:
        """Somebody answers a mail, which their mail program quotes."""
        quoted = "\n".join(f"> {line}" for line in mail.body.splitlines())
        body = f"{text}\n\nOn Tue, 3 Jun, the company wrote:\n{quoted}\n"
        told = {"type": "inbound", "id": f"in-{next(_numbers)}", "from": who.email, "text": body}
        self.tells(self.given.mails, {**told, "subject": f"Re: {mail.subject}"})

    def reports(self, text: Text | Mail, status: str, **more: object) -> None:
        """The gateway, or the mail provider, reports what became of a message."""
        told = {"type": "delivery", "message_id": text.id, "status": status, **more}
        self.tells(self.given.mails if isinstance(text, Mail) else self.given.texts, told)

    def tells(self, provider: Provider, told: Mapping[str, object]) -> None:
        """A provider's signed webhook. Raises Failed unless it was stored."""
        path = f"/hooks/channel/{provider.token}"
        answer = signed_post(self.console, path, told, secret=provider.secret)
        check(answer.status == 200, f"A provider's webhook was answered with {answer.status}")

    def page_of(self, who: Person) -> Element | None:
        """Somebody's page in the console; None when the console does not know them."""
        family = who.name.partition(" ")[2]
        if not self.pages.get(who.name):
            listed = self.console.page(f"/candidates/?q={family}")
            self.pages[who.name] = listed.link(who.name)
        path = self.pages[who.name]
        return self.console.page(path) if path else None

    def key_of(self, who: Person) -> str:
        """What the console calls somebody in its addresses."""
        self.page_of(who)
        return self.pages[who.name].rpartition("/")[2].partition("?")[0]

    def reads(self, who: Person, *words: str) -> str:
        """What the page of somebody says in one item, once one of them has all of `words`."""

        def look() -> str:
            page = self.page_of(who)
            found = page.item(*words) if page else None
            return found.text if found else ""

        return until(look, otherwise=f"The page of {who.name} does not say {' … '.join(words)!r}")

    def today(self, *words: str) -> Element | None:
        """The item of the console's first page that says all of `words`; None without one."""
        return self.console.page("/").item(*words)


def seconds(since: float, until: float | None = None) -> str:
    """`0.4 s`: how long ago `since` (monotonic) was, or how long before `until`."""
    return f"{max(0.0, (until or time.monotonic()) - since):.1f} s"


@contextmanager
def visiting(address: str, given: Given, outside: Outside) -> Iterator[Buyer]:
    """Sign in and get ready."""
    console = Browser(address)
    link = f"/sign-in/{given.sign_in}"
    console.page(link)
    console.press(link)
    console.page("/")  # the forms of whoever has signed in have another token
    clock = Clock(console)
    system = Ats(console, token=given.ats_token, secret=given.ats_secret, now=clock.now)
    yield Buyer(console, system, clock, given, outside)
