"""When a touch is due, as fields: a kind, and what that kind needs. Both ways.

All kinds share their fields, so that whoever tries another kind keeps what they wrote; the
stylesheet shows those that the chosen kind has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followthrough.journeys.definition import STAGES
from followthrough.web.console.editor import offsets
from followthrough.web.console.editor.given import Given, Wrong

KINDS: Mapping[str, str | Promise] = {
    "stage_entered": gettext_lazy("they come into this stage"),
    "before": gettext_lazy("a time is ahead: an interview, a first day …"),
    "after": gettext_lazy("a time has passed"),
    "no_reply": gettext_lazy("nobody answers a touch"),
    "stalled": gettext_lazy("nothing is heard of them"),
    "stage_left": gettext_lazy("they leave this stage"),
    "event": gettext_lazy("something is reported by another system"),
    "manual": gettext_lazy("one of you sends it, on the candidate’s page"),
}
OFFSET = {
    "stage_entered": "after", "stage_left": "after", "before": "by", "after": "by",
    "no_reply": "within", "stalled": "for", "event": "after",
}  # fmt: skip
OTHER = "+"  # an anchor that nobody here has named yet


def fields(trigger: Mapping[str, Any]) -> Given:
    """The fields of a trigger as documents have it."""
    kind = next(name for name, value in trigger.items() if value is not None)
    told = trigger[kind]
    offset = told.get(OFFSET[kind], "PT0S") if kind in OFFSET else None
    values = {
        "kind": kind,
        "anchor": told.get("anchor", ""),
        "anchor_other": "",
        "to": told["to"] if kind == "no_reply" else "",
        "event": told.get("name", ""),
        "left_to": (told.get("to") or []) if kind == "stage_left" else [],
    }
    return Given(Given.made(values) | offsets.fields("offset", offset))


def read(given: Given, wrong: Wrong) -> dict[str, Any]:
    """The trigger that the fields say; what is missing goes to `wrong`."""
    kind = given.one("kind", "stage_entered")
    if kind not in KINDS:
        wrong["kind"] = _("Choose when it is due.")
        return {"stage_entered": {}}
    told: dict[str, Any] = {}
    if kind in OFFSET:
        told[OFFSET[kind]] = offsets.read("offset", given, wrong)
    return {kind: told | _about(kind, given, wrong)}


def _about(kind: str, given: Given, wrong: Wrong) -> dict[str, Any]:
    if kind in ("before", "after"):
        return {"anchor": _anchor(given, wrong)}
    if kind == "no_reply":
        return {"to": _needed("to", given, wrong, _("Choose the touch that nobody answers."))}
    if kind == "event":
        name = given.one("event").strip()
        return {"name": name or _needed("event", given, wrong, _("Name what is reported."))}
    if kind == "stage_left":
        return {"to": [one for one in STAGES if one in given.all("left_to")] or None}
    return {}


def _anchor(given: Given, wrong: Wrong) -> str:
    chosen = given.one("anchor")
    if chosen == OTHER:
        return given.one("anchor_other").strip() or _needed(
            "anchor_other", given, wrong, _("Write the name of the date as your ATS has it.")
        )
    return _needed("anchor", given, wrong, _("Choose the time it hangs on."))


def _needed(name: str, given: Given, wrong: Wrong, otherwise: str) -> str:
    if not given.one(name).strip():
        wrong[name] = otherwise
    return given.one(name)


FIELD_OF = {"anchor": "anchor", "to": "to", "name": "event"}


def field_at(place: tuple[str | int, ...], given: Given) -> str:
    """The field that shows what stands at a place within the trigger."""
    for part in place:
        if part in FIELD_OF:
            found = FIELD_OF[str(part)]
            other = found == "anchor" and given.one("anchor") == OTHER
            return "anchor_other" if other else found
        if part == "at":
            return "offset_at"
    return "offset_n" if len(place) > 1 else "kind"
