"""Text messages that are cut into many parts, and the signs that make more of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from followthrough.core import segments
from followthrough.journeys.lint import filling, opening
from followthrough.journeys.lint.finding import Finding
from followthrough.journeys.lint.survey import BODY, Survey, Text

MOST = 3  # parts of one message
# Signs that word processors put in, and what phones write.
PLAIN = {
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-",
    "—": "-", "‑": "-", "…": "...", "•": "-", "·": "-", "\u00a0": " ", "\u202f": " ",
    "\u2009": " ", "\u200b": "", "\ufeff": "", "→": "->", "´": "'", "`": "'",
}  # fmt: skip
_DEAR = re.compile(  # those, and pictures
    f"[{re.escape(''.join(PLAIN))}\u2190-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]"
)


def of_texts(survey: Survey) -> Iterator[Finding]:
    """Long text messages, with ordinary names filled in."""
    first = opening.first(survey)
    for text in survey.texts:
        if text.channel != "sms" or not (said := filling.filled(survey, text, BODY)):
            continue
        opens = text.spot and first and text.spot.key == first.key and not text.reply
        whole = opening.introduced(survey, text, said) if opens else said
        added = opening.added(survey, text, said) if whole != said else ""
        yield from _dear(text, whole) or _long(text, whole, added)


def _long(text: Text, said: str, added: str) -> list[Finding]:
    parts = segments.count(said)
    if parts <= MOST:
        return []
    told = {"parts": parts, "name": filling.EXAMPLE["candidate.given_name"], "line": added}
    reason = _("With names such as %(name)s it is cut into %(parts)d text messages, and each is"
               " paid for.")  # fmt: skip
    if added:
        reason = _("With names such as %(name)s, and with “%(line)s”, which is added to a first"
                   " text, it is cut into %(parts)d text messages, and each is paid"
                   " for.")  # fmt: skip
    remedy = _("Shorten it, or leave the details to a mail.")
    return [text.finding("long_text", reason % told, remedy, part=BODY)]


def _dear(text: Text, said: str) -> list[Finding]:
    """Signs that could be written in another way, where that makes fewer parts."""
    signs = [] if said.isascii() else list(dict.fromkeys(_DEAR.findall(said)))
    without = _DEAR.sub(lambda found: PLAIN.get(found[0], ""), said)
    parts, fewer = segments.count(said), segments.count(without)
    if not signs or fewer >= parts:
        return []
    told = {"signs": " ".join(signs), "parts": parts, "fewer": fewer}
    reason = _("With %(signs)s it takes %(parts)d text messages; without, %(fewer)d.") % told
    remedy = _("Write plain quotes, hyphens and dots, and no pictures.")
    return [text.finding("dear_signs", reason, remedy, part=BODY)]
