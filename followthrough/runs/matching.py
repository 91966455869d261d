"""Applications looked at again by the rules: when the rules change, or what they ask of one.

A run stays in the version it is in, unless its map says otherwise (`unmatched`) when no rule gives
its application to this map any more: `continue` is a fact and no more; `pause` silences the
application until a rule fits again; `end` moves it to the map that the rules give it now, or ends
the run where they give it none. In the background, part by part (`journeys.models.Rematch`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, transaction

from followthrough.audit.facts import Actor, FactRow, record, record_all
from followthrough.core import clock
from followthrough.core.ids import uuid7s
from followthrough.governance import freezes
from followthrough.governance.models import Freeze
from followthrough.journeys import assignment, engine, versions
from followthrough.journeys.assignment import Place, Rule
from followthrough.journeys.definition import ENDING
from followthrough.journeys.events import AnchorMoved, StageChanged
from followthrough.journeys.models import Rematch
from followthrough.messages import planning
from followthrough.people.mirror import Applied
from followthrough.people.models import Connection
from followthrough.people.stages import Stage
from followthrough.runs import advance, effects
from followthrough.runs.burst.bursts import VERSION, Cause
from followthrough.runs.effects import Gathered
from followthrough.runs.engine import Held, shard_loop
from followthrough.runs.published import moving
from followthrough.store import sql

log = logging.getLogger(__name__)

OPEN = [stage for stage in Stage.values if stage not in (*ENDING, Stage.UNMAPPED)]
AT_ONCE = 200  # applications in a transaction
UNMATCHED = "unmatched"  # why a run ended, why an application is silent
START, NOTE, PAUSE, END, MOVE, FITS = "start", "note", "pause", "end", "move", "fits"


class Looked(NamedTuple):
    """An application as the rules see it, with the run it has."""

    id: UUID
    family: str
    site_id: UUID | None
    requisition_id: UUID | None
    connection_id: UUID
    stage: str
    stage_since: datetime | None
    run_id: UUID | None
    version_id: UUID | None
    map_id: UUID | None
    end_reason: str
    unmatched_at: datetime | None
    paused: bool

    @property
    def place(self) -> Place:
        return Place(self.family, self.site_id, self.requisition_id, self.connection_id)


class Due(NamedTuple):
    """What is to be done about an application, and the rule that fits it now (None: no rule)."""

    act: str
    looked: Looked
    rule: Rule | None


_LOOK = """
SELECT a.id, coalesce(q.family, ''), q.site_id, a.requisition_id, a.connection_id, a.stage,
    a.stage_since, r.id, r.version_id, v.map_id, coalesce(r.end_reason, ''), r.unmatched_at,
    EXISTS (SELECT FROM governance_freeze f WHERE f.subject_id = a.id AND f.ended_at IS NULL
            AND f.why = 'unmatched')
FROM people_application a
LEFT JOIN people_requisition q ON q.id = a.requisition_id
LEFT JOIN journeys_run r ON r.application_id = a.id
LEFT JOIN journeys_version v ON v.id = r.version_id
WHERE a.organization_id = %(org)s AND {which}
ORDER BY a.id LIMIT %(limit)s
"""
_AFTER = "a.id > %(after)s"
_ONE = f"{_AFTER} AND a.id = %(application)s"
_OPENING = f"{_AFTER} AND a.requisition_id = %(requisition)s"
_WITH_RUN = "AND r.id IS NOT NULL AND (r.ended_at IS NULL OR r.end_reason = 'unmatched')"
_WITHOUT = "AND r.id IS NULL AND a.stage = ANY(%(open)s)"
_THESE = "a.id = ANY(%(ids)s)"
_NEXT = """
SELECT id FROM journeys_rematch WHERE shard = ANY(%s) AND ended_at IS NULL
ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
NOBODY = UUID(int=0)


@shard_loop(order=15, pause=0.5)
def work(held: Held) -> int:
    """Look at the next part of what is to be looked at again; returns how many parts that were.

    Safe without the epochs: the request is locked, and each application before it is judged.
    """
    with transaction.atomic():
        found = sql.rows(_NEXT, (list(held),))
        if not found:
            return 0
        _part(Rematch.objects.get(id=found[0][0]), clock.now())
    return 1


def _part(asked: Rematch, now: datetime) -> None:
    rules = assignment.rules(asked.organization_id)
    seen = _look(asked)
    wanted = [one.id for one in seen if _due(one, rules, asked)]
    changed = _together(asked, wanted, now) if wanted else 0
    asked.seen += len(seen)
    asked.changed += changed
    if len(seen) < AT_ONCE:
        asked.ended_at = now
    else:
        asked.after = seen[-1].id
    asked.save()


def _look(asked: Rematch) -> list[Looked]:
    which = _ONE if asked.application_id else _OPENING if asked.requisition_id else _AFTER
    which = f"{which} {_WITHOUT if asked.rule_id and not asked.moves else _WITH_RUN}"
    given = {
        "org": asked.organization_id, "after": asked.after or NOBODY, "limit": AT_ONCE,
        "application": asked.application_id, "requisition": asked.requisition_id, "open": OPEN,
    }  # fmt: skip
    return [Looked(*row) for row in sql.rows(_LOOK.format(which=which), given)]


def _together(asked: Rematch, ids: Sequence[UUID], now: datetime) -> int:
    """Where some cannot be done together, one by one: one that fails holds nobody up. Trouble of
    the database is none of theirs: all of it is tried once more, a little later."""
    try:
        return _again(asked, ids, now)
    except OperationalError:
        raise
    except Exception:
        log.exception("Some applications could not be matched together; going one by one")
    return sum(_alone(asked, one, now) for one in ids)


def _alone(asked: Rematch, key: UUID, now: datetime) -> int:
    try:
        return _again(asked, [key], now)
    except OperationalError:
        raise
    except Exception as problem:
        log.exception("The application %s could not be matched", key)
        why = {"problem": type(problem).__name__}
        record(organization_id=asked.organization_id, actor=_actor(asked), verb="left_unmatched",
               subject_kind="application", subject_id=key, why=why, at=now)  # fmt: skip
        return 0


@transaction.atomic
def _again(asked: Rematch, ids: Sequence[UUID], now: datetime) -> int:
    """Judge them once more, locked, with the rules and runs as they are then; then act."""
    advance.lock(ids)
    rules = assignment.rules(asked.organization_id)
    given = {"org": asked.organization_id, "ids": list(ids), "limit": len(ids)}
    rows = [Looked(*row) for row in sql.rows(_LOOK.format(which=_THESE), given)]
    found = [due for row in rows if (due := _due(row, rules, asked))]
    acts = {act: [due for due in found if due.act == act] for act in _ACTS}
    for act, theirs in acts.items():
        if theirs:
            _ACTS[act](asked, theirs, now)
    return len(found)


# --- what is to be done --------------------------------------------------------------------------


def _due(looked: Looked, rules: Sequence[Rule], asked: Rematch) -> Due | None:
    """What follows from what the rules say of an application now; None: nothing."""
    rule = assignment.first(rules, looked.place)
    if asked.rule_id is None:
        act = _of_run(looked, rule)
    elif asked.moves:
        act = _to_move(looked, rule, asked.rule_id)
    else:
        act = _to_start(looked, rule, asked.rule_id)
    return Due(act, looked, rule) if act else None


def _to_move(looked: Looked, rule: Rule | None, moving: UUID) -> str:
    under_way = looked.run_id is not None and not looked.end_reason
    return MOVE if under_way and rule and rule.id == moving and rule.map_id != looked.map_id else ""


def _to_start(looked: Looked, rule: Rule | None, starting: UUID) -> str:
    without = looked.run_id is None and looked.stage in OPEN
    return START if without and rule and rule.id == starting else ""


def _of_run(looked: Looked, rule: Rule | None) -> str:
    if looked.run_id is None:
        return ""
    if looked.end_reason == UNMATCHED:
        return MOVE if rule else ""
    if looked.end_reason:
        return ""
    if rule and rule.map_id == looked.map_id:
        return FITS if looked.unmatched_at or looked.paused else ""
    return _by_the_map(looked, rule)


def _by_the_map(looked: Looked, rule: Rule | None) -> str:
    """What its own version says is to happen when no rule gives it this map any more."""
    assert looked.version_id is not None
    says = versions.document(looked.version_id).unmatched
    if says == "end":
        return MOVE if rule else END
    if says == "pause":
        return "" if looked.paused else PAUSE
    return "" if looked.unmatched_at and not looked.paused else NOTE


# --- doing it ------------------------------------------------------------------------------------

_MARK = "UPDATE journeys_run SET unmatched_at = coalesce(unmatched_at, %s) WHERE id = ANY(%s)"
_CLEAR = "UPDATE journeys_run SET unmatched_at = NULL WHERE id = ANY(%s)"


def _start(asked: Rematch, dues: Sequence[Due], now: datetime) -> None:
    """Runs begin when their stage did: what is past its use by then is dropped by the gate. Many
    that begin at once are a burst like any other, by the version they begin in."""
    for rule, theirs in _by_rule(dues).items():
        assert rule.version_id is not None  # it fits, so its map was published
        changes = [
            (due.looked.id, StageChanged(to=due.looked.stage, at=due.looked.stage_since or now))
            for due in theirs
        ]
        cause = Cause(VERSION, rule.version_id, done=len(theirs))
        advance.apply(changes, now=now, actor=_actor(asked), cause=cause)


def _note(asked: Rematch, dues: Sequence[Due], now: datetime) -> None:
    _say(asked, "unmatched_run", [due for due in dues if not due.looked.unmatched_at], now)
    _let_go(asked, dues, now)
    sql.send(_MARK, (now, _runs(dues)))


def _pause(asked: Rematch, dues: Sequence[Due], now: datetime) -> None:
    _say(asked, "unmatched_run", dues, now)
    sql.send(_MARK, (now, _runs(dues)))
    for due in dues:
        freezes.begin(
            organization_id=asked.organization_id, subject_kind="application",
            subject_id=due.looked.id, why=UNMATCHED, by="engine", at=now,
        )  # fmt: skip


def _end(asked: Rematch, dues: Sequence[Due], now: datetime) -> None:
    """What was planned is cancelled with a receipt, asks are closed."""
    _say(asked, "unmatched_run", dues, now)
    journeys, gathered = advance.running(_runs(dues)), Gathered()
    for journey in journeys:
        journey.state, found = engine.unmatched(journey.state)
        for effect in found:
            effects.gather(effect, journey, gathered, _actor(asked), now)
    advance.save(journeys, _actor(asked), now)
    effects.write(gathered, now=now)
    sql.send(_MARK, (now, _runs(dues)))


def _move(asked: Rematch, dues: Sequence[Due], now: datetime) -> None:
    """The rules give them to another map, or again to this one: they go on there, in the stage and
    around the times that they have now. What another map was to say until now is not said again."""
    for rule, theirs in _by_rule(dues).items():
        assert rule.version_id is not None  # it fits, so its map was published
        for elsewhere, some in _by_origin(theirs, rule).items():
            moving.move(
                _runs(some), to_version=rule.version_id, why=rule.why, actor=_actor(asked),
                now=now, rule=rule, elsewhere=elsewhere,
            )  # fmt: skip
    advance.apply(_meanwhile(dues, now), now=now, actor=_actor(asked))
    _let_go(asked, dues, now)
    sql.send(_CLEAR, (_runs(dues),))


def _fits(asked: Rematch, dues: Sequence[Due], now: datetime) -> None:
    _say(asked, "matched_run", dues, now)
    _let_go(asked, dues, now)
    sql.send(_CLEAR, (_runs(dues),))


_ACTS = {START: _start, NOTE: _note, PAUSE: _pause, END: _end, MOVE: _move, FITS: _fits}

_ANCHORS = """
SELECT application_id, name, at, sequence FROM people_anchor WHERE application_id = ANY(%s)
"""


def _meanwhile(dues: Sequence[Due], now: datetime) -> list[advance.Change]:
    """What runs that had ended did not hear of; what they know already changes nothing."""
    ended = [due.looked for due in dues if due.looked.end_reason == UNMATCHED]
    if not ended:
        return []
    stages: list[advance.Change] = [
        (one.id, StageChanged(to=one.stage, at=one.stage_since or now)) for one in ended
    ]
    rows = sql.rows(_ANCHORS, ([one.id for one in ended],))
    return [*stages, *((key, AnchorMoved(name, at, number)) for key, name, at, number in rows)]


def _let_go(asked: Rematch, dues: Sequence[Due], now: datetime) -> None:
    """They are silent for this reason no more; what waited is decided again at once."""
    paused = [due.looked.id for due in dues if due.looked.paused]
    if not paused:
        return
    standing = Freeze.objects.filter(subject_id__in=paused, why=UNMATCHED, ended_at=None)
    for freeze in standing:
        freezes.end(freeze.id, by="engine", at=now)
    planning.wake(asked.organization_id, now=now)


def _say(asked: Rematch, verb: str, dues: Sequence[Due], now: datetime) -> None:
    record_all([
        FactRow(asked.organization_id, _actor(asked), verb, "run", due.looked.run_id,
                {"map": str(due.looked.map_id), "then": due.act}, now)
        for due in dues if due.looked.run_id
    ])  # fmt: skip


def _runs(dues: Iterable[Due]) -> list[UUID]:
    return [due.looked.run_id for due in dues if due.looked.run_id]


def _by_rule(dues: Sequence[Due]) -> Mapping[Rule, list[Due]]:
    found: dict[Rule, list[Due]] = {}
    for due in dues:
        if due.rule:
            found.setdefault(due.rule, []).append(due)
    return found


def _by_origin(dues: Sequence[Due], rule: Rule) -> Mapping[bool, list[Due]]:
    """Whether they come from another map than the rule's."""
    found: dict[bool, list[Due]] = {}
    for due in dues:
        found.setdefault(due.looked.map_id != rule.map_id, []).append(due)
    return found


def _actor(asked: Rematch) -> Actor:
    return freezes.actor(asked.by)


# --- asking for it -------------------------------------------------------------------------------

_ASK = """
INSERT INTO journeys_rematch (id, organization_id, shard, application_id, requisition_id, rule_id,
    moves, after, seen, changed, by, asked_at, ended_at)
SELECT id, %s, shard, app, req, NULL, false, NULL, 0, 0, %s, %s, NULL
FROM unnest(%s::uuid[], %s::int[], %s::uuid[], %s::uuid[]) AS r(id, shard, app, req)
"""


def after(connection: Connection, applied: Applied, *, now: datetime) -> None:
    """Another job, family or site may mean another map: the rules are asked again, where the
    mirror says that there is one. In the transaction that mirrors."""
    ask(
        connection.organization_id,
        applications={one: applied.subjects[one].shard for one in applied.reassigned},
        requisitions={one: one.int % settings.SHARDS for one in applied.rearranged},
        by=f"ats:{connection.id}",
        now=now,
    )


def ask(
    organization_id: UUID,
    *,
    applications: Mapping[UUID, int],
    requisitions: Mapping[UUID, int],
    by: str,
    now: datetime,
) -> None:
    """Have applications, and all of some requisitions, looked at again: each with the shard in
    which that is done. In the caller's transaction; with none of them, nothing happens."""
    records: list[tuple[Any, ...]] = [(shard, one, None) for one, shard in applications.items()]
    records += [(shard, None, one) for one, shard in requisitions.items()]
    if records:
        given = [(key, *one) for key, one in zip(uuid7s(len(records)), records, strict=True)]
        sql.send(_ASK, [organization_id, by, now, *sql.columns(given, 4)])
        sql.wake(*{shard for shard, *_ in records})
