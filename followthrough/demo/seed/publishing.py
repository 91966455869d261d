"""What was published in the company's time: a second version of a map, and of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from ruamel.yaml import YAML

from followthrough.accounts.models import Member, Organization
from followthrough.core.zones import instant
from followthrough.demo.seed import founding
from followthrough.demo.seed.days import HOME, today
from followthrough.governance import policies
from followthrough.journeys import documents, versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap

CHANGED = "retail"  # the map
SUNDAYS = ["13:00-19:00"]
WHY_SUNDAYS = "Sundays from 13:00 to 19:00 only: several people asked for a quieter day"


def map_changed_at(until: datetime) -> datetime:
    """Three weeks ago, in the morning."""
    return _morning(until, days=21, hour=10)


def policy_changed_at(until: datetime) -> datetime:
    """Some days after the map."""
    return _morning(until, days=16, hour=15)


def _morning(until: datetime, *, days: int, hour: int) -> datetime:
    day = today(until) - timedelta(days=days)
    day -= timedelta(days=max(0, day.weekday() - 4))  # nobody publishes on a weekend
    return instant(day, time(hour, 12), HOME)


def change_map(author: Member, *, at: datetime) -> None:
    """Publish the second version of the map for store roles."""
    map = MessageMap.objects.get(organization=author.organization_id, slug=CHANGED)
    before = versions.document(versions.latest([map.id])[map.id])
    change = YAML(typ="safe").load((founding.MAPS / "changes" / f"{CHANGED}.yaml").read_text())
    versions.publish(
        map=map,
        document=changed(before, change),
        author_id=str(author.id),
        note=change["note"],
        at=at,
    )


def changed(document: MapDocument, change: Mapping[str, Any]) -> MapDocument:
    """The document with parts of some touches (by their keys) replaced. Raises DocumentError."""
    content = document.dump()
    for stage in content["stages"].values():
        for touch in stage["touches"]:
            _replace(touch, change["touches"].get(touch["key"], {}))
    return documents.check(content)


def _replace(into: dict[str, Any], parts: Mapping[str, Any]) -> None:
    for name, value in parts.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _replace(into[name], value)
        else:
            into[name] = value


def change_policy(author: Member, *, at: datetime) -> None:
    """Publish the second version of the policy."""
    document = founding.policy()
    document["hours"]["default"]["sun"] = SUNDAYS
    policies.publish(
        organization=Organization.objects.get(id=author.organization_id),
        document=document,
        author_id=str(author.id),
        note=WHY_SUNDAYS,
        at=at,
    )
