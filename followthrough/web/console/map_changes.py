"""What a version of a map changes, in words: for each part what it was and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.governance.documents import LimitsDocument
from followthrough.journeys import diff
from followthrough.journeys.definition import MapDocument, TouchDef
from followthrough.journeys.diff import Difference, StageChange, TouchChange
from followthrough.people.stages import Stage
from followthrough.web.console import map_words, policy_words
from followthrough.web.console.map_words import duration, joined
from followthrough.web.console.sentences import label
from followthrough.web.templatetags.console import channel


class ChangedPart(NamedTuple):
    """A part that differs; `was` and `is_` are '' where the difference is shown in the texts."""

    name: str
    was: str = ""
    is_: str = ""


NAMES: Mapping[str, str] = {
    "stage": gettext_noop("Another stage"),
    "trigger": gettext_noop("When it goes"),
    "when": gettext_noop("Only if"),
    "channels": gettext_noop("Channels"),
    "content": gettext_noop("The words"),
    "ask": gettext_noop("What it asks, or what follows"),
    "purpose": gettext_noop("Purpose"),
    "priority": gettext_noop("Priority"),
    "useful_for": gettext_noop("Of use"),
    "enabled": gettext_noop("Switched on"),
}
WORDS: Mapping[str, Callable[[TouchDef], str]] = {
    "trigger": map_words.when,
    "when": lambda touch: joined(map_words.conditions(touch.when)) or _("always"),
    "channels": lambda touch: joined([channel(one) for one in touch.channels]),
    "ask": lambda touch: map_words.asks(touch.ask) or _("Asks nothing"),
    "purpose": lambda touch: purpose(touch.purpose),
    "priority": lambda touch: str(touch.priority),
    "useful_for": map_words.useful,
    "enabled": lambda touch: _("yes") if touch.enabled else _("no"),
}
PURPOSES = {
    "informational": gettext_noop("about their own application"),
    "outreach": gettext_noop("outreach"),
}


UNMATCHED = {
    "continue": gettext_noop("goes on as before"),
    "pause": gettext_noop("pauses"),
    "end": gettext_noop("ends"),
}


def unmatched(code: str) -> str:
    """What becomes of a run whose application no rule gives to its map any more."""
    return _(UNMATCHED[code])


def purpose(code: str) -> str:
    """What a touch is for."""
    return _(PURPOSES.get(code, code))


def of_touch(change: TouchChange) -> list[ChangedPart]:
    """Each part of a changed touch; [] for one that was added or removed."""
    if change.kind != diff.CHANGED or change.before is None or change.after is None:
        return []
    return [_part(name, change.before, change.after) for name in change.parts]


def _part(name: str, before: TouchDef, after: TouchDef) -> ChangedPart:
    words = WORDS.get(name)
    was, is_ = (words(before), words(after)) if words else ("", "")
    return ChangedPart(name_of(name, NAMES), *(("", "") if was == is_ else (was, is_)))


SETTINGS: Mapping[str, str] = {
    "name": gettext_noop("Name"),
    "description": gettext_noop("Description"),
    "settle": gettext_noop("A stage speaks after"),
    "default_locale": gettext_noop("Language of those without a text in their own"),
    "unmatched": gettext_noop("An application that no rule gives to this map any more"),
    "replies": gettext_noop("Replies where a touch has none of its own"),
    "limits": gettext_noop("Limits"),
}
SETTING_WORDS: Mapping[str, Callable[[MapDocument], str]] = {
    "name": lambda document: document.name,
    "description": lambda document: document.description or "–",
    "settle": lambda document: duration(document.settle),
    "default_locale": lambda document: map_words.language(document.default_locale),
    "unmatched": lambda document: unmatched(document.unmatched),
    "limits": lambda document: limits(document.limits),
}
STAGES: Mapping[str, str] = {
    "limits": gettext_noop("Limits"),
    "order": gettext_noop("Order of its messages"),
}


def name_of(part: str, names: Mapping[str, str]) -> str:
    """What a part is called: what a document gets one day that has no name here, by its own."""
    return _(names[part]) if part in names else label(part)


def limits(found: LimitsDocument) -> str:
    """What a map or a stage asks beyond law and policy."""
    hours = [
        f"{policy_words.channel(code) if code != 'default' else _('Messages')}"
        f" {policy_words.week(week.week())}"
        for code, week in found.hours.items()
    ]
    caps = [policy_words.cap(one).rstrip(".") for one in found.caps]
    return "; ".join([*hours, *caps]) or _("none beyond the policy")


def of_map(found: Difference, before: MapDocument, after: MapDocument) -> list[ChangedPart]:
    """What differs of the map as a whole."""
    settings = [_setting(name, before, after) for name in found.settings]
    return settings + [_stage(one, before, after) for one in found.stages]


def _setting(name: str, before: MapDocument, after: MapDocument) -> ChangedPart:
    words = SETTING_WORDS.get(name, lambda document: _plain(getattr(document, name)))
    return ChangedPart(name_of(name, SETTINGS), words(before), words(after))


def _plain(value: object) -> str:
    """A setting that is a word or a number; '' for what is shown in its parts."""
    return label(str(value)) if isinstance(value, str | int | float) else ""


def _stage(change: StageChange, before: MapDocument, after: MapDocument) -> ChangedPart:
    if change.part == "ends":
        return _ends(change.stage, after)
    name = f"{Stage(change.stage).label}: {name_of(change.part, STAGES).lower()}"
    was, is_ = (_stage_part(one, change) for one in (before, after))
    return ChangedPart(name, was, is_)


def _stage_part(document: MapDocument, change: StageChange) -> str:
    block = diff.block(document, change.stage)
    if change.part == "order":
        return ", ".join(label(touch.key) for touch in block.touches)
    value = getattr(block, change.part)
    return limits(value) if isinstance(value, LimitsDocument) else _plain(value)


def _ends(stage: str, after: MapDocument) -> ChangedPart:
    yes, no = _("the map ends here"), _("the map does not end here")
    ends = after.ends(stage)
    return ChangedPart(str(Stage(stage).label), no if ends else yes, yes if ends else no)
