"""The history as the product has it: every kind of outcome, nothing inconsistent, the same again.

It is played twice, once for all these tests; whatever they look at is the second one's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db.models import F, Max
from django.test import override_settings

from followthrough.accounts.models import Member
from followthrough.audit.models import Fact
from followthrough.conversations.models import Handoff
from followthrough.core import clock, zones
from followthrough.core.zones import local
from followthrough.demo.models import AtsApplication, AtsEvent, Seeding
from followthrough.demo.seed import company, publishing
from followthrough.demo.tests.present import check_present, played
from followthrough.governance.documents import PolicyDocument
from followthrough.governance.models import AddressBlock, Policy
from followthrough.intake.models import RawEvent
from followthrough.journeys.models import Run, RunMove, Version
from followthrough.messages.models import TERMINAL, Ask, Message, Receipt, Touch
from followthrough.people import scopes
from followthrough.people.models import (
    Anchor,
    Application,
    Candidate,
    ContactPoint,
    Scope,
    WriteBack,
)
from followthrough.web.console import whereabouts
from tests import invariants

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xdist_group("history"),  # one worker plays for all of them
]
UNTIL = datetime(2026, 6, 10, 18, 20, tzinfo=UTC)  # a Wednesday, 11:20 in Reno
APPLICATIONS = 60
MOUNTED = {
    "ROOT_URLCONF": "followthrough.demo.tests.urls",
    "PUBLIC_URL": "http://127.0.0.1:9",  # nobody listens there
    "DEMO": True,
}


def outcome() -> dict[str, list]:
    """What a seeding made, without the keys that are new each time."""
    touches = Touch.objects.values_list("application__external_id", "key", "state", "due_at")
    # On a busy machine a decision may grow too old and be made again: that is no outcome.
    left = Message.objects.exclude(delivery="not_sent")
    about = "application__external_id"
    return {
        "stages": sorted(Application.objects.values_list("external_id", "stage")),
        "touches": sorted(touches, key=str),
        "messages": sorted(left.values_list(about, "direction", "body", "at", "delivery"), key=str),
        "handoffs": sorted(
            Handoff.objects.values_list(about, "reason", "opened_at", "resolved_at", "resolved_by"),
            key=str,
        ),
    }


@pytest.fixture(scope="module")
def twice(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[dict[str, list]]]:
    """What came of each of two seedings; the second one is there to be looked at."""
    with django_db_blocker.unblock(), override_settings(**MOUNTED):
        played(UNTIL, applications=APPLICATIONS)
        first = outcome()
        call_command("flush", interactive=False, verbosity=0)
        played(UNTIL, applications=APPLICATIONS)
        second = outcome()
    yield [first, second]
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def _played(twice: list[dict[str, list]]) -> None:
    """Every test here looks at it."""


def test_it_ends_the_same_each_time(twice: list[dict[str, list]]) -> None:
    first, second = twice
    for name in first:
        assert sorted(set(first[name]) ^ set(second[name]), key=str) == [], name


# --- through the product, to the end -----------------------------------------------------------


def test_everything_went_in_by_the_door_and_was_worked_off() -> None:
    assert not RawEvent.objects.exclude(state="done").exists()
    sent = AtsEvent.objects.filter(kind="webhook")
    assert RawEvent.objects.filter(kind="ats").count() == sent.count()
    assert {one.data["id"]: one.stage for one in AtsApplication.objects.all()} == dict(
        Application.objects.values_list("external_id", "ats_stage")
    )
    assert Seeding.objects.get().applications == Application.objects.count() == APPLICATIONS
    assert clock.shift() == timedelta()


def test_every_touch_that_ended_has_the_receipt_of_its_end() -> None:
    waiting = set(Touch.objects.filter(state="planned").values_list("id", flat=True))
    wrong = [one for one in invariants.endings() if not one.endswith("is still planned")]
    assert wrong == []
    assert not Touch.objects.exclude(state__in=[*TERMINAL, "planned"]).exists()
    assert not Touch.objects.filter(id__in=waiting, due_at__lte=UNTIL).exists()
    assert [*invariants.attempts(), *invariants.versions(), *invariants.actors()] == []


def test_what_was_sent_says_whether_it_arrived() -> None:
    sent = Message.objects.filter(direction="out").exclude(delivery="not_sent")
    assert set(sent.values_list("delivery", flat=True)) == {"delivered", "undelivered", "bounced"}
    late = sent.filter(delivery_at__gt=F("at") + timedelta(minutes=10))
    assert not late.exists()


def test_what_the_product_wrote_back_stands_in_the_ats() -> None:
    assert not WriteBack.objects.exclude(state="done").exists()
    noted = AtsEvent.objects.filter(kind="write_back").values_list("key", flat=True)
    assert set(noted) == {str(one.id) for one in WriteBack.objects.all()} != set()
    confirmed = Ask.objects.filter(answer="confirmed").values_list(
        "application__external_id", flat=True
    )
    told = AtsApplication.objects.filter(data__fields__interview_start_confirmed=True)
    assert set(confirmed) == {one.external_id for one in told} != set()


# --- what must hold ----------------------------------------------------------------------------


def _plausible(message: Message) -> tuple[str, ...]:
    applications = list(message.candidate.applications.select_related("requisition__site"))
    return whereabouts.of(message.candidate, applications).names


@pytest.mark.parametrize(("channel", "hours"), [("sms", "default"), ("email", "email")])
def test_nothing_went_out_at_an_hour_that_the_policy_of_its_day_forbids(
    channel: str, hours: Any
) -> None:
    weeks = {
        one.id: PolicyDocument.read(one.document).hours[hours].week()
        for one in Policy.objects.all()
    }
    policies = dict(Receipt.objects.filter(verdict="send").values_list("attempt_id", "policy_id"))
    bound = Touch.objects.exclude(purpose__in=["reply", "service"]).values("id")
    said = Message.objects.filter(direction="out", channel=channel, touch_id__in=bound)
    judged = 0
    for one in said.exclude(delivery="not_sent").select_related("candidate"):
        week = weeks[policies[one.attempt_id]]
        assert zones.allowed(one.at, zones=_plausible(one), week=week), (one.at, one.body)
        judged += 1
    assert judged > {"sms": 100, "email": 20}[channel]


def test_who_said_stop_got_the_one_confirmation_and_nothing_more() -> None:
    blocks = list(AddressBlock.objects.all())
    assert blocks
    for block in blocks:
        points = ContactPoint.objects.filter(address_key=block.address_key)
        said = Message.objects.filter(
            direction="out", channel=block.channel, contact_point__in=points, at__gt=block.since
        )
        if block.lifted_at:
            said = said.filter(at__lt=block.lifted_at)
        touches = Touch.objects.filter(id__in=said.values("touch_id"))
        assert {one.key for one in touches} <= {"opted_out"}


def test_while_a_person_must_speak_first_automation_is_silent() -> None:
    for one in Handoff.objects.exclude(freeze_id=None):
        said = Message.objects.filter(
            candidate=one.candidate_id, direction="out", at__gt=one.opened_at,
            at__lt=one.resolved_at or UNTIL,
        )  # fmt: skip
        touches = Touch.objects.filter(id__in=said.exclude(delivery="not_sent").values("touch_id"))
        assert {touch.purpose for touch in touches} <= {"service"}


def test_whoever_did_something_was_seen_then() -> None:
    members = {str(one.id): one for one in Member.objects.all()}
    last = dict(
        Fact.objects.filter(actor_kind="member").values_list("actor_id").annotate(Max("at"))
    )
    assert len(last) > 5
    assert {key: one.seen_at for key, one in members.items()} == {
        key: last.get(key) for key in members
    }
    closed = Handoff.objects.exclude(resolved_at=None)
    for by in set(closed.values_list("resolved_by", flat=True)) - {"engine"}:
        assert members[by.removeprefix("member:")].seen_at


def test_nobody_is_asked_again_when_to_call_who_has_written_since() -> None:
    for again in Message.objects.filter(direction="out", touch_id__in=_touches("screen_nudge")):
        asked = Message.objects.filter(touch_id__in=_touches("screen_next"), at__lt=again.at)
        first = asked.filter(candidate=again.candidate_id).latest("at")
        assert not Message.objects.filter(
            candidate=again.candidate_id, direction="in", at__gt=first.at, at__lt=again.at
        ).exists()


def _touches(key: str) -> Any:
    return Touch.objects.filter(key=key).values("id")


# --- every kind of outcome ---------------------------------------------------------------------


def test_receipts_tell_of_every_kind_of_decision() -> None:
    found = set(Receipt.objects.values_list("verdict", "code"))
    assert found >= {
        ("send", "sent"), ("hold", "quiet_hours"), ("hold", "legal_hours"), ("hold", "frozen"),
        ("drop", "too_late"), ("drop", "opted_out"), ("drop", "unusable"),
        ("drop", "no_address"), ("drop", "not_relevant"), ("cancel", "left_stage"),
        ("cancel", "anchor_moved"), ("cancel", "replied"),
    }  # fmt: skip


def test_answers_were_understood_in_many_ways_and_people_stepped_in() -> None:
    readings = Counter(
        reading["kind"]
        for reading in Message.objects.filter(direction="in").values_list("reading", flat=True)
    )
    assert set(readings) >= {"confirmed", "declined", "unclear", "nothing", "opt_out"}
    assert set(Handoff.objects.values_list("reason", flat=True)) >= {
        "unclear", "declined", "opted_out", "unreachable",
    }  # fmt: skip
    assert set(Candidate.objects.values_list("locale", flat=True)) == {"en", "es"}


def test_interviews_were_moved_after_they_had_passed() -> None:
    before: dict[UUID, datetime] = {}
    late = 0
    for one in Fact.objects.filter(verb="moved_anchor").order_by("id"):
        if one.why["anchor"] == "interview_start":
            old = before.get(one.subject_id)
            late += bool(old and old < one.at)
            before[one.subject_id] = datetime.fromisoformat(one.why["at"])
    assert late >= 2


def test_runs_stay_on_the_version_they_began_in() -> None:
    numbers = list(Version.objects.filter(map__slug="retail").order_by("number"))
    assert [one.number for one in numbers] == [1, 2]
    assert numbers[1].note
    changed_at = publishing.map_changed_at(UNTIL)
    assert numbers[1].published_at - changed_at < timedelta(minutes=30)
    for run in Run.objects.filter(version__map__slug="retail").select_related("version"):
        assert run.version.number == (2 if run.started_at >= numbers[1].published_at else 1)
    assert {run.version_id for run in Run.objects.all()} >= {one.id for one in numbers}
    assert RunMove.objects.count() == Run.objects.count()
    assert Policy.objects.count() == 2


def test_members_with_roles_saw_to_what_was_theirs() -> None:
    members = {f"member:{one.id}": one for one in Member.objects.select_related("user")}
    assert len(members) == len(company.TEAM)
    assert not any(one.user.has_usable_password() for one in members.values())
    seen = Handoff.objects.exclude(resolved_at=None)
    assert len(set(seen.values_list("resolved_by", flat=True))) >= 4
    for one in seen:
        assert scopes.applications(members[one.resolved_by]).filter(id=one.application_id).exists()
        assert one.opened_at < one.resolved_at <= UNTIL
    assert Scope.objects.filter(site__isnull=False).count() == 4


# --- the present -------------------------------------------------------------------------------


def test_a_handful_of_people_wait_and_some_of_them_are_somebodys() -> None:
    check_present(UNTIL)


def test_interviews_lie_ahead_some_sure_some_not() -> None:
    ahead = Anchor.objects.filter(
        name="interview_start", at__gt=UNTIL, application__stage="interview"
    ).select_related("application__requisition__site")
    answers = {
        one.application_id: one.answer or one.state for one in Ask.objects.order_by("opened_at")
    }
    known = Counter(answers.get(one.application_id, "unasked") for one in ahead)
    assert known["confirmed"] >= 3
    assert known["open"] >= 3
    today = local(UNTIL, company.RENO.zone).date()
    on_days = Counter(
        (local(one.at, one.application.requisition.site.zone).date() - today).days for one in ahead
    )
    assert on_days[0] >= 1
    assert len(on_days) >= 3
    soon = [one for one in ahead if one.at < UNTIL + timedelta(days=1)]
    assert any(answers.get(one.application_id) == "open" for one in soon)


def test_messages_are_planned_for_the_next_hours() -> None:
    soon = Touch.objects.filter(state="planned", due_at__lt=UNTIL + timedelta(hours=6))
    assert 3 <= soon.count() <= 40
    assert Touch.objects.filter(state="planned", key="applied_waiting").exists()
