"""Texts of a map as people read them: what is filled in later stands as a chip with a name."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.web.console import sentences

_MARKUP = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_DEFAULT = re.compile(r"default\s*:\s*[\"'](.*?)[\"']")

BLANKS = {
    "candidate.given_name": gettext_noop("first name"),
    "candidate.family_name": gettext_noop("family name"),
    "company": gettext_noop("company"),
    "preferences_url": gettext_noop("link to what they get"),
    "requisition.title": gettext_noop("job title"),
    "site.name": gettext_noop("site"),
    "site.address": gettext_noop("address of the site"),
    "zone": gettext_noop("time zone"),
    "locale": gettext_noop("language"),
    "interview_start": gettext_noop("interview"),
    "start_date": gettext_noop("start date"),
}
TIMES = {
    "local_time": gettext_noop("%(what)s: day and time"),
    "local_date": gettext_noop("%(what)s: day"),
    "local_clock": gettext_noop("%(what)s: time"),
    "clock_if_any": gettext_noop("%(what)s: time, if it has one"),
    "local_zone": gettext_noop("%(what)s: time zone"),
}


class Piece(NamedTuple):
    """Part of a text: words as they are, or (`source` set) what Liquid fills in there."""

    said: str
    source: str = ""
    rule: bool = False  # if, case, assign …: it says nothing by itself


def pieces(source: str) -> list[Piece]:
    """A Liquid text, piece by piece."""
    return [_piece(part) for part in _MARKUP.split(source.strip()) if part]


def first_line(source: str) -> list[Piece]:
    """The first line that says something."""
    return pieces(source.strip().split("\n", 1)[0])


def _piece(part: str) -> Piece:
    if part.startswith("{{"):
        return Piece(_blank(part[2:-2].strip("- \n")), part)
    if part.startswith("{%"):
        return Piece(part[2:-2].strip("- \n"), part, rule=True)
    return Piece(part)


def _blank(expression: str) -> str:
    """`interview_start | local_time` is `interview: day and time`."""
    name, *filters = (one.strip() for one in expression.split("|"))
    said = _(BLANKS[name]) if name in BLANKS else sentences.label(name.replace(".", " ")).lower()
    for one in filters:
        if one in TIMES:
            said = _(TIMES[one]) % {"what": said}
        elif found := _DEFAULT.match(one):
            said = _("%(what)s, or “%(otherwise)s”") % {"what": said, "otherwise": found[1]}
    return said
