import psycopg
import pytest

from followthrough.audit import facts
from followthrough.audit.facts import SYSTEM, Actor, FactRow
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.core.ids import uuid7
from tests.world import NOON

pytestmark = pytest.mark.django_db


def row(**given):
    return FactRow(
        **{
            "organization_id": uuid7(),
            "actor": SYSTEM,
            "verb": "run_started",
            "subject_kind": "application",
            "subject_id": uuid7(),
            "why": {},
            "at": NOON,
            **given,
        }
    )


def test_a_fact_says_who_did_what_to_what_when_and_why():
    organization, subject = uuid7(), uuid7()
    with clock.at(NOON):
        facts.record(
            organization_id=organization,
            actor=Actor("member", "m-1"),
            verb="freeze_begun",
            subject_kind="candidate",
            subject_id=subject,
            why={"reason": "promise", "until": NOON},
        )
    fact = Fact.objects.get(organization_id=organization)
    assert (fact.actor_kind, fact.actor_id, fact.verb) == ("member", "m-1", "freeze_begun")
    assert (fact.subject_kind, fact.subject_id, fact.at) == ("candidate", subject, NOON)
    assert fact.why == {"reason": "promise", "until": NOON.isoformat()}
    assert fact.xact > 0


def test_many_facts_keep_their_order():
    rows = [row(verb=f"verb_{number}") for number in range(50)]
    facts.record_all(rows)
    found = Fact.objects.order_by("id").values_list("verb", flat=True)
    assert list(found) == [one.verb for one in rows]


def test_nothing_to_record_is_nothing():
    facts.record_all([])
    assert not Fact.objects.exists()


@pytest.mark.parametrize("actor", [Actor("", "engine"), Actor("system", "")])
def test_a_fact_without_an_actor_is_refused(actor):
    with pytest.raises(psycopg.errors.CheckViolation):
        facts.record_all([row(actor=actor)])


@pytest.mark.parametrize("address", ["ada@example.org", "+15550100001", "to: Ada <a.b@x.io>"])
def test_an_address_never_gets_into_a_fact(address, caplog):
    facts.record_all([row(why={"note": address, "kept": "left_stage"})])
    why = Fact.objects.get().why
    assert "[removed]" in why["note"]
    assert "@" not in why["note"]
    assert "0100001" not in why["note"]
    assert why["kept"] == "left_stage"
    assert "pass ids and codes only" in caplog.text


def test_ids_times_and_numbers_are_left_as_they_are(caplog):
    why = {"id": str(uuid7()), "at": NOON.isoformat(), "epoch": 1780506000, "code": "30007"}
    facts.record_all([row(why=why)])
    assert Fact.objects.get().why == why
    assert not caplog.records


def test_gathered_facts_are_recorded_together_at_the_end():
    with facts.gathering():
        facts.record_all([row(verb="first")])
        with facts.gathering():
            facts.record_all([row(verb="second")])
        assert not Fact.objects.exists()
    assert list(Fact.objects.order_by("id").values_list("verb", flat=True)) == ["first", "second"]


def test_facts_gathered_before_an_error_are_forgotten():
    def fail():
        with facts.gathering():
            facts.record_all([row()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    facts.record_all([row(verb="later")])
    assert Fact.objects.get().verb == "later"
