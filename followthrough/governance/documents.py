"""Policies and rule packs as documents: what may stand in them, and what is refused and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from followthrough.core.errors import Explained
from followthrough.core.places import Place
from followthrough.core.zones import Week, Window
from followthrough.governance import calendars
from followthrough.governance.calendars import Closed

CHANNELS = ("sms", "email", "whatsapp", "webchat", "voice")
ANY_HOUR_CHANNELS = frozenset({"email"})  # `default` hours do not bind them: they must be named
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PURPOSES = ("informational", "outreach", "reply")  # `service` is never capped
LOCAL = "local"  # the holidays of wherever the candidate may be
LONGEST_REPLY = 60  # minutes in which an answer may go out at any hour: longer is no conversation
LONGEST_CAP = 168  # hours: earlier messages are remembered for eight days
LEAST_HELD, MOST_HELD = 10, 100_000  # messages an hour above which a burst waits for a yes
LONGEST_STALE = 60  # days

Channel = Literal["sms", "email", "whatsapp", "webchat", "voice"]
Purpose = Literal["informational", "outreach", "reply"]


class Problem(NamedTuple):
    """What is wrong at `path` in a document, why, and what to do."""

    path: str
    reason: str
    remedy: str


class PolicyError(Explained):
    """A policy document that cannot be used; `problems` names every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(f"The policy at {first.path}", reason=first.reason, remedy=first.remedy)
        self.problems = tuple(problems)


def refused(reason: str, remedy: str) -> PydanticCustomError:
    """An error that keeps its remedy until `PolicyError` is made of it."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason, "remedy": remedy})


class Document(BaseModel):
    """What all documents have in common: nothing unknown, nothing converted, never changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)")


def _window(text: str) -> Window:
    found = _WINDOW.fullmatch(text)
    start, end = text[:5], text[-5:]
    if not found or (end[:2] == "24" and end != "24:00"):
        raise refused(f"{text!r} is not a window of time.", "Write it like 09:00-20:00.")
    if start == end:
        raise refused(f"{text!r} is empty.", "Write 00:00-24:00 for a whole day, or leave it out.")
    return Window(time.fromisoformat(start), time.fromisoformat(end.replace("24:", "00:")))


class WeekDocument(Document):
    """Allowed windows by day; a day that is not named is silent."""

    mon: list[str] = []
    tue: list[str] = []
    wed: list[str] = []
    thu: list[str] = []
    fri: list[str] = []
    sat: list[str] = []
    sun: list[str] = []

    @field_validator(*DAYS)
    @classmethod
    def check_windows(cls, windows: list[str]) -> list[str]:
        """Windows must read, and those of one day must not overlap."""
        read = sorted((_window(text) for text in windows), key=lambda window: window.start)
        for earlier, later in pairwise(read):
            if earlier.end == time(0) or earlier.end > later.start or earlier.end < earlier.start:
                raise refused("Two windows of this day overlap.", "Make one window of the two.")
        return windows

    @model_validator(mode="after")
    def check_any(self) -> WeekDocument:
        """A week in which nothing may ever go out is a mistake."""
        if not self.week():
            raise refused("Nothing could ever be sent.", "Allow a window on at least one day.")
        return self

    def week(self) -> Week:
        """The windows by weekday, Monday being 0."""
        days = {number: getattr(self, day) for number, day in enumerate(DAYS)}
        return {n: tuple(_window(text) for text in texts) for n, texts in days.items() if texts}


class CapDocument(Document):
    """At most so many messages in any so many `hours`, in a day of the candidate's own clock, or
    while an application is in one stage."""

    per: Literal["person", "address", "application"]
    channel: Literal["", "sms", "email", "whatsapp", "webchat", "voice"] = ""
    hours: int | None = Field(default=None, ge=1, le=LONGEST_CAP)
    window: Literal["day", "stage"] | None = None
    at_most: int = Field(ge=1, le=1000)
    purposes: list[Purpose] = []

    @model_validator(mode="after")
    def check_window(self) -> CapDocument:
        """A cap counts over one window, and a stage is one application's."""
        if (self.hours is None) == (self.window is None):
            raise refused(
                "A cap counts over exactly one window.",
                "Write hours: 24, or window: day, or window: stage.",
            )
        if (self.window == "stage") != (self.per == "application"):
            raise refused(
                "A stage is one application's, and only a stage counts by application.",
                "Write per: application with window: stage, or neither.",
            )
        return self

    def subject(self) -> tuple[Any, ...]:
        """What the cap is about: of two caps about the same the stricter counts."""
        return self.per, self.channel, self.hours, self.window, tuple(sorted(set(self.purposes)))


def strictest(caps: Sequence[CapDocument]) -> list[CapDocument]:
    """One cap for each subject: of several the one that allows least."""
    found: dict[tuple[Any, ...], CapDocument] = {}
    for cap in sorted(caps, key=lambda one: one.at_most):
        found.setdefault(cap.subject(), cap)
    return [cap for cap in caps if found[cap.subject()] is cap]


HoursDocument = Mapping[
    Literal["default", "sms", "email", "whatsapp", "webchat", "voice"], WeekDocument
]


class LimitsDocument(Document):
    """What a message map, or one stage of it, asks beyond law and policy: only ever less."""

    hours: HoursDocument = {}
    caps: list[CapDocument] = []

    def __bool__(self) -> bool:
        return bool(self.hours or self.caps)


_DAY = re.compile(r"(\d{4}-)?\d\d-\d\d")
LEAP = "2000-"  # a year that has every day


class ClosedDay(Document):
    """A day on which the organization sends nothing: `2026-12-24`, or `12-24` for every year."""

    day: str
    name: str = ""

    @field_validator("day")
    @classmethod
    def check_day(cls, day: str) -> str:
        """It must be a day of the calendar."""
        try:
            fine = bool(_DAY.fullmatch(day)) and bool(date.fromisoformat((LEAP + day)[-10:]))
        except ValueError:
            fine = False
        if not fine:
            raise refused(f"{day!r} is no day.", "Write it like 2026-12-24, or 12-24 for any year.")
        return day


class HolidaysDocument(Document):
    """Days that are closed on some channels, by the candidate's own calendar day.

    `calendars` are public ones (`US`, `FR`, `US-TX`), or `local`: those of wherever the candidate
    may be.
    """

    calendars: list[str] = []
    days: list[ClosedDay] = []
    channels: list[Channel] = ["sms", "whatsapp", "webchat", "voice"]

    @field_validator("calendars")
    @classmethod
    def check_calendars(cls, named: list[str]) -> list[str]:
        """There must be such a calendar."""
        for code in named:
            if code != LOCAL and not calendars.known(code):
                raise refused(
                    f"No calendar of public holidays is called {code!r}.",
                    "Use a code such as US, FR or US-TX, or local.",
                )
        return named

    def closed(self, channel: str, places: Iterable[Place]) -> Closed | None:
        """What closes a channel for people who may be in `places`; None: nothing does."""
        if channel not in self.channels:
            return None
        local = [calendars.of_place(place) for place in places] if LOCAL in self.calendars else []
        public = {*local, *self.calendars} - {"", LOCAL}
        days = tuple(sorted((one.day, one.name) for one in self.days))
        return calendars.together([Closed(tuple(sorted(public)), days)])


class KeepDocument(Document):
    """Room kept in every cap for touches of this priority number or a lower one (more urgent)."""

    at_or_under: int = Field(default=2, ge=0, le=9)
    room: int = Field(default=0, ge=0, le=1000)


class PolicyDocument(Document):
    """A sending policy. See `default_policy.yaml` for one with comments."""

    hours: HoursDocument
    caps: list[CapDocument] = []
    keep_for_priority: KeepDocument = KeepDocument()
    reply_minutes: int = Field(default=30, ge=0, le=LONGEST_REPLY)
    require_consent: dict[Channel, bool] = {"sms": True, "email": False}
    merge_nudges: bool = True
    spread_minutes: int = Field(default=0, ge=0, le=180)
    holidays: HolidaysDocument = HolidaysDocument()
    hold_above: int = Field(default=500, ge=LEAST_HELD, le=MOST_HELD)
    stale_days: int = Field(default=1, ge=1, le=LONGEST_STALE)
    two_to_loosen: bool = False

    @model_validator(mode="after")
    def check_room(self) -> PolicyDocument:
        """Room kept for urgent messages must leave some for the others."""
        tight = min((cap.at_most for cap in self.caps), default=None)
        if tight is not None and self.keep_for_priority.room >= tight:
            raise refused(
                f"Keeping {self.keep_for_priority.room} of a cap of {tight} for urgent messages"
                " leaves nothing for the others.",
                "Keep less room, or raise the cap.",
            )
        return self

    @classmethod
    def read(cls, raw: Any) -> PolicyDocument:
        """Read a document. Raises PolicyError with every problem."""
        try:
            return cls.model_validate(raw)
        except ValidationError as problem:
            raise PolicyError([problem_of(one) for one in problem.errors()]) from problem


_REMEDIES = {
    "missing": ("It is missing.", "Add it."),
    "extra_forbidden": ("There is no such part here.", "Take it out, or correct its name."),
    "literal_error": ("{input!r} is not known here.", "Use one of {expected}."),
    "greater_than_equal": ("{input!r} is too small.", "Use {ge} or more."),
    "less_than_equal": ("{input!r} is too large.", "Use {le} or less."),
    "int_type": ("{input!r} is not a whole number.", "Write a whole number."),
    "date_type": ("{input!r} is not a day.", "Write it like 2026-01-31, without quotes."),
    "string_pattern_mismatch": (
        "{input!r} is not written as it must be.",
        "Write it so that it fits {pattern}.",
    ),
    "string_too_short": ("It is empty.", "Say something."),
    "too_short": ("Nothing stands there.", "Add at least one."),
    "bool_type": ("{input!r} is not yes or no.", "Write true or false."),
    "list_type": ("It is not a list.", "Write a list."),
    "string_type": ("It is not text.", "Put it in quotes."),
    "dict_type": ("It is not a group of named parts.", "Write names with their values."),
    "model_type": ("It is not a group of named parts.", "Write names with their values."),
}


def problem_of(error: ErrorDetails) -> Problem:
    """What pydantic found, with a remedy."""
    where = [str(part) for part in error["loc"] if part != "[key]"]
    context: Mapping[str, Any] = error.get("ctx", {})
    if error["type"] == "refused":
        return Problem(".".join(where) or "top", context["reason"], context["remedy"])
    reason, remedy = _REMEDIES.get(error["type"], (f"{error['msg']}.", "Correct it."))
    values = {"input": error["input"], **context}
    return Problem(".".join(where) or "top", reason.format(**values), remedy.format(**values))
