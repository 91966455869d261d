"""Why did this candidate not get a text? In a sentence or two, from their receipts and the gate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from followthrough.governance import phrases, reasons, words
from followthrough.governance.decisions import Send
from followthrough.messages.models import Receipt, Touch
from followthrough.people.models import Application, Candidate
from followthrough.runs import simulation
from followthrough.runs.simulation import Answer, Wanted
from followthrough.web.console import sentences
from followthrough.web.console.sentences import Wall

TEXT = "sms"


class Why(NamedTuple):
    """What came of the last text that was to go out ('' where there was none) with its receipt,
    and what the gate says of one now."""

    then: str
    receipt: Receipt | None
    now: str


def no_text(
    candidate: Candidate, applications: Sequence[Application], *, wall: Wall, at: datetime
) -> Why:
    """The answer, for a candidate and those of their applications that whoever asks may see.

    What was cancelled before its time is left out: nobody waits for that.
    """
    touches = Touch.about(applications).filter(candidate=candidate)
    theirs = Receipt.objects.filter(touch_id__in=touches.values("id"), channel=TEXT)
    last = theirs.exclude(verdict="cancel").order_by("-at", "-id").first()
    about = applications[-1] if applications else None
    (found,) = simulation.answers(candidate, about, wanted=Wanted(), at=at, channels=[TEXT])
    return Why(_then(last, wall) if last else "", last, _now(found, wall))


def _then(row: Receipt, wall: Wall) -> str:
    touch = Touch.objects.filter(id=row.touch_id).only("key").first()
    told = {
        "at": sentences.dated(row.at, wall),
        "name": sentences.touch_name(touch.key) if touch else _("a message"),
        "why": words.sentence(row, zone=wall.zone, place=wall.place),
    }
    if row.verdict == "send":
        return _("The last one, “%(name)s”, went out: %(at)s.") % told
    return _("%(at)s, “%(name)s”: %(why)s") % told


def _now(found: Answer, wall: Wall) -> str:
    """What would become of a text of the map now."""
    if found.shadow and found.leaves:
        return _("None of the map goes out now: it is in shadow. %(what)s") % {
            "what": _(phrases.SHADOWS[found.shadow])
        }
    if isinstance(found.decision, Send):
        return _("A text may go out now.")
    why = reasons.label(found.code)
    if found.leaves:
        told = {"at": sentences.dated(found.leaves, wall), "why": why}
        return _("A text may go out from %(at)s: %(why)s.") % told
    told = {"why": why, "change": reasons.remedy(found.last, TEXT)}
    return (_("No text may go out: %(why)s. %(change)s") % told).strip()
