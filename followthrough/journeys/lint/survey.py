"""A map laid out for lint: its touches with their places, and every text it may send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from followthrough.governance.hours import Compiled, narrowed
from followthrough.governance.limits import Cap, Limits, limits
from followthrough.governance.policy import Rules
from followthrough.journeys.definition import STAGES, Content, MapDocument, TouchDef
from followthrough.journeys.lint.finding import WARNING, Finding, Setting
from followthrough.journeys.problems import Place

BODY = "body"


class Spot(NamedTuple):
    """A touch and where it stands."""

    touch: TouchDef
    stage: str
    place: Place

    @property
    def key(self) -> str:
        return self.touch.key

    def finding(
        self,
        code: str,
        reason: str,
        remedy: str,
        *,
        at: Place = (),
        severity: str = WARNING,
        channel: str = "",
        locale: str = "",
    ) -> Finding:
        """Something about this touch; `at` is the place within it."""
        place = (*self.place, *at)
        return Finding(code, self.stage, self.key, place, severity, reason, remedy, channel, locale)


class Text(NamedTuple):
    """What one channel says in one language. `parts` are its subject, preheader and body.

    `touch` is None for the map's common replies; `reply` names the answer that it answers, '' for
    what the touch itself says. `anchors` have a time when it is said.
    """

    spot: Spot | None
    place: Place
    channel: str
    locale: str
    parts: dict[str, str]
    anchors: frozenset[str]
    reply: str = ""

    @property
    def body(self) -> str:
        return self.parts[BODY]

    def finding(
        self, code: str, reason: str, remedy: str, *, part: str = "", severity: str = WARNING
    ) -> Finding:
        """Something about this text, or one part of it."""
        stage, key = (self.spot.stage, self.spot.key) if self.spot else ("", "")
        place = (*self.place, part) if part else self.place
        return Finding(code, stage, key, place, severity, reason, remedy, self.channel, self.locale)


@dataclass(frozen=True, eq=False)
class Survey:
    """A document and its setting, with what several checks ask for."""

    document: MapDocument
    setting: Setting
    _limits: dict[str, Limits | None] = field(default_factory=dict)

    @cached_property
    def every(self) -> list[Spot]:
        """Every touch, in the order of the document."""
        return [
            Spot(touch, str(stage), ("stages", str(stage), "touches", index))
            for stage, block in self.document.stages.items()
            for index, touch in enumerate(block.touches)
        ]

    @cached_property
    def spots(self) -> list[Spot]:
        """The touches that are switched on."""
        return [spot for spot in self.every if spot.touch.enabled]

    def of_stage(self, stage: str) -> list[Spot]:
        """The touches of a stage that are switched on."""
        return [spot for spot in self.spots if spot.stage == stage]

    @cached_property
    def rules(self) -> Rules:
        """What binds somebody who might be at any of the organization's sites."""
        return self.setting.policy.rules(self.setting.places, self.setting.at)

    def limits(self, stage: str) -> Limits | None:
        """What the map asks itself of messages in a stage."""
        if stage not in self._limits:
            said = [self.document.limits, *self.document.limits_of(stage)]
            self._limits[stage] = limits(said, 0)
        return self._limits[stage]

    def hours(self, spot: Spot, channel: str) -> Compiled | None:
        """The hours that bind a touch on a channel wherever the organization is; None: at any."""
        both = self.rules.bounds(channel, spot.touch.purpose).hours.both
        own = self.limits(spot.stage)
        return narrowed(both, own.hours.get(channel) if own else None)

    def caps(self, spot: Spot, channel: str) -> list[Cap]:
        """The caps that count a touch on a channel."""
        bounds, own = self.rules.bounds(channel, spot.touch.purpose), self.limits(spot.stage)
        theirs = own.counting(channel, spot.touch.purpose) if own else ()
        return [*bounds.legal_caps, *bounds.own_caps, *theirs]

    @cached_property
    def stages(self) -> list[str]:
        """The stages of the document, in the order people go through them."""
        return [stage for stage in STAGES if stage in self.document.stages]

    @cached_property
    def said(self) -> list[Text]:
        """What the touches that are switched on say."""
        return [text for spot in self.spots for text in self._said(spot)]

    def _said(self, spot: Spot) -> Iterator[Text]:
        name = self.document.anchors[spot.key]
        anchors = frozenset([name] if name else [])
        for place, channel, locale, parts in _texts(spot.touch.content, (*spot.place, "content")):
            if channel in spot.touch.channels:
                yield Text(spot, place, channel, locale, parts, anchors)

    @cached_property
    def replies(self) -> list[Text]:
        """What answers an answer: replies of asks, and the map's common ones."""
        own = [text for spot in self.spots for text in self._replies(spot)]
        return [*own, *self._common()]

    def _replies(self, spot: Spot) -> Iterator[Text]:
        for answer, place, content in replies(spot):
            for at, channel, locale, parts in _texts(content, place):
                anchors = frozenset([spot.touch.anchor] if spot.touch.anchor else [])
                yield Text(spot, at, channel, locale, parts, anchors, answer)

    def _common(self) -> Iterator[Text]:
        """What all asks without a reply of their own have in common."""
        for answer in ("confirmed", "declined"):
            using = [spot for spot in self.spots if spot.touch.ask and not reply(spot, answer)]
            known = [{one} if (one := spot.touch.anchor) else set() for spot in using]
            anchors = frozenset(set.intersection(*known)) if known else frozenset()
            content = getattr(self.document.replies, answer)
            for at, channel, locale, parts in _texts(content, ("replies", answer)):
                if using:
                    yield Text(None, at, channel, locale, parts, anchors, answer)

    @cached_property
    def texts(self) -> list[Text]:
        """All of them."""
        return [*self.said, *self.replies]


def replies(spot: Spot) -> Iterator[tuple[str, Place, Content | None]]:
    """The replies of a touch's ask: answer, place, content."""
    for answer in ("confirmed", "declined") if spot.touch.ask else ():
        yield answer, (*spot.place, "ask", "answers", answer, "reply"), reply(spot, answer)


def reply(spot: Spot, answer: str) -> Content | None:
    """What a touch's ask replies itself to an answer."""
    assert spot.touch.ask
    found: Content | None = getattr(spot.touch.ask.answers, answer).reply
    return found


def hands_off(spot: Spot) -> bool:
    """Whether a no to the touch's ask goes to a person."""
    assert spot.touch.ask
    return spot.touch.ask.answers.declined.handoff


def _texts(
    content: Content | None, place: Place
) -> Iterator[tuple[Place, str, str, dict[str, str]]]:
    if content is None:
        return
    for channel in type(content).model_fields:
        for locale, text in (getattr(content, channel) or {}).items():
            parts = {
                name: said for name in type(text).model_fields if (said := getattr(text, name))
            }
            yield (*place, channel, locale), channel, locale, parts
