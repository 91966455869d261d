"""Where in a map something is found, in words: in which text, channel and language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from followthrough.journeys.definition import CHANNELS
from followthrough.web.console import map_words
from followthrough.web.templatetags.console import channel

ANSWERS: Mapping[str, str | Promise] = {
    "confirmed": _("our answer after a yes"),
    "declined": _("our answer after a no"),
}
PARTS: Mapping[str, str | Promise] = {  # a text message has no other part than its text
    "subject": _("subject"),
    "preheader": _("line beside the subject"),
    "body": _("text"),
}


class Located(Protocol):
    """Something that was found at a place of a document; `channel` and `locale` are '' where it is
    about no single one."""

    @property
    def place(self) -> Sequence[str | int]: ...
    @property
    def channel(self) -> str: ...
    @property
    def locale(self) -> str: ...


def where(found: Located) -> str:
    """`Mail, English, subject`; '' for what is about no text."""
    steps = [str(step) for step in found.place]
    at = next((at for at, step in enumerate(steps) if step in CHANNELS), len(steps))
    by, locale, part = (*steps[at : at + 3], "", "", "")[:3]
    by, locale = by or found.channel, locale or found.locale
    said = [
        *(ANSWERS[step] for step in steps[:at] if step in ANSWERS),
        channel(by) if by else "",
        map_words.language(locale) if locale else "",
        PARTS.get(part, "") if by != "sms" else "",
    ]
    return ", ".join(str(one) for one in said if one)
