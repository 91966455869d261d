"""What a receipt says, in words: for a line of the list, for its own page, for a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from followthrough.governance import words
from followthrough.governance.models import Policy
from followthrough.journeys.models import Version
from followthrough.messages.models import Receipt, Touch
from followthrough.people.models import Application, Candidate
from followthrough.web.console import sentences
from followthrough.web.console.receipts import sources
from followthrough.web.console.receipts.sources import Entries, Source
from followthrough.web.console.sentences import Wall


class Check(NamedTuple):
    """One check as a sentence, with where its rule comes from."""

    code: str
    outcome: str
    said: str
    sources: Sequence[Source]


@dataclass(frozen=True)
class Row:
    """A receipt with whom and what it is about; `message` is '' where the touch is gone."""

    row: Receipt
    name: str
    message: str
    opening: str
    site: str
    origin: str
    wall: Wall
    entries: Entries
    policy: Source | None
    map: Source | None
    then: str = ""  # where one sees what else was running

    # In words only when it is read: a list shows little of each.

    @property
    def said(self) -> str:
        """Why, in one sentence; of what was sent, everything."""
        return words.reason(self.row, **self._clock) or self.sentence

    @property
    def sentence(self) -> str:
        return words.sentence(self.row, **self._clock)

    @cached_property
    def checks(self) -> list[Check]:
        return [
            Check(one.code, one.outcome, one.said, sources.of(one.detail, self.entries))
            for one in words.checked(self.row, **self._clock)
        ]

    @property
    def _clock(self) -> dict[str, str]:
        return {"zone": self.wall.zone, "place": self.wall.place}


class _Known(NamedTuple):
    people: Mapping[UUID, Candidate]
    touches: Mapping[UUID, Touch]
    applications: Mapping[UUID, Application]
    versions: Mapping[UUID, Version]
    policies: Mapping[UUID, Policy]
    entries: Entries


def load(keys: Sequence[UUID]) -> list[Row]:
    """The receipts with these keys, in their order."""
    found = Receipt.objects.in_bulk(list(keys))
    receipts = [found[key] for key in keys if key in found]
    known = _known(receipts)
    return [_row(one, known) for one in receipts]


def _known(receipts: Sequence[Receipt]) -> _Known:
    applications = {one.application_id for one in receipts if one.application_id}
    versions = {one.version_id for one in receipts if one.version_id}
    policies = {one.policy_id for one in receipts if one.policy_id}
    opened = Application.objects.select_related("requisition__site")
    return _Known(
        Candidate.objects.in_bulk({one.candidate_id for one in receipts}),
        Touch.objects.defer("relevance", "content").in_bulk({one.touch_id for one in receipts}),
        opened.in_bulk(applications),
        Version.objects.select_related("map").defer("document", "source").in_bulk(versions),
        Policy.objects.defer("document").in_bulk(policies),
        sources.entries(receipts),
    )


def _row(one: Receipt, known: _Known) -> Row:
    person, touch = known.people.get(one.candidate_id), known.touches.get(one.touch_id)
    application = known.applications.get(one.application_id) if one.application_id else None
    opening = application.requisition if application else None
    wall = _wall(one, application)
    return Row(
        row=one,
        name=person.name if person else "",
        message=sentences.touch_name(touch.key) if touch else "",
        opening=opening.title if opening else "",
        site=opening.site.name if opening and opening.site else "",
        origin=touch.get_origin_display() if touch else "",
        wall=wall,
        entries=known.entries,
        policy=_policy(one, known.policies),
        map=_map(one, known.versions),
        then=_then(one, known.versions),
    )


def _wall(one: Receipt, application: Application | None) -> Wall:
    """The clock its sentences go by: the site's where the checks went by that zone, else the first
    they went by, else that of whoever looks."""
    zones = next((check[2]["zones"] for check in one.checks if check[2].get("zones")), ())
    opening = application.requisition if application else None
    site = opening.site if opening else None
    if site and (not zones or site.zone in zones):
        return Wall(site.zone, site.name)
    zone = str(zones[0]) if zones else timezone.get_current_timezone_name()
    return Wall(zone, sentences.place(zone))


def _policy(one: Receipt, known: Mapping[UUID, Policy]) -> Source | None:
    row = known.get(one.policy_id) if one.policy_id else None
    return sources.of({"policy": row.number}, {})[0] if row else None


def _then(one: Receipt, known: Mapping[UUID, Version]) -> str:
    """What was running when it was decided."""
    version = known.get(one.version_id) if one.version_id else None
    if version is None:
        return ""
    asked = {"at": one.at.isoformat(timespec="seconds"), "candidate": one.candidate_id}
    return f"{reverse('map-when', args=[version.map_id])}?{urlencode(asked)}"


def _map(one: Receipt, known: Mapping[UUID, Version]) -> Source | None:
    version = known.get(one.version_id) if one.version_id else None
    if version is None:
        return None
    there = reverse("map-version", args=[version.map_id, version.number])
    return Source(f"{version.map.name} v{version.number}", there)
