"""What the entries of the ledger come to: tables of who said what, in which order."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from followthrough.governance.decisions import Drop, Send
from followthrough.governance.gate import decide
from followthrough.governance.standing import (
    FORM,
    PROVIDER_BLOCK,
    Word,
    refuses_all,
    standing,
)
from followthrough.governance.tests.cases import MAIL, NOON, PERSON, PHONE, draft, facts, policy
from followthrough.governance.tests.cases import option as an_option

ADA, BEN = UUID(int=1), UUID(int=2)
assert ADA == PERSON


def at(hour: int) -> datetime:
    return NOON - timedelta(days=2) + timedelta(hours=hour)


def word(number: int, state: str, basis: str, source: str, **given) -> Word:
    """Entry `number`, said at that hour unless it says otherwise."""
    about = {"candidate_id": ADA, "at": at(number), **given}
    return Word(id=f"{number:04}", state=state, basis=basis, source=source, **about)


def form(number: int, **given) -> Word:
    return word(number, "granted", "application_form", "ats", **given)


def ats_no(number: int, **given) -> Word:
    return word(number, "revoked", "application_form", "ats", **given)


def fresh(number: int, **given) -> Word:
    return word(number, "granted", FORM, "ats", **given)


def stop(number: int, source: str = "sms", **given) -> Word:
    return word(number, "revoked", "stop", source, **given)


def start(number: int, source: str = "sms", **given) -> Word:
    return word(number, "granted", "start", source, **given)


def lifted(number: int, by: str, **given) -> Word:
    return word(number, "lifted", "narrowed", "sms", lifts=by, **given)


def provider(number: int, **given) -> Word:
    return word(number, "revoked", PROVIDER_BLOCK, "sms", **given)


# What the words come to on the text channel: the state, and the entry that decided.
TABLE = {
    "a form": ([form(1)], "granted", "0001"),
    "nothing was said": ([], "unknown", None),
    "an opt-out of a year ago": ([form(1), stop(2, at=at(-9000))], "revoked", "0002"),
    "a new application after it": ([stop(1), form(2)], "revoked", "0001"),
    "an old form that arrives after it": ([stop(1), form(2, at=at(0))], "revoked", "0001"),
    "the ATS says no": ([form(1), ats_no(2)], "revoked", "0002"),
    "the ATS says yes again": ([form(1), ats_no(2), form(3)], "granted", "0003"),
    "its old yes comes late": ([ats_no(2), form(3, at=at(1))], "revoked", "0002"),
    "START": ([form(1), stop(2), start(3)], "granted", "0003"),
    "STOP again": ([stop(2), start(3), stop(4)], "revoked", "0004"),
    "START, and a STOP that comes late": ([stop(3, at=at(1)), start(2)], "granted", "0002"),
    "at the same moment the last heard": ([stop(1), start(2, at=at(1))], "granted", "0002"),
    "START by mail is for mail": ([stop(1), start(2, "email")], "revoked", "0001"),
    "a fresh form after a web opt-out": ([stop(1, "portal"), fresh(2)], "granted", "0002"),
    "a fresh form after a phone call": ([stop(1, "console"), fresh(2)], "granted", "0002"),
    "a fresh form after a mail": ([stop(1, "email"), fresh(2)], "granted", "0002"),
    "a fresh form after a text": ([stop(1), fresh(2)], "revoked", "0001"),
    "a fresh form and a provider's block": ([provider(1), fresh(2)], "revoked", "0001"),
    "START and a provider's block": ([provider(1), start(2)], "granted", "0002"),
    "START, taken back": ([form(1), stop(2), start(3), lifted(4, "0003")], "revoked", "0002"),
    "a fresh form, taken back": (
        [form(1), stop(2, "portal"), fresh(3), lifted(4, "0003")], "revoked", "0002"
    ),
    "a fresh form of before": ([fresh(1), stop(2, "portal")], "revoked", "0002"),
    "a form whose clock runs ahead": ([fresh(1, at=at(9)), stop(2, "portal")], "revoked", "0002"),
    "a form about an old opt-out": ([stop(5, "portal", at=at(2)), fresh(4)], "revoked", "0005"),
    "somebody else's form": ([stop(1, "portal"), fresh(2, candidate_id=BEN)], "revoked", "0001"),
    "a stranger's opt-out": ([stop(1, candidate_id=None), form(2)], "revoked", "0001"),
    "taken back by name": ([form(1), stop(2), lifted(3, "0002")], "granted", "0001"),
    "another one was taken back": ([stop(1), stop(2), lifted(3, "0002")], "revoked", "0001"),
    "START takes back no other's form": ([form(1), start(2), ats_no(3)], "granted", "0002"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_what_the_words_come_to(name):
    words, state, entry_id = TABLE[name]
    for ordered in permutations(words):  # the order in which they are read means nothing
        found = standing(ordered, "sms")
        assert (found.state, found.entry_id) == (state, entry_id)


def test_on_a_shared_phone_an_ats_no_is_one_persons_alone():
    found = standing([form(1), ats_no(2, candidate_id=BEN)], "sms")
    assert (found.state, found.people) == ("granted", {ADA})
    assert [(one.candidate_id, one.entry_id) for one in found.refusals] == [(BEN, "0002")]


def test_on_a_shared_phone_what_one_person_refused_elsewhere_binds_them_alone():
    refused = stop(3, "email", candidate_id=BEN, personal=True)
    found = standing([form(1), form(2, candidate_id=BEN), refused], "sms")
    assert (found.state, found.people) == ("granted", {ADA, BEN})
    assert (refuses_all(found, ADA), refuses_all(found, BEN)) == (False, True)
    back = standing([refused, fresh(4, candidate_id=BEN)], "sms")
    assert not refuses_all(back, BEN)


def test_on_a_shared_phone_start_lifts_nothing_that_somebody_else_said_of_themselves():
    alone = stop(1, "console", candidate_id=BEN, personal=True)
    less = stop(2, "sms", candidate_id=BEN, scope={"requisition": "req-1"})
    found = standing([form(0), form(0, candidate_id=BEN), alone, less, start(3)], "sms")
    assert [one.entry_id for one in found.refusals] == ["0001", "0002"]
    own = standing([alone, less, start(3, candidate_id=BEN)], "sms")
    assert own.refusals == ()


def test_on_a_shared_phone_start_gives_back_what_each_had_said():
    found = standing([form(1, candidate_id=BEN), stop(2), start(3)], "sms")
    assert (found.state, found.people) == ("granted", {ADA, BEN})


# --- what the gate makes of it -------------------------------------------------------------------

JOB, OTHER = {"requisition": "req-1"}, {"requisition": "req-2"}


def decided(words, *, channel="sms", purpose="informational", about="req-1", **changed):
    key = PHONE if channel == "sms" else MAIL
    said = {(key, channel): standing(words, channel)}
    asked = draft(
        purpose=purpose, options=[an_option(channel)],
        facts={**draft().facts, "requisition.key": about, "requisition.family": "retail"},
    )  # fmt: skip
    (found,) = decide([asked], facts(consent=said, **changed), policy(), NOON)
    return found


def narrow(number: int, state: str = "revoked", **given) -> Word:
    return word(number, state, "narrowed", "sms", **given)


NARROW = {
    "this job": (narrow(2, scope=JOB), {}, "narrowed"),
    "another job": (narrow(2, scope=OTHER), {}, "sent"),
    "a message about no job": (narrow(2, scope=OTHER), {"about": None}, "narrowed"),
    "the whole family": (narrow(2, scope={"family": "retail"}), {}, "narrowed"),
    "another family": (narrow(2, scope={"family": "office"}), {}, "sent"),
    "a brand: it may be its": (narrow(2, scope={"brand": "North"}), {}, "narrowed"),
    "this purpose": (narrow(2, purpose="informational"), {}, "narrowed"),
    "another purpose": (narrow(2, purpose="outreach"), {}, "sent"),
    "of somebody else": (narrow(2, scope=JOB, candidate_id=BEN), {}, "sent"),
}  # fmt: skip


@pytest.mark.parametrize("name", NARROW)
def test_a_wish_for_less_stops_what_it_is_about(name):
    said, given, code = NARROW[name]
    found = decided([form(1), said], **given)
    assert found.code == code
    assert isinstance(found, Drop if code == "narrowed" else Send)
    if code == "narrowed":
        assert found.checks[-1][2]["entry"] == said.id


GRANTED = {
    "for this job": ({"scope": JOB}, {}, "sent"),
    "for another job": ({"scope": OTHER}, {}, "no_consent"),
    "for a job, and the message is about none": ({"scope": JOB}, {"about": None}, "no_consent"),
    "for a brand": ({"scope": {"brand": "North"}}, {}, "no_consent"),
    "for their application": ({"purpose": "informational"}, {}, "sent"),
    "which covers an answer": ({"purpose": "informational"}, {"purpose": "reply"}, "sent"),
    "and nothing else": ({"purpose": "informational"}, {"purpose": "outreach"}, "no_consent"),
    "by somebody else": ({"scope": JOB, "candidate_id": BEN}, {}, "no_consent"),
}


@pytest.mark.parametrize("name", GRANTED)
def test_a_narrower_consent_covers_what_it_is_about(name):
    said, given, code = GRANTED[name]
    found = decided([narrow(1, "granted", **said)], **given)
    assert found.code == code
    if code == "sent":
        (told,) = [one for one in found.checks if one[0] == "consent"]
        assert told[2]["entry"] == "0001"


def test_an_ats_no_stops_that_person_also_where_no_consent_is_needed():
    words = [ats_no(1), form(2, candidate_id=BEN)]
    assert decided(words, channel="email").code == "opted_out"
    assert decided([ats_no(1, candidate_id=BEN)], channel="email").code == "sent"


def test_the_receipt_of_an_opt_out_names_the_entry_that_decided():
    found = decided([form(1), stop(2)], blocked={(PHONE, "sms"): at(2)})
    assert found.checks[-1][:2] == ("opted_out", "drop")
    assert found.checks[-1][2]["entry"] == "0002"
