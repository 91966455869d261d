"""What is asked of each page: its address with everything that a person could choose on it.

The pages are those of the URL resolver, so a new one is measured as soon as it is there. The keys
in an address are those of rows like the one its example makes (`tests.routes`); what can be asked
for behind it is read from the page itself: its links to itself, and its forms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from html.parser import HTMLParser
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, QuerySet
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from followthrough.accounts.models import Member
from followthrough.messages.models import Message
from followthrough.people import scopes
from followthrough.people.models import Application, Candidate
from followthrough.web import permissions
from tests.routes import EXAMPLES, Route, routes

SEARCHES = (
    "a", "y", "ma", "ays yil", "yilmaz", "oconnor", "jose luis", "cook", "store", "amina barista",
    "nurse reno", "0199", "4471", "(775) 200-4471", "+17752004471", "amina.4@", "REQ-1004",
    "A-5555", "C-77", "zzzz",
)  # fmt: skip
LONG = 100  # messages of somebody with a long history
SOME, FEW = 30, 8  # rows a keyed page is asked for; and of people with a long history
MOST = 60  # different addresses of one page


class Visit(NamedTuple):
    """A page, and the addresses it is asked for at."""

    name: str
    paths: list[str]


def pages(
    member: Member, client: Client, chance: Random, *, only: Collection[str] = ()
) -> Iterator[Visit]:
    """Every page (of those named, if any are) that the member may open and that answers when it
    is looked at."""
    for route in routes():
        if (not only or route.name in only) and _opens(member, route):
            paths = _shown(client, _paths(route, member, chance))
            varied = [one for path in paths[:3] for one in _varied(client, path, chance)]
            own = _OWN[route.name](member, paths[0], chance) if route.name in _OWN else []
            if paths:
                yield Visit(route.name, own + _some([*paths, *varied], chance))


def _opens(member: Member, route: Route) -> bool:
    ability = permissions.opened_by(route.name)
    ours = ability is not None and route.shown and not route.name.startswith("demo:")
    return ours and member.role in ability.roles


def _shown(client: Client, paths: Sequence[str]) -> list[str]:
    """Those that there is something to see at."""
    return [path for path in paths if client.get(path).status_code in (200, 204)]


def _some(paths: Iterable[str], chance: Random) -> list[str]:
    distinct = list(dict.fromkeys(paths))
    return distinct if len(distinct) <= MOST else chance.sample(distinct, MOST)


# --- what stands in an address -----------------------------------------------------------------


def _paths(route: Route, member: Member, chance: Random) -> list[str]:
    try:
        given = _keys(route, member, chance) if route.keys else [()]
        return [reverse(route.name, args=args) for args in given]
    except NoReverseMatch:  # it is there in development only
        return []


def _keys(route: Route, member: Member, chance: Random) -> list[tuple[Any, ...]]:
    """Keys of rows that are there; where the world has none of them, of one that is made."""
    with transaction.atomic():
        made = EXAMPLES[route.name](member.organization)
        model = _model_of(made[0]) if len(made) == 1 else None
        transaction.set_rollback(True)
    found = _rows(model, member, chance) if model else []
    return [(key,) for key in found] or [EXAMPLES[route.name](member.organization)]


def _model_of(key: Any) -> type[models.Model] | None:
    """The model of the row with this key: keys are of no two rows."""
    if not isinstance(key, UUID):
        return None
    ours = (one for one in apps.get_models() if isinstance(one._meta.pk, models.UUIDField))
    return next((one for one in ours if one._default_manager.filter(pk=key).exists()), None)


def _rows(model: type[models.Model], member: Member, chance: Random) -> list[UUID]:
    """Keys of some rows that the member may see, with some about people with a long history."""
    of_people = model is Candidate
    about, seen = ("id", scopes.person) if of_people else ("candidate", scopes.about)
    named = {getattr(field, "attname", field.name) for field in model._meta.get_fields()}
    if "organization_id" not in named:
        return []
    theirs = model._default_manager.filter(organization_id=member.organization_id)
    if about not in {field.name for field in model._meta.get_fields()}:
        return _drawn(theirs, SOME, chance)
    theirs = theirs.filter(seen(member))
    long = theirs.filter(**{f"{about}__in": _talkative(member.organization_id)})
    return [*_drawn(theirs, SOME, chance), *_drawn(long, FEW, chance)]


def _drawn(rows: QuerySet[Any], count: int, chance: Random) -> list[UUID]:
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:20_000])
    return chance.sample(keys, min(count, len(keys)))


@lru_cache
def _talkative(organization_id: UUID) -> list[UUID]:
    counted = Message.objects.filter(organization_id=organization_id).values("candidate_id")
    many = counted.annotate(n=Count("id")).filter(n__gte=LONG)
    return list(many.values_list("candidate_id", flat=True))


# --- what can be asked for ---------------------------------------------------------------------


class _Asked(HTMLParser):
    """The links of a page to itself, and what its forms offer: choices by name."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.links, self.choices = path, [], {}
        self._form, self._name = False, ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self._link(given.get("href", ""))
        elif tag == "form":
            own = given.get("action", self.path) == self.path
            self._form = own and given.get("method", "get").lower() == "get"
        elif tag == "select":
            self._name = given.get("name", "") if self._form else ""
        elif tag == "option" and self._name and given.get("value"):
            self.choices.setdefault(self._name, []).append(given["value"])

    def _link(self, href: str) -> None:
        if href.startswith(("?", f"{self.path}?")):
            self.links.append(self.path + href[href.index("?") :])


def _varied(client: Client, path: str, chance: Random) -> list[str]:
    """The page with each of its choices, with some two together, and where its links lead to."""
    read = _Asked(path)
    read.feed(client.get(path).content.decode())
    single = [
        {name: value}
        for name, values in read.choices.items()
        for value in chance.sample(values, min(len(values), 8))
    ]
    double = [chance.choice(single) | chance.choice(single) for _ in range(16)] if single else []
    return [*read.links, *(f"{path}?{urlencode(asked)}" for asked in (*single, *double))]


def _candidates(member: Member, path: str, chance: Random) -> list[str]:
    """Searches, alone and in every order; and pages deep in the list, up to the last."""
    orders = ("name", "stage", "activity")
    asked = [{"q": text} for text in SEARCHES]
    asked += [{"q": chance.choice(SEARCHES), "sort": order} for order in orders[1:] * 4]
    for place in _drawn(scopes.applications(member), 6, chance):
        one = Application.objects.get(id=place)
        micros = int(one.stage_since.timestamp() * 1_000_000)
        asked += [{"after": place}, {"sort": "stage", "after": f"{micros}.{place}"}]
    said = Message.objects.filter(application__in=scopes.applications(member).values("id"))
    asked += [{"sort": "activity", "after": key} for key in _drawn(said, 6, chance)]
    asked += [{"sort": order, "last": 1} for order in orders[:2]]
    return [f"{path}?{urlencode(one)}" for one in asked]


_OWN = {"candidates": _candidates}
