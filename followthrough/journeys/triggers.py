"""When a touch of a message map is due: its trigger, of one of eight kinds."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator, model_validator

from followthrough.journeys.offsets import DayOffset, Offset
from followthrough.journeys.parts import EventName, Name, Part, Slug, Stage, length, refused

TRIGGERS = (
    "stage_entered", "stage_left", "before", "after", "no_reply", "stalled", "event", "manual",
)  # fmt: skip


class StageEntered(Part):
    """When the stage is entered, or `after` that long."""

    after: Offset = "PT0S"


class StageLeft(Part):
    """When the stage is left, or `after` that long; with `to`, only when it is left for those."""

    to: list[Stage] | None = Field(default=None, min_length=1)
    after: Offset = "PT0S"

    def goes_to(self, stage: str) -> bool:
        """Whether it is about leaving for `stage`."""
        return self.to is None or stage in self.to


class Before(Part):
    """`by` that long before an anchor."""

    anchor: Name
    by: Offset

    @field_validator("by")
    @classmethod
    def check_by(cls, by: Offset) -> Offset:
        """At the very moment of the anchor, nothing is before it."""
        if not isinstance(by, DayOffset) and not length(by):
            raise refused("Nothing is no time before the anchor.", "Use after with by: PT0S.")
        return by


class After(Part):
    """`by` that long after an anchor."""

    anchor: Name
    by: Offset = "PT0S"


class NoReply(Part):
    """When nobody answered touch `to` within that long."""

    to: Slug
    within: Offset


class Stalled(Part):
    """When nothing happened for that long: no reply, no other stage."""

    for_: Offset = Field(alias="for")


class Happened(Part):
    """When the organization's own event of that name comes in, or `after` that long."""

    name: EventName
    after: Offset = "PT0S"


class Manual(Part):
    """When a member presses it, on the candidate's page."""


_OFFSETS = ("after", "by", "within", "for_")


class Trigger(Part):
    """When a touch is due: exactly one of these."""

    stage_entered: StageEntered | None = None
    stage_left: StageLeft | None = None
    before: Before | None = None
    after: After | None = None
    no_reply: NoReply | None = None
    stalled: Stalled | None = None
    event: Happened | None = None
    manual: Manual | None = None

    @model_validator(mode="before")
    @classmethod
    def check_one(cls, raw: Any) -> Any:
        """Exactly one kind; a kind without settings may be left empty."""
        if not isinstance(raw, dict) or set(raw) - set(TRIGGERS):
            return raw
        if len(raw) != 1:
            raise refused(
                f"A touch has exactly one trigger, not {len(raw)}.",
                f"Keep one of {', '.join(TRIGGERS)}; make a touch of its own of each other.",
            )
        return {name: {} if value is None else value for name, value in raw.items()}

    @property
    def kind(self) -> str:
        """Which of `TRIGGERS` it is."""
        return next(name for name in TRIGGERS if getattr(self, name) is not None)

    @property
    def offset(self) -> Offset:
        """How far from its moment it is; before it, for `before`."""
        given = getattr(self, self.kind)
        return next((getattr(given, name) for name in _OFFSETS if hasattr(given, name)), "PT0S")
