"""What every part of a message map is made of: names, durations, and how a refusal is said."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from followthrough.core.durations import read_duration

Stage = Literal[
    "lead",
    "applied",
    "screen",
    "interview",
    "offer",
    "checks",
    "hired",
    "rejected",
    "withdrawn",
]
Channel = Literal["sms", "email"]
STAGES: tuple[str, ...] = get_args(Stage)
CHANNELS: tuple[str, ...] = get_args(Channel)

LONGEST_WAIT = timedelta(days=365)

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
EventName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,79}$")]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


def refused(reason: str, remedy: str) -> PydanticCustomError:
    """An error that keeps its remedy until it is shown."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason, "remedy": remedy})


@lru_cache(maxsize=4096)
def length(text: str) -> timedelta:
    """How long a duration of a checked document is."""
    return read_duration(text)


def _duration(text: str) -> str:
    try:
        found = read_duration(text)
    except ValueError as problem:
        short = repr(text if len(text) <= 40 else text[:40] + "…")
        raise refused(
            f"{short} is not a duration.", "Write PT30M, PT24H, P2D or P1W (no months or years)."
        ) from problem
    if found > LONGEST_WAIT:
        raise refused(f"{text} is longer than any wait can be.", "Use at most P365D.")
    return text


Duration = Annotated[str, AfterValidator(_duration)]


class Part(BaseModel):
    """A part of the document."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
