"""Edits of a draft in words: what was done, and by whom."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.journeys.models import DraftEdit
from followthrough.people.stages import Stage
from followthrough.web.console.sentences import label

DONE = {
    "changed": gettext_noop("changed %(what)s"),
    "added": gettext_noop("added %(what)s"),
    "removed": gettext_noop("removed %(what)s"),
    "moved": gettext_noop("moved %(what)s"),
    "renamed": gettext_noop("renamed %(what)s"),
    "enabled": gettext_noop("switched %(what)s on"),
    "disabled": gettext_noop("switched %(what)s off"),
    "replaced": gettext_noop("replaced %(what)s"),
}


def done(what: str) -> str:
    """`removed touch:thanks` is `removed “Thanks”`."""
    act, _space, part = what.partition(" ")
    text = _(DONE[act]) if act in DONE else "%(what)s"
    return text % {"what": of_part(part)}


def of_part(part: str) -> str:
    """A part of a map: `“Thanks”`, `the stage Applied`."""
    kind, _colon, which = part.partition(":")
    if kind == "touch":
        return _("“%(touch)s”") % {"touch": label(which)}
    if kind == "stage" and which in Stage:
        return _("the stage %(stage)s") % {"stage": Stage(which).label}
    return _("the map’s settings") if kind == "settings" else _("the whole map")


def last(edit: DraftEdit | None) -> str:
    """What can be taken back."""
    return done(edit.what) if edit else ""
