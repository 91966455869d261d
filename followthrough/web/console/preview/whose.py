"""Whose history a map is tried on: its own people's, another map's, or a job family's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followthrough.journeys.models import MessageMap
from followthrough.runs.models import Replay
from followthrough.runs.replay import whom
from followthrough.runs.replay.happened import Window
from followthrough.runs.replay.whom import Whom
from followthrough.web.console.sentences import label

OWN, MAP, FAMILY = "own", "map", "family"  # what a choice begins with


class Choices(NamedTuple):
    """What may be chosen, as values with their names. `own` says whether anybody ran through the
    map itself; `selected` is what stands there at first."""

    own: bool
    maps: Sequence[tuple[str, str]]
    families: Sequence[tuple[str, str]]
    selected: str


def choices(map: MessageMap, *, days: int, at: datetime) -> Choices:
    """Whom a map may be tried on; where nobody ran through it, others come first."""
    window, ours = Window(at - timedelta(days=days), at), map.organization_id
    own = whom.anybody(map, window)
    others = whom.maps(ours, window).exclude(id=map.id)
    maps = [(f"{MAP}:{one.id}", one.name) for one in others]
    families = [(f"{FAMILY}:{one}", label(one)) for one in whom.families(ours)]
    first = next(iter([*maps, *families]), (OWN, ""))
    return Choices(own, maps, families, OWN if own else first[0])


def chosen(map: MessageMap, value: str) -> Whom | None:
    """Who was meant; nothing said is the map's own people, and None is nobody here."""
    kind, _colon, name = value.partition(":")
    if kind in ("", OWN):
        return Whom(map.id)
    if kind == FAMILY and name in whom.families(map.organization_id):
        return Whom(family=name)
    others = MessageMap.objects.filter(organization_id=map.organization_id)
    keys = others.values_list("id", flat=True) if kind == MAP else ()
    return next((Whom(key) for key in keys if str(key) == name), None)


def named(replay: Replay) -> str:
    """Those it is tried on, as they follow a preposition; '' for the map's own people."""
    if replay.family:
        return _("the job family %(family)s") % {"family": label(replay.family)}
    return str(replay.of_map.name) if replay.of_map else ""


def people(replay: Replay, n: int) -> str:
    """So many people, and where they come from if not from the map itself."""
    told = {"n": n, "where": named(replay)}
    if replay.family:
        text = ngettext("%(n)s person in %(where)s,", "%(n)s people in %(where)s,", n)
    elif replay.of_map:
        text = ngettext(
            "%(n)s person who ran through %(where)s,", "%(n)s people who ran through %(where)s,", n
        )
    else:
        text = ngettext("%(n)s person", "%(n)s people", n)
    return text % told


def nobody(replay: Replay) -> str:
    """That there was nobody, and what to do."""
    told = {"where": named(replay), "days": replay.days}
    if not told["where"]:
        return (
            _(
                "Nobody ran through this map in the last %(days)s days. Try it on those of another"
                " map or of a job family."
            )
            % told
        )
    if replay.family:
        return _("Nobody was open in %(where)s in the last %(days)s days.") % told
    return _("Nobody ran through %(where)s in the last %(days)s days.") % told
