"""Interviews at risk: soon, and nobody has said yes; or past, and nobody knows what came of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from followthrough.accounts.models import Member
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.messages.models import Ask
from followthrough.people.models import Anchor
from followthrough.people.stages import Stage
from followthrough.web.console import interviews
from followthrough.web.console.interviews import BY
from followthrough.web.console.today.lists import MOST, Shown

SOON = timedelta(days=2)
URGENT = timedelta(days=1)  # from here on, every interview without a yes is at risk
PATIENCE = timedelta(hours=4)  # before that, a question may be open for so long
PAST = timedelta(days=7)
SETTLED = timedelta(days=1)  # by then the ATS should say what came of an interview
LONG_AGO = Value(datetime(1970, 1, 1, tzinfo=UTC))


def at_risk(member: Member) -> Shown:
    """The earliest first."""
    found = _anchors(member).order_by("at").values_list("application_id", flat=True)
    ids = list(found)  # counting them apart would ask all of it twice
    return Shown(interviews.load(ids[:MOST]), len(ids))


def _anchors(member: Member) -> QuerySet[Anchor]:
    now = clock.now()
    theirs = interviews.anchors(member).filter(application__stage=Stage.INTERVIEW)
    soon = Q(at__gt=now, at__lt=now + SOON)
    asked = _asked(theirs.filter(soon))
    unsure = ~Q(_confirmed(asked)) & (Q(at__lt=now + URGENT) | ~Q(_just_asked(asked, now)))
    past = Q(at__gt=now - PAST, at__lt=now - SETTLED)
    return theirs.filter(soon & unsure | past)


def _asked(soon: QuerySet[Anchor]) -> QuerySet[Ask]:
    """What is asked about interviews, and nothing else: by which touches that is, is looked up
    among the few that ask those whose interview it is."""
    asks = Ask.objects.filter(run_id__in=soon.values("application__run__id")).annotate(by=BY)
    others = [
        Q(by=version_id, key=key)
        for version_id, key in asks.order_by().values_list("by", "key").distinct()
        if not interviews.about_it(version_id, key)
    ]
    found = Ask.objects.filter(run_id=OuterRef("application__run__id"))
    return found.annotate(by=BY).exclude(reduce(or_, others)) if others else found


def _just_asked(asked: QuerySet[Ask], now: datetime) -> Exists:
    return Exists(asked.filter(state=Ask.State.OPEN, opened_at__gt=now - PATIENCE))


def _confirmed(asked: QuerySet[Ask]) -> Exists:
    """They said yes after the interview was last set or moved."""
    moves = Fact.objects.filter(subject_id=OuterRef(OuterRef("application_id")))
    latest = Subquery(moves.filter(verb="moved_anchor").order_by("-id").values("at")[:1])
    yes = asked.filter(answer="confirmed")
    return Exists(yes.filter(closed_at__gte=Coalesce(latest, LONG_AGO)))
