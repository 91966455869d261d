"""5: reminders follow an interview that is moved. Times to choose from are not there yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from followthrough.demo.tour.ats import person
from followthrough.demo.tour.buyer import RENO, Buyer
from followthrough.demo.tour.checks.escalation import waits
from followthrough.demo.tour.proof import check

EARLY = timedelta(hours=3)  # how long before the interview the tour's map reminds
MOVE = "Can we move it to Friday?"


def proves(buyer: Buyer) -> list[str]:
    """An interview is moved in the ATS, and its reminder with it."""
    buyer.clock.by_day(days=range(4))
    first, second = buyer.clock.at(14, days=1), buyer.clock.at(16, days=2)
    who = person("Pia Romano")
    application = buyer.ats.applies(who, stage="Interview", interview=first)
    buyer.texts(who, "your interview is")
    buyer.reads(who, "Reminder", _clock(first - EARLY))
    buyer.ats.move(application, "Interview", interview=second)
    buyer.reads(who, "Reminder", _clock(second - EARLY))
    buyer.texts(who, "your interview is", least=2)
    buyer.clock.until(first - EARLY)
    buyer.clock.until(second - EARLY)
    (reminder,) = buyer.texts(who, f"see you at {_as_they_write(second)} today")
    buyer.silent(who, 3, "Two invitations and one reminder")
    return [
        f"Works: an interview moved in the ATS from {_clock(first)} to {_clock(second)} the day"
        f" after moved its reminder to {_clock(second - EARLY)} ({reminder.id}); none left at the"
        " old time."
    ]


def _clock(at: datetime) -> str:
    return f"{at.astimezone(RENO):%H:%M}"


def _as_they_write(at: datetime) -> str:
    """In Reno: `4:00 PM`."""
    return f"{at.astimezone(RENO):%-I:%M %p}"


def lacks(buyer: Buyer) -> list[str]:
    """Nobody is offered a time: who asks for another one waits for a person, and for nothing else.

    The day that automation answers with times to choose from, or a page to choose them on, this
    is not so any more.
    """
    buyer.clock.by_day()
    who = person("Quinn Abara")
    buyer.ats.applies(who, stage="Interview", interview=buyer.clock.at(15, days=2))
    buyer.texts(who, "your interview is")
    buyer.answers(who, MOVE)
    waits(buyer, who)
    buyer.silent(who, 1, "It is said that nobody is offered a time yet")
    linked = [one.body for one in buyer.outside.texts.texts if "http" in one.body]
    check(not linked, f"It is said that nobody can choose a time yet, but: {linked}")
    return [
        f"Not yet: “{MOVE}” is left to a person, no times are offered; none of the"
        f" {len(buyer.outside.texts.texts)} texts of this tour leads to a page to choose one on."
    ]
