"""Is the sender ready, and is there a text worth sending?"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from followthrough.core import segments
from followthrough.governance.case import DROP, HOLD, PASS, Case, Finding, finding, shown

SENDER_AGAIN = timedelta(minutes=15)  # an inactive sender is looked at again this soon
MOST_SEGMENTS = 10  # a longer text message is a mistake in the map
SENDER_ACTIVE = finding("sender_active")
EMPTY_TEXT = finding("empty_text", DROP)
TEXT = finding("text")


def sender_active(case: Case) -> Finding:
    """The sender may send now."""
    if case.via.sender_active:
        return SENDER_ACTIVE
    detail = {"sender": shown(case.via.sender_id)}
    return finding("sender_inactive", HOLD, detail, case.now + SENDER_AGAIN)


def content(case: Case) -> Finding:
    """The text can be rendered, says something and is not absurdly long."""
    case.rendered = rendered = case.via.render(case.via.channel)
    if rendered.problem:
        return finding("template_problem", DROP, {"problem": rendered.problem})
    if not _says_something(rendered.body):
        return EMPTY_TEXT
    return _in_parts(segments.count(rendered.body)) if case.via.channel == "sms" else TEXT


def _says_something(text: str) -> bool:
    """Whether a character of it can be seen: nearly always the first."""
    return text[:1].isalnum() or any(char.isprintable() and not char.isspace() for char in text)


@lru_cache(maxsize=64)
def _in_parts(parts: int) -> Finding:
    if parts > MOST_SEGMENTS:
        return finding("too_long", DROP, {"segments": parts, "at_most": MOST_SEGMENTS})
    return finding("text", PASS, {"segments": parts})
