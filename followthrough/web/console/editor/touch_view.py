"""Everything the form of a touch shows, and what it shows anew each time it has saved itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from pydantic import ValidationError

from followthrough.journeys import drafts
from followthrough.journeys.definition import CHANNELS, MapDocument, TouchDef
from followthrough.people.stages import Stage
from followthrough.web.console import map_words
from followthrough.web.console.editor import (
    ask,
    choices,
    conditions,
    contents,
    findings,
    offsets,
    preview,
    touch_form,
    when,
)
from followthrough.web.console.editor.conditions import Row
from followthrough.web.console.editor.findings import Found
from followthrough.web.console.editor.given import Given, was
from followthrough.web.console.editor.offered import Fact
from followthrough.web.console.editor.preview import Filled
from followthrough.web.console.editor.saved import Saved
from followthrough.web.console.editor.sheet import Sheet
from followthrough.web.console.sentences import label
from followthrough.web.templatetags.console import channel

STANDING = (  # fields that every touch's form has, and that something can be wrong with
    "kind", "offset_n", "offset_at", "anchor", "anchor_other", "to", "event", "channels",
    "purpose", "priority", "useful_n", "asks", "ask_anchor",
    *(f"{short}_back{part}" for short, _name in ask.ANSWERS
      for part in ("", "_text", "_field", "_value")),
)  # fmt: skip


class Field(NamedTuple):
    """One part of a text."""

    name: str
    part: str
    value: str


class Writing(NamedTuple):
    """A text in one language on one channel, and how it looks to the sample."""

    channel: str
    locale: str
    fields: Sequence[Field]
    filled: Filled | None
    open: bool

    @property
    def language(self) -> str:
        return map_words.language(self.locale)

    @property
    def written(self) -> bool:
        return any(field.value for field in self.fields)

    @property
    def state(self) -> str:
        return f"written-{self.channel}-{self.locale}"

    @property
    def meter(self) -> str:
        return f"meter-{self.channel}-{self.locale}"


class RowShown(NamedTuple):
    """A row of conditions, with what its field offers."""

    row: Row
    operators: Sequence[tuple[str, str]]
    samples: Sequence[str]
    choices: Sequence[choices.Choice]  # every value, where there are only a few
    kept: str  # what is nested, in words

    @property
    def several(self) -> bool:
        return self.row.op in choices.SEVERAL

    @property
    def was_kept(self) -> str:
        return was(self.row.kept)

    @property
    def names(self) -> dict[str, str]:
        return {part: self.row.name(part) for part in (*conditions.PARTS, "other", "was", "out")}


def language_code(text: str) -> str:
    """A language as documents name it, or '' for what is none."""
    return text if re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", text) else ""


def query(request: HttpRequest) -> str:
    """What the address of the form keeps: for whom it is shown, and a language more."""
    kept = {name: request.POST.get(name) for name in ("candidate", "language", "reads")}
    kept = {name: value for name, value in kept.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


# --- beside the form -----------------------------------------------------------------------------


def beside(request: HttpRequest, sheet: Sheet, saved: Saved) -> dict[str, Any]:
    """What is shown anew after each save."""
    here, member = sheet.desk, request.member  # type: ignore[attr-defined]
    wanted = request.POST.get("candidate", "") or request.GET.get("candidate", "")
    stage = here.document.stage_of.get(sheet.key, "")
    known = preview.sample(here.map, member, here.document, wanted, stage=stage)
    reads = _reads(request, sheet)
    sample = preview.reading(known, reads)
    touch = _touch(sheet)
    shown = preview.shown(touch, here.document, sample) if touch else preview.Shown([], {})
    everything = findings.of(here.draft.document, here.map)
    found = findings.by_touch(everything).get(sheet.key, [])
    return {
        "desk": here,
        "key": sheet.key,
        "saved": saved,
        "seen": drafts.digest(here.draft, sheet.part) if saved.at else sheet.given.one("seen"),
        "sample": sample,
        "own": known.locale,
        "reads": reads,
        "languages_of": list(dict.fromkeys([known.locale, *sheet.offered.locales])),
        "shown": shown,
        "notes": _notes(sheet, found),
        "warnings": [one for one in found if not one.stops and not one.empty],
        "slots": list(slots(sheet)),
        "writings": list(_writings(touch_form.SAY, sheet, shown)),
    }


def _reads(request: HttpRequest, sheet: Sheet) -> str:
    """A language of the form's texts in which somebody wants to see it; '': in the sample's own."""
    wanted = request.POST.get("reads", "") or request.GET.get("reads", "")
    return wanted if wanted in sheet.offered.locales else ""


def _touch(sheet: Sheet) -> TouchDef | None:
    """What the form says, or what was saved last where it says nothing that can be."""
    try:
        return TouchDef.model_validate(sheet.read.touch)
    except ValidationError:
        return sheet.desk.document.touches.get(sheet.key)


def _notes(sheet: Sheet, found: Sequence[Found]) -> dict[str, str]:
    """What is said beside fields: what cannot be, and what stops only publication."""
    notes: dict[str, str] = {}
    for one in found:
        if one.stops:
            name = touch_form.field_at(one.place, sheet.given)
            notes[_there(name, sheet)] = f"{one.reason} {one.remedy}"
    return notes | {_there(name, sheet): said for name, said in sheet.read.wrong.items()}


def _there(name: str, sheet: Sheet) -> str:
    """The field itself; of a language that is not shown, its channel."""
    if name in slots(sheet):
        return name
    found = next((one for one in CHANNELS if f"_{one}_" in name), "")
    return f"say_{found}" if found else "kind"


def slots(sheet: Sheet) -> Iterator[str]:
    """The fields that a note can stand beside."""
    yield from STANDING
    for number in conditions.numbers(sheet.given):
        for part in (*conditions.PARTS, "other"):
            yield f"if_{number}_{part}"
    for prefix in (touch_form.SAY, *(short for short, _name in ask.ANSWERS)):
        for one in CHANNELS:
            if prefix == touch_form.SAY:
                yield f"say_{one}"
            for locale in sheet.offered.locales:
                for part in contents.TEXTS[one]:
                    yield contents.name(prefix, one, locale, part)


def _writings(prefix: str, sheet: Sheet, shown: preview.Shown | None) -> Iterator[Writing]:
    own = sheet.desk.document.default_locale
    for one in CHANNELS:
        for locale in sheet.offered.locales:
            names = [
                (part, contents.name(prefix, one, locale, part)) for part in contents.TEXTS[one]
            ]
            fields = [Field(name, part, sheet.given.one(name)) for part, name in names]
            filled = shown.texts.get((one, locale)) if shown else None
            written = any(field.value for field in fields)
            is_open = written or (locale == own and prefix == touch_form.SAY)
            yield Writing(one, locale, fields, filled, is_open)


def _field(prefix: str, channel: str, locale: str, part: str, given: Given) -> Field:
    name = contents.name(prefix, channel, locale, part)
    return Field(name, part, given.one(name))


# --- the whole form ------------------------------------------------------------------------------


def whole(request: HttpRequest, sheet: Sheet, saved: Saved, *, spare: bool) -> dict[str, Any]:
    """Everything on the page."""
    here, given = sheet.desk, sheet.given
    found = beside(request, sheet, saved)
    stage = here.document.stage_of.get(sheet.key, given.one("stage"))
    first = request.method != "POST" or saved.at is not None
    return found | {
        "seen": drafts.digest(here.draft, sheet.part) if first else given.one("seen"),
        "name": label(sheet.key),
        "stage": stage,
        "stage_name": Stage(stage).label,
        "published": sheet.key in drafts.published_keys(here.map),
        "offered": sheet.offered,
        "rows": list(_rows(sheet, 2 if spare else 1)),
        "groups": _groups(sheet.offered.facts, given),
        "said": {one: [w for w in found["writings"] if w.channel == one] for one in CHANNELS},
        "answers": {short: list(_writings(short, sheet, None)) for short, _name in ask.ANSWERS},
        "values": {name: given.one(name) for name in given},
        "left_to": given.all("left_to"),
        "told_by": _told_by(here.document, sheet.key),
        "blanks": preview.blanks(
            here.document, [one for one, _said in sheet.offered.anchors], found["sample"]
        ),
        **_choices(given),
    }


def _told_by(document: MapDocument, key: str) -> str:
    """What tells of a reminder's time anyway, by name (docs/adr/0021)."""
    names = (label(one.key) for one in document.telling.get(key, ()))
    return _(" and ").join(_("“%(name)s”") % {"name": one} for one in names)


def _choices(given: Given) -> dict[str, Any]:
    seconds = [(offsets.SECONDS, _("seconds"))]
    odd = seconds if given.one("offset_unit") == offsets.SECONDS else []
    useful = seconds if given.one("useful_unit") == offsets.SECONDS else []
    return {
        "kinds": when.KINDS.items(),
        "units": [*odd, *offsets.UNITS],
        "lengths": [*useful, *offsets.LENGTHS],
        "orders": [(one, _order(one)) for one in touch_form.ORDERS],
        "purposes": touch_form.PURPOSES,
        "priorities": touch_form.PRIORITIES,
        "languages": map_words.LANGUAGES,
    }


def _order(text: str) -> str:
    first, *others = text.split(",")
    said = {"first": channel(first), "other": channel(others[0]).lower() if others else ""}
    if not others:
        return _("%(first)s only") % said
    return _("%(first)s, else %(other)s") % said


def _rows(sheet: Sheet, spare: int) -> Iterator[RowShown]:
    facts = {one.name: one for one in sheet.offered.facts}
    for row in conditions.rows(sheet.given, spare=spare):
        fact = facts.get(row.field)
        kind = conditions.kind_of(row.field, sheet.offered.kinds) if row.field else ""
        fitting = (*conditions.FITTING[kind], row.op) if kind else conditions.OPERATORS
        operators = [(op, str(said)) for op, said in conditions.OPERATORS.items() if op in fitting]
        few = choices.shown(kind, row.op, row.values)
        samples = fact.samples if fact else ()
        yield RowShown(row, operators, samples, few, _in_words(row.kept))


def _in_words(kept: Any) -> str:
    if not isinstance(kept, dict):
        return ""
    try:
        found = map_words.conditions(map_words.Condition.model_validate(kept))
    except ValidationError:
        return ""
    return map_words.joined(found)


def _groups(facts: Sequence[Fact], given: Given) -> Mapping[str, list[tuple[str, str]]]:
    """Facts as the list of a row shows them; those that the touch asks about already are there."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in facts:
        found.setdefault(one.group, []).append((one.name, one.said))
    known = {one.name for one in facts}
    known.add(conditions.OTHER)
    others = [row.field for row in conditions.rows(given) if row.field and row.field not in known]
    if others:
        found[_("Besides")] = [(one, map_words.field(one)) for one in dict.fromkeys(others)]
    return found
