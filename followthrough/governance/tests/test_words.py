"""Receipts as sentences: no code without one, and the tone of the examples."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from followthrough.governance import gate, phrases, reasons, words
from followthrough.governance.decisions import Drop, Hold, Merge, Send
from followthrough.governance.documents import DAYS, LimitsDocument
from followthrough.governance.limits import limits
from followthrough.governance.tests.cases import (
    NIGHT,
    NOON,
    PHONE,
    RENO,
    draft,
    facts,
    freeze,
    option,
    policy,
    used,
)

OTHER_CODES = frozenset(
    {
        "left_stage", "anchor_moved", "anchor_cleared", "answered", "replied", "run_ended",
        "version_moved", "unreachable", "throttled", "rejected", "opted_out_at_provider",
        "misconfigured", "outcome_unknown", "poison", "decision_expired", "withdrawn",
        "in_shadow", "unmatched",
        "stale_batch", "batch_cancelled",
    }
)  # fmt: skip


@dataclass
class Receipt:
    verdict: str
    code: str
    at: datetime = NOON
    until: datetime | None = None
    checks: Any = field(default_factory=list)
    channel: str = ""


VERDICTS = {Send: "send", Hold: "hold", Merge: "merge", Drop: "drop"}


def receipt(decision, at=NOON):
    option = getattr(decision, "option", None)
    return Receipt(
        VERDICTS[type(decision)],
        decision.code,
        at,
        getattr(decision, "until", None),
        decision.checks,
        option.channel if option else "",
    )


def decided(given=None, about=None, *, now=NOON, under=None):
    (decision,) = gate.decide([given or draft()], about or facts(), under or policy(), now)
    return receipt(decision, now)


def test_every_code_has_a_sentence():
    known = phrases.REASONS.keys() | phrases.PASSED.keys()
    assert known >= gate.GATE_CODES
    assert phrases.REASONS.keys() >= OTHER_CODES
    assert known <= gate.GATE_CODES | OTHER_CODES


def test_every_verdict_has_a_beginning():
    verdicts = {"send", "hold", "merge", "drop", "cancel", "fail", "unknown", "shadow"}
    assert verdicts == phrases.HEADS.keys()


def test_quiet_hours_in_the_tone_of_the_house():
    about = facts(zones=(RENO,), zone_evidence="stated")
    held = decided(about=about, now=NIGHT - timedelta(minutes=31))
    assert words.sentence(held, place="Reno") == (
        "Held until Thu 09:00 Reno time. Quiet hours: it was 20:59 for this candidate"
        " (zone: stated by the candidate). Rule: policy v6."
        " Everything before that passed (12 checks)."
    )


def test_what_would_have_waited_too_long_says_for_what():
    soon = draft(useful_until=NIGHT + timedelta(hours=1))
    said = words.sentence(decided(soon, now=NIGHT))
    assert said.startswith(
        "Not sent. By the time it could go out it was of no more use. What it would have waited"
        " for: Legal hours: it was 23:30 for this candidate"
    )
    past = words.sentence(decided(draft(useful_until=NOON - timedelta(hours=1))))
    assert "waited" not in past


def test_a_zone_that_is_in_doubt_is_not_called_known():
    sure, doubtful = (
        [one.said for one in words.checked(decided(about=facts(zones=zones, zone_evidence=kinds)))]
        for zones, kinds in (((RENO,), "site"), ((RENO, "America/Denver"), "site+area_code"))
    )
    assert "The zone is known (the site)." in sure
    several = "They may be in one of several zones (the site and their area code):"
    assert f"{several} the hour must suit each." in doubtful
    assert not any("The zone is known" in one for one in doubtful)


def test_legal_hours_name_the_law():
    held = decided(now=NIGHT)
    assert "Legal hours: it was 23:30 for this candidate (zone: the site)." in words.sentence(held)
    assert "Rule: the law (United States, federal), and after that policy v6." in words.sentence(
        held
    )
    assert "Chicago time" in words.sentence(held)


def test_what_was_sent_says_by_what():
    text = words.sentence(decided())
    assert text == "Sent by text. All 17 checks that apply passed."


@pytest.mark.parametrize(
    ("given", "about", "expected"),
    [
        (draft(facts={}), facts(),
         "Not sent. It no longer applied: the application is in another stage now."),
        (draft(), facts(blocked={(PHONE, "sms"): NOON}),
         "Not sent. They asked for no more messages at this address."
         " Everything before that passed (6 checks)."),
        (draft(options=[option(unusable="too_short")]), facts(),
         "Not sent. The address cannot be used: it has too few digits."
         " Everything before that passed (5 checks)."),
        (draft(), facts(freezes=[freeze()]),
         "Held until Wed 13:00 Chicago time. Automation is silent: a person has to answer first."
         " Everything before that passed (9 checks)."),
        (draft(), facts(uses={PHONE: used(1, 2)}),
         "Held until Thu 10:00 Chicago time. Cap: at most 2 in 24 hours per address (more room is"
         " kept for urgent messages), and they were used. Rule: policy v6."
         " Everything before that passed (14 checks)."),
    ],
)  # fmt: skip
def test_reasons_in_sentences(given, about, expected):
    assert words.sentence(decided(given, about), zone="America/Chicago") == expected


ASK = "ask.interview_set"


@pytest.mark.parametrize(
    ("condition", "found", "expected"),
    [
        ({"field": ASK, "op": "is", "value": "confirmed"}, None,
         "It goes out only if their answer to “Interview set” is yes, and that was not so."),
        ({"field": ASK, "op": "is", "value": "confirmed"}, "declined",
         "It goes out only if their answer to “Interview set” is yes, and that was not so."),
        ({"field": ASK, "op": "is", "value": "open"}, "confirmed",
         "It no longer applied: the candidate has already answered."),
        ({"field": ASK, "op": "is", "value": "open"}, None,
         "It goes out only if their answer to “Interview set” is still to come,"
         " and that was not so."),
        ({"any": [{"field": "site.region", "op": "in", "value": ["NV", "CA"]},
                  {"field": ASK, "op": "is", "value": "declined"}]}, "open",
         "It goes out only if site.region is NV or CA or their answer to “Interview set” is no,"
         " and that was not so."),
        ({"field": "anchor.interview_start.weekday", "op": "is", "value": "mon"}, None,
         "It goes out only if the weekday of interview start is mon, and that was not so."),
        ({"field": "anchor.interview_start.at", "op": "known", "value": True}, None,
         "It goes out only if the time of interview start is known, and that was not so."),
        ({"field": "candidate.email", "op": "known", "value": True}, None,
         "It goes out only if a mail address of theirs is known, and that was not so."),
        ({"field": "anchor.interview_start.sequence", "op": "is", "value": 2}, None,
         "It no longer applied: the time it is about has changed."),
    ],
)  # fmt: skip
def test_an_unmet_condition_is_no_answer(condition, found, expected):
    missed = decided(draft(relevance={"all": [condition]}, facts={ASK: found}))
    assert words.reason(missed) == expected


def test_receipts_that_do_not_say_what_was_found_read_as_they_did():
    failing = {"field": ASK, "op": "is", "value": "open"}
    kept = Receipt("drop", "not_relevant", checks=[["not_relevant", "drop", {"failing": failing}]])
    assert words.reason(kept) == "It no longer applied: the candidate has already answered."


@pytest.mark.parametrize(
    ("hours", "said"), [(24, "in 24 hours"), (36, "in 36 hours"), (168, "in 7 days")]
)
def test_a_window_of_whole_days_is_said_in_days(hours, said):
    full = {"per": "person", "hours": hours, "at_most": 6, "map": 3}
    kept = Receipt("hold", "caps", checks=[["caps", "hold", full]])
    assert words.reason(kept) == f"Cap: at most 6 {said} per person, and they were used."


def test_a_cap_is_not_called_the_policy_s_where_it_may_be_the_map_s():
    assert reasons.label("caps") == "A cap was used up"


@pytest.mark.parametrize("code", sorted(OTHER_CODES - {"stale_batch"}))  # it says when, too
def test_receipts_that_are_not_the_gates(code):
    verdict = "cancel" if code in ("replied", "answered") else "fail"
    text = words.sentence(Receipt(verdict, code))
    assert text.startswith(phrases.HEADS[verdict])
    assert phrases.REASONS[code] in text


def test_each_check_is_a_sentence_with_its_channel():
    sent = decided(draft(options=[option(unusable="too_short"), option("email")]))
    lines = [one.said for one in words.checked(sent)]
    assert "By text: The address cannot be used: it has too few digits." in lines
    assert "By email: There is an address." in lines
    assert len(lines) == len(sent.checks)


def test_a_reply_at_night_says_why_it_may():
    reply = draft(purpose="reply", reply_to_at=NIGHT)
    lines = [one.said for one in words.checked(decided(reply, now=NIGHT))]
    assert "Any hour is fine: it answers what the candidate has just written." in lines


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_sentence_is_left_unfilled(language):
    kinds = [
        decided(), decided(now=NIGHT), decided(draft(facts={})), decided(about=facts(zones=())),
        decided(draft(options=[])), decided(about=facts(consent={})),
        decided(draft(useful_until=NIGHT + timedelta(hours=1)), now=NIGHT),
        decided(draft(purpose="service"), now=NIGHT),
        decided(about=facts(uses={PHONE: used(1, 2)})),
        decided(about=facts(zones=("Asia/Tokyo", RENO))), decided(draft(anchor_sequence=1)),
    ]  # fmt: skip
    with translation.override(language):
        for one in kinds:
            for text in (words.sentence(one), *(check.said for check in words.checked(one))):
                assert text
                assert "?" not in text
                assert "%" not in text
                assert "_" not in text.replace("interview_start", "")


def test_a_code_from_the_future_still_reads():
    stored = Receipt("drop", "new_rule", checks=[["new_rule", "drop", {}]])
    assert words.sentence(stored) == "Not sent. New rule"


def test_receipts_read_the_same_from_the_database():
    held = decided(now=NIGHT)
    held.checks = [list(check) for check in held.checks]
    assert words.sentence(held) == words.sentence(decided(now=NIGHT))


# --- places, holidays and maps -------------------------------------------------------------------


def said(given=None, about=None, *, under=None, now=NOON):
    (decision,) = gate.decide([given or draft()], about or facts(), under or policy(), now)
    return receipt(decision, now)


def test_whose_law_it_was_and_how_that_is_known():
    sent = said(about=facts(places=(("US", "FL"), ("US", "TX")), place_evidence="site+area_code"))
    assert (
        "The law allows this hour: it was 12:00 for this candidate."
        " The law is that of US-FL and US-TX (by the site and their area code)."
    ) in [one.said for one in words.checked(sent)]


def test_a_holiday_is_named():
    about = facts(zones=("Europe/Paris",), places=(("FR", ""),))
    day = datetime.fromisoformat("2026-07-14T12:00+02:00")
    given = draft(purpose="outreach")
    assert words.reason(said(given, about, now=day)) == (
        "It is a public holiday for this candidate (FR)."
    )
    ours = policy(holidays={"days": [{"day": "07-14"}]})
    assert words.reason(said(about=facts(places=()), under=ours, now=day + timedelta(hours=8))) == (
        "It is a day on which the organization sends nothing."
    )


def test_the_map_that_was_stricter_is_named_and_who_holds_on_after_it():
    asks = {"hours": {"sms": {day: ["08:00-11:00"] for day in DAYS}}}
    given = draft(limits=limits([LimitsDocument.model_validate(asks)], 7))
    assert words.sentence(said(given), place="Chicago").startswith(
        "Held until Thu 09:00 Chicago time. Hours of the message map: it was 12:00 for this"
        " candidate (zone: the site). Rule: the message map, v7, and after that"
        " policy v6."
    )


def test_what_was_said_to_be_a_zone_and_is_none_is_shown():
    held = said(about=facts(zones=(), zones_unknown=("Mars/Base",)))
    assert words.reason(held).endswith(
        "What was said to be their zone is none and was left out: Mars/Base."
    )
