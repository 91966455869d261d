"""Recording what happened: who did what to what, when and why. Ids and codes, no personal data."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.core import clock
from followthrough.core.ids import uuid7s
from followthrough.store import sql

log = logging.getLogger(__name__)


class Actor(NamedTuple):
    """Who did it. `kind` is system, member, candidate, ats, provider or operator."""

    kind: str
    id: str


SYSTEM = Actor("system", "engine")
ACTOR_KINDS = ("system", "member", "candidate", "ats", "provider", "operator")


class FactRow(NamedTuple):
    """One fact. `verb` is in the past tense; `why` holds codes and ids; `at` is business time."""

    organization_id: UUID
    actor: Actor
    verb: str
    subject_kind: str
    subject_id: UUID
    why: Mapping[str, Any]
    at: datetime


def record(
    *,
    organization_id: UUID,
    actor: Actor,
    verb: str,
    subject_kind: str,
    subject_id: UUID,
    why: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Record one fact, in the caller's transaction. `at` defaults to the business clock."""
    moment = at or clock.now()
    record_all([FactRow(organization_id, actor, verb, subject_kind, subject_id, why or {}, moment)])


def record_all(facts: Sequence[FactRow]) -> None:
    """Record all of them in one insert, in the caller's transaction.

    Raises psycopg.errors.CheckViolation when a fact names no actor; within `gathering`, or that
    of `sql`, at its end.
    """
    if _own.waiting is not None:
        _own.waiting.extend(facts)
    elif facts:
        sql.send(_INSERT, _columns(facts))


@contextmanager
def gathering() -> Iterator[None]:
    """Facts that are recorded within are inserted together, at the end."""
    if _own.waiting is not None:
        yield
        return
    _own.waiting = gathered = []
    try:
        yield
    finally:
        _own.waiting = None
    record_all(gathered)


class _Own(threading.local):
    waiting: list[FactRow] | None = None  # not inserted yet; None: not gathering


_own = _Own()


# `unnest` in the select list and one number for all rows: see messages.outbox.
_INSERT = """
    INSERT INTO audit_fact (id, organization_id, at, actor_kind, actor_id, verb,
                            subject_kind, subject_id, why, xact)
    SELECT unnest(%s::uuid[]), unnest(%s::uuid[]), unnest(%s::timestamptz[]), unnest(%s::text[]),
           unnest(%s::text[]), unnest(%s::text[]), unnest(%s::text[]), unnest(%s::uuid[]),
           unnest(%s::text[]), (SELECT audit_xact())
"""


def _columns(facts: Sequence[FactRow]) -> list[list[Any]]:
    organizations, actors, verbs, kinds, subjects, whys, times = sql.columns(facts, 7)
    reasons = [_impersonal(why) for why in sql.jsonb_texts(whys)]
    return [
        uuid7s(len(facts)), organizations, times, *sql.columns(actors, 2), verbs, kinds, subjects,
        reasons,
    ]  # fmt: skip


_ADDRESS = re.compile(r'[^\s"@\\]+@[^\s"@\\]+\.[^\s"@\\]+|\+[1-9]\d{7,14}')


def _impersonal(why: str) -> str:
    """`why` without anything that looks like a mail address or a telephone number.

    Facts outlive an erasure. Refusing such a fact would lose the work it belongs to (an opt-out,
    perhaps), so the address is taken out and the mistake is logged; tests look for that.
    """
    if "@" not in why and "+" not in why:
        return why
    clean, found = _ADDRESS.subn("[removed]", why)
    if found:
        log.error("A fact's reasons held an address, which was removed: pass ids and codes only.")
    return clean
