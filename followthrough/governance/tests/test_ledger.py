"""The consent ledger, blocked addresses, freezes and policies, in the database."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from followthrough.audit.facts import Actor
from followthrough.audit.models import Fact
from followthrough.governance import consent, freezes, policies
from followthrough.governance.consent import Entry
from followthrough.governance.documents import PolicyError
from followthrough.governance.models import AddressBlock, ConsentEntry, Freeze, Policy
from followthrough.governance.standing import refuses_all
from followthrough.store import sql
from tests import world
from tests.world import NOON

ATS = Actor("ats", "greenhouse")
PHONE, OTHER = "+17755550123", "+17755550199"

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return world.connection(world.organization())


def person(here, **given):
    made = world.candidate(here, **{"phone": PHONE, "email": "ada@example.org", **given})
    return {point.kind: point for point in made.contact_points.all()}


def grant(point, **given):
    about = {
        "organization_id": point.organization_id,
        "candidate_id": point.candidate_id,
        "contact_point_id": point.id,
        "address_key": point.address_key,
        "channel": "sms",
        "state": "granted",
        "basis": "application_form",
        "source": "ats",
        "evidence": {"form": "hash"},
        "actor": ATS,
        "at": NOON,
    }
    return Entry(**{**about, **given})


def say(what, point, channel="sms", at=NOON):
    return what(
        organization_id=point.organization_id,
        contact_point=point,
        channel=channel,
        basis="stop",
        source=channel,
        evidence={"message": "id"},
        actor=Actor("candidate", str(point.candidate_id)),
        at=at,
    )


def standing(*points):
    people = [point.candidate_id for point in points]
    found = sql.ask(consent.of_people(people), consent.blocks_of_people(people))
    return [ledger.get(points[0].organization_id, {}) for ledger in found]


def test_a_grant_stands_for_the_one_who_gave_it(here):
    phone = person(here)["phone"]
    assert consent.record_all([grant(phone)]) == 1
    found = standing(phone)[0][phone.address_key, "sms"]
    assert (found.state, found.basis, found.at) == ("granted", "application_form", NOON)
    assert found.people == {phone.candidate_id}
    assert found.entry_id == str(ConsentEntry.objects.get().id)


def test_repeating_a_grant_adds_nothing_and_a_later_one_does(here):
    phone = person(here)["phone"]
    assert consent.record_all([grant(phone), grant(phone)]) == 1
    assert consent.record_all([grant(phone)]) == 0
    assert consent.record_all([grant(phone, at=NOON + timedelta(days=1))]) == 1
    assert Fact.objects.filter(verb="granted_consent").count() == 2


def test_of_a_new_person_nothing_is_looked_up(here):
    phone = person(here)["phone"]
    new = {phone.candidate_id}
    assert consent.record_all([grant(phone), grant(phone)], of_new=new) == 1
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(consent.entries, "_KNOWN", "not asked")
        assert consent.record_all([grant(phone, at=NOON + timedelta(days=1))], of_new=new) == 1


def test_an_old_grant_that_arrives_late_does_not_beat_a_newer_refusal(here):
    phone = person(here)["phone"]
    consent.record_all([grant(phone, state="revoked", at=NOON)])
    consent.record_all([grant(phone, at=NOON - timedelta(days=1))])
    assert standing(phone)[0][phone.address_key, "sms"].state == "revoked"


def test_stop_blocks_every_address_of_a_person_who_alone_uses_it(here):
    points = person(here)
    phone, mail = points["phone"], points["email"]
    consent.record_all([grant(phone)])
    assert say(consent.opt_out, phone)
    consents, blocks = standing(phone, mail)
    assert blocks == {(phone.address_key, "sms"): NOON, (mail.address_key, "email"): NOON}
    assert consents[phone.address_key, "sms"].state == "revoked"
    assert not say(consent.opt_out, phone, at=NOON + timedelta(hours=1))
    assert standing(phone)[1][phone.address_key, "sms"] == NOON
    assert AddressBlock.objects.count() == 2
    assert ConsentEntry.objects.count() == 5
    assert Fact.objects.filter(verb="revoked_consent", actor_kind="candidate").count() == 4


def test_stop_on_a_shared_phone_binds_the_phone_for_everyone_and_nothing_else(here):
    first, second = person(here), person(here, email="ben@example.org")
    consent.record_all([grant(first["phone"]), grant(second["phone"])])
    assert say(consent.opt_out, first["phone"])
    _, blocks = standing(first["phone"], first["email"], second["phone"], second["email"])
    assert set(blocks) == {(second["phone"].address_key, "sms")}


def test_stop_by_mail_binds_that_person_alone_on_the_phone_that_others_use(here):
    first, second = person(here), person(here, email="ben@example.org")
    consent.record_all([grant(first["phone"]), grant(second["phone"])])
    assert say(consent.opt_out, first["email"], channel="email")
    _, blocks = standing(first["phone"], first["email"], second["phone"], second["email"])
    assert set(blocks) == {(first["email"].address_key, "email")}
    said = standing(first["phone"], second["phone"])[0][first["phone"].address_key, "sms"]
    assert refuses_all(said, first["phone"].candidate_id)
    assert not refuses_all(said, second["phone"].candidate_id)


def test_consent_on_a_shared_phone_is_each_persons_own(here):
    first, second = person(here), person(here, email="ben@example.org")
    consent.record_all([grant(second["phone"])])
    assert standing(first["phone"])[0][first["phone"].address_key, "sms"].people == {
        second["phone"].candidate_id
    }


def test_an_opt_out_in_another_organization_is_not_ours(here):
    theirs = person(world.connection(world.organization()))["phone"]
    ours = person(here)["phone"]
    say(consent.opt_out, theirs)
    assert theirs.address_key == ours.address_key
    assert standing(ours) == [{}, {}]


def test_a_new_application_lifts_nothing(here):
    phone = person(here)["phone"]
    say(consent.opt_out, phone)
    later = grant(phone, at=NOON + timedelta(days=30))
    assert consent.record_all([later]) == 1
    consents, blocks = standing(phone)
    assert consents[phone.address_key, "sms"].state == "revoked"
    assert (phone.address_key, "sms") in blocks


def test_start_lifts_that_address_on_that_channel_only(here):
    points = person(here)
    say(consent.opt_out, points["email"], channel="email")
    assert say(consent.opt_in, points["phone"])
    consents, blocks = standing(*points.values())
    assert set(blocks) == {(points["email"].address_key, "email")}
    assert consents[points["phone"].address_key, "sms"].state == "granted"
    lifted = AddressBlock.objects.get(address_key=points["phone"].address_key)
    assert lifted.lifted_entry_id == ConsentEntry.objects.latest("id").id
    assert not say(consent.opt_in, points["phone"])


def test_stop_start_stop_blocks_again(here):
    phone = person(here)["phone"]
    say(consent.opt_out, phone)
    say(consent.opt_in, phone, at=NOON + timedelta(hours=1))
    assert say(consent.opt_out, phone, at=NOON + timedelta(hours=2))
    assert standing(phone)[1][phone.address_key, "sms"] == NOON + timedelta(hours=2)


def test_someone_we_do_not_know_is_heard(here):
    given = {
        "organization_id": here.organization_id, "contact_point": None, "channel": "sms",
        "basis": "stop", "source": "sms", "evidence": {}, "actor": Actor("candidate", "x"),
        "at": NOON,
    }  # fmt: skip
    assert consent.opt_out(**given, address_key="k" * 64)
    assert not consent.opt_out(**given, address_key="k" * 64)
    assert not consent.opt_out(**given, address_key="")
    assert AddressBlock.objects.get().address_key == "k" * 64


def test_the_ledger_is_read_in_one_round_trip_for_any_number_of_people(here, monkeypatch):
    points = [person(here, phone=f"+1775555{n:04}", email="")["phone"] for n in range(30)]
    consent.record_all([grant(point) for point in points])
    asked = []
    travel = sql._sent
    monkeypatch.setattr(sql, "_sent", lambda given: asked.append(given) or travel(given))
    found, _ = standing(*points)
    assert ({channel for _, channel in found}, len(asked)) == ({"sms", ""}, 1)
    assert len(found) == 60


# --- freezes -------------------------------------------------------------------------------------


def begin(here, subject, **given):
    return freezes.begin(
        **{
            "organization_id": here.organization_id, "subject_kind": "candidate",
            "subject_id": subject, "why": "promise", "by": "member:m1", "at": NOON, **given,
        }
    )  # fmt: skip


def test_a_freeze_stands_until_it_is_ended_once(here):
    subject, other = uuid4(), uuid4()
    freeze = begin(here, subject)
    found = freezes.standing([subject, other], now=NOON)
    assert [(one.id, one.why, one.subject_id) for one in found[subject]] == [
        (freeze.id, "promise", subject)
    ]
    assert other not in found
    assert freezes.end(freeze.id, by="member:m2", at=NOON)
    assert not freezes.end(freeze.id, by="member:m2", at=NOON)
    assert freezes.standing([subject], now=NOON) == {}
    assert Freeze.objects.get().ended_by == "member:m2"
    told = list(Fact.objects.order_by("id").values_list("verb", "actor_kind", "actor_id"))
    assert told == [("began_freeze", "member", "m1"), ("ended_freeze", "member", "m2")]


def test_a_freeze_whose_time_has_come_no_longer_stands(here):
    subject = uuid4()
    begin(here, subject, until=NOON + timedelta(hours=1))
    assert subject in freezes.standing([subject], now=NOON)
    assert subject not in freezes.standing([subject], now=NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("by", "actor"),
    [("member:1", ("member", "1")), ("engine", ("system", "engine")), ("", ("system", "engine")),
     ("intruder:1", ("system", "intruder:1"))],
)  # fmt: skip
def test_who_did_it(by, actor):
    assert freezes.actor(by) == actor


# --- policies ------------------------------------------------------------------------------------


def publish(organization, **changed):
    document = {**policies.default_document(), **changed}
    return policies.publish(
        organization=organization, document=document, author_id="m1", note="n", at=NOON
    )


def test_the_default_policy_counts_until_one_is_published(here):
    org = here.organization
    found = policies.standing([org.id]).answer()[org.id]
    assert (found.id, found.number) == (None, 0)
    first = publish(org)
    second = publish(org, reply_minutes=5)
    found = policies.standing([org.id]).answer()[org.id]
    assert (found.id, found.number) == (second.id, 2)
    assert found.reply_within == timedelta(minutes=5)
    assert found is policies.standing([org.id]).answer()[org.id]
    assert first.content_hash != second.content_hash
    assert Fact.objects.filter(verb="published_policy", actor_id="m1").count() == 2


def test_a_policy_that_contradicts_itself_is_not_published(here):
    with pytest.raises(PolicyError):
        publish(here.organization, caps=[{"per": "site"}])
    assert not Policy.objects.exists()


def test_hours_that_never_meet_the_law_are_not_published(here):
    with pytest.raises(PolicyError, match="never meet those the law allows in US") as problem:
        publish(here.organization, hours={"sms": {"mon": ["21:00-23:00"]}})
    assert problem.value.problems[0].path == "hours.sms"
    publish(world.organization(country="GB"), hours={"sms": {"mon": ["21:00-23:00"]}})


def test_organizations_have_their_own_policies():
    one, two = world.organization(), world.organization()
    published = publish(one)
    found = policies.standing([one.id, two.id]).answer()
    assert (found[one.id].id, found[two.id].id) == (published.id, None)
