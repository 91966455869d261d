"""What is wrong with a document, in the words of the form that it was filled in with: no keys, no
codes, and nothing of YAML."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followthrough.web.console import map_words
from followthrough.web.console.sentences import label

# By the reason that a document is refused with: the form says this instead of it and its remedy.
INSTEAD: Mapping[str, str | Promise] = {
    "No days and no time is no wait.": gettext_lazy("Choose how long, or a time of day."),
    "Nothing is no time before the anchor.": gettext_lazy(
        "Choose how long before, or say that the time has passed."
    ),
}
REMEDIES: Mapping[str, str | Promise] = {
    "Let it be of use for a shorter time; without useful_for, halfway to it.": gettext_lazy(
        "Say that it is not sent any more after a shorter time; with nothing there, it is sent"
        " until halfway to it."
    ),
    "Give it some minutes, or leave useful_for out.": gettext_lazy(
        "Give it some minutes, or leave it empty."
    ),
}
# Times as documents name them, but for where they stand within a text's braces.
TIMES = re.compile(rf"(\{{[{{%].*?[}}%]\}})|\b({'|'.join(map_words.ANCHORS)})\b")
NAMED = re.compile(r"“([a-z0-9_]+)”|'([a-z0-9_]+)'")
SILENT = re.compile(r"The touch may go by (\w+), but says nothing there\.")
CHANNELS: Mapping[str, str | Promise] = {
    "sms": gettext_lazy("as a text message"),
    "email": gettext_lazy("by mail"),
}


def of(reason: str, remedy: str, touches: Collection[str] = ()) -> tuple[str, str]:
    """Reason and remedy as the form says them; `touches` are named as the board names them."""
    remedy = str(REMEDIES.get(remedy, remedy))
    if reason in INSTEAD:
        return str(INSTEAD[reason]), ""
    if found := SILENT.fullmatch(reason):
        told = {"channel": CHANNELS.get(found[1], found[1])}
        return (
            _("It may go %(channel)s, and has no text for that.") % told,
            _("Write one, or choose a channel that leaves it out."),
        )
    return _timed(_named(reason, touches)), _timed(_named(remedy, touches))


def said(reason: str, remedy: str) -> str:
    """Both in one line."""
    return " ".join(part for part in of(reason, remedy) if part)


def _timed(text: str) -> str:
    """`… after interview_start` is `… after the interview`."""
    said = TIMES.sub(lambda found: found[1] or map_words.anchor(found[2]), text)
    return said[:1].upper() + said[1:] if said[:1] != text[:1] else said


def _named(text: str, touches: Collection[str]) -> str:
    """`“thank_you”` is `“Thank you”`."""

    def name(found: re.Match[str]) -> str:
        key = found[1] or found[2]
        return f"“{label(key)}”" if key in touches else found[0]

    return NAMED.sub(name, text)
