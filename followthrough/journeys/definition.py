"""The message map as a document: what may stand in it. Pure; `documents` reads and checks it.

Every part is frozen and refuses names it does not know. What spans several parts (a key used
twice, a text in a missing language …) is found by `journeys.checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from followthrough.governance.documents import LimitsDocument
from followthrough.journeys.conditions import FACT_PREFIXES, Condition
from followthrough.journeys.offsets import DayOffset
from followthrough.journeys.parts import (
    CHANNELS,
    STAGES,
    Channel,
    Duration,
    Locale,
    Name,
    Part,
    Slug,
    Stage,
    Words,
    length,
    refused,
)
from followthrough.journeys.triggers import TRIGGERS, Trigger

__all__ = [
    "CHANNELS", "FACT_PREFIXES", "SCHEMA", "STAGES", "TRIGGERS", "Condition", "MapDocument",
    "TouchDef", "length",
]  # fmt: skip

SCHEMA = 2  # older documents are brought to it by `journeys.upgrades`

ENDING = frozenset({"hired", "rejected", "withdrawn"})  # where a run ends unless `ends` says no


# --- texts, asks, touches ----------------------------------------------------------------------


class Text(Part):
    """A text message, in Liquid."""

    body: Words


class Mail(Part):
    """A mail, in Liquid; the preheader is what inboxes show beside the subject."""

    subject: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    preheader: Annotated[str, StringConstraints(min_length=1, max_length=400)] | None = None
    body: Words


class Content(Part):
    """What is said: by channel, then by language."""

    sms: dict[Locale, Text] | None = None
    email: dict[Locale, Mail] | None = None

    @property
    def locales(self) -> set[str]:
        """The languages in which anything is said."""
        return {*(self.sms or ()), *(self.email or ())}

    def plain(self, default_locale: str) -> dict[str, dict[str, dict[str, str]]]:
        """Channel → locale → texts as plain values, the default language first."""
        found = self.model_dump(exclude_none=True)
        return {
            channel: dict(sorted(texts.items(), key=lambda item: item[0] != default_locale))
            for channel, texts in found.items()
        }


class WriteBackDef(Part):
    """What the ATS is told: a note with a text, or a field with a value."""

    kind: Literal["note", "field"]
    text: Words | None = None
    field: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = None
    value: str | int | float | bool | None = None

    @model_validator(mode="after")
    def check_kind(self) -> WriteBackDef:
        """A note has a text, a field has a name and a value."""
        note = self.text is not None and self.field is None and self.value is None
        field = self.text is None and self.field is not None and self.value is not None
        if not (note if self.kind == "note" else field):
            wanted = "text" if self.kind == "note" else "field and value"
            raise refused(f"A write-back of kind {self.kind} has {wanted}, and nothing else.",
                          f"Give {wanted}, or change the kind.")  # fmt: skip
        return self

    @property
    def payload(self) -> dict[str, Any]:
        """What is put in the outbox to the ATS."""
        if self.kind == "note":
            return {"text": self.text}
        return {"field": self.field, "value": self.value}


class Confirmed(Part):
    """What follows a yes. Without `write_back` an ask about an anchor writes note and field."""

    write_back: WriteBackDef | None = None
    reply: Content | None = None


class Declined(Part):
    """What follows a no: a person, unless `handoff` says otherwise."""

    handoff: bool = True
    write_back: WriteBackDef | None = None
    reply: Content | None = None


class Answers(Part):
    """What follows each answer."""

    confirmed: Confirmed = Confirmed()
    declined: Declined = Declined()


class AskDef(Part):
    """What the touch waits to hear. With `anchor` it is about that instant and no other."""

    kind: Literal["confirmation"]
    anchor: Name | None = None
    answers: Answers = Answers()


class TouchDef(Part):
    """One message of the map."""

    key: Slug
    trigger: Trigger
    when: Condition | None = None
    channels: list[Channel] = Field(min_length=1)
    content: Content
    ask: AskDef | None = None
    purpose: Literal["informational", "outreach"] = "informational"
    priority: int = Field(default=5, ge=1, le=9)
    useful_for: Duration | None = None
    enabled: bool = True

    @field_validator("channels")
    @classmethod
    def check_channels(cls, channels: list[str]) -> list[str]:
        """A channel that failed is not tried again in the same way."""
        if len(set(channels)) < len(channels):
            raise refused("A channel is named twice.", "Name each once, the preferred one first.")
        return channels

    def predicates(self) -> list[dict[str, Any]]:
        """The parts of `when`, as `core.predicates` reads them."""
        if self.when is None:
            return []
        predicate = self.when.predicate()
        return list(predicate["all"]) if "all" in predicate else [predicate]

    @property
    def anchor(self) -> str | None:
        """The anchor that this touch is about: its trigger's, or its ask's."""
        timed = self.trigger.before or self.trigger.after
        return timed.anchor if timed else self.ask.anchor if self.ask else None


class StageBlock(Part):
    """A stage's touches. `ends`: entering it ends the run; its touches still go out. `limits`
    bind its own touches besides those of the whole map."""

    ends: bool | None = None
    limits: LimitsDocument = LimitsDocument()
    touches: list[TouchDef] = []


class Replies(Part):
    """What asks answer that have no reply of their own."""

    confirmed: Content | None = None
    declined: Content | None = None


class MapDocument(Part):
    """A message map. Only `documents.check` and `read_yaml` find every problem: use those."""

    schema_: Literal[2] = Field(default=2, alias="schema")
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    description: str = ""
    settle: Duration = "PT30S"
    default_locale: Locale = "en"
    unmatched: Literal["continue", "pause", "end"] = "continue"
    replies: Replies = Replies()
    limits: LimitsDocument = LimitsDocument()
    stages: dict[Stage, StageBlock]

    @property
    def settle_delay(self) -> timedelta:
        """How long a stage must last before its touches are due."""
        return length(self.settle)

    def ends(self, stage: str) -> bool:
        """Whether entering `stage` ends a run."""
        block = self.stages.get(stage)  # type: ignore[call-overload]
        return stage in ENDING if block is None or block.ends is None else bool(block.ends)

    def of_stage(self, stage: str) -> list[TouchDef]:
        """The touches of a stage, in the order they are written; none for an unknown one."""
        block = self.stages.get(stage)  # type: ignore[call-overload]
        return block.touches if block else []

    def limits_of(self, stage: str) -> list[LimitsDocument]:
        """The limits that a stage sets itself, if it is there."""
        block = self.stages.get(stage)  # type: ignore[call-overload]
        return [block.limits] if block else []

    @cached_property
    def touches(self) -> Mapping[str, TouchDef]:
        """Every touch by its key."""
        return {touch.key: touch for block in self.stages.values() for touch in block.touches}

    @cached_property
    def stage_of(self) -> Mapping[str, str]:
        """The stage of every touch, by its key."""
        return {touch.key: stage for stage, block in self.stages.items() for touch in block.touches}

    @cached_property
    def counts_days(self) -> bool:
        """Whether any touch is due by local days, so that it matters where the candidate is."""
        return any(isinstance(one.trigger.offset, DayOffset) for one in self.touches.values())

    @cached_property
    def nudges(self) -> Mapping[str, list[TouchDef]]:
        """The touches that wait for no reply to a touch, by that touch's key."""
        found: dict[str, list[TouchDef]] = {}
        for touch in self.touches.values():
            if touch.trigger.no_reply:
                found.setdefault(touch.trigger.no_reply.to, []).append(touch)
        return found

    @cached_property
    def anchors(self) -> Mapping[str, str | None]:
        """The anchor each touch hangs on, by key: its own, or that of what nobody replied to."""
        return {key: self._anchor(touch, len(self.touches)) for key, touch in self.touches.items()}

    def _anchor(self, touch: TouchDef, depth: int) -> str | None:
        source = touch.trigger.no_reply and self.touches.get(touch.trigger.no_reply.to)
        if touch.anchor or not source or not depth:
            return touch.anchor
        return self._anchor(source, depth - 1)

    @cached_property
    def telling(self) -> Mapping[str, list[TouchDef]]:
        """By the key of each reminder, what tells everybody whom it is for of the same time when
        they enter its stage."""
        return {
            key: [other for other in self.of_stage(self.stage_of[key]) if self._tells(other, touch)]
            for key, touch in self.touches.items()
            if touch.trigger.before
        }

    def _tells(self, other: TouchDef, reminder: TouchDef) -> bool:
        conditions = self.conditions[reminder.key]
        return (
            other.enabled
            and other.trigger.stage_entered is not None
            and other.anchor == reminder.anchor
            and other.channels[0] == reminder.channels[0]
            and set(other.channels) >= set(reminder.channels)
            and all(one in conditions for one in self.conditions[other.key])
        )

    @cached_property
    def conditions(self) -> Mapping[str, list[dict[str, Any]]]:
        """The map's own conditions of each touch, by key, as predicates that must all hold."""
        return {key: touch.predicates() for key, touch in self.touches.items()}

    @cached_property
    def languages(self) -> Sequence[str]:
        """Those in which it says anything, answers included: the default one first."""
        found = {locale for content in self._said() for locale in content.locales}
        return sorted(found, key=lambda locale: (locale != self.default_locale, locale))

    def _said(self) -> Iterator[Content]:
        asks = [touch.ask.answers for touch in self.touches.values() if touch.ask]
        answers = [(one.confirmed.reply, one.declined.reply) for one in asks]
        for reply in (self.replies.confirmed, self.replies.declined, *chain(*answers)):
            if reply is not None:
                yield reply
        yield from (touch.content for touch in self.touches.values())

    @cached_property
    def contents(self) -> Mapping[str, Mapping[str, Mapping[str, Mapping[str, str]]]]:
        """What each touch says, by key: channel → locale → texts."""
        return {
            key: touch.content.plain(self.default_locale) for key, touch in self.touches.items()
        }

    def dump(self) -> dict[str, Any]:
        """The document as plain values with every default written out: what is published."""
        return self.model_dump(by_alias=True, exclude_none=True)

    def sparse(self) -> dict[str, Any]:
        """The document as plain values without what goes without saying: what people read."""
        found = self.model_dump(by_alias=True, exclude_defaults=True)
        return {"schema": self.schema_, **found}
