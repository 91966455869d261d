"""What lint must know of an organization: its policy, its places, its candidates' languages."""

from __future__ import annotations

from collections import Counter

from followthrough.accounts.models import Organization
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.governance import policies
from followthrough.journeys.lint.finding import Setting
from followthrough.journeys.models import MessageMap
from followthrough.people import sites
from followthrough.people.models import Application, StageMapping

LOOKED_AT = 1_000  # applications, the newest: it is asked whenever somebody who edits pauses


def setting(organization: Organization, map: MessageMap | None = None) -> Setting:
    """Where maps of an organization run; with `map`, also where those go who run through it."""
    senders = Sender.objects.filter(organization=organization)
    return Setting(
        policy=policies.of(organization.id),
        at=clock.now(),
        places=sites.places(organization.id, country=organization.country),
        locales=_locales(organization),
        company=organization.name,
        channels=frozenset(senders.values_list("channel", flat=True).distinct()) or None,
        stages=_stages(organization),
        visited=_visited(map) if map else None,
    )


def _locales(organization: Organization) -> dict[str, int]:
    """How many of the newest applicants read which language."""
    newest = Application.objects.filter(organization=organization).order_by("-stage_since")
    return Counter(newest.values_list("candidate__locale", flat=True)[:LOOKED_AT])


def _stages(organization: Organization) -> frozenset[str] | None:
    """None where no stage is mapped yet: then nobody knows."""
    mapped = StageMapping.objects.filter(organization=organization)
    return frozenset(mapped.values_list("stage", flat=True).distinct()) or None


def _visited(map: MessageMap) -> frozenset[str] | None:
    """The stages that those are in who run or ran through a map; None where nobody did."""
    ran = Application.objects.filter(run__version__map=map)
    return frozenset(ran.values_list("stage", flat=True).distinct()) or None
