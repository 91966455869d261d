"""Which clock hangs on the candidate's wall."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from followthrough.core import zones
from followthrough.core.phones import zones_of
from followthrough.governance.phrases import EVIDENCE
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.web.console.sentences import Wall, dated, place


def of(candidate: Candidate, applications: Iterable[Application]) -> zones.Zones:
    """The zones a candidate may be in, by the same evidence the gate goes by."""
    phones = ContactPoint.objects.filter(candidate=candidate, kind="phone", usable=True)
    phone = phones.order_by("position", "id").first()
    sites = [one.requisition.site for one in applications if one.requisition]
    return zones.plausible(
        {
            "stated": [candidate.zone_stated],
            "address": [candidate.zone_address],
            "site": [site.zone for site in sites if site],
            "area_code": zones_of(phone.address) if phone else (),
        }
    )


def clocks(found: zones.Zones, wall: Wall, now: datetime) -> str:
    """What time it is where they are, by every clock that may be theirs, that of `wall` first:
    `Sat 28 Nov, 08:00 (Reno) or 09:00 (Denver)`."""
    here = zones.local(now, wall.zone).replace(tzinfo=None)
    others = {zones.local(now, name).replace(tzinfo=None): name for name in reversed(found.names)}
    told = [_other(at, here.date(), others[at]) for at in sorted(others.keys() - {here})]
    return _(" or ").join([dated(now, wall), *told])


def _other(at: datetime, day: date, name: str) -> str:
    """A time on a further clock, with its day where that is another."""
    written = date_format(at, "H:i" if at.date() == day else "D j M, H:i")
    return f"{written} ({place(name)})"


def doubt(found: zones.Zones, now: datetime) -> str:
    """Why there is more than one clock, and what follows; '' where there is one."""
    if len({zones.local(now, name).utcoffset() for name in found.names}) < 2:
        return ""
    known = _(" and ").join(_(EVIDENCE[one]) for one in found.evidence.split("+"))
    return _("Left open by %(known)s: messages keep to the hours of each.") % {"known": known}


def clock_of(found: zones.Zones, applications: Iterable[Application]) -> Wall:
    """The one clock to show times by: the site's where it is plausible, else the first; or UTC."""
    sites = [one.requisition.site for one in applications if one.requisition]
    at_site = [site for site in sites if site and site.zone in found.names]
    if at_site:
        return Wall(at_site[0].zone, at_site[0].name)
    zone = next(iter(found.names), "UTC")
    return Wall(zone, place(zone))
