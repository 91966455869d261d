"""A touch as one person would get it: filled in with what is known of them, in their language and
zone; and what would keep it from them.

The person is a real candidate of the map, within what the member may see; where there is none yet,
an invented one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from followthrough.accounts.models import Member
from followthrough.channels import prices
from followthrough.channels.prices import Price
from followthrough.core import clock, predicates, segments
from followthrough.core.canonical import iso
from followthrough.governance.checks.content import MOST_SEGMENTS
from followthrough.journeys.definition import MapDocument, TouchDef
from followthrough.journeys.models import MessageMap
from followthrough.messages import templates
from followthrough.messages.outbox import Due
from followthrough.people import finding, scopes
from followthrough.people.models import Application
from followthrough.runs import drafts as judged
from followthrough.runs import facts, rendering
from followthrough.runs.about import About
from followthrough.web.console import map_words, texts
from followthrough.web.console.editor import contents
from followthrough.web.console.sentences import label

FOUND = 8  # people that a search shows
LINK = "https://…/messages/…"  # the real one would open the candidate's own page


@dataclass(frozen=True)
class Sample:
    """Who a touch is shown for; `application` is None for an invented one."""

    name: str
    locale: str
    zone: str
    values: Mapping[str, Any]
    application: Application | None = None
    about: About | None = None
    price: Price | None = None  # of a part of a text, where somebody has said so

    @property
    def key(self) -> str:
        return str(self.application.id) if self.application else ""


class Filled(NamedTuple):
    """A text filled in. `problem` says why it cannot be, `line` where (0: nobody knows)."""

    channel: str
    locale: str
    subject: str = ""
    preheader: str = ""
    body: str = ""
    problem: str = ""
    parts: int = 0  # of a text message
    length: int = 0  # characters
    odd: str = ""  # characters for which it is cut into shorter parts
    cost: str = ""  # of all its parts, where somebody has said what one costs

    @property
    def long(self) -> bool:
        return self.parts > MOST_SEGMENTS


class Shown(NamedTuple):
    """What a sample gets, by channel in order of preference; and each text, filled in for them."""

    gets: Sequence[Filled]
    texts: Mapping[tuple[str, str], Filled]
    stopped: str = ""  # the condition that does not hold for them


# --- who -----------------------------------------------------------------------------------------


def people(map: MessageMap, member: Member, words: str = "") -> QuerySet[Application]:
    """Applications of the map (of all, where it has none yet) that the member may see."""
    seen = scopes.applications(member).select_related("candidate", "requisition__site")
    mine = seen.filter(run__version__map=map)
    found = mine if mine.exists() else seen
    if words.strip():
        organization = member.organization
        meant = finding.read(words, country=organization.country)
        found = found.filter(finding.applications(organization, meant))
    return found.order_by("-stage_since", "id")


def sample(
    map: MessageMap, member: Member, document: MapDocument, wanted: str = "", *, stage: str = ""
) -> Sample:
    """The application `wanted` (its id) if the member may see it, else the newest of the map (in
    the stage, if there is one: the times it speaks of are known of them), else somebody invented.
    """
    chosen = None
    if key := _key(wanted):
        seen = scopes.applications(member).select_related("candidate", "requisition__site")
        chosen = seen.filter(id=key).first()
    known = people(map, member)
    chosen = chosen or known.filter(stage=stage).first() or known.first()
    found = _real(chosen) if chosen else invented(member.organization.name, document)
    return replace(found, price=prices.of(member.organization_id))


def reading(sample: Sample, locale: str) -> Sample:
    """The same person as if they read `locale`; '' leaves them their own language."""
    if not locale:
        return sample
    return replace(sample, locale=locale, values={**sample.values, "locale": locale})


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _real(application: Application) -> Sample:
    due = _due(application)
    known = facts.load([due], now=clock.now())
    person, subject = known.people[due.candidate_id], known.subjects[application.id]
    anchors = known.anchors.get(application.id, {})
    zone = next(iter(judged.zones(person, [due], known).names), "UTC")
    values = rendering.context(person, subject, anchors, zone) | {rendering.LINK: LINK}
    return Sample(
        application.candidate.name, person.locale, values["zone"], values, application,
        About(person, subject, anchors),
    )  # fmt: skip


def _due(application: Application) -> Due:
    """As if something for them was due now; it is only loaded by."""
    blank: dict[str, Any] = dict.fromkeys(Due._fields)
    given = {
        "id": application.id, "organization_id": application.organization_id,
        "application_id": application.id, "candidate_id": application.candidate_id,
        "origin": "map", "due_at": clock.now(), "channels": [], "attempts": 0,
    }  # fmt: skip
    return Due(**(blank | given))


def invented(company: str, document: MapDocument) -> Sample:
    """Somebody with a name, a job and every time that the map speaks of, all in a week."""
    soon = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    times = {name: iso(soon) for name in document.anchors.values() if name}
    values = {
        "candidate.given_name": "Ada", "candidate.family_name": "Obi", "company": company,
        "requisition.title": _("Store associate"), "site.name": _("Downtown"),
        "site.address": _("12 Main Street"), "zone": "America/New_York",
        "locale": document.default_locale, "preferences_url": LINK,
        "interview_start": iso(soon), "start_date": iso(soon), **times,
    }  # fmt: skip
    return Sample("Ada Obi", document.default_locale, "America/New_York", values)


# --- what they get -------------------------------------------------------------------------------


def shown(touch: TouchDef, document: MapDocument, to: Sample) -> Shown:
    """A touch for a sample: what they would get, and every text filled in for them."""
    plain = touch.content.plain(document.default_locale)
    gets = [
        filled(channel, locale, text, to)
        for channel in touch.channels
        if (found := _own(plain.get(channel), to.locale))
        for locale, text in [found]
    ]
    every = {
        (channel, locale): filled(channel, locale, text, to)
        for channel, by_locale in plain.items()
        for locale, text in by_locale.items()
    }
    return Shown(gets, every, _stopped(touch, to))


def _own(by_locale: Mapping[str, Any] | None, locale: str) -> tuple[str, Any] | None:
    """The text that somebody who reads `locale` gets, with its language."""
    language, text = rendering.in_language(by_locale, locale)
    return (language, text) if text else None


def filled(channel: str, locale: str, text: Mapping[str, str], to: Sample) -> Filled:
    """A text with what is known of the sample. Its times are written in the text's language."""
    values = {**to.values, "locale": rendering.in_manner(locale, to.locale)}
    made: dict[str, str] = {}
    for part in contents.TEXTS[channel]:
        try:
            made[part] = templates.render(text.get(part) or "", values).strip()
        except templates.TemplateProblem as problem:
            return Filled(channel, locale, problem=why(problem, text[part], values))
    if not made["body"]:
        return Filled(channel, locale, problem=_("it is empty when it is filled in"))
    if channel != "sms":
        return Filled(channel, locale, **made)
    body = made["body"]
    parts = segments.count(body)
    cost = to.price.of(parts) if to.price else ""
    return Filled(channel, locale, **made, parts=parts, length=len(body),
                  odd=segments.odd_ones(body), cost=cost)  # fmt: skip


def why(problem: templates.TemplateProblem, source: str, values: Mapping[str, Any]) -> str:
    """What keeps a text from being filled in: what is not known of them, or what is wrong in it; to
    stand within a sentence."""
    reason = problem.reason.rstrip(".")
    if problem.code == "unresolved_variable":
        missing = [name for name in templates.check(source) if not values.get(name)]
        said = map_words.joined([blank(name) for name in missing])
        return _("%(what)s is not known of them") % {"what": said} if missing else reason
    where = _("line %(n)s: ") % {"n": problem.line} if problem.line else ""
    return f"{where}{reason}"


def blank(name: str) -> str:
    """A blank as people call it: `the interview`, `first name`."""
    if name in texts.BLANKS and name not in map_words.ANCHORS:
        return _(texts.BLANKS[name])
    return map_words.anchor(name) if "." not in name else label(name.replace(".", " "))


def _stopped(touch: TouchDef, to: Sample) -> str:
    """What the touch asks for that is not so for them now."""
    if touch.when is None or to.about is None:
        return ""
    failing = predicates.failing(touch.when.predicate(), to.about)
    if failing is None:
        return ""
    part = type(touch.when).model_validate(dict(failing))
    return map_words.joined(map_words.conditions(part))


# --- variables -----------------------------------------------------------------------------------


class Blank(NamedTuple):
    """What can be filled in: its Liquid, what it is, and what it is for the sample."""

    source: str
    said: str
    value: str


def blanks(document: MapDocument, anchors: Sequence[str], to: Sample) -> list[Blank]:
    """Everything that a text may mention; times in the ways that they can be written."""
    plain = [one for one in texts.BLANKS if one in templates.CONTEXT_NAMES]
    sources = [f"{{{{ {name} }}}}" for name in plain if name not in ("zone", "locale")]
    for name in anchors:
        sources += [
            f"{{{{ {name} | {way} }}}}" for way in ("local_time", "local_date", "local_clock")
        ]
    return [Blank(one, texts.pieces(one)[0].said, _value(one, to)) for one in sources]


def _value(source: str, to: Sample) -> str:
    try:
        return templates.render(source, {**to.values, "locale": to.locale})
    except templates.TemplateProblem:
        return ""
