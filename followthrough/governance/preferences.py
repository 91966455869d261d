"""What candidates choose for themselves: which messages, on which channels, from when on.

A choice is a row that is only ever added (`models.Wish`), with what they saw when they made it.
It binds the person at all their addresses, those that come later included, and nothing an ATS
says widens it. Opting out and in again, which binds addresses, is the ledger's (`consent`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.core.ids import uuid7
from followthrough.governance import models
from followthrough.governance.decisions import Wish
from followthrough.people.models import Candidate
from followthrough.store import sql

EVERYTHING, INTERVIEWS, NOTHING = (one.value for one in models.Wish.Wants)
NO_WISH = Wish()
Wishes = dict[UUID, Wish]  # by person; those who never chose anything are left out

_NEWEST = """
SELECT DISTINCT ON (candidate_id)
       candidate_id, number, wants, silent, paused_until, application_id, at
FROM governance_wish WHERE candidate_id = ANY(%s) ORDER BY candidate_id, number DESC
"""


def of_people(candidate_ids: Sequence[UUID]) -> sql.Question[Wishes]:
    """What did each of these people choose last?"""
    return sql.Question(_NEWEST, (list(candidate_ids),), _wishes)


def of(candidate_id: UUID) -> Wish:
    """What a person chose last; NO_WISH when they never did."""
    return of_people([candidate_id]).answer().get(candidate_id, NO_WISH)


def _wishes(rows: Sequence[tuple]) -> Wishes:
    return {row[0]: Wish(*row[1:3], frozenset(row[3]), *row[4:]) for row in rows}


class Seen(NamedTuple):
    """What somebody saw when they chose: its language, its text, and where it was."""

    source: str  # preference_page, one_click
    language: str = ""
    text: str = ""

    @property
    def digest(self) -> str:
        return sha256(self.text.encode()).hexdigest() if self.text else ""


# What can be chosen. Which messages and for how long go together: whoever says what they want to
# get says that they want to get it now. Channels are another matter.


def everything(wish: Wish, _: Any = None) -> Wish:
    """All messages about all applications, from now on."""
    return wish._replace(wants=EVERYTHING, paused_until=None, application_id=None)


def only_interviews(wish: Wish, _: Any = None) -> Wish:
    """Nothing but messages about interviews."""
    return wish._replace(wants=INTERVIEWS, paused_until=None)


def nothing(wish: Wish, _: Any = None) -> Wish:
    """No message at all, at no address."""
    return wish._replace(wants=NOTHING, paused_until=None)


def pause(wish: Wish, until: datetime) -> Wish:
    """Nothing before that moment; what they want to get stays as it is."""
    return wish._replace(paused_until=until)


def resume(wish: Wish, _: Any = None) -> Wish:
    """The pause is over."""
    return wish._replace(paused_until=None)


def only_about(wish: Wish, application_id: UUID | None) -> Wish:
    """Nothing about any other application; None: about all of them again."""
    return wish._replace(application_id=application_id)


def silence(wish: Wish, channel: str) -> Wish:
    """Nothing on this channel."""
    return wish._replace(silent=wish.silent | {channel})


def unsilence(wish: Wish, channel: str) -> Wish:
    """Messages on this channel again."""
    return wish._replace(silent=wish.silent - {channel})


def record(
    candidate: Candidate,
    wish: Wish,
    *,
    choice: str,
    seen: Seen,
    actor: Actor,
    at: datetime,
    anyway: bool = False,
) -> Wish:
    """Let `wish` count for the person from now on; returns it with its number.

    In the caller's transaction, in which the candidate's row is locked (`lock`). What says the
    same as what counts already adds nothing, unless it is to be on record `anyway`.
    """
    standing = of(candidate.id)
    if _said(standing) == _said(wish) and not anyway:
        return standing
    made = wish._replace(number=standing.number + 1, at=at)
    _add(candidate, made, choice, seen, actor)
    return made


def lock(candidate_id: UUID) -> Candidate | None:
    """The person, whose choices are made one after the other; None when there is no such person.

    NO KEY: rows that refer to them are written meanwhile.
    """
    return Candidate.objects.select_for_update(no_key=True).filter(id=candidate_id).first()


def before(candidate_id: UUID, number: int) -> Wish:
    """What counted before a person's choice of that number."""
    row = models.Wish.objects.filter(candidate_id=candidate_id, number=number - 1).first()
    return _read(row) if row else NO_WISH


def _read(row: models.Wish) -> Wish:
    return Wish(
        row.number, row.wants, frozenset(row.silent), row.paused_until, row.application_id, row.at
    )


def _said(wish: Wish) -> tuple[Any, ...]:
    return wish[1:5]


def _add(candidate: Candidate, wish: Wish, choice: str, seen: Seen, actor: Actor) -> None:
    assert wish.at is not None
    if seen.text:
        _keep(candidate.organization_id, seen, wish.at)
    row = models.Wish.objects.create(
        id=uuid7(), organization_id=candidate.organization_id, candidate_id=candidate.id,
        number=wish.number, wants=wish.wants, silent=sorted(wish.silent),
        paused_until=wish.paused_until, application_id=wish.application_id, choice=choice,
        source=seen.source, language=seen.language, shown=seen.digest,
        actor_kind=actor.kind, actor_id=actor.id, at=wish.at,
    )  # fmt: skip
    facts.record(
        organization_id=candidate.organization_id, actor=actor, verb="chose",
        subject_kind="candidate", subject_id=candidate.id,
        why={"wish": str(row.id), "choice": choice, "source": seen.source}, at=wish.at,
    )  # fmt: skip


def _keep(organization_id: UUID, seen: Seen, at: datetime) -> None:
    """Keep what was seen, once."""
    models.ShownText.objects.bulk_create(
        [models.ShownText(organization_id=organization_id, digest=seen.digest, text=seen.text,
                          first_at=at)],
        ignore_conflicts=True,
    )  # fmt: skip
