"""What a candidate chose to get, as the gate keeps to it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followthrough.governance import gate, preferences, words
from followthrough.governance.checks import wishes
from followthrough.governance.decisions import Drop, Hold, Send, Wish
from followthrough.governance.tests.cases import (
    MAIL,
    NOON,
    PHONE,
    draft,
    facts,
    freeze,
    granted,
    option,
    policy,
)
from followthrough.people.models import Anchor
from followthrough.people.stages import Stage

DAY = timedelta(days=1)
HERE, THERE = UUID(int=11), UUID(int=12)
CONSENT = {(PHONE, "sms"): granted(), (MAIL, "email"): granted()}


def one(wish, **changed):
    about = facts(wish=wish, consent=CONSENT)
    (decision,) = gate.decide([draft(**changed)], about, policy(), NOON)
    return decision


def wish(**chosen):
    return Wish(**{"number": 1, "at": NOON - DAY, **chosen})


GENERAL = {"anchor_name": "", "anchor_sequence": None, "stage": "applied", "relevance": {}}
ABOUT = {"application.stage": "interview", "anchor.interview_start.sequence": 2}


def test_whoever_never_chose_anything_gets_everything():
    assert isinstance(one(None), Send)


DROPS = {
    "silent_channel": (wish(silent=frozenset({"sms"})), {}),
    "nothing_wished": (wish(wants="nothing"), {}),
    "only_interviews": (wish(wants="interviews"), GENERAL),
    "other_application": (
        wish(application_id=HERE), {"facts": {**ABOUT, "application.id": str(THERE)}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", DROPS)
def test_what_is_not_wanted_is_dropped_and_says_so(code):
    chosen, given_ = DROPS[code]
    decision = one(chosen, **given_)
    assert isinstance(decision, Drop)
    assert decision.code == code


@pytest.mark.parametrize(
    ("chosen", "given_"),
    [
        (wish(wants="interviews"), {}),  # it hangs on an interview
        (wish(wants="interviews"), {**GENERAL, "stage": "interview", "awaited": True}),
        (wish(application_id=HERE), {"facts": {**ABOUT, "application.id": str(HERE)}}),
        (wish(silent=frozenset({"email"})), {}),
        (wish(paused_until=NOON), {}),  # over
    ],
)
def test_what_is_wanted_goes_out(chosen, given_):
    assert isinstance(one(chosen, **given_), Send)


def test_a_message_of_the_interview_stage_that_asks_nothing_is_not_about_an_interview():
    chosen = {**GENERAL, "stage": "interview"}
    assert one(wish(wants="interviews"), **chosen).code == "only_interviews"


def test_a_silent_channel_leaves_the_next_one():
    both = [option(), option("email")]
    decision = one(wish(silent=frozenset({"sms"})), options=both)
    assert isinstance(decision, Send)
    assert decision.option.channel == "email"


def test_a_pause_holds_until_it_is_over():
    decision = one(wish(paused_until=NOON + DAY))
    assert isinstance(decision, Hold)
    assert (decision.code, decision.until) == ("paused", NOON + DAY)


def test_what_is_of_no_more_use_after_the_pause_is_dropped():
    decision = one(wish(paused_until=NOON + DAY), useful_until=NOON + DAY / 2)
    assert isinstance(decision, Drop)
    assert [code for code, _, _ in decision.checks[-2:]] == ["paused", "too_late"]


def test_a_freeze_comes_after_what_they_chose():
    about = facts(wish=wish(wants="nothing"), freezes=[freeze()])
    (decision,) = gate.decide([draft()], about, policy(), NOON)
    assert decision.code == "nothing_wished"


def test_a_pause_is_not_for_members_and_a_silent_channel_is():
    own = {"origin": "member", "purpose": "informational"}
    assert isinstance(one(wish(paused_until=NOON + DAY, wants="interviews"), **own), Send)
    assert one(wish(silent=frozenset({"sms"})), **own).code == "silent_channel"
    assert one(wish(wants="nothing"), **own).code == "nothing_wished"


def test_what_they_write_is_answered_in_a_pause():
    answer = {**GENERAL, "origin": "reply", "purpose": "reply", "reply_to_at": NOON}
    assert isinstance(one(wish(paused_until=NOON + DAY), **answer), Send)
    assert isinstance(one(wish(wants="interviews"), **answer), Send)


def test_the_one_confirmation_is_for_whoever_wants_nothing():
    assert isinstance(one(wish(wants="nothing"), **{**GENERAL, "purpose": "service"}), Send)


def test_interviews_are_called_what_they_are_called_elsewhere():
    assert Stage.INTERVIEW == wishes.INTERVIEW
    assert Anchor.INTERVIEW.startswith(wishes.INTERVIEW)


class _Receipt:
    verdict, until, channel, at = "drop", None, "sms", NOON

    def __init__(self, decision):
        self.code, self.checks = decision.code, decision.checks


@pytest.mark.parametrize("code", DROPS)
def test_a_receipt_says_when_they_chose_it(code):
    chosen, given_ = DROPS[code]
    said = words.sentence(_Receipt(one(chosen, **given_)), zone="America/Chicago")
    assert "They chose" in said
    assert "Tue 12:00" in said


# --- whatever they choose, one after the other ---------------------------------------------------

steps = st.one_of(
    st.sampled_from(
        [preferences.everything, preferences.only_interviews, preferences.nothing,
         preferences.resume]
    ).map(lambda choose: (choose, None)),
    st.integers(-3, 9).map(lambda days: (preferences.pause, NOON + days * DAY)),
    st.sampled_from(["sms", "email"]).map(lambda channel: (preferences.silence, channel)),
    st.sampled_from(["sms", "email"]).map(lambda channel: (preferences.unsilence, channel)),
    st.sampled_from([HERE, None]).map(lambda one: (preferences.only_about, one)),
)  # fmt: skip
drafts = st.builds(
    lambda origin, kind, channels, application: draft(
        origin=origin, **kind, options=[option(one) for one in channels],
        facts={**ABOUT, "application.id": str(application)},
    ),
    st.sampled_from(["map", "map", "member"]),
    st.sampled_from([{}, GENERAL, {**GENERAL, "stage": "interview", "awaited": True}]),
    st.permutations(["sms", "email"]),
    st.sampled_from([HERE, THERE]),
)  # fmt: skip


@given(st.lists(steps, max_size=6), drafts)
def test_whatever_they_choose_nothing_goes_out_against_it(chosen, message):
    standing = preferences.NO_WISH
    said = {"wants": "everything", "silent": set(), "until": None, "only": None}
    for choose, what in chosen:
        standing = choose(standing, what)
        _note(said, choose.__name__, what)
    about = facts(wish=standing._replace(number=1), consent=CONSENT)
    (decision,) = gate.decide([message], about, policy(), NOON)
    if isinstance(decision, Send):
        assert decision.option.channel not in said["silent"]
        assert said["wants"] != "nothing"
        if message.origin == "map":
            assert said["until"] is None or said["until"] <= NOON
            assert said["wants"] == "everything" or message.stage == "interview"
            assert said["only"] in (None, UUID(message.facts["application.id"]))
    else:  # and nothing else is in its way
        assert decision.code in {*DROPS, "paused"}


def _note(said, name, what):
    """What a person would say they had chosen, in their own words."""
    match name:
        case "everything":
            said.update(wants="everything", until=None, only=None)
        case "only_interviews":
            said.update(wants="interviews", until=None)
        case "nothing":
            said.update(wants="nothing", until=None)
        case "pause" | "resume":
            said["until"] = what
        case "silence":
            said["silent"].add(what)
        case "unsilence":
            said["silent"].discard(what)
        case "only_about":
            said["only"] = what
