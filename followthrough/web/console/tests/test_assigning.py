"""Who gets which map: the list, every change seen before it is made, who has none, and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Organization, Role
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.journeys import rules, shadows
from followthrough.journeys.models import Assignment, MessageMap, Rematch, Run, Shadow
from followthrough.messages.models import Receipt
from followthrough.people.models import Application
from followthrough.runs import engine
from followthrough.runs.published import affected
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import company, world
from tests.story.script import load_map

pytestmark = pytest.mark.django_db
NOTHING_NEW = 204


@pytest.fixture
def founded() -> company.Company:
    with clock.at(world.NOON):
        made = company.found()
        for name, family in (("stores", "retail"), ("roads", "drivers")):
            company.add_map(made, name, load_map("associates"), family=family)
        yield made


@pytest.fixture
def owner(founded: company.Company) -> Client:
    return signed_in(member_of(founded.organization, Role.OWNER))


def an_application(made: company.Company, family: str, **given: Any) -> Application:
    person = world.candidate(made.connection)
    opening = world.requisition(made.connection, family=family)
    return world.application(person, opening, stage="applied", **given)


def order(organization: Organization) -> list[str]:
    found = Assignment.objects.filter(organization=organization).order_by("position")
    return [one.family for one in found]


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_list_says_who_gets_what_and_how_many_that_are(owner: Client, founded: Any) -> None:
    an_application(founded, "retail")
    an_application(founded, "retail")
    an_application(founded, "office")
    found = text(owner.get(reverse("assignments")))
    assert "the job family Retail" in found
    assert "2 open applications fit it now" in found
    assert "No rule fits 1 open application." in found
    assert found.index("Retail") < found.index("Drivers")


def test_a_rule_below_a_wider_one_is_marked_with_why(owner: Client, founded: Any) -> None:
    rules.add(founded.maps["roads"], by="tests", at=clock.now(), position=0)
    found = text(owner.get(reverse("assignments")))
    assert found.count("Never reached: rule 1 above") == 2


def test_the_list_asks_few_questions(
    owner: Client, founded: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        an_application(founded, f"family-{number}")
        made = founded.maps["stores"]
        rules.add(made, by="tests", at=clock.now(), family=f"family-{number}")
    with django_assert_max_num_queries(14):
        owner.get(reverse("assignments"))


def test_a_new_rule_is_shown_with_its_effect_before_it_is_saved(
    owner: Client, founded: Any
) -> None:
    theirs = an_application(founded, "office")
    there = reverse("new-assignment")
    given = {"map": str(founded.maps["stores"].id), "family": "office"}
    looked = owner.post(there, given)
    found = text(looked)
    assert "<strong>1</strong> open application would get stores" in found
    assert reverse("candidate", args=[theirs.candidate_id]) in found
    assert order(founded.organization) == ["retail", "drivers"]
    saved = owner.post(there, {**given, "mark": looked.context["mark"],
                               "seen": looked.context["seen"]})  # fmt: skip
    assert saved.status_code == 302
    assert order(founded.organization) == ["retail", "drivers", "office"]
    assert Fact.objects.filter(verb="added_rule", actor_kind="member").exists()


def test_a_rule_takes_along_who_is_under_way_where_that_was_seen(
    owner: Client, founded: Any
) -> None:
    theirs = an_application(founded, "office")
    Run.objects.create(
        organization=founded.organization, application=theirs, version=founded.versions["stores"],
        state={}, started_at=world.NOON,
    )  # fmt: skip
    there = reverse("new-assignment")
    given = {"map": str(founded.maps["roads"].id), "family": "office"}
    without = owner.post(there, given)
    assert "in another map goes on" not in text(without)
    looked = owner.post(there, {**given, "moves": "on", "mark": without.context["mark"]})
    assert "<strong>1</strong> open application in another map goes on in roads now" in text(looked)
    assert "A yes or no about a time that both maps ask about counts here too." in text(looked)
    assert not Rematch.objects.filter(moves=True).exists()
    seen = {"mark": looked.context["mark"], "seen": looked.context["seen"], "moves": "on"}
    assert owner.post(there, {**given, **seen}).status_code == 302
    made = Assignment.objects.get(family="office")
    assert Rematch.objects.get(moves=True).rule_id == made.id


def test_a_rule_that_takes_nobody_along_says_so(owner: Client, founded: Any) -> None:
    an_application(founded, "office")
    given = {"map": str(founded.maps["roads"].id), "family": "office", "moves": "on"}
    said = text(owner.post(reverse("new-assignment"), given))
    assert "Nobody who is under way in another map would go on in roads." in said


def test_of_very_many_the_first_are_looked_at_and_it_is_said(
    owner: Client, founded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(affected, "MOST", 1)
    for _ in range(2):
        Run.objects.create(
            organization=founded.organization, application=an_application(founded, "office"),
            version=founded.versions["stores"], state={}, started_at=world.NOON,
        )  # fmt: skip
    given = {"map": str(founded.maps["roads"].id), "family": "office", "moves": "on"}
    assert "Of 2, 1 are looked at here." in text(owner.post(reverse("new-assignment"), given))


def test_what_was_seen_is_what_is_saved(owner: Client, founded: Any) -> None:
    """Another family is chosen after the effect was shown: it is shown anew."""
    an_application(founded, "office")
    an_application(founded, "kitchen")
    there = reverse("new-assignment")
    given = {"map": str(founded.maps["stores"].id), "family": "office"}
    looked = owner.post(there, given)
    kept = {"mark": looked.context["mark"], "seen": looked.context["seen"]}
    again = owner.post(there, {**given, "family": "kitchen", **kept})
    assert again.status_code == 200
    assert order(founded.organization) == ["retail", "drivers"]


def test_whoever_comes_second_looks_again(owner: Client, founded: Any) -> None:
    an_application(founded, "office")
    there = reverse("new-assignment")
    given = {"map": str(founded.maps["stores"].id), "family": "office"}
    looked = owner.post(there, given)
    rules.add(founded.maps["roads"], by="tests", at=clock.now())
    kept = {"mark": looked.context["mark"], "seen": looked.context["seen"]}
    late = owner.post(there, {**given, **kept})
    assert late.status_code == 400
    assert "were changed by somebody else meanwhile" in text(late)
    assert "office" not in order(founded.organization)


def test_moving_what_changes_nothing_is_done_at_once_and_undone(
    owner: Client, founded: Any
) -> None:
    last = Assignment.objects.get(family="drivers")
    there = reverse("move-assignment", args=[last.id])
    owner.post(there, {"to": 0})
    assert order(founded.organization) == ["drivers", "retail"]
    owner.post(f"{there}?to=1", {"next": "/"})  # as the button Undo does
    assert order(founded.organization) == ["retail", "drivers"]


def test_moving_what_changes_something_is_shown_first(owner: Client, founded: Any) -> None:
    an_application(founded, "retail")
    rules.add(founded.maps["roads"], by="tests", at=clock.now())
    wide = Assignment.objects.get(family="")
    there = reverse("move-assignment", args=[wide.id])
    looked = owner.post(there, {"to": 0})
    assert "<strong>1</strong> open application would get roads instead of stores" in text(looked)
    assert order(founded.organization)[-1] == ""
    kept = {"to": 0, "mark": looked.context["mark"], "seen": looked.context["seen"]}
    owner.post(there, kept)
    assert order(founded.organization)[0] == ""


def test_removing_says_who_loses_it_and_what_their_map_says(owner: Client, founded: Any) -> None:
    theirs = an_application(founded, "retail")
    version = founded.versions["stores"]
    Run.objects.create(
        organization=founded.organization, application=theirs, version=version, state={},
        started_at=world.NOON,
    )  # fmt: skip
    one = Assignment.objects.get(family="retail")
    there = reverse("remove-assignment", args=[one.id])
    looked = owner.get(there)
    assert "would lose stores and get no map" in text(looked)
    assert "1 of them is in stores now and stays there to its end: the rule counts for" in text(
        looked
    )
    assert one in Assignment.objects.all()
    owner.post(there, {"mark": looked.context["mark"], "seen": looked.context["seen"]})
    assert order(founded.organization) == ["drivers"]


def test_whoever_may_only_read_sees_no_button(founded: Any) -> None:
    reader = signed_in(member_of(founded.organization, Role.RECRUITER))
    found = text(reader.get(reverse("assignments")))
    assert "Add a rule" not in found
    assert "Remove" not in found


# --- without a map -------------------------------------------------------------------------------


def test_those_without_a_map_are_counted_and_given_one(owner: Client, founded: Any) -> None:
    theirs = an_application(founded, "office", stage_since=world.NOON)
    page = text(owner.get(reverse("unassigned")))
    assert "<strong>1</strong> Office" in page
    assert f"{reverse('new-assignment')}?start=on&amp;family=office" in page
    given = {"map": str(founded.maps["stores"].id), "family": "office", "start": "on"}
    looked = owner.post(reverse("new-assignment"), given)
    kept = {"mark": looked.context["mark"], "seen": looked.context["seen"]}
    answer = owner.post(reverse("new-assignment"), {**given, **kept})
    assert answer["Location"] == reverse("unassigned")
    assert Rematch.objects.filter(rule_id__isnull=False, ended_at=None).count() == 1
    engine.drain()
    assert Run.objects.get().application == theirs
    assert "Every open application has a map." in text(owner.get(reverse("unassigned")))


def test_what_a_rule_does_is_followed_where_the_rules_are(owner: Client, founded: Any) -> None:
    an_application(founded, "office")
    given = {"map": str(founded.maps["stores"].id), "family": "office", "start": "on"}
    given["moves"] = "on"
    looked = owner.post(reverse("new-assignment"), given)
    kept = {"mark": looked.context["mark"], "seen": looked.context["seen"]}
    answer = owner.post(reverse("new-assignment"), {**given, **kept})
    assert answer["Location"] == reverse("assignments")
    page = text(owner.get(reverse("assignments")))
    assert "Those in another map are being moved: 0 looked at, 0 moved so far." in page
    assert "0 looked at, 0 started so far." in page
    version = page.split("?v=")[1].split('"')[0]
    asked = reverse("assignments")
    assert owner.get(asked, {"v": version}).status_code == NOTHING_NEW
    engine.drain()
    part = text(owner.get(asked, {"v": version}))
    assert "so far" not in part
    assert "hx-get" not in part  # it is done: nothing more to ask for


def test_the_rule_that_asks_for_the_same_is_a_link(owner: Client, founded: Any) -> None:
    an_application(founded, "office")
    given = {"map": str(founded.maps["stores"].id), "family": "office"}
    looked = owner.post(reverse("new-assignment"), given)
    kept = {"mark": looked.context["mark"], "seen": looked.context["seen"]}
    owner.post(reverse("new-assignment"), {**given, **kept})
    refused = owner.post(reverse("new-assignment"), given)
    there = reverse("assignment", args=[Assignment.objects.get(family="office").id])
    assert f'<a href="{there}">See the other rule</a>' in text(refused)


def test_it_is_narrowed_by_family_and_site(owner: Client, founded: Any) -> None:
    first, second = an_application(founded, "office"), an_application(founded, "kitchen")
    found = owner.get(reverse("unassigned"), {"family": "kitchen"}).context["newest"]
    assert list(found) == [second]
    assert first not in found


# --- why -----------------------------------------------------------------------------------------


def test_why_is_true_later_too(owner: Client, founded: Any) -> None:
    made = founded.maps["stores"]
    theirs = an_application(founded, "office", stage_since=world.NOON)
    rule = rules.add(made, by="tests", at=clock.now(), family="office")
    rules.again(founded.organization.id, by="tests", at=clock.now(), rule_id=rule.id)
    engine.drain()
    there = reverse("why-this-map", args=[theirs.id])
    found = text(owner.get(there))
    assert "stores v1. Rule 3 from the top at that time: the job family Office." in found
    assert "The rules say the same now: rule 3" in found
    change = rules.Change(rules.REMOVE, rule.id)
    rules.save(founded.organization.id, change, by="tests", at=clock.now())
    engine.drain()
    found = text(owner.get(there))
    assert "Rule 3 from the top at that time: the job family Office." in found
    assert "By the rules now it would get no map" in found
    assert "It stays in this map all the same" in found


def test_why_for_whoever_has_none(owner: Client, founded: Any) -> None:
    theirs = an_application(founded, "retail")
    found = text(owner.get(reverse("why-this-map", args=[theirs.id])))
    assert "It has no map: no rule fitted it when it entered a stage." in found
    assert "By the rules now it gets stores (rule 1: the job family Retail)" in found


# --- shadow --------------------------------------------------------------------------------------


def test_a_map_is_put_in_shadow_switched_on_and_ended(owner: Client, founded: Any) -> None:
    made: MessageMap = founded.maps["stores"]
    there = reverse("shadow", args=["map", made.id])
    assert "Put stores in shadow" in text(owner.get(there))
    Run.objects.create(
        organization=founded.organization, application=an_application(founded, "retail"),
        version=founded.versions["stores"], state={}, started_at=world.NOON,
    )  # fmt: skip
    assert "<strong>1</strong> open application is in it now" in text(owner.get(there))
    owner.post(there, {"act": "begin"})
    assert "In shadow since" in text(owner.get(reverse("map", args=[made.id])))
    began = Shadow.objects.get()
    owner.post(there, {"act": "switch", "shadow": began.id, "family": ["retail"]})
    assert Shadow.objects.get().families_live == ["retail"]
    assert "Sent for real: Retail." in text(owner.get(reverse("map", args=[made.id])))
    owner.post(there, {"act": "end"})
    assert Shadow.objects.get().ended_at
    assert "In shadow since" not in text(owner.get(reverse("map", args=[made.id])))
    verbs = Fact.objects.filter(verb__endswith="_shadow").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "began_shadow", "switched_shadow", "ended_shadow",
    ]  # fmt: skip
    assert set(verbs.values_list("actor_kind", flat=True)) == {"member"}


def kept(founded: Any, at: datetime) -> None:
    """A message of the map that would have gone out then."""
    theirs = an_application(founded, "retail")
    Receipt.objects.create(
        organization_id=founded.organization.id, touch_id=uuid7(), application_id=theirs.id,
        candidate_id=theirs.candidate_id, verdict="shadow", code="in_shadow", channel="sms", at=at,
        version_id=founded.versions["stores"].id,
    )  # fmt: skip


def test_what_a_shadow_kept_is_still_said_when_it_has_ended(owner: Client, founded: Any) -> None:
    made: MessageMap = founded.maps["stores"]
    there = reverse("shadow", args=["map", made.id])
    kept(founded, clock.now() - timedelta(hours=1))  # of no shadow that is told of
    owner.post(there, {"act": "begin"})
    kept(founded, clock.now())
    assert "<strong>1</strong> message would have gone out." in text(owner.get(there))
    assert "Earlier" not in text(owner.get(there))
    with clock.at(world.NOON + timedelta(days=2)):
        owner.post(there, {"act": "end"})
        kept(founded, clock.now() + timedelta(hours=1))
        ended = owner.get(there)
    assert "message would have gone out, and was not sent afterwards" in text(ended)
    (told,) = ended.context["earlier"]
    assert (told.kept, told.ended_by) == (1, told.by)
    days = parse_qs(told.receipts)
    assert days["map"] == [str(made.id)]
    assert days["since"] < days["until"]
    assert owner.get(f"{reverse('receipts')}?{told.receipts}").status_code == 200


def test_two_who_switch_families_on_lose_nothing_of_each_other(owner: Client, founded: Any) -> None:
    made: MessageMap = founded.maps["stores"]
    there = reverse("shadow", args=["map", made.id])
    owner.post(there, {"act": "begin"})
    first = Shadow.objects.get()
    sent = {"act": "switch", "shadow": first.id}
    owner.post(there, sent | {"family": ["retail"]})
    stale = owner.post(there, sent | {"family": ["warehouse"]}, follow=True)
    assert Shadow.objects.get().families_live == ["retail", "warehouse"]
    assert "Sent for real now: Retail, Warehouse." in text(stale)
    owner.post(there, sent | {"live": ["retail", "warehouse"], "family": ["warehouse"]})
    owner.post(there, sent | {"live": ["retail", "warehouse"], "family": ["retail", "office"]})
    assert Shadow.objects.get().families_live == ["office"]
    owner.post(there, {"act": "end"})
    owner.post(there, {"act": "begin"})
    late = owner.post(there, sent | {"family": ["retail"]}, follow=True)
    assert "Somebody ended that shadow meanwhile" in text(late)
    assert Shadow.objects.get(ended_at=None).families_live == []


def test_a_connection_says_that_it_is_in_shadow(owner: Client, founded: Any) -> None:
    shadows.begin(
        organization_id=founded.organization.id, subject_kind="connection",
        subject_id=founded.connection.id, by="tests", at=clock.now(),
    )  # fmt: skip
    found = text(owner.get(reverse("connection", args=[founded.connection.id])))
    assert "everything is decided and shown, nothing is sent" in found


def test_nothing_else_can_be_in_shadow(owner: Client, founded: Any) -> None:
    path = reverse("shadow", args=["sender", founded.senders["sms"].id])
    assert owner.get(path).status_code == 404
