"""Is the touch itself still right: relevant, in time, around the same anchor?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from followthrough.core import predicates
from followthrough.core.predicates import Facts
from followthrough.governance.case import DROP, PASS, SKIP, Case, Finding, finding

UNCONDITIONAL = finding("relevant", SKIP)
IN_TIME = finding("in_time")
ANCHOR_SKIPPED = finding("anchor", SKIP)

MAP = "map"  # what a condition is about that is the map's own
_KINDS = {
    "application.stage": "stage", "application.candidate": "person",
    "candidate.replied_at": "silence",
}  # fmt: skip
_NAMED = {"ask": "ask", "told": "told"}


def kind_of(field: str) -> str:
    """What a condition asks about, by its field."""
    if field.startswith("anchor.") and field.endswith(".sequence"):
        return "anchor"
    return _KINDS.get(field) or _NAMED.get(field.partition(".")[0], MAP)


def relevant(case: Case) -> Finding:
    """What it was planned for still holds, and every condition the map put on it."""
    relevance = case.draft.relevance
    if not relevance:
        return UNCONDITIONAL
    failing = predicates.failing(relevance, case.draft.facts)
    if failing is None:
        return _holding(tuple([_asked(part) for part in relevance.get("all", (relevance,))]))
    return finding("not_relevant", DROP, {"failing": _shape(failing, case.draft.facts)})


def _asked(part: Mapping[str, Any]) -> str:
    """The field that a part of a condition asks for; of one with parts, the first."""
    while "field" not in part:
        parts = part.get("all") or part.get("any")
        if not parts:
            return ""
        part = parts[0]
    return str(part["field"])


@lru_cache(maxsize=4096)
def _holding(asked: tuple[str, ...]) -> Finding:
    return finding("relevant", PASS, {"of": list(dict.fromkeys(map(kind_of, asked)))})


def _shape(predicate: Mapping[str, Any], facts: Facts) -> Mapping[str, Any]:
    """A failing condition without values that may be personal: fields of the ATS are. What was
    `found` of an answer stands in it: none is another reason than a no."""
    for kind in ("any", "all"):
        if kind in predicate:
            return {kind: [_shape(part, facts) for part in predicate[kind]]}
    field = str(predicate.get("field", ""))
    if field.startswith("ask."):
        return {**predicate, "found": facts.get(field)}
    hidden = field.startswith("application.fields.")
    return {name: value for name, value in predicate.items() if not (hidden and name == "value")}


def in_time(case: Case) -> Finding:
    """Its use has not passed."""
    useful_until = case.draft.useful_until
    if useful_until is None or case.now < useful_until:
        return IN_TIME
    return finding("too_late", DROP, {"useful_until": useful_until.isoformat()})


def anchor(case: Case) -> Finding:
    """The time it was planned around is still the same."""
    draft = case.draft
    if not draft.anchor_name or draft.anchor_sequence is None:
        return ANCHOR_SKIPPED
    detail = {"anchor": draft.anchor_name, "planned": draft.anchor_sequence}
    if draft.facts.get(f"anchor.{draft.anchor_name}.sequence") == draft.anchor_sequence:
        return finding("anchor", PASS, detail)
    return finding("anchor_moved", DROP, detail)
