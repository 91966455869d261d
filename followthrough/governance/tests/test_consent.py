"""What people ask for, in the database: whom it binds, what lifts it, and what is left of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.audit.facts import Actor
from followthrough.audit.models import Fact
from followthrough.governance import consent, standing
from followthrough.governance.consent import Entry, acts, blocks
from followthrough.governance.models import AddressBlock, ConsentEntry, ConsentText
from followthrough.people.models import ContactPoint
from followthrough.store import sql
from tests import world
from tests.world import NOON

pytestmark = pytest.mark.django_db
PHONE = "+17755550123"
MAYA = Actor("member", "maya")


@pytest.fixture
def here():
    return world.connection(world.organization())


def person(here, **given):
    made = world.candidate(here, **{"phone": PHONE, "email": "ada@example.org", **given})
    return {point.kind: point for point in made.contact_points.all()}


def say(what, point, channel="sms", after=0, **given):
    about = {
        "organization_id": point.organization_id, "contact_point": point, "channel": channel,
        "source": channel, "evidence": {"message": "id"}, "at": NOON + timedelta(hours=after),
        "actor": Actor("candidate", str(point.candidate_id)), **given,
    }  # fmt: skip
    return what(**about if what is consent.allow else {"basis": "stop", **about})


def tell(point, after=0, **given):
    """A member heard it from them."""
    about = {"organization_id": point.organization_id, "basis": "by_phone", "source": "console",
             "evidence": {}, "actor": MAYA, "at": NOON + timedelta(hours=after)}  # fmt: skip
    return consent.opt_out_person(point.candidate_id, **about | given)


def blocked():
    found = AddressBlock.objects.filter(lifted_at=None)
    return set(found.values_list("address_key", "channel"))


def of(*points):
    return {(one.address_key, {"phone": "sms", "email": "email"}[one.kind]) for one in points}


def said_now(point, channel):
    found = consent.of_people([point.candidate_id]).answer()
    return found.get(point.organization_id, {}).get((point.address_key, channel))


def test_what_a_member_heard_on_the_phone_stops_every_address(here):
    points = person(here)
    assert tell(points["phone"]).closed == of(*points.values())
    assert blocked() == of(*points.values())
    entry = ConsentEntry.objects.first()
    assert (entry.basis, entry.source, entry.actor_id) == ("by_phone", "console", "maya")


def test_or_only_what_they_named(here):
    points = person(here)
    assert tell(points["phone"], channels=["sms"]).closed == of(points["phone"])
    assert blocked() == of(points["phone"])


def test_a_narrower_wish_blocks_nothing_and_is_on_record(here):
    points = person(here)
    assert not tell(points["phone"], scope={"requisition": "req-1"})
    assert blocked() == set()
    (limit,) = said_now(points["phone"], "sms").refusals
    assert (limit.scope, limit.candidate_id) == (
        {"requisition": "req-1"}, points["phone"].candidate_id,
    )  # fmt: skip


def test_a_fresh_form_lifts_what_they_said_elsewhere(here):
    phone = person(here)["phone"]
    tell(phone)
    assert say(consent.allow, phone, after=1)
    assert (phone.address_key, "sms") not in blocked()
    assert said_now(phone, "sms").basis == consent.FORM


def test_but_not_what_they_texted(here):
    phone = person(here)["phone"]
    say(consent.opt_out, phone)
    assert not say(consent.allow, phone, after=1)
    assert (phone.address_key, "sms") in blocked()
    assert say(consent.opt_in, phone, after=2)


def test_nor_what_they_said_elsewhere_and_then_texted(here):
    phone = person(here)["phone"]
    tell(phone)
    say(consent.opt_out, phone, after=1)
    assert AddressBlock.objects.get(channel="sms").at_carrier
    assert not say(consent.allow, phone, after=2)


def test_nor_what_somebody_else_on_the_phone_said(here):
    phone, other = person(here)["phone"], person(here, email="ben@example.org")["phone"]
    say(consent.opt_out, other)
    assert not say(consent.allow, phone, after=1)
    assert (phone.address_key, "sms") in blocked()


def test_what_one_told_a_member_closes_the_shared_phone_for_them_alone(here):
    phone, other = person(here)["phone"], person(here, email="ben@example.org")["phone"]
    assert (other.address_key, "sms") in tell(other).closed
    assert (other.address_key, "sms") not in blocked()
    refused = [standing.refuses_all(said_now(one, "sms"), one.candidate_id)
               for one in (other, phone)]  # fmt: skip
    assert refused == [True, False]
    assert not tell(other, after=1).closed


def test_the_text_that_lifts_a_providers_block_is_on_record_as_that(here):
    phone = person(here)["phone"]
    say(consent.opt_out, phone, basis=consent.PROVIDER_BLOCK, only_here=True)
    assert blocked() == of(phone)
    assert say(consent.opt_in, phone, after=1)
    entry = ConsentEntry.objects.latest("id")
    lifted = AddressBlock.objects.get()
    assert entry.evidence["at_carrier"] is True
    assert entry.evidence["lifted"] == str(lifted.entry_id)


def test_start_and_stop_that_change_places_end_as_they_were_said(here):
    phone = person(here)["phone"]
    assert not say(consent.opt_in, phone, after=2)
    assert not say(consent.opt_out, phone, after=1, only_here=True)
    assert blocked() == set()
    say(consent.opt_out, phone, after=4)
    assert not say(consent.opt_in, phone, after=3)
    assert (phone.address_key, "sms") in blocked()


def test_what_is_taken_back_by_name_leaves_what_was_said_before(here):
    points = person(here)
    say(consent.opt_out, points["email"], channel="email", only_here=True)
    opted = tell(points["phone"], after=1, basis="provisional")
    back = {"basis": "not_meant", "source": "console", "evidence": {}, "actor": MAYA,
            "at": NOON + timedelta(hours=2)}  # fmt: skip
    assert consent.take_back(opted.entries, **back) == 2
    assert consent.take_back(opted.entries, **back) == 0
    assert blocked() == of(points["email"])
    assert Fact.objects.filter(verb="lifted_revocation", actor_id="maya").count() == 2


def test_a_wrong_number_is_nobodys_and_the_others_stay(here):
    points, other = person(here), person(here, email="ben@example.org")
    given = {"source": "sms", "evidence": {}, "actor": Actor("candidate", "x"), "at": NOON}
    assert consent.forget_number(points["phone"], **given)
    assert blocked() == of(points["phone"])
    gone = ContactPoint.objects.get(id=points["phone"].id)
    assert (gone.usable, gone.unusable_reason) == (False, "wrong_number")
    assert ContactPoint.objects.get(id=other["phone"].id).usable  # blocked, but still theirs
    assert set(ConsentEntry.objects.values_list("candidate_id", flat=True)) == {None}


def test_a_strangers_number_is_not_among_the_addresses_of_a_person(here):
    points = person(here)
    consent.forget_number(
        points["phone"], source="sms", evidence={}, actor=Actor("candidate", "x"), at=NOON
    )
    assert tell(points["email"]).closed == of(points["email"])


def test_a_form_is_kept_once_as_it_was_shown(here):
    text = "May we text you at this number?"
    for _ in range(2):
        consent.keep_texts([(here.organization_id, text), (here.organization_id, "")], at=NOON)
    kept = ConsentText.objects.get()
    assert (kept.text, kept.hash) == (text, consent.hash_of(text))


def form(point, after, *, granted=True, basis="application_form", **given):
    return Entry(
        point.organization_id, point.candidate_id, point.id, point.address_key, "sms",
        "granted" if granted else "revoked", basis, "ats", given, Actor("ats", "greenhouse"),
        NOON + timedelta(hours=after),
    )  # fmt: skip


def test_a_field_that_is_seen_again_adds_an_entry_only_when_it_differs(here):
    phone = person(here)["phone"]
    seen = [(1, True), (2, True), (3, False), (4, False), (5, True), (6, True)]
    added = [consent.record_all([form(phone, n, granted=yes, timed=False)]) for n, yes in seen]
    assert added == [1, 0, 1, 0, 1, 0]
    assert said_now(phone, "sms").state == "granted"


def test_what_the_ats_said_is_compared_with_its_own_word_after_a_stop(here):
    phone = person(here)["phone"]
    assert consent.record_all([form(phone, 1)]) == 1
    say(consent.opt_out, phone, after=2)
    assert consent.record_all([form(phone, 1)]) == 0


def test_a_fresh_form_from_the_ats_lifts_a_block_and_an_application_does_not(here):
    phone = person(here)["phone"]
    tell(phone)
    consent.record_all([form(phone, 1)])
    assert (phone.address_key, "sms") in blocked()
    consent.record_all([form(phone, 2, basis=consent.FORM)])
    assert (phone.address_key, "sms") not in blocked()


# --- whatever happens, the blocks say what the entries say ---------------------------------------

ACTS = st.tuples(
    st.sampled_from(["text", "mail", "start", "start_mail", "call", "form", "ats", "ats_no",
                     "provider", "back", "job"]),
    st.integers(0, 1), st.integers(0, 8),
)  # fmt: skip


def happen(points, what, whose, after):
    mine, mail = points[whose]["phone"], points[whose]["email"]
    if what in ("text", "mail"):
        point = mine if what == "text" else mail
        say(consent.opt_out, point, channel="sms" if what == "text" else "email", after=after)
    elif what in ("start", "start_mail"):
        point = mine if what == "start" else mail
        say(consent.opt_in, point, channel="sms" if what == "start" else "email", after=after)
    elif what == "provider":
        say(consent.opt_out, mine, basis="provider_block", only_here=True, after=after)
    elif what == "form":
        say(consent.allow, mine, after=after, source="portal")
    elif what == "back":
        ids = list(ConsentEntry.objects.order_by("-id").values_list("id", flat=True)[:2])
        consent.take_back(ids, basis="not_meant", source="console", evidence={}, actor=MAYA,
                          at=NOON + timedelta(hours=after))  # fmt: skip
    elif what in ("call", "job"):
        tell(mine, after=after, scope={"requisition": "r"} if what == "job" else {})
    else:
        consent.record_all([form(mine, after, granted=what == "ats")])


@settings(max_examples=60, deadline=None)
@given(drawn=st.lists(ACTS, min_size=1, max_size=9))
def test_the_blocks_say_what_the_entries_say(drawn):
    org = world.connection(world.organization())
    points = [person(org), person(org, email="ben@example.org")]
    for one in drawn:
        happen(points, *one)
    for point, channel in [(one, channel) for theirs in points for kind, one in theirs.items()
                           for channel in acts._channels(kind)]:  # fmt: skip
        said = said_now(point, channel)
        meant = bool(said and said.state == "revoked" and not said.people)
        there = blocks.standing(org.organization_id, point.address_key, channel)
        assert (there is not None) == meant, (drawn, channel)


def test_the_ledger_is_read_in_one_statement(here, django_assert_num_queries):
    ids = [person(here, phone=f"+1775555{n:04}", email="")["phone"].candidate_id for n in range(9)]
    with django_assert_num_queries(0):  # of the ORM
        sql.ask(consent.of_people(ids), consent.blocks_of_people(ids))
