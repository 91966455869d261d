"""When something happened with a candidate: of everything, only the kind, the time and the key, so
that a page can choose what it shows before anything else is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value

from followthrough.audit.models import Fact
from followthrough.conversations.models import Handoff
from followthrough.governance.models import ConsentEntry, Wish
from followthrough.messages.models import Message, Receipt, Touch
from followthrough.people.models import Application, Candidate, StageChange, WriteBack
from followthrough.web.console import sentences

QUIET = ("hold", "drop", "merge", "cancel", "fail", "unknown")


class Moment(NamedTuple):
    """Something that happened: `key` is that of the row that tells it."""

    kind: str
    at: datetime
    key: UUID


def of(candidate: Candidate, applications: Sequence[Application]) -> list[Moment]:
    """Everything that happened with a candidate whose applications these are, oldest first."""
    ids = [one.id for one in applications]
    handoffs = Handoff.objects.filter(concerning(candidate, applications))
    first, *others = (
        _of("stage", StageChange.objects.filter(application__in=ids), "observed_at"),
        _of("fact", _facts(applications), "at"),
        _of("consent", ConsentEntry.objects.filter(candidate_id=candidate.id), "at"),
        _of("wish", Wish.objects.filter(candidate_id=candidate.id), "at"),
        _of("message", _messages(candidate, applications), "at"),
        _of("quiet", _quiet(candidate, applications), "at"),
        _of("shadow", _quiet(candidate, applications, verdicts=("shadow",)), "at"),
        _of("handoff", handoffs, "opened_at"),
        _of("resolved", handoffs.exclude(resolved_at=None), "resolved_at"),
        _of("write_back", WriteBack.objects.filter(application__in=ids), "created_at"),
    )
    together = first.union(*others, all=True).order_by("moment", "id")
    return [Moment(*row) for row in together]


def concerning(candidate: Candidate, applications: Sequence[Application]) -> Q:
    """The condition for rows of a candidate that are of one of these applications, or of none."""
    return Q(candidate=candidate) & (Q(application=None) | Q(application__in=applications))


def _of(kind: str, rows: QuerySet[Any], at: str) -> QuerySet[Any, Any]:
    told = rows.order_by().annotate(told_by=Value(kind), moment=F(at))
    return told.values_list("told_by", "moment", "id")


def _facts(applications: Sequence[Application]) -> QuerySet[Fact]:
    subjects = [one.id for one in applications]
    subjects += [one.run.id for one in applications if hasattr(one, "run")]
    return Fact.objects.filter(subject_id__in=subjects, verb__in=sentences.FACTS)


def _messages(candidate: Candidate, applications: Sequence[Application]) -> QuerySet[Message]:
    """What was said. What never left is told by its receipts instead."""
    said = Message.objects.filter(concerning(candidate, applications))
    return said.exclude(delivery="not_sent")


def _quiet(
    candidate: Candidate, applications: Sequence[Application], *, verdicts: Sequence[str] = QUIET
) -> QuerySet[Receipt]:
    touches = Touch.about(applications).filter(candidate=candidate)
    return Receipt.objects.filter(touch_id__in=touches.values("id"), verdict__in=verdicts)
