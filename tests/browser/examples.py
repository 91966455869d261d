"""What the pages in the list are about, taken from the seeded company. Runs beside the product."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse

from followthrough.accounts import sign_in
from followthrough.accounts.models import User
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo.seed import company
from followthrough.messages.models import Ask, Message
from followthrough.people.models import Application

Keys = dict[str, Any]  # what stands in an address, by name


def candidate() -> Keys:
    """Whoever has the longest conversation, and something that waits for a person."""
    counted = Message.objects.exclude(candidate=None).values_list("candidate")
    by_length = counted.annotate(length=Count("id")).order_by("-length", "candidate")
    waiting = Handoff.objects.filter(resolved_at=None).values("candidate")
    return {"key": (by_length.filter(candidate__in=waiting).first() or by_length.first())[0]}


def asked() -> Keys:
    """Somebody at the demo's page who was asked to come, and has not answered yet."""
    answered = Message.objects.filter(direction="in", at__gt=OuterRef("opened_at"))
    theirs = answered.filter(candidate=OuterRef("application__candidate"))
    waiting = Ask.objects.filter(~Exists(theirs), state="open", application__candidate__locale="en")
    latest = waiting.order_by("-opened_at").first()
    return {"application": latest.application.external_id} if latest else {}


def nobody() -> Keys:
    """A key that no row has."""
    return {"key": uuid7()}


def token() -> Keys:
    """A sign-in token that nobody was given."""
    return {"token": "nobody-was-given-this"}


def wait_for_a_person(count: int) -> None:
    """Open handoffs for so many candidates who have none."""
    free = Application.objects.filter(candidate__handoffs=None).order_by("id")
    for one in free[:count]:
        handoffs.open(
            organization_id=one.organization_id, candidate_id=one.candidate_id,
            application_id=one.id, reason="unclear", at=clock.now(),
        )  # fmt: skip


def link() -> str:
    """The path of a one-time link for the company's owner."""
    return _link(User.objects.get(email=company.OWNER[1]))


def outsider_link() -> str:
    """The path of a one-time link for somebody who belongs to no organization."""
    return _link(User.objects.create(email="outsider@elsewhere.example", name="Sam Outside"))


def _link(user: User) -> str:
    return reverse("sign-in-link", kwargs={"token": sign_in.make_link(user)})
