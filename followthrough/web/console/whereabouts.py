"""Which clock hangs on the candidate's wall."""

from __future__ import annotations

from collections.abc import Iterable

from followthrough.core import zones
from followthrough.core.phones import zones_of
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.web.console.sentences import Wall, place


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


def clock_of(found: zones.Zones, applications: Iterable[Application]) -> Wall:
    """The one clock to show times by: the site's where it is plausible, else the first; or UTC."""
    sites = [one.requisition.site for one in applications if one.requisition]
    at_site = [site for site in sites if site and site.zone in found.names]
    if at_site:
        return Wall(at_site[0].zone, at_site[0].name)
    zone = next(iter(found.names), "UTC")
    return Wall(zone, place(zone))
