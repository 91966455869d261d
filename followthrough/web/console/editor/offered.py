"""What the forms offer, from what is really there: times, touches, facts with their values.

All of it is bounded: of applications the newest few hundred are looked at, never all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from followthrough.accounts.models import Member, Organization
from followthrough.journeys.checks import ANCHORS
from followthrough.journeys.definition import STAGES, MapDocument
from followthrough.journeys.models import Draft
from followthrough.people import scopes
from followthrough.people.models import Anchor, Requisition, Site
from followthrough.people.stages import Stage
from followthrough.web.console import map_words
from followthrough.web.console.editor import conditions
from followthrough.web.console.sentences import label

LOOKED_AT = 300  # applications, the newest
SHOWN = 12  # values of a field
RARE = 0.02  # a language that fewer than that share of people have is not proposed

Choice = tuple[str, str]  # as documents have it, and in words


class Fact(NamedTuple):
    """Something a condition may ask about, with values that are there."""

    name: str
    said: str
    group: str
    kind: str
    samples: Sequence[str]


@dataclass(frozen=True)
class Offered:
    """What the form of a touch offers."""

    anchors: Sequence[Choice]
    touches: Sequence[Choice]
    stages: Sequence[Choice]
    events: Sequence[str]
    facts: Sequence[Fact]
    locales: Sequence[str]

    @property
    def kinds(self) -> Mapping[str, str]:
        """What values each field has, as `conditions.read` wants it."""
        return {one.name: one.kind for one in self.facts}

    def with_language(self, locale: str) -> Offered:
        """The same, and a language to write in."""
        return replace(self, locales=list(dict.fromkeys([*self.locales, locale])))


def of_touch(draft: Draft, document: MapDocument, stage: str, key: str, member: Member) -> Offered:
    """What fits the touch `key` of a stage; what it says already is always among it."""
    seen, organization = _Seen.of(member), member.organization
    anchors = _anchors(document, organization)
    return Offered(
        anchors=anchors,
        touches=[(one.key, label(one.key)) for one in document.of_stage(stage) if one.key != key],
        stages=[(one, str(Stage(one).label)) for one in STAGES if one != stage],
        events=_events(document),
        facts=[
            *_of_application(seen),
            *_of_job(organization),
            *_of_person(seen),
            *_of_answers(document, stage, key),
            *(one for name, _said in anchors for one in _of_anchor(name)),
        ],
        locales=languages(draft, document, member, seen.locales),
    )


# --- languages -----------------------------------------------------------------------------------


def languages(
    draft: Draft,
    document: MapDocument,
    member: Member,
    spoken: Mapping[str, int] | None = None,
) -> list[str]:
    """Those the texts are written in: the map's own first, then those it has texts in or was told
    to have, then those that candidates speak."""
    found = Counter(spoken if spoken is not None else _Seen.of(member).locales)
    many = [one for one, n in found.most_common(6) if n > RARE * found.total()]
    return list(
        dict.fromkeys([document.default_locale, *document.languages, *draft.languages, *many])
    )


# --- facts ---------------------------------------------------------------------------------------


class _Seen(NamedTuple):
    """What the newest applications that a member sees have: values by field, and how many speak
    what."""

    fields: Mapping[str, Sequence[Any]]
    locales: Mapping[str, int]

    @classmethod
    def of(cls, member: Member) -> _Seen:
        newest = scopes.applications(member).order_by("-stage_since")
        rows = newest.values_list("fields", "candidate__locale")[:LOOKED_AT]
        fields: dict[str, list[Any]] = {}
        locales: Counter[str] = Counter()
        for values, locale in rows:
            locales[locale.split("-")[0].split("_")[0] or "en"] += 1
            for name, value in (values or {}).items():
                fields.setdefault(name, []).append(value)
        return cls(fields, locales)


def _of_application(seen: _Seen) -> Iterator[Fact]:
    for name, values in sorted(seen.fields.items()):
        full, plain = f"application.fields.{name}", [one for one in values if one is not None]
        yield _fact(full, _("The application, in your ATS"), _kind(plain), plain)


def _kind(values: Sequence[Any]) -> str:
    if values and all(isinstance(one, bool) for one in values):
        return conditions.YES_NO
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in values)
    return conditions.NUMBER if values and numbers else conditions.TEXT


def _of_job(organization: Organization) -> Iterator[Fact]:
    jobs = Requisition.objects.filter(organization=organization).order_by()
    sites = Site.objects.filter(organization=organization).order_by()
    group = _("The job and its site")
    for name, rows, column in (
        ("requisition.family", jobs, "family"),
        ("requisition.title", jobs, "title"),
        ("site.name", sites, "name"),
        ("site.country", sites, "country"),
        ("site.region", sites, "region"),
    ):
        found = rows.exclude(**{column: ""}).values_list(column, flat=True).distinct()[:SHOWN]
        yield _fact(name, group, conditions.TEXT, sorted(found))


def _of_person(seen: _Seen) -> Iterator[Fact]:
    group = _("The candidate")
    yield _fact("candidate.locale", group, conditions.TEXT, list(seen.locales))
    yield _fact("candidate.country", group, conditions.TEXT, [])
    yield _time("candidate.replied_at", group)
    yield _fact("candidate.phone", group, conditions.ADDRESS, [])
    yield _fact("candidate.email", group, conditions.ADDRESS, [])


def _of_anchor(name: str) -> Iterator[Fact]:
    yield _time(f"anchor.{name}.at")
    yield _fact(f"anchor.{name}.weekday", _("Times of the application"), conditions.WEEKDAY, [])
    yield _fact(f"anchor.{name}.hour", _("Times of the application"), conditions.NUMBER, [])


def _of_answers(document: MapDocument, stage: str, key: str) -> Iterator[Fact]:
    for touch in document.of_stage(stage):
        if touch.ask and touch.key != key:
            group = _("What they answered in this stage")
            yield _fact(f"ask.{touch.key}", group, conditions.ANSWER, [])


def _time(name: str, group: str = "") -> Fact:
    return _fact(name, group or _("Times of the application"), conditions.TIME, [])


def _fact(name: str, group: str, kind: str, values: Iterable[Any]) -> Fact:
    samples = list(dict.fromkeys(conditions.written(one) for one in values if one != ""))[:SHOWN]
    return Fact(name, map_words.field(name), group, kind, samples)


# --- times and events ----------------------------------------------------------------------------


def _anchors(document: MapDocument, organization: Organization) -> list[Choice]:
    stored = Anchor.objects.filter(organization=organization).order_by()
    known = stored.values_list("name", flat=True).distinct()
    named = {one for one in document.anchors.values() if one}
    return [(one, map_words.anchor(one)) for one in dict.fromkeys([*ANCHORS, *known, *named])]


def _events(document: MapDocument) -> list[str]:
    found = [one.trigger.event.name for one in document.touches.values() if one.trigger.event]
    return sorted(set(found))
