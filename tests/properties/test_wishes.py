"""What candidates choose, while messages are planned, held, on their way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.core import clock
from followthrough.governance import preferences
from followthrough.governance.models import Wish
from followthrough.governance.preferences import Seen
from followthrough.messages.models import Attempt, Message, Touch
from followthrough.people.models import Candidate
from followthrough.runs import choices, engine, verdicts
from tests import invariants
from tests.properties.life import lived

pytestmark = pytest.mark.django_db
ABOUT_INTERVIEWS = {"invite", "nudge", "nudge-by-mail", "reminder"}
SEEN = Seen("preference_page", "en", "What it said")


def choose(chosen, *, choice="pause", candidate=None):
    person = candidate or Candidate.objects.earliest("id")
    choices.choose(person.id, chosen, choice=choice, seen=SEEN, at=clock.now())


def after_the_decision(monkeypatch, chosen):
    """Choose when a decision is written and not yet handed over."""
    write = verdicts.Verdicts.write

    def write_and_choose(decided):
        write(decided)
        if decided.ready and not Wish.objects.exists():
            choose(chosen)

    monkeypatch.setattr(verdicts.Verdicts, "write", write_and_choose)


@pytest.mark.parametrize(
    ("chosen", "state"),
    [
        (lambda wish: preferences.pause(wish, clock.now() + timedelta(days=1)), "planned"),
        (preferences.only_interviews, "dropped"),
        (lambda wish: preferences.silence(preferences.silence(wish, "sms"), "email"), "dropped"),
    ],
    ids=["pause", "interviews", "channels"],
)
def test_a_choice_after_the_decision_still_stops_the_hand_over(monkeypatch, chosen, state):
    with lived() as life:
        life.ats("app-1", stage="New")
        after_the_decision(monkeypatch, chosen)
        engine.drain()
        assert life.provider.calls == []
        assert Touch.objects.get(key="thanks").state == state


CHOICES = {
    "everything": preferences.everything,
    "interviews": preferences.only_interviews,
    "nothing": preferences.nothing,
    "week": lambda wish: preferences.pause(wish, clock.now() + timedelta(days=7)),
    "day": lambda wish: preferences.pause(wish, clock.now() + timedelta(days=1)),
    "resume": preferences.resume,
    "no texts": lambda wish: preferences.silence(wish, "sms"),
    "texts": lambda wish: preferences.unsilence(wish, "sms"),
    "no mails": lambda wish: preferences.silence(wish, "email"),
}
happenings = st.lists(
    st.one_of(
        st.sampled_from(sorted(CHOICES)).map(lambda name: ("choose", name)),
        st.sampled_from(["New", "Screen", "Interview"]).map(lambda stage: ("ats", stage)),
        st.sampled_from([3, 30, 80]).map(lambda hours: ("wait", hours)),
    ),
    min_size=3, max_size=8,
)  # fmt: skip


@settings(max_examples=12)
@given(happenings)
def test_whatever_they_choose_and_whenever_nothing_goes_out_against_it(happened):
    with lived() as life:
        life.ats("app-1", stage="New")
        engine.drain()
        for what, which in happened:
            clock.advance(timedelta(seconds=1))  # so that before and after can be told apart
            _happen(life, what, which)
            engine.drain()
        life.to_the_end()
        assert invariants.everything() == []
        for message in _sent():
            _check_wanted(message)


def _happen(life, what, which):
    if what == "choose":
        choose(CHOICES[which], choice=which[:20])
    elif what == "ats":
        start = (clock.now() + timedelta(days=2)).isoformat()
        life.ats("app-1", stage=which, anchors={"interview_start": start})
    else:
        clock.advance(timedelta(hours=which))


def _sent():
    went = Attempt.objects.filter(state="accepted").values("id")
    return Message.objects.filter(direction="out", id__in=went).order_by("id")


def _check_wanted(message):
    """Read from the rows, as a lawyer would: what had they chosen when it was decided?"""
    touch = Touch.objects.get(id=message.touch_id)
    chosen = Wish.objects.filter(candidate_id=message.candidate_id, at__lte=message.at)
    last = chosen.order_by("-number").first()
    if last is None or touch.purpose == "service":
        return
    assert message.channel not in last.silent, (touch.key, last.choice)
    assert last.wants != "nothing", touch.key
    assert last.wants == "everything" or touch.key in ABOUT_INTERVIEWS, touch.key
    assert last.paused_until is None or last.paused_until <= message.at, touch.key
