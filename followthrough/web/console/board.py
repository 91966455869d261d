"""A message map as a board: a column for each stage, time running down, a card for each touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.governance.policy import CompiledPolicy
from followthrough.journeys import diff
from followthrough.journeys.definition import (
    STAGES,
    Content,
    MapDocument,
    TouchDef,
)
from followthrough.journeys.diff import Difference, TouchChange
from followthrough.journeys.offsets import rough
from followthrough.people.stages import Stage
from followthrough.web.console import landing, map_changes, map_words, texts
from followthrough.web.console.landing import Landing, Places
from followthrough.web.console.map_changes import ChangedPart
from followthrough.web.console.texts import Piece

CAN_WAIT = 7  # a priority of this number or a higher one


class Said(NamedTuple):
    """A text in one language on one channel. `kind`: how it differs, '' when it does not; `was`:
    what it said before."""

    channel: str
    locale: str
    subject: Sequence[Piece]
    preheader: Sequence[Piece]
    body: Sequence[Piece]
    kind: str = ""
    was: Sequence[Piece] = ()

    @property
    def language(self) -> str:
        return map_words.language(self.locale)


class Follows(NamedTuple):
    """What follows an answer: what we reply, what the ATS is told, whether a person is called."""

    reply: Sequence[Said]
    write_back: str
    handoff: bool


@dataclass(frozen=True)
class Card:
    """A touch. `kind`: how it differs from the version before, '' when it does not."""

    key: str
    touch: TouchDef
    when: str
    waits_for: str
    useful: str
    conditions: Sequence[str]
    asks: str
    urgent: bool
    line: Sequence[Piece]
    said: Sequence[Said]
    yes: Follows | None
    no: Follows | None
    landings: Sequence[Landing]
    kind: str
    changes: Sequence[ChangedPart]

    @property
    def can_wait(self) -> bool:
        return self.touch.priority >= CAN_WAIT


class Group(NamedTuple):
    """Cards that count from the same moment."""

    name: str
    cards: Sequence[Card]


@dataclass(frozen=True)
class Column:
    """A stage."""

    stage: str
    name: str
    ends: bool
    groups: Sequence[Group]

    @property
    def count(self) -> int:
        return sum(one.kind != diff.REMOVED for group in self.groups for one in group.cards)


@dataclass(frozen=True)
class Board:
    """The columns of the stages that say something, and the names of those that do not."""

    columns: Sequence[Column]
    silent: Sequence[str]
    count: int


@dataclass(frozen=True)
class _Sheet:
    """What cards are made from: the document, what it changes, and by which rules it goes out."""

    document: MapDocument
    before: MapDocument | None
    difference: Difference | None
    policy: CompiledPolicy
    places: Places

    def change(self, key: str) -> TouchChange | None:
        return self.difference.touches.get(key) if self.difference else None


def build(
    document: MapDocument, *, before: MapDocument | None, policy: CompiledPolicy, places: Places
) -> Board:
    """The board of `document`, with what it changes of `before` (None: nothing is marked).

    `policy` and `places` say where messages that hang on a time would land.
    """
    found = diff.diff(before, document) if before else None
    sheet = _Sheet(document, before, found, policy, places)
    columns = [column for stage in STAGES if (column := _column(sheet, stage)).groups]
    shown = {column.stage for column in columns}
    silent = [str(Stage(stage).label) for stage in STAGES if stage not in shown]
    return Board(columns, silent, len(document.touches))


def _column(sheet: _Sheet, stage: str) -> Column:
    touches = [(sheet.document, touch) for touch in sheet.document.of_stage(stage)]
    if sheet.before:
        gone = [
            one for one in sheet.before.of_stage(stage) if one.key not in sheet.document.touches
        ]
        touches += [(sheet.before, touch) for touch in gone]
    groups: dict[str, list[Card]] = {}
    for source, touch in sorted(touches, key=lambda one: place(*one)):
        groups.setdefault(_group(source, touch), []).append(_card(sheet, source, touch))
    return Column(
        stage,
        str(Stage(stage).label),
        sheet.document.ends(stage),
        [Group(name, cards) for name, cards in groups.items()],
    )


# --- time within a column ------------------------------------------------------------------------

ENTERED, ANCHORED, REPORTED, BY_HAND, LEFT = range(5)
Place = tuple[int, str, timedelta]  # counted from what, which one of those, how long after it


def place(document: MapDocument, touch: TouchDef, depth: int = 20) -> Place:
    """Where in its column a touch stands: what counts from the same moment stands together."""
    trigger, at = touch.trigger, rough(touch.trigger.offset)
    if trigger.before:
        return ANCHORED, trigger.before.anchor, -at
    if trigger.after:
        return ANCHORED, trigger.after.anchor, at
    if trigger.event:
        return REPORTED, trigger.event.name, at
    if trigger.no_reply and depth and (source := document.touches.get(trigger.no_reply.to)):
        kind, name, since = place(document, source, depth - 1)
        return kind, name, since + at
    kind = LEFT if trigger.stage_left else BY_HAND if trigger.manual else ENTERED
    return kind, "", at


GROUPS = {
    REPORTED: gettext_noop("When something is reported"),
    BY_HAND: gettext_noop("Sent by hand"),
    LEFT: gettext_noop("On leaving"),
}


def _group(document: MapDocument, touch: TouchDef) -> str:
    kind, name, _at = place(document, touch)
    if kind == ENTERED:
        return _("Counted from entering")
    if kind == ANCHORED:
        return _("Around %(anchor)s") % {"anchor": map_words.anchor(name)}
    return _(GROUPS[kind])


# --- cards ---------------------------------------------------------------------------------------


def _card(sheet: _Sheet, source: MapDocument, touch: TouchDef) -> Card:
    change = sheet.change(touch.key)
    return Card(
        key=touch.key,
        touch=touch,
        when=map_words.when(touch),
        waits_for=map_words.waits_for(touch),
        useful=map_words.useful(touch),
        conditions=map_words.conditions(touch.when),
        asks=map_words.asks(touch.ask),
        urgent=touch.priority <= sheet.policy.urgent_at,
        line=_line(source, touch),
        said=said(touch.content, source.default_locale, was=_was(change)),
        yes=_follows(source, touch, change, yes=True),
        no=_follows(source, touch, change, yes=False),
        landings=landing.landings(source, touch, sheet.policy, places=sheet.places),
        kind=change.kind if change else "",
        changes=map_changes.of_touch(change) if change else (),
    )


def _line(document: MapDocument, touch: TouchDef) -> list[Piece]:
    """The first line of what is said on the preferred channel, in the map's own language."""
    content = touch.content.plain(document.default_locale)
    said = content.get(touch.channels[0]) or next(iter(content.values()), {})
    first = next(iter(said.values()), None)  # a draft may not have any yet
    return texts.first_line(first.get("subject") or first["body"]) if first else []


def _was(change: TouchChange | None) -> Content | None:
    """What a changed touch said before; None where nothing is to be compared."""
    return (
        change.before.content if change and change.kind == diff.CHANGED and change.before else None
    )


def said(content: Content | None, default_locale: str, *, was: Content | None = None) -> list[Said]:
    """Every text of a content, the map's own language first; those that are gone at the end."""
    plain = content.plain(default_locale) if content else {}
    old = was.plain(default_locale) if was else {}
    marks = {(one.channel, one.locale): one.kind for one in diff.texts(was, content)} if was else {}
    found = [
        _said(channel, locale, text, marks.get((channel, locale), ""), old)
        for channel, by_locale in plain.items()
        for locale, text in by_locale.items()
    ]
    gone = [place for place, kind in marks.items() if kind == diff.REMOVED]
    return found + [_said(*place, old[place[0]][place[1]], diff.REMOVED, {}) for place in gone]


def _said(
    channel: str, locale: str, text: Mapping[str, str], kind: str, old: Mapping[str, Any]
) -> Said:
    before = old.get(channel, {}).get(locale) if kind == diff.CHANGED else None
    return Said(
        channel,
        locale,
        texts.pieces(text.get("subject", "")),
        texts.pieces(text.get("preheader", "")),
        texts.pieces(text["body"]),
        kind,
        texts.pieces("\n\n".join(before.values())) if before else (),
    )


def _follows(
    document: MapDocument, touch: TouchDef, change: TouchChange | None, *, yes: bool
) -> Follows | None:
    """What follows a yes, or a no, to what the touch asks; None where it asks nothing."""
    if touch.ask is None:
        return None
    given, otherwise = (
        (touch.ask.answers.confirmed, document.replies.confirmed)
        if yes
        else (touch.ask.answers.declined, document.replies.declined)
    )
    told = map_words.write_back(given.write_back, about=touch.anchor if yes else None)
    reply = said(
        given.reply or otherwise, document.default_locale, was=_reply_before(change, yes=yes)
    )
    return Follows(reply, told, getattr(given, "handoff", False))


def _reply_before(change: TouchChange | None, *, yes: bool) -> Content | None:
    before = change.before if change and change.kind == diff.CHANGED else None
    if before is None or before.ask is None:
        return None
    answers = before.ask.answers
    return (answers.confirmed if yes else answers.declined).reply


class Picture(NamedTuple):
    """The board in small: where each touch lies as a square of 12 × 7."""

    width: int
    height: int
    squares: Sequence[tuple[int, int]]


def picture(document: MapDocument) -> Picture:
    """The columns of a map with a square for each touch."""
    told = [len(document.of_stage(stage)) for stage in STAGES if document.of_stage(stage)]
    squares = [(15 * column, 10 * row) for column, count in enumerate(told) for row in range(count)]
    return Picture(15 * len(told), 10 * max(told, default=1), squares)
