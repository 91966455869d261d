"""What became of a form that saves itself: when it was saved, or why it was not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from followthrough.journeys.refusals import Conflict
from followthrough.web.console.editor import conflicts
from followthrough.web.console.editor.given import Wrong

DONE = "done"  # the button that leads back to the board


class Saved(NamedTuple):
    """When it was saved; or what kept it from that."""

    at: datetime | None = None
    wrong: int = 0  # fields that cannot be read
    problem: str = ""
    conflict: str = ""  # who changed it meanwhile, and when


def first_said(conflict: Conflict) -> str:
    """What whoever saves second is told; the form keeps what they wrote."""
    return _(
        "%(who)s changed this meanwhile. What you wrote still stands here: see below where the two"
        " differ, and save again if yours is right."
    ) % {"who": conflicts.who_and_when(conflict)}


def refused(wrong: Wrong, limits: Iterable[str]) -> Saved:
    """What cannot be saved as it is: fields by name, and what is wrong with the limits."""
    said = next(iter(limits), "") or wrong.get("", "")
    return Saved(problem=said) if said else Saved(wrong=len(wrong))


def answer(
    request: HttpRequest, saved: Saved, *, seen: str, slots: Iterable[str] = (),
    notes: Mapping[str, str] | None = None, **more: Any,
) -> HttpResponse:  # fmt: skip
    """To htmx: what became of it, the notes at the fields named by `slots`, and what the next save
    has seen."""
    shown = {"saved": saved, "seen": seen, "slots": slots, "notes": notes or {}, **more}
    return render(request, "console/editor/part_saved.html", shown)
