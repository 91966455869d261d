"""What a member writes leaves by the one gate: what it says, when it waits, when it never goes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from followthrough.accounts.models import Member, User
from followthrough.audit.facts import Actor
from followthrough.audit.models import Fact
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.governance import consent, gate, words
from followthrough.governance.decisions import Drop, Hold, Send
from followthrough.messages.models import Attempt, Message, Receipt, Touch
from followthrough.people.models import Application, ContactPoint
from followthrough.runs import dispatch, engine, replies, settling, verdicts
from tests import invariants, world
from tests.properties.life import Life, lived

pytestmark = pytest.mark.django_db
NIGHT = timedelta(hours=11)  # 21:00 in Reno


@pytest.fixture
def life() -> Iterator[Life]:
    with lived() as made:
        met(made)
        yield made


def met(life: Life) -> None:
    """They have applied, were written to, and the day is over for what caps count."""
    life.ats("app-1", stage="New")
    engine.drain()
    life.passes(timedelta(hours=24))


def member_of(life: Life) -> Member:
    user, _ = User.objects.get_or_create(email="maya@northwind.example")
    return Member.objects.get_or_create(user=user, organization=life.company.organization)[0]


def written(life: Life, text: str = "The door on Truckee Road.", **given: object) -> Touch:
    application = Application.objects.select_related("candidate").get(external_id="app-1")
    asked = {"channel": "sms", "key": uuid4(), "at": clock.now(), **given}
    return replies.write(
        member=member_of(life), candidate=application.candidate, application=application,
        text=text, **asked,
    )  # fmt: skip


def sent(life: Life) -> list[str]:
    return [call.body for call in life.provider.gone][1:]  # without the acknowledgement


def ended(touch: Touch) -> tuple[str, str]:
    """Its state, and why."""
    touch.refresh_from_db()
    receipt = Receipt.objects.filter(touch_id=touch.id).order_by("-id").first()
    return touch.state, receipt.code if receipt else ""


def opt_out(life: Life) -> None:
    consent.opt_out(
        organization_id=life.company.organization.id, channel="sms", basis="stop", source="sms",
        contact_point=ContactPoint.objects.get(kind="phone", usable=True), evidence={},
        actor=Actor("candidate", "c"), at=clock.now(),
    )  # fmt: skip


def test_it_leaves_as_it_was_written_and_names_who_wrote_it(life: Life) -> None:
    touch = written(life, "  50 % {{ off }}\r\n{% if %} \x00 ")
    engine.drain()
    assert sent(life) == ["50 % {{ off }}\n{% if %}"]
    assert ended(touch) == ("sent", "sent")
    fact = Fact.objects.get(verb="wrote_message", subject_id=touch.id)
    assert (fact.actor_kind, fact.actor_id) == ("member", str(member_of(life).id))
    assert list(invariants.attempts()) == list(invariants.actors()) == []


def test_it_answers_only_what_was_just_written_on_that_channel(life: Life) -> None:
    life.says("Which door?")
    engine.drain()
    assert written(life).purpose == "reply"
    assert written(life, channel="email").purpose == "informational"
    clock.advance(timedelta(minutes=31))
    assert written(life).purpose == "informational"


def test_a_machine_asked_nothing(life: Life) -> None:
    life.says("Which door?")
    engine.drain()
    Message.objects.filter(direction="in").update(reading={"kind": "nothing", "rule": "automatic"})
    assert written(life).purpose == "informational"


@pytest.mark.parametrize(
    ("given", "problem"),
    [({"text": " \x00 "}, "needs a text"), ({"channel": "fax"}, "a channel that exists")],
)
def test_what_is_no_message_is_refused(life: Life, given: dict, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        written(life, **given)


def test_a_candidate_of_another_organization_is_refused(life: Life) -> None:
    stranger = world.candidate(world.connection(world.organization()))
    with pytest.raises(ValueError, match="another organization"):
        replies.write(
            member=member_of(life), candidate=stranger, application=None, channel="sms",
            text="Hello", key=uuid4(), at=clock.now(),
        )  # fmt: skip
    assert not Touch.objects.filter(origin="member").exists()


def test_a_kill_switch_silences_members_too_and_a_handoff_does_not(life: Life) -> None:
    life.says("Which door?")
    engine.drain()
    first = written(life)
    engine.drain()
    assert ended(first) == ("sent", "sent")
    life.freeze("organization")
    second = written(life, "And bring a jacket.")
    engine.drain()
    assert ended(second) == ("planned", "frozen")


def test_an_address_that_cannot_be_used_is_not_tried(life: Life) -> None:
    unusable = {"usable": False, "unusable_reason": "unreachable"}
    ContactPoint.objects.filter(kind="phone").update(**unusable)
    touch = written(life)
    engine.drain()
    assert ended(touch) == ("dropped", "unusable")


def test_stop_between_the_decision_and_the_hand_over_still_counts(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch, write = written(life), verdicts.Verdicts.write

    def write_and_stop(decided: verdicts.Verdicts) -> None:
        write(decided)
        if decided.ready:
            opt_out(life)

    monkeypatch.setattr(verdicts.Verdicts, "write", write_and_stop)
    engine.drain()
    assert sent(life) == []
    assert ended(touch) == ("dropped", "opted_out")


def test_the_run_may_end_and_the_message_still_goes(life: Life) -> None:
    clock.advance(NIGHT)
    touch = written(life)
    engine.drain()
    life.ats("app-1", stage="Rejected")
    life.passes(timedelta(hours=13))
    assert ended(touch) == ("sent", "sent")


def test_what_could_not_go_for_days_never_goes(life: Life) -> None:
    life.freeze("organization")
    touch = written(life, "See you at two!")
    engine.drain()
    life.passes(replies.USEFUL)
    assert ended(touch) == ("dropped", "too_late")


def test_what_is_on_its_way_is_not_taken_back(life: Life) -> None:
    touch = written(life)
    Touch.objects.filter(id=touch.id).update(state="sending")
    assert not replies.withdraw(touch, member=member_of(life), at=clock.now())
    assert not Fact.objects.filter(verb="withdrew_message").exists()


def test_what_automation_planned_is_not_a_members_to_take_back(life: Life) -> None:
    with pytest.raises(ValueError, match="Only what a member wrote"):
        replies.withdraw(Touch.objects.get(key="still-here"), member=None, at=clock.now())


def test_taking_back_leaves_a_receipt_in_words(life: Life) -> None:
    clock.advance(NIGHT)
    touch = written(life)
    engine.drain()
    assert replies.withdraw(touch, member=member_of(life), at=clock.now())
    receipt = Receipt.objects.get(touch_id=touch.id, verdict="cancel")
    assert words.sentence(receipt).startswith("Cancelled. Whoever wrote it took it back")
    assert not replies.withdraw(touch, member=member_of(life), at=clock.now())


# --- who is told -------------------------------------------------------------------------------


def test_answering_is_noted_and_taking_back_too(life: Life) -> None:
    clock.advance(NIGHT)
    life.says("Which door?")
    engine.drain()
    clock.advance(timedelta(hours=1))
    touch = written(life)
    assert Handoff.objects.get().answered_at == clock.now()
    replies.withdraw(touch, member=member_of(life), at=clock.now())
    assert Handoff.objects.get().answered_at is None


def test_whoever_writes_again_waits_again(life: Life) -> None:
    life.says("Which door?")
    engine.drain()
    written(life)
    engine.drain()
    life.says("Thanks!")
    engine.drain()
    assert Handoff.objects.get().answered_at is not None
    life.says("And where do I park?")
    engine.drain()
    assert Handoff.objects.get().answered_at is None


def test_an_answer_that_does_not_go_out_leaves_them_waiting(life: Life) -> None:
    life.says("Which door?")
    engine.drain()
    ContactPoint.objects.filter(kind="phone").update(usable=False)
    touch = written(life)
    assert Handoff.objects.get().answered_at is not None
    engine.drain()
    assert ended(touch) == ("dropped", "unusable")
    assert Handoff.objects.get().answered_at is None


@pytest.mark.parametrize("answer", ["rejected", "unreachable"])
def test_sent_and_resolved_at_once_it_comes_back_when_it_cannot_go(life: Life, answer: str) -> None:
    life.says("Which door?")
    engine.drain()
    life.provider.script[:] = [answer]
    touch = written(life)
    handoffs.resolve(Handoff.objects.get(), by="member:m1", at=clock.now())
    engine.drain()
    assert ended(touch)[0] == "dropped"
    handoff = Handoff.objects.get(resolved_at=None)
    assert (handoff.reason, handoff.touch_id) == ("unreachable", touch.id)


def test_one_that_is_taken_back_brings_nobody_back(life: Life) -> None:
    clock.advance(NIGHT)
    touch = written(life)
    engine.drain()
    replies.withdraw(touch, member=member_of(life), at=clock.now())
    assert not Handoff.objects.exists()


@pytest.mark.parametrize("ends", ["poison", "attempts"])
def test_whichever_way_it_ends_unsent_somebody_is_told(
    life: Life, ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ends == "poison":
        monkeypatch.setattr(gate, "decide", lambda *_: 1 / 0)
        monkeypatch.setattr(dispatch, "POISON_TRIES", 1)
    else:
        life.provider.script[:] = ["rejected"]
        monkeypatch.setattr(settling, "MOST_ATTEMPTS", 1)
    touch = written(life)
    engine.drain()
    assert ended(touch)[0] == "failed"
    assert Handoff.objects.get().touch_id == touch.id


# --- what is foretold ----------------------------------------------------------------------------


def at_night(life: Life) -> None:
    clock.advance(NIGHT)


def asked_at_night(life: Life) -> None:
    clock.advance(NIGHT)
    life.says("Which door?")
    engine.drain()


def without_consent(life: Life) -> None:
    ContactPoint.objects.filter(kind="phone").update(address_key="another-phone")


def much_written(life: Life) -> None:
    for number in range(3):
        written(life, f"One {number}")
    engine.drain()


SITUATIONS = [
    (lambda life: None, Send, "sent"),
    (at_night, Hold, "legal_hours"),
    (asked_at_night, Send, "sent"),
    (opt_out, Drop, "opted_out"),
    (without_consent, Drop, "no_consent"),
    (much_written, Hold, "caps"),
    (lambda life: life.freeze("sender"), Hold, "frozen"),
]


@pytest.mark.parametrize(("happens", "decision", "code"), SITUATIONS)
def test_what_is_foretold_is_what_happens(life: Life, happens, decision, code) -> None:
    happens(life)
    application = Application.objects.select_related("candidate").get(external_id="app-1")
    before = Touch.objects.count(), Receipt.objects.count()
    found = replies.ways(application.candidate, application, now=clock.now())
    assert (Touch.objects.count(), Receipt.objects.count()) == before
    way = {one.channel: one for one in found}["sms"]
    assert (type(way.decision), way.code) == (decision, code)
    touch = written(life)
    engine.drain()
    assert ended(touch)[1] == code
    if decision is Hold:
        assert touch.due_at == way.decision.until


def test_it_is_foretold_how_long_an_answer_may_go(life: Life) -> None:
    life.says("Which door?")
    engine.drain()
    application = Application.objects.select_related("candidate").get(external_id="app-1")
    sms, mail = replies.ways(application.candidate, application, now=clock.now())
    assert sms.until - sms.answers == timedelta(minutes=30)
    assert (mail.answers, mail.until) == (None, None)


# --- at once -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_make_one_message() -> None:
    with lived(keep=True) as life:
        met(life)
        key, made = UUID(int=7), []
        member_of(life)

        def click() -> None:
            try:
                made.append(written(life, key=key).id)
            finally:
                connection.close()

        clicks = [threading.Thread(target=click) for _ in range(4)]
        for one in clicks:
            one.start()
        for one in clicks:
            one.join()
        engine.drain()
        assert len(made) == 4
        assert len(set(made)) == 1
        assert Attempt.objects.filter(touch_id=made[0]).count() == 1
        assert Fact.objects.filter(verb="wrote_message").count() == 1


def test_a_lead_without_an_application_is_written_to(life: Life) -> None:
    person = world.candidate(life.company.connection, email="lead@example.org")
    touch = replies.write(
        member=member_of(life), candidate=person, application=None, channel="email",
        subject="Hello", text="Are you still looking?", key=uuid4(), at=clock.now(),
    )  # fmt: skip
    engine.drain()
    assert ended(touch) == ("sent", "sent")
    message = Message.objects.get(touch_id=touch.id)
    assert (message.subject, message.application_id) == ("Hello", None)
