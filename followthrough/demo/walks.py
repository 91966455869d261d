"""Walks as rows, and what the product's rows say about how far one is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from followthrough.accounts.models import Member
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.demo import phone, whom
from followthrough.demo.ats import INTERVIEW
from followthrough.demo.models import Walk
from followthrough.demo.record import site_wall
from followthrough.demo.seen import HOURS, Decided, Seen, Text, Waiting
from followthrough.governance.models import AddressBlock
from followthrough.messages.models import Ask, Message, Receipt, Touch
from followthrough.people.models import Anchor, Application, StageChange, WriteBack

SILENT = ("unclear", "declined", "ambiguous_stop")
UNDERWAY = ("planned", "sending", "reconciling")
A_WHILE = timedelta(minutes=5)  # nobody waits longer for the first text


def latest(member: Member) -> Walk | None:
    """The walk a member is on."""
    walks = Walk.objects.filter(member=member).select_related("application__connection")
    return walks.order_by("-id").first()


def begin(member: Member) -> Walk | None:
    """Begin one, with somebody this member has not walked with; None in an empty company."""
    known = Walk.objects.filter(member=member).values_list("application_id", flat=True)
    fit = whom.likely(member.organization_id, but=list(known))
    if fit is None:
        return None
    return Walk.objects.create(
        organization_id=member.organization_id, member=member, application=fit.application,
        begun_at=clock.now(),
    )  # fmt: skip


def seen(walk: Walk) -> Seen:
    """What the rows say about the walk's candidate since it began."""
    chosen = walk.application
    name = chosen.data.get("candidate", {}).get("given_name") or chosen.name
    about = {"name": name, "wall": site_wall(chosen), "now": clock.now()}
    known = Application.objects.filter(connection_id=chosen.connection_id)
    application = known.filter(external_id=chosen.external_id).select_related("run").first()
    if application is None:
        return Seen(**about)
    return Seen(**about, **_Rows(walk, application).facts())


class _Rows:
    """The rows about one application since a walk began, each table read once."""

    def __init__(self, walk: Walk, application: Application) -> None:
        self.application, self.since = application, walk.begun_at
        self.touches = {one.id: one for one in Touch.about([application]).order_by("due_at")}
        told = Receipt.objects.filter(touch_id__in=list(self.touches), at__gte=self.since)
        self.receipts = list(told.order_by("id"))
        theirs = Message.objects.filter(candidate_id=application.candidate_id)
        theirs = theirs.filter(at__gte=self.since).exclude(delivery="not_sent")
        self.messages = list(theirs.select_related("contact_point").order_by("id"))
        opened = Handoff.objects.filter(candidate_id=application.candidate_id)
        self.handoffs = list(opened.filter(opened_at__gte=self.since))

    def facts(self) -> dict[str, Any]:
        """Everything but who it is about."""
        invited_at, stop = self._invited_at(), self._first("opt_out")
        return {
            "stage": self.application.stage,
            "interview": self._interview(),
            "invited": invited_at is not None,
            "text": self._text(invited_at) if invited_at else None,
            "invitation": self._invitation(invited_at) if invited_at else None,
            "waiting": self._waiting(),
            "waits": Ask.objects.filter(application=self.application, state="open").exists(),
            "unread": self._unread(),
            "readings": [_kind(one) for one in self._written()],
            **self._confirmation(),
            **self._help(),
            "blocked": self._blocked(),
            "stopped": stop is not None,
            **(self._since_stop(stop) if stop else {}),
        }

    def _invited_at(self) -> datetime | None:
        moved = StageChange.objects.filter(application=self.application, to_stage="interview")
        moved = moved.filter(observed_at__gte=self.since).order_by("observed_at")
        return moved.values_list("observed_at", flat=True).first()

    def _interview(self) -> datetime | None:
        anchors = Anchor.objects.filter(application=self.application, name=INTERVIEW)
        return anchors.values_list("at", flat=True).first()

    def _text(self, invited_at: datetime) -> Text | None:
        """The first message of the map since the invitation."""
        sent = [one for one in self.messages if one.at >= invited_at and self._origin(one) == "map"]
        if not sent:
            return None
        first = sent[0]
        receipts = [one for one in self.receipts if one.attempt_id == first.attempt_id]
        checks = [check for one in receipts if one.verdict == "send" for check in one.checks]
        passed = sum(check[1] == "pass" for check in checks)
        return Text(first.at, passed, phone.is_read(first))

    def _unread(self) -> bool:
        texts = [one for one in self.messages if one.direction == "out" and one.channel == "sms"]
        return bool(texts) and not phone.is_read(texts[-1])

    def _origin(self, message: Message) -> str:
        touch = self.touches.get(message.touch_id) if message.touch_id else None
        return touch.origin if touch and message.direction == "out" else ""

    def _invitation(self, invited_at: datetime) -> Waiting | None:
        """What the map planned first when they were invited, unless it is dropped or held for long;
        it is planned anew when the interview is moved."""
        planned = [one for one in self.touches.values() if one.planned_at >= invited_at]
        of_map = sorted((one for one in planned if one.origin == "map"), key=lambda one: one.id)
        found = _ahead([one for one in of_map if one.key == of_map[0].key][-1:])
        return found if found and _is_awaited(found) else None

    def _waiting(self) -> Waiting | None:
        return _ahead(self.touches.values())

    def _written(self) -> list[Message]:
        return [one for one in self.messages if one.direction == "in"]

    def _first(self, *kinds: str) -> Message | None:
        return next((one for one in self._written() if _kind(one) in kinds), None)

    def _confirmation(self) -> dict[str, Any]:
        yes = self._first("confirmed")
        if yes is None:
            return {}
        told = WriteBack.objects.filter(application=self.application, created_at__gte=yes.at)
        states = list(told.values_list("state", flat=True))
        decided = [one for one in self.receipts if one.at > yes.at]
        return {
            "confirmed": True,
            "written_back": bool(states) and all(state == "done" for state in states),
            "decided": list(self._decided(decided)),
        }

    def _decided(self, receipts: Iterable[Receipt]) -> Iterable[Decided]:
        for one in receipts:
            touch = self.touches[one.touch_id]
            if touch.origin == "map":
                yield Decided(one.verdict, one.code, one.at, one.until, asks=touch.listened)

    def _help(self) -> dict[str, Any]:
        asked = [one for one in self.handoffs if one.reason in ("unclear", "ambiguous_stop")]
        open_ones = [one for one in self.handoffs if one.resolved_at is None]
        return {
            "asked": bool(asked),
            "resolved": any(one.resolved_at for one in asked),
            "silent": any(one.reason in SILENT for one in open_ones),
            "handed": any(one.reason == "opted_out" for one in self.handoffs),
        }

    def _blocked(self) -> bool:
        points = self.application.candidate.contact_points.filter(kind="phone")
        keys = points.exclude(address_key="").values("address_key")
        blocks = AddressBlock.objects.filter(organization_id=self.application.organization_id)
        return blocks.filter(lifted_at=None, channel="sms", address_key__in=keys).exists()

    def _since_stop(self, stop: Message) -> dict[str, int]:
        later = [one for one in self.messages if one.id > stop.id and one.direction == "out"]
        planned = [one for one in self.touches.values() if _was_planned(one, stop.at)]
        return {
            "left_since": sum(self._origin(one) not in ("service", "") for one in later),
            "stopped_since": sum(one.state in ("dropped", "cancelled") for one in planned),
            "still_planned": sum(one.state in UNDERWAY for one in planned),
        }


def _ahead(touches: Iterable[Touch]) -> Waiting | None:
    """The first of them that is still underway."""
    found = next((one for one in touches if one.state in UNDERWAY), None)
    return Waiting(found.due_at, found.held_for) if found else None


def _is_awaited(first: Waiting) -> bool:
    """Whether anybody waits for it: it comes at once, or when texts may go out again."""
    return first.held_for in HOURS or first.due_at - clock.now() <= A_WHILE


def _was_planned(touch: Touch, at: datetime) -> bool:
    """Whether a message of the map was planned at that time, and had not ended before."""
    ended_before = touch.ended_at is not None and touch.ended_at < at
    return touch.origin == "map" and touch.planned_at <= at and not ended_before


def _kind(message: Message) -> str:
    return str((message.reading or {}).get("kind", ""))
