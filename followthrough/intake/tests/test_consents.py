"""What fields of an ATS say about consent: by an explicit mapping, and never more than was left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from followthrough.audit.models import Fact
from followthrough.governance import consent
from followthrough.governance.models import AddressBlock, ConsentEntry, ConsentText
from followthrough.intake import consents
from followthrough.intake.mappings import BadMapping
from followthrough.people.models import Candidate
from followthrough.runs import engine
from tests import company, door, world
from tests.story.script import load_map

NOON = datetime(2026, 6, 3, 19, 0, tzinfo=UTC)
RULE = {"field": "may_text", "granted": ["yes", "Y"], "revoked": ["no"], "channels": ["sms"]}
FRESH = {**RULE, "form": "form_with_number", "text": "Text me at this number", "at": "may_text_at"}

REFUSED = {
    "a word we do not know": ({**RULE, "chanels": ["sms"]}, "consent.0.chanels"),
    "no field": ({**RULE, "field": ""}, "consent.0.field"),
    "a channel we do not have": ({**RULE, "channels": ["fax"]}, "consent.0.channels.0"),
    "no value that means yes": ({**RULE, "granted": []}, "consent.0.granted"),
    "a purpose that needs no consent": ({**RULE, "purposes": ["service"]}, "consent.0.purposes.0"),
    "yes and no at once": ({**RULE, "revoked": ["NO", "YES"]}, "'yes' means both yes and no"),
    "fresh without a text": ({**FRESH, "text": " "}, "without the text of the form"),
    "fresh without a time": ({**FRESH, "at": ""}, "without the text of the form and its time"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mapping_that_cannot_be_meant_is_refused_with_its_place(name):
    rule, said = REFUSED[name]
    with pytest.raises(BadMapping, match=said) as problem:
        consents.read([rule])
    assert problem.value.reason
    assert problem.value.remedy


def test_a_good_one_is_read():
    (rule,) = consents.read([RULE])
    assert (rule.field, rule.scope, rule.form) == ("may_text", "everything", "application_form")


# --- in the ledger -------------------------------------------------------------------------------


class Town:
    """A company whose ATS has a field."""

    def __init__(self, *rules):
        self.company = company.found()
        company.add_map(self.company, "associates", load_map("associates"))
        self.link = self.company.connection
        self.link.config = {"consent": list(rules)}
        self.link.save()

    def sees(
        self, hours, *, application="app-1", requisition="req-1", consent_given=None, **fields
    ):
        sent = {
            "id": application, "stage": "New", "fields": fields,
            "updated_at": (NOON + timedelta(hours=hours)).isoformat(),
            "candidate": {"id": "ada", "given_name": "Ada", "country": "US",
                          "phones": ["+17752000001"], "emails": ["ada@example.org"],
                          "consent": consent_given or {}},
            "requisition": {"id": "req-1", "title": "Associate", "family": "retail"},
        }  # fmt: skip
        door.from_ats(self.link, *door.signed(self.link, sent))
        engine.drain()

    def said(self):
        entries = ConsentEntry.objects.filter(source="ats").order_by("id")
        return [(one.channel, one.state, one.basis) for one in entries]

    def now(self):
        person = Candidate.objects.get()
        found = consent.of_people([person.id]).answer().get(self.link.organization_id, {})
        point = person.contact_points.get(kind="phone")
        return found.get((point.address_key, "sms"))

    def tells_a_member(self, hours):
        person = Candidate.objects.get()
        consent.opt_out_person(
            person.id, organization_id=person.organization_id, basis="by_phone", source="console",
            evidence={}, actor=consent.acts.Actor("member", "m"), at=NOON + timedelta(hours=hours),
        )  # fmt: skip


@pytest.fixture
def at_noon(db):
    from followthrough.core import clock

    with clock.at(NOON + timedelta(hours=12)):
        yield


pytestmark = pytest.mark.django_db
YES = ("sms", "granted", "application_form")
NO = ("sms", "revoked", "application_form")


def test_without_a_mapping_a_field_says_nothing(at_noon):
    town = Town()
    town.sees(0, may_text="yes")
    assert town.said() == []


@pytest.mark.parametrize("value", ["yes", "YES ", "y"])
def test_what_the_mapping_says_is_consent(at_noon, value):
    town = Town(RULE)
    town.sees(0, may_text=value)
    assert town.said() == [YES]


@pytest.mark.parametrize("value", ["", None, "maybe", True])
def test_what_it_does_not_say_is_none(at_noon, value):
    town = Town(RULE)
    town.sees(0, may_text=value)
    assert town.said() == []


def test_a_field_that_flaps_is_an_entry_for_each_change(at_noon):
    town = Town(RULE)
    for hour, value in enumerate(["yes", "yes", "no", "no", "yes", "yes"]):
        town.sees(hour, may_text=value)
    assert town.said() == [YES, NO, YES]
    assert town.now().state == "granted"


def test_an_ats_yes_after_the_candidates_own_no_counts_for_nothing(at_noon):
    town = Town(RULE)
    town.sees(0, may_text="no")
    town.tells_a_member(1)
    town.sees(2, may_text="yes")
    assert town.now().state == "revoked"
    assert town.now().basis == "by_phone"
    assert AddressBlock.objects.filter(lifted_at=None).count() == 2


def test_a_fresh_box_beside_the_number_is_new_consent(at_noon):
    town = Town(FRESH)
    town.sees(0)
    town.tells_a_member(1)
    town.sees(2, may_text="yes", may_text_at=(NOON + timedelta(hours=2)).isoformat())
    assert town.now().basis == "form_with_number"
    assert set(AddressBlock.objects.filter(lifted_at=None).values_list("channel")) == {("email",)}


@pytest.mark.parametrize("at", ["", "yesterday", (NOON + timedelta(days=9)).isoformat()])
def test_a_fresh_box_that_says_no_real_time_says_nothing(at_noon, at):
    town = Town(FRESH)
    town.sees(0, may_text="yes", may_text_at=at)
    assert town.said() == []
    town.sees(1, may_text="no", may_text_at=at)
    assert [state for _, state, _ in town.said()] == ["revoked"]


def test_the_same_fresh_box_seen_again_is_not_fresh(at_noon):
    town = Town(FRESH)
    box = {"may_text": "yes", "may_text_at": NOON.isoformat()}
    town.sees(1, **box)
    town.tells_a_member(2)
    town.sees(3, **box, note="something else")
    assert len(town.said()) == 1
    assert town.now().state == "revoked"


def test_a_scope_is_the_requisition_it_was_said_for(at_noon):
    town = Town({**RULE, "scope": "requisition", "purposes": ["informational"]})
    town.sees(0, may_text="yes")
    entry = ConsentEntry.objects.get()
    assert (entry.scope, entry.purpose) == ({"requisition": "req-1"}, "informational")
    assert [one.scope for one in town.now().grants] == [{"requisition": "req-1"}]


def test_the_text_of_the_form_is_kept_once_and_named(at_noon):
    given = {"sms": {"granted": True, "at": NOON.isoformat(), "text": "You may text me."}}
    town = Town(FRESH)
    for hour in range(2):
        town.sees(hour, consent_given=given, may_text="yes", may_text_at=NOON.isoformat())
    named = {one.evidence["text"] for one in ConsentEntry.objects.all()}
    kept = dict(ConsentText.objects.values_list("hash", "text"))
    assert named == set(kept)
    assert set(kept.values()) == {"You may text me.", "Text me at this number"}


def test_a_mapping_that_broke_loses_nothing(at_noon):
    town = Town({**RULE, "channels": ["fax"]})
    town.sees(0, may_text="no")
    from followthrough.intake.models import RawEvent

    event = RawEvent.objects.get()
    assert event.state == "stored"
    assert "consent.0.channels.0" in event.outcome


# --- the command ---------------------------------------------------------------------------------


def test_a_file_is_put_in_force_and_that_is_on_record(tmp_path, capsys):
    link = world.connection(world.organization())
    path = tmp_path / "consent.yaml"
    path.write_text("- {field: may_text, granted: ['yes'], revoked: ['no'], channels: [sms]}\n")
    call_command("map_consent", path, connection=link.id)
    link.refresh_from_db()
    assert consents.of(link)[0].field == "may_text"
    assert Fact.objects.get(verb="mapped_consent").subject_id == link.id


@pytest.mark.parametrize("text", ["- {field: may_text}", "- [", "3"])
def test_a_file_that_cannot_be_used_changes_nothing(tmp_path, text):
    link = world.connection(world.organization())
    path = tmp_path / "consent.yaml"
    path.write_text(text)
    with pytest.raises(CommandError):
        call_command("map_consent", path, connection=link.id)
    link.refresh_from_db()
    assert link.config == {}
