"""Is the sender ready, and is there a text worth sending?"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from followthrough.core import segments
from followthrough.governance import introduction
from followthrough.governance.case import DROP, HOLD, PASS, SKIP, Case, Finding, finding, shown
from followthrough.governance.decisions import Rendered

SENDER_AGAIN = timedelta(minutes=15)  # an inactive sender is looked at again this soon
MOST_SEGMENTS = 10  # a longer text message is a mistake in the map
SENDER_ACTIVE = finding("sender_active")
EMPTY_TEXT = finding("empty_text", DROP)
TEXT = finding("text")
INTRODUCED_SKIPPED = finding("introduced", SKIP)


def sender_active(case: Case) -> Finding:
    """The sender may send now."""
    if case.via.sender_active:
        return SENDER_ACTIVE
    detail = {"sender": shown(case.via.sender_id)}
    return finding("sender_inactive", HOLD, detail, case.now + SENDER_AGAIN)


def introduced(case: Case) -> Finding:
    """The first message to an address says who writes and why, that it is automated, and how to
    stop it: what the text leaves out is added."""
    via, draft = case.via, case.draft
    case.rendered = via.render(via.channel)
    if via.introduce is None or draft.purpose == "service" or not _is_text(case.rendered):
        return INTRODUCED_SKIPPED
    needed = introduction.BY_A_PERSON if draft.origin == "member" else introduction.ALL
    case.rendered, added = via.introduce(case.rendered, needed)
    asked = case.rules.disclosures(via.channel, draft.purpose)
    rules = sorted({pack for one in needed for pack in asked.get(one, ())})
    return finding("introduced", PASS, {"added": list(added), "rules": rules})


def _is_text(rendered: Rendered) -> bool:
    return not rendered.problem and _says_something(rendered.body)


def content(case: Case) -> Finding:
    """The text could be rendered, says something and is not absurdly long."""
    rendered = case.rendered
    assert rendered is not None  # the check before this one renders it
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
