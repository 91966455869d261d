"""What the list of candidates is asked for: it stands in the address, so it can be shared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from django.db import models
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from followthrough.core.typed import cleaned

LONGEST = 200  # characters of any value in the address
FILTERS = ("stage", "site", "team", "family", "map", "run")
PLACES = ("after", "before", "last")


class Sort(models.TextChoices):
    """What the list is sorted by."""

    NAME = "name", _("Family name")
    ACTIVITY = "activity", _("Latest message")
    STAGE = "stage", _("Stage entered last")


@dataclass(frozen=True)
class Asked:
    """A search, filters, an order, and where in the list: after or before a row, or at its end."""

    q: str = ""
    stage: str = ""
    site: str = ""  # its key
    team: str = ""
    family: str = ""
    map: str = ""  # its key: in a run of any version of it
    run: str = ""
    sort: str = Sort.NAME.value
    after: str = ""
    before: str = ""
    last: str = ""

    def filters(self) -> Iterator[str]:
        """The names of the filters that are set, the search among them."""
        return (name for name in ("q", *FILTERS) if getattr(self, name))

    def without(self, *names: str) -> Asked:
        """The same from the beginning, with these not asked for."""
        return replace(self, **dict.fromkeys((*names, *PLACES), ""))

    def at(self, **place: str) -> str:
        """The address of another place in the same list; of its beginning when none is given."""
        return replace(self.without(), **place).address

    @property
    def address(self) -> str:
        """As it stands behind the page's path; what is usual is left out."""
        usual = vars(Asked())
        said = {name: value for name, value in vars(self).items() if value != usual[name]}
        return f"?{urlencode(said)}"


class Stretch(NamedTuple):
    """A part of a list: from a place ('': its beginning, or seen backwards its end), in which
    direction, at most how many rows, and whose list it is."""

    place: str
    backwards: bool
    limit: int
    organization_id: UUID


Rows = list[tuple[UUID, str]]  # applications, each with its place in the order


def of(given: QueryDict) -> Asked:
    """What an address asks for."""
    found = {name: cleaned(given.get(name, ""), longest=LONGEST) for name in vars(Asked())}
    return Asked(**{**found, "sort": found["sort"] if found["sort"] in Sort.values else Sort.NAME})
