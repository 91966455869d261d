"""What the ATS has on record of an application: its site's clock, its interview, what is next."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from followthrough.core import clock
from followthrough.core.zones import instant, local
from followthrough.demo import ats
from followthrough.demo.models import AtsApplication
from followthrough.web.console.sentences import Wall, place

# Early enough that the reminder falls due before nine, and so late that it is of use at nine.
AT = {
    "": time(10, 30),
    "warehouse": time(11),
}  # by family: their reminders are 2 and 3 hours before
OPENS = time(9)
FRIDAY = 4
FARTHEST = timedelta(days=3652)  # from now, either way: ten years


class FarOff(ValueError):
    """A time at which nobody is invited; near the end of the calendar it is no instant either."""


def site_wall(chosen: AtsApplication) -> Wall:
    """The clock of the application's site: what times in the ATS are meant by."""
    site = (chosen.data.get("requisition") or {}).get("site") or {}
    zone = site.get("zone") or "UTC"
    return Wall(zone, site.get("name") or place(zone))


def interview_of(chosen: AtsApplication) -> datetime | None:
    """When the ATS says the interview is."""
    at = chosen.data.get("anchors", {}).get(ats.INTERVIEW)
    return datetime.fromisoformat(at) if at else None


def suggested(chosen: AtsApplication) -> datetime:
    """A likely time for an interview: in the morning, two days on, and no weekend."""
    zone, family = site_wall(chosen).zone, (chosen.data.get("requisition") or {}).get("family", "")
    day = local(clock.now(), zone).date() + timedelta(days=2)
    while day.weekday() > FRIDAY:
        day += timedelta(days=1)
    return instant(day, AT.get(family, AT[""]), zone)


def offered(chosen: AtsApplication) -> datetime:
    """The time a form begins with: the interview's own while it is ahead, else a likely one."""
    at = interview_of(chosen)
    return at if at and at > clock.now() else suggested(chosen)


def next_morning(zone: str) -> datetime:
    """The next 09:00 there."""
    today = local(clock.now(), zone).date()
    found = instant(today, OPENS, zone)
    return found if found > clock.now() else instant(today + timedelta(days=1), OPENS, zone)


def as_field(at: datetime, zone: str) -> str:
    """An instant as a form's field has it: what the wall clock of `zone` shows."""
    return local(at, zone).strftime("%Y-%m-%dT%H:%M")


def from_field(written: str, zone: str) -> datetime | None:
    """The instant that a form's field means; None when it is no time. Raises FarOff."""
    try:
        wall = datetime.fromisoformat(written).replace(tzinfo=None)
    except ValueError:
        return None
    if abs(wall - clock.now().replace(tzinfo=None)) > FARTHEST:
        raise FarOff
    return instant(wall.date(), wall.time(), zone)


def next_stage(stage: str) -> str:
    """Where an application most likely goes from `stage`."""
    ahead = list(ats.STAGES)[:6]
    return ahead[ahead.index(stage) + 1] if stage in ahead[:-1] else stage
