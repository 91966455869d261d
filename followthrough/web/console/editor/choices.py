"""Facts with a few values, as the rows of conditions offer them: in words, stored as codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followthrough.journeys.definition import STAGES
from followthrough.people.stages import Stage
from followthrough.web.console import map_words

YES_NO: Mapping[str, str | Promise] = {"true": gettext_lazy("yes"), "false": gettext_lazy("no")}
SEVERAL = ("in", "not_in")  # compared with any number of them


class Choice(NamedTuple):
    """One of the values; `chosen` by the row."""

    code: str
    said: str
    chosen: bool


def of(kind: str) -> Mapping[str, str | Promise]:
    """Every value that facts of a kind have, with its words; empty where values are open."""
    stages = {one: Stage(one).label for one in STAGES}
    answers = {code: _(said) for code, said in map_words.ANSWERS.items()}
    days = {code: _(said) for code, said in map_words.WEEKDAYS.items()}
    kinds = {"answer": answers, "yes_no": YES_NO, "stage": stages, "weekday": days}
    return kinds.get(kind, {})


def shown(kind: str, op: str, values: Sequence[str]) -> list[Choice]:
    """What a row offers. What it says that is none of them stays in sight until it is mended."""
    known = of(kind)
    if not known:
        return []
    found = [Choice(code, str(said), code in values) for code, said in known.items()]
    strange = [Choice(one, _strange(one), True) for one in values if one and one not in known]
    empty = not any(values) and op not in SEVERAL
    return [*([Choice("", _("choose"), True)] if empty else []), *strange, *found]


def _strange(code: str) -> str:
    return _("“%(code)s”: there is no such value") % {"code": code}


def strangers(kind: str, values: Iterable[Any]) -> list[Any]:
    """Those of `values` that facts of this kind never have."""
    known = of(kind)
    return [one for one in values if known and one not in known]
