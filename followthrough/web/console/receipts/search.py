"""Finding receipts: a page of them, how many there are of each reason, and all of them in turn.

However rare what is asked for is, a page looks through so many receipts at most; where it ended
without being full, the next one goes on. Nothing is ever counted beyond what a person can read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from followthrough.web.console.receipts.conditions import Kind, Wanted

PER_PAGE = 30
LOOKED_AT = 6_000  # receipts, for one page
MOST_COUNTED = 1_000  # of one reason
COUNTED = 3_000  # receipts that are looked at, for all reasons together
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Place(NamedTuple):
    """A receipt's place in time."""

    at: datetime
    id: UUID

    @property
    def written(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}.{self.id}"


class Page(NamedTuple):
    """Receipts by their keys, the newest first, and the places to go on from (None at the ends).

    `looked_to` is there where the page is not full because enough was looked at: how far back.
    """

    keys: list[UUID]
    before: Place | None = None
    after: Place | None = None
    looked_to: Place | None = None


class Counted(NamedTuple):
    """How many receipts there are of a kind; `more` when there may be more."""

    kind: Kind
    n: int
    more: bool


def place(text: str) -> Place | None:
    """A place as an address has it; None for anything else."""
    number, _dot, key = text.partition(".")
    try:
        return Place(EPOCH + int(number) * MICROSECOND, UUID(key))
    except (ValueError, OverflowError):
        return None


# --- SQL -----------------------------------------------------------------------------------------

_COLUMNS = (
    "id, at, verdict, code, channel, touch_id, application_id, candidate_id, version_id, checks"
)
# Looked up by their keys (OFFSET 0): joined, all applications would be read for a few thousand.
_JOINS = {
    name: f"LEFT JOIN LATERAL (SELECT {columns} FROM {table} WHERE id = r.{key} OFFSET 0) {short}"  # noqa: S608
    " ON true"
    for name, columns, table, key, short in (
        ("touch", "purpose, key, version_id", "messaging_touch", "touch_id", "t"),
        ("application", "requisition_id", "people_application", "application_id", "a"),
        ("candidate", "country, region", "people_candidate", "candidate_id", "c"),
    )
}


class Part(NamedTuple):
    """A piece of SQL with its parameters."""

    text: str
    given: Sequence[Any] = ()

    def __add__(self, other: Part) -> Part:  # type: ignore[override]
        return Part(f"{self.text} {other.text}", [*self.given, *other.given])


class Way(NamedTuple):
    """From where, and in which direction."""

    place: Place | None = None
    backwards: bool = False

    @property
    def order(self) -> str:
        return "ASC" if self.backwards else "DESC"


def _of_kind(wanted: Wanted, kind: Kind, way: Way) -> Part:
    """Receipts of a kind, by the index; `at` is named by itself, for it is what an index knows."""
    found = Part(
        f"SELECT {_COLUMNS} FROM messaging_receipt"  # noqa: S608
        " WHERE organization_id = %s AND verdict = %s AND code = %s",
        [wanted.organization_id, kind.verdict, kind.code],
    )
    return found + _when(wanted, way)


def _when(wanted: Wanted, way: Way) -> Part:
    found = Part("")
    if wanted.since:
        found += Part("AND at >= %s", [wanted.since])
    if wanted.until:
        found += Part("AND at < %s", [wanted.until])
    if way.place:
        sign = ">" if way.backwards else "<"
        at, key = way.place
        found += Part(f"AND at {sign}= %s AND (at {sign} %s OR id {sign} %s)", [at, at, key])
    return found


def _nearest(wanted: Wanted, way: Way, most: int) -> Part:
    """The next so many receipts of all kinds in the order of time: a merge of the kinds' own
    orders, which ends as soon as there are enough. (WITH TIES: the index does not know the keys.)
    """
    first = Part(f"ORDER BY at {way.order} FETCH FIRST {most} ROWS WITH TIES")
    each = [_of_kind(wanted, kind, way) + first for kind in wanted.kinds]
    every = _together([Part(f"({one.text})", one.given) for one in each])
    ordered = Part(f"SELECT * FROM ({every.text}) AS every", every.given) + first  # noqa: S608
    last = f"ORDER BY at {way.order}, id {way.order} LIMIT {most}"
    return Part(f"SELECT * FROM ({ordered.text}) AS ordered {last}", ordered.given)  # noqa: S608


def _together(each: Sequence[Part]) -> Part:
    given = [value for one in each for value in one.given]
    return Part(" UNION ALL ".join(one.text for one in each), given)


_THEIRS = """
touch_id IN (SELECT id FROM messaging_touch WHERE run_id IN (
    SELECT id FROM journeys_run WHERE application_id = ANY(%s::uuid[]))
  UNION SELECT id FROM messaging_touch WHERE run_id IS NULL AND application_id = ANY(%s::uuid[]))
"""


def _of_people(wanted: Wanted, way: Way) -> Part:
    """The receipts of a few applications, found by their messages."""
    theirs = Part(f"AND {_THEIRS}", [wanted.applications, wanted.applications])
    return _together([_of_kind(wanted, kind, way) + theirs for kind in wanted.kinds])


def _joined(wanted: Wanted) -> str:
    """What is joined to receipts (r) for the conditions."""
    joins = dict.fromkeys(name for one in wanted.conditions for name in one.joins)
    return " ".join(_JOINS[name] for name in joins)


def _fits(wanted: Wanted) -> Part:
    """Everything else that is asked for."""
    given = [value for one in wanted.conditions for value in one.given]
    return Part(" AND ".join(one.text for one in wanted.conditions), given)


def _fitting(source: Part, wanted: Wanted) -> Part:
    """Those of `source` that everything else that is asked for is true of."""
    found, fits = Part(f"FROM ({source.text}) AS r {_joined(wanted)}", source.given), _fits(wanted)
    return found + Part(f"WHERE {fits.text}", fits.given) if fits.text else found


def _rows(part: Part) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(part.text, part.given)
        return cursor.fetchall()


# --- a page --------------------------------------------------------------------------------------


def page(wanted: Wanted, *, after: Place | None = None, before: Place | None = None) -> Page:
    """The receipts after a place in the list, or before one; else the newest."""
    way = Way(before or after, backwards=before is not None)
    found = next_ones(wanted, way, PER_PAGE + 1)
    shown, more = found[:PER_PAGE], len(found) > PER_PAGE
    looked_to = None if more else _end(wanted, way)
    if way.backwards:
        shown = shown[::-1]
        return Page([one.id for one in shown], shown[0] if shown and more else None,
                    shown[-1] if shown else None)  # fmt: skip
    return Page(
        [one.id for one in shown],
        shown[0] if shown and after else None,
        (shown[-1] if more else None) or looked_to,
        looked_to,
    )


def next_ones(wanted: Wanted, way: Way, most: int) -> list[Place]:
    """At most so many receipts beyond a place, of those that are looked at for one page."""
    if not wanted.kinds:
        return []
    if wanted.applications is not None:
        source = _of_people(wanted, way)
    else:
        source = _nearest(wanted, way, LOOKED_AT if wanted.conditions else most)
    order = Part(f"ORDER BY r.at {way.order}, r.id {way.order} LIMIT {most}")
    rows = _rows(Part("SELECT r.at, r.id") + _fitting(source, wanted) + order)
    return [Place(*row) for row in rows]


def _end(wanted: Wanted, way: Way) -> Place | None:
    """Where looking ended, if it was not the end of the list."""
    if not wanted.kinds or not wanted.conditions or wanted.applications is not None:
        return None
    source = _nearest(wanted, way, LOOKED_AT)
    order = f"ORDER BY r.at {way.order}, r.id {way.order} OFFSET {LOOKED_AT - 1} LIMIT 1"
    found = _rows(Part(f"SELECT r.at, r.id FROM ({source.text}) AS r {order}", source.given))  # noqa: S608
    return Place(*found[0]) if found else None


def every(wanted: Wanted, *, at_once: int) -> Iterator[list[UUID]]:
    """All of them, the newest first, so many at once. No snapshot is held meanwhile, which would
    keep the database from tidying up: receipts are only ever added, and at the other end."""
    way = Way()
    while True:
        found = next_ones(wanted, way, at_once)
        if found:
            yield [one.id for one in found]
        end = found[-1] if len(found) == at_once else _end(wanted, way)
        if end is None:
            return
        way = Way(end)


# --- counts --------------------------------------------------------------------------------------


def counts(wanted: Wanted) -> list[Counted]:
    """How many there are of each kind, the most frequent first; kinds without any are left out."""
    if not wanted.kinds:
        return []
    share = _share(wanted)
    found = [
        Counted(Kind(verdict, code), min(n, MOST_COUNTED), n > MOST_COUNTED or looked_at >= share)
        for verdict, code, n, looked_at in _rows(_counting(wanted, share))
    ]
    return sorted((one for one in found if one.n), key=lambda one: (-one.n, one.kind))


def _share(wanted: Wanted) -> int:
    """How many of each kind are looked at."""
    if wanted.applications is not None:
        return 1_000_000  # all of them: they are few
    if not wanted.conditions:
        return MOST_COUNTED + 1
    return min(MOST_COUNTED + 1, max(100, COUNTED // len(wanted.kinds)))


def _counting(wanted: Wanted, share: int) -> Part:
    """Of each kind, how many fit, of how many that were looked at."""
    if wanted.applications is not None:
        source = _of_people(wanted, Way())
    else:
        newest = Part(f"ORDER BY at DESC LIMIT {share}")
        each = [_of_kind(wanted, kind, Way()) + newest for kind in wanted.kinds]
        source = _together([Part(f"({one.text})", one.given) for one in each])
    fits = _fits(wanted)
    fitting = f"count(*) FILTER (WHERE {fits.text})" if fits.text else "count(*)"
    found = Part(f"SELECT r.verdict, r.code, {fitting}, count(*)", fits.given)
    found += Part(f"FROM ({source.text}) AS r {_joined(wanted)}", source.given)
    return found + Part("GROUP BY r.verdict, r.code")
