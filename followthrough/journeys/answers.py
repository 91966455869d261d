"""What follows from an answered ask: the ATS is told, the candidate is answered, a no goes on to
a person. Pure, like the engine that asks it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from followthrough.core.canonical import iso
from followthrough.journeys.definition import AskDef, Content, MapDocument, TouchDef, WriteBackDef
from followthrough.journeys.events import (
    AskAnswered,
    Effect,
    HandOff,
    PlanTouch,
    State,
    WriteBack,
)
from followthrough.journeys.relevance import asked

ANSWERS = ("confirmed", "declined")
REPLY_USEFUL = timedelta(minutes=30)


def follows(
    document: MapDocument, state: State, touch: TouchDef, event: AskAnswered, *, occurrence: str
) -> list[Effect]:
    """The effects of `event` on the ask of `touch`, which was opened as `occurrence`."""
    assert touch.ask is not None
    reply = _reply(document, state, touch, event, occurrence)
    if event.answer == "confirmed":
        return [*_confirmed(state, touch, touch.ask), *reply]
    declined = touch.ask.answers.declined
    handed = [HandOff("declined")] if declined.handoff else []
    return [*_told(declined.write_back), *reply, *handed]


def reply_key(touch: TouchDef) -> str:
    """The key of our answer to an answer: no touch of a map can have it."""
    return f"{touch.key}.reply"


def _told(write_back: WriteBackDef | None) -> list[Effect]:
    return [WriteBack(write_back.kind, write_back.payload)] if write_back else []


def _confirmed(state: State, touch: TouchDef, ask: AskDef) -> list[Effect]:
    """What the map says, or about an anchor: a note for people and a field for reports."""
    at = state.anchors.get(touch.anchor, (None, 0))[0] if touch.anchor else None
    if ask.answers.confirmed.write_back or touch.anchor is None or at is None:
        return _told(ask.answers.confirmed.write_back)
    anchor = touch.anchor.replace("_", " ")
    return [
        WriteBack("note", {"text": f"Candidate confirmed: {anchor} ({{at}}).", "at": iso(at)}),
        WriteBack("field", {"field": f"{touch.anchor}_confirmed", "value": True}),
    ]


def _reply(
    document: MapDocument, state: State, touch: TouchDef, event: AskAnswered, occurrence: str
) -> list[Effect]:
    """Our answer to the answer: on the channel they wrote on, if it has a text there."""
    said = _reply_content(document, touch.ask, event.answer) if touch.ask else None
    content = said.plain(document.default_locale) if said else {}
    if not content:
        return []
    return [
        PlanTouch(
            key=reply_key(touch),
            occurrence=occurrence,
            due_at=event.at,
            useful_until=event.at + REPLY_USEFUL,
            purpose="reply",
            priority=touch.priority,
            channels=_channels(touch, content, event.channel),
            relevance=asked(state, touch.key, event.answer),
            origin="reply",
            content=content,
            reply_to_at=event.at,
        )
    ]


def _reply_content(document: MapDocument, ask: AskDef, answer: str) -> Content | None:
    if answer == "confirmed":
        return ask.answers.confirmed.reply or document.replies.confirmed
    return ask.answers.declined.reply or document.replies.declined


def _channels(touch: TouchDef, content: Mapping[str, object], first: str) -> tuple[str, ...]:
    order: list[str] = [first, *touch.channels, *content]
    return tuple(dict.fromkeys(channel for channel in order if channel in content))
