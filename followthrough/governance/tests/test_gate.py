"""The gate, check by check: what spoils a good draft, and what that leads to."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from followthrough.governance import gate
from followthrough.governance.checks import touch
from followthrough.governance.decisions import Consent, Drop, Hold, Merge, Rendered, Send
from followthrough.governance.tests.cases import (
    MAIL,
    NIGHT,
    NOON,
    PHONE,
    draft,
    facts,
    freeze,
    granted,
    option,
    policy,
    used,
)

HOUR = timedelta(hours=1)


def one(given=None, about=None, *, under=None, now=NOON):
    (decision,) = gate.decide([given or draft()], about or facts(), under or policy(), now)
    return decision


def both(*drafts, about=None, under=None):
    return gate.decide(drafts, about or facts(), under or policy(), NOON)


def codes(decision):
    return [code for code, _, _ in decision.checks]


def test_a_good_draft_goes_out_with_every_check_in_gate_order():
    sent = one()
    assert isinstance(sent, Send)
    assert sent.rendered.body == "See you on Thursday."
    assert sent.counted
    assert codes(sent) == [
        "relevant", "in_time", "anchor",
        "untried", "address", "usable", "not_opted_out", "consent", "wished_channel", "sender",
        "wished", "not_frozen", "zone", "legal_hours", "quiet_hours", "map_hours",
        "not_merged", "legal_caps", "caps",
        "sender_active", "introduced", "text",
    ]  # fmt: skip


BLOCKED = {"blocked": {(PHONE, "sms"): NOON - HOUR}}
DROPS = {
    "not_relevant": (draft(facts={"application.stage": "offer"}), facts()),
    "too_late": (draft(useful_until=NOON), facts()),
    "anchor_moved": (draft(anchor_sequence=1), facts()),
    "no_address": (draft(options=[option(contact_point_id=None, address_key="")]), facts()),
    "unusable": (draft(options=[option(unusable="too_short")]), facts()),
    "channel_failed": (draft(failed_channels=frozenset({"sms"})), facts()),
    "opted_out": (draft(), facts(**BLOCKED)),
    "no_consent": (draft(), facts(consent={})),
    "template_problem": (
        draft(options=[option(render=lambda _: Rendered("", problem="unknown_variable"))]),
        facts(),
    ),
    "empty_text": (draft(options=[option(render=lambda _: Rendered(" \u200b\n"))]), facts()),
    "too_long": (draft(options=[option(render=lambda _: Rendered("ab" * 800))]), facts()),
}


@pytest.mark.parametrize("code", DROPS)
def test_what_drops(code):
    given, about = DROPS[code]
    decision = one(given, about)
    assert isinstance(decision, Drop)
    assert decision.code == code
    assert decision.checks[-1][0] == code


HOLDS = {
    "frozen": (draft(), facts(freezes=[freeze()]), NOON, NOON + HOUR),
    "no_zone": (draft(), facts(zones=()), NOON, NOON + 6 * HOUR),
    "legal_hours": (draft(), facts(), NIGHT, NOON + timedelta(hours=21)),
    "quiet_hours": (
        draft(), facts(), NOON + timedelta(hours=8, minutes=30), NOON + timedelta(hours=21),
    ),
    "caps": (draft(), facts(uses={PHONE: used(1, 2, 22)}), NOON, NOON + 22 * HOUR),
    "sender_inactive": (
        draft(options=[option(sender_active=False)]), facts(), NOON, NOON + HOUR / 4,
    ),
    "no_sender": (draft(options=[option(sender_id=None)]), facts(), NOON, NOON + HOUR / 4),
    "no_common_hour": (
        draft(), facts(zones=("Asia/Tokyo", "America/New_York")), NOON, NOON + 6 * HOUR,
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", HOLDS)
def test_what_holds_and_until_when(code):
    given, about, now, until = HOLDS[code]
    decision = one(given, about, now=now)
    assert isinstance(decision, Hold)
    assert (decision.code, decision.until) == (code, until)


def test_every_code_that_the_checks_can_give_is_listed_and_no_other():
    assert _literals(gate.__file__) | _checks() | {"sent"} == gate.GATE_CODES


def _checks():
    folder = Path(touch.__file__).parent
    return set().union(*(_literals(path) for path in folder.glob("*.py")))


def _literals(path):
    """Every code in the source: the first argument of `finding` and of the checks' own helpers."""
    found = set()
    for node in ast.walk(ast.parse(Path(path).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = {"finding": 0, "OnChannel": 0, "_within": 1, "_room": 1, "_closed": 1}.get(
                node.func.id
            )
            if place is not None and isinstance(node.args[place], ast.Constant):
                found.add(node.args[place].value)
    return found


# --- relevance -----------------------------------------------------------------------------------


def test_the_failing_condition_is_in_the_receipt_without_personal_values():
    relevance = {"field": "application.fields.shirt", "op": "is", "value": "XL"}
    detail = one(draft(relevance={"all": [relevance]})).checks[0][2]
    assert detail == {"failing": {"field": "application.fields.shirt", "op": "is"}}


def test_an_anchor_that_was_taken_away_is_no_longer_the_same():
    decision = one(
        draft(facts={"application.stage": "interview", "anchor.interview_start.sequence": None})
    )
    assert decision.code == "anchor_moved"


# --- channels ------------------------------------------------------------------------------------


def test_a_channel_that_drops_falls_to_the_next_and_both_are_in_the_receipt():
    sent = one(draft(options=[option(unusable="too_short"), option("email")]))
    assert isinstance(sent, Send)
    assert sent.option.channel == "email"
    assert ("unusable", "drop", {"channel": "sms", "reason": "too_short"}) in sent.checks


def test_the_first_channel_that_passes_is_taken():
    assert one(draft(options=[option("email"), option()])).option.channel == "email"


def test_a_hold_on_the_chosen_channel_does_not_fall_to_the_next():
    decision = one(draft(options=[option(), option("email")]), now=NIGHT)
    assert isinstance(decision, Hold)


NONE = option(contact_point_id=None, address_key="")


@pytest.mark.parametrize(
    ("options", "about", "code"),
    [
        ([option(unusable="x"), option("email")],
         facts(blocked={(MAIL, "email"): NOON}), "opted_out"),
        ([NONE, option("email", unusable="x")], facts(), "unusable"),
        ([option(), option("email", unusable="x")], facts(consent={}), "no_consent"),
        ([option(), option("email")],
         facts(consent={}, blocked={(MAIL, "email"): NOON}), "opted_out"),
        ([NONE], facts(), "no_address"),
        ([], facts(), "no_address"),
    ],
)  # fmt: skip
def test_when_no_channel_is_left_the_most_telling_reason_is_given(options, about, code):
    decision = one(draft(options=options), about)
    assert isinstance(decision, Drop)
    assert decision.code == code


def test_a_channel_without_a_sender_is_waited_for_only_when_no_other_is_left():
    none = option(sender_id=None)
    assert one(draft(options=[none, option("email")])).option.channel == "email"
    assert isinstance(one(draft(options=[none, option("email", unusable="x")])), Hold)


# --- consent and opt-out -------------------------------------------------------------------------


def test_consent_binds_one_person_on_a_shared_phone():
    theirs = granted(people=frozenset({UUID(int=99)}))
    decision = one(draft(), facts(consent={(PHONE, "sms"): theirs}))
    assert decision.code == "no_consent"


def test_mail_needs_no_consent_unless_the_policy_says_so():
    mail = draft(options=[option("email")])
    assert isinstance(one(mail, facts(consent={})), Send)
    strict = policy(require_consent={"sms": True, "email": True})
    assert one(mail, facts(consent={}), under=strict).code == "no_consent"


def test_a_channel_the_policy_does_not_name_needs_consent():
    under = policy(require_consent={})
    assert one(draft(), facts(consent={}), under=under).code == "no_consent"


def test_a_revoked_entry_is_an_opt_out_where_no_consent_is_needed_too():
    about = facts(consent={(MAIL, "email"): Consent("revoked")})
    assert one(draft(options=[option("email")]), about).code == "opted_out"


def test_only_the_service_message_goes_to_a_blocked_address():
    for purpose in ("informational", "outreach", "reply"):
        given = draft(purpose=purpose, reply_to_at=NOON, origin="member")
        assert one(given, facts(**BLOCKED)).code == "opted_out"
    sent = one(draft(purpose="service", origin="service"), facts(**BLOCKED, consent={}))
    assert isinstance(sent, Send)
    assert not sent.counted


# --- freezes -------------------------------------------------------------------------------------

KILL = {"why": "kill_switch"}


@pytest.mark.parametrize(
    ("freezes", "origin", "purpose", "goes"),
    [
        ([freeze()], "map", "informational", False),
        ([freeze()], "reply", "reply", False),
        ([freeze()], "member", "reply", True),
        ([freeze()], "service", "service", True),
        ([freeze(subject_kind="organization", **KILL)], "member", "reply", False),
        ([freeze(subject_kind="organization", **KILL)], "service", "service", False),
        ([freeze(subject_kind="channel", channel="sms", **KILL)], "service", "service", False),
        ([freeze(subject_kind="sender", subject_id=UUID(int=3), **KILL)],
         "service", "service", False),
        ([freeze(subject_kind="map", **KILL)], "service", "service", True),
        ([freeze(subject_kind="channel", channel="sms", **KILL)], "map", "informational", False),
        ([freeze(subject_kind="channel", channel="email", **KILL)], "map", "informational", True),
        ([freeze(subject_kind="sender", subject_id=UUID(int=3), **KILL)], "member", "reply", False),
        ([freeze(subject_kind="sender", subject_id=UUID(int=4), **KILL)], "map", "outreach", True),
        ([freeze(until=NOON)], "map", "informational", True),
        ([freeze(until=NOON + HOUR)], "map", "informational", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("whose", ["person", "draft"])
def test_freezes_silence_automation_and_kill_switches_members_too(
    freezes, origin, purpose, goes, whose
):
    given = {"origin": origin, "purpose": purpose, "reply_to_at": NOON}
    if whose == "person":
        decision = one(draft(**given), facts(freezes=freezes))
    else:
        decision = one(draft(**given, freezes=freezes))
    assert isinstance(decision, Send) is goes
    if not goes:
        assert decision.code == "frozen"


def test_a_freeze_without_an_end_waits_for_the_touch_rather_than_dropping_it():
    decision = one(draft(useful_until=NOON + HOUR / 2), facts(freezes=[freeze()]))
    assert isinstance(decision, Hold)
    assert decision.until == NOON + HOUR / 2


# --- merging -------------------------------------------------------------------------------------


def test_competing_nudges_merge_into_the_most_urgent():
    low, high = draft(priority=6), draft(priority=4)
    merged, sent = both(low, high)
    assert isinstance(merged, Merge)
    assert (merged.into, merged.touch_id) == (high.touch_id, low.touch_id)
    assert isinstance(sent, Send)


@pytest.mark.parametrize(
    "other",
    [
        {"stage": "offer"},
        {"options": [option("email")]},
        {"priority": 2},
        {"purpose": "reply", "reply_to_at": NOON},
        {"origin": "member"},
        {"facts": {"application.stage": "interview", "anchor.interview_start.sequence": 2,
                   "application.id": "another"}},
    ],
)  # fmt: skip
def test_what_does_not_compete_does_not_merge(other):
    assert not any(isinstance(one, Merge) for one in both(draft(), draft(**other)))


def test_merging_can_be_switched_off():
    found = both(draft(), draft(), under=policy(merge_nudges=False, keep_for_priority={"room": 0}))
    assert [one.code for one in found] == ["sent", "sent"]


def test_a_nudge_that_does_not_go_out_takes_nobody_with_it():
    empty = draft(priority=3, options=[option(render=lambda _: Rendered(""))])
    dropped, sent = both(empty, draft(priority=4))
    assert (dropped.code, sent.code) == ("empty_text", "sent")


# --- receipts ------------------------------------------------------------------------------------


def test_receipts_hold_no_addresses_and_no_texts():
    sent = one()
    assert PHONE not in str(sent.checks)
    assert "Thursday" not in str(sent.checks)
    assert PHONE not in str(one(draft(), facts(**BLOCKED)).checks)


def test_the_text_is_made_last_and_only_when_everything_else_passed():
    def render():
        raise AssertionError("rendered")

    held = one(draft(options=[option(render=render)]), now=NIGHT)
    assert isinstance(held, Hold)
