"""Everybody whom a change of the rules concerns: who is listed, how far, and the way back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Member, Role
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.journeys import rules
from followthrough.journeys.models import Assignment, Rematch, Run
from followthrough.people.models import Application, Requisition, Scope
from followthrough.runs import engine
from followthrough.web import permissions
from followthrough.web.console.assigning import effect
from followthrough.web.console.listing import pages
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import company, world
from tests.story.script import load_map

pytestmark = pytest.mark.django_db


class Here(NamedTuple):
    """A company whose rules give stores to retail and roads to drivers, and somebody who looks."""

    company: company.Company
    member: Member
    client: Client

    @property
    def stores(self) -> str:
        return str(self.company.maps["stores"].id)

    @property
    def roads(self) -> str:
        return str(self.company.maps["roads"].id)


@pytest.fixture
def here() -> Any:
    with clock.at(world.NOON):
        made = company.found()
        for name, family in (("stores", "retail"), ("roads", "drivers")):
            company.add_map(made, name, load_map("associates"), family=family)
        member = member_of(made.organization, Role.OPERATIONS)
        yield Here(made, member, signed_in(member))


def apply(
    here: Here, name: str, family: str = "office", *, opening: Requisition | None = None,
    **given: Any,
) -> Application:  # fmt: skip
    person = world.candidate(here.company.connection, given_name=name, family_name="Obi")
    opening = opening or world.requisition(here.company.connection, family=family)
    return world.application(person, opening, **{"stage": "screen", **given})


def some(here: Here, count: int, family: str = "office", **given: Any) -> list[Application]:
    return [apply(here, f"N{number:02}", family, **given) for number in range(count)]


def runs(here: Here, one: Application, map: str, **given: Any) -> None:
    Run.objects.create(
        organization=here.company.organization, application=one, state={}, started_at=world.NOON,
        version=here.company.versions[map], **given,
    )  # fmt: skip


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def everyone(page: str) -> list[str]:
    """The addresses of the links to everybody of a line."""
    found = re.findall(r'<a href="([^"]*/people\?[^"]*)">See', page)
    return [unescape(one) for one in found]


def names(page: str) -> list[str]:
    return re.findall(r'class="name" href="[^"]*">(\w+) Obi<', page)


def rule(family: str) -> Assignment:
    return Assignment.objects.get(family=family)


@pytest.mark.parametrize("ended", [None, world.NOON])
def test_as_many_go_on_as_are_moved(here: Here, ended: Any) -> None:
    """One whose ATS stage is not mapped goes on in the map like the others, while it is under
    way: it is counted, and seen, like them."""
    there, limbo, _nowhere = [
        apply(here, name, stage=stage)
        for name, stage in (("There", "screen"), ("Limbo", "unmapped"), ("No", "unmapped"))
    ]
    runs(here, there, "stores")
    runs(here, limbo, "stores", ended_at=ended, end_reason="left" if ended else "")
    given = {"map": here.roads, "family": "office", "moves": "on"}
    looked = here.client.post(reverse("new-assignment"), given)
    assert looked.context["moves"] == (1 if ended else 2)
    assert ("Limbo Obi" in text(looked)) is not ended
    seen = {name: looked.context[name] for name in ("mark", "seen")}
    assert here.client.post(reverse("new-assignment"), given | seen).status_code == 302
    engine.drain()
    moved = Run.objects.filter(version=here.company.versions["roads"]).count()
    assert moved == looked.context["moves"]


# --- where it is asked for, and who is listed ----------------------------------------------------


def test_whoever_is_more_than_the_examples_can_be_seen(here: Here) -> None:
    given = {"map": here.stores, "family": "office"}
    some(here, effect.EXAMPLES)
    page = text(here.client.post(reverse("new-assignment"), given))
    assert "For example" in page
    assert everyone(page) == []
    apply(here, "Last")
    page = text(here.client.post(reverse("new-assignment"), given))
    (there,) = everyone(page)
    assert f">See all {effect.EXAMPLES + 1}<" in page
    found = text(here.client.get(there))
    assert "<strong>4</strong> open applications would get stores and have no map" in found
    assert names(found) == ["Last", "N00", "N01", "N02"]


def test_a_row_says_who_where_and_in_which_map_now(here: Here) -> None:
    site = world.site(here.company.organization, name="Reno")
    opening = world.requisition(
        here.company.connection, family="office", title="Payroll clerk", site=site
    )
    one = apply(here, "Ada", opening=opening)
    runs(here, one, "roads")
    runs(here, apply(here, "Bo"), "roads", ended_at=world.NOON, end_reason="hired")
    there = f"{reverse('new-assignment-people')}?map={here.stores}&family=office"
    found = text(here.client.get(there))
    rows = re.findall(r"<tr role=\"row\" data-row>.*?</tr>", found)
    assert reverse("candidate", args=[one.candidate_id]) in rows[0]
    for said in ("Payroll clerk", "Reno", "Screen", "since Wed 3 Jun", ">roads<"):
        assert said in rows[0], said
    assert "None" in rows[1]
    assert "roads" not in rows[1]


def test_all_are_listed_however_many_openings_there_are(here: Here, monkeypatch: Any) -> None:
    monkeypatch.setattr(effect, "LOOKED_FOR", 2)
    made = some(here, 7)
    page = text(here.client.post(reverse("new-assignment"), {"map": here.stores}))
    assert len(names(text(here.client.get(*everyone(page))))) == len(made)


def test_only_those_of_the_line_are_listed_and_as_many_as_it_says(here: Here) -> None:
    """A rule for a site concerns two kinds of people there, those of a third have its map by the
    rules so far, and whoever is not open any more is concerned by none."""
    site = world.site(here.company.organization, name="Reno")
    retail, office, drivers = (
        world.requisition(here.company.connection, family=family, site=site)
        for family in ("retail", "office", "drivers")
    )
    losing = some(here, 5, opening=retail)
    gaining = some(here, 4, opening=office)
    for opening in (retail, office, drivers):
        some(here, 4, opening=opening, stage="hired")
    some(here, 4, opening=drivers)
    some(here, 4, "retail")  # elsewhere
    looked = here.client.post(reverse("new-assignment"), {"map": here.roads, "site": str(site.id)})
    assert [line["count"] for line in looked.context["effect"]] == [5, 4]
    for address, those in zip(everyone(text(looked)), (losing, gaining), strict=True):
        found = here.client.get(address).context
        assert {one.id for one in found["people"]} == {one.id for one in those}
        assert found["line"]["count"] == len(those)


def test_leads_are_listed_too(here: Here) -> None:
    leads = [apply(here, f"N{number}", stage="lead") for number in range(4)]
    Application.objects.update(requisition=None)
    rules.add(here.company.maps["roads"], by="tests", at=clock.now())
    gone = here.client.get(reverse("remove-assignment", args=[rule("").id]))
    found = here.client.get(*everyone(text(gone))).context["people"]
    assert {one.id for one in found} == {one.id for one in leads}


@pytest.mark.parametrize("act", ["edit", "move", "remove"])
def test_a_rule_that_is_changed_moved_or_removed(here: Here, act: str) -> None:
    some(here, 4, "retail")
    rules.add(here.company.maps["roads"], by="tests", at=clock.now())
    retail = rule("retail").id
    page, said = {
        "edit": (here.client.post(reverse("assignment", args=[retail]),
                                  {"map": here.roads, "family": "retail"}), "roads instead of"),
        "move": (here.client.get(reverse("move-assignment", args=[rule("").id]) + "?to=0"),
                 "roads instead of"),
        "remove": (here.client.get(reverse("remove-assignment", args=[retail])),
                   "roads instead of"),
    }[act]  # fmt: skip
    (there,) = everyone(text(page))
    found = text(here.client.get(there))
    assert f"<strong>4</strong> open applications would get {said} stores" in found
    assert names(found) == ["N00", "N01", "N02", "N03"]


def test_nothing_is_written(here: Here) -> None:
    some(here, 4)
    before = [list(model.objects.values()) for model in (Assignment, Fact, Rematch)]
    given = f"?map={here.stores}&family=office&start=on&moves=on"
    text(here.client.get(reverse("new-assignment-people") + given))
    text(here.client.get(f"{reverse('new-assignment')}{given}&look=on&mark=x&seen=y"))
    assert [list(model.objects.values()) for model in (Assignment, Fact, Rematch)] == before
    assert here.client.post(reverse("new-assignment-people") + given).status_code == 405


# --- pages ---------------------------------------------------------------------------------------


def test_every_one_of_them_is_on_one_page(here: Here, monkeypatch: Any) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 3)
    some(here, 8)
    address = f"{reverse('new-assignment-people')}?map={here.stores}&family=office"
    there, found = address, []
    for _ in range(3):
        page = text(here.client.get(there))
        found += names(page)
        on = re.search(r'href="(\?[^"]*)" rel="next"', page)
        there = unescape(address.split("?")[0] + on[1]) if on else ""
    assert found == [f"N{number:02}" for number in range(8)]
    assert there == ""
    assert names(text(here.client.get(f"{address}&last=1"))) == ["N05", "N06", "N07"]


def test_as_many_queries_however_many_they_are(here: Here, count_queries: Any) -> None:
    address = f"{reverse('new-assignment-people')}?map={here.stores}&family=office"
    some(here, 2)
    few = count_queries(lambda: here.client.get(address))
    for one in some(here, 9):
        runs(here, one, "roads")
    assert count_queries(lambda: here.client.get(address)) <= few + 1  # what `roads` says of it
    assert few < 30


# --- who sees whom -------------------------------------------------------------------------------


def test_within_ones_sites_the_page_says_how_many_are_not_listed(here: Here) -> None:
    site = world.site(here.company.organization, name="Reno")
    opening = world.requisition(here.company.connection, family="office", site=site)
    some(here, 4, opening=opening)
    apply(here, "Foreign")
    Scope.objects.create(organization=here.company.organization, member=here.member, site=site)
    page = text(
        here.client.post(reverse("new-assignment"), {"map": here.stores, "family": "office"})
    )
    assert "<strong>5</strong> open applications would get stores" in page
    assert "See the 4 at your sites and in your teams" in page
    found = text(here.client.get(*everyone(page)))
    assert "4 of the 5 are at your sites and in your teams, and listed here." in found
    assert names(found) == ["N00", "N01", "N02", "N03"]
    Scope.objects.update(site=world.site(here.company.organization))
    member = Member.objects.get(id=here.member.id)
    alone = text(signed_in(member).get(*everyone(page)))
    assert "0 of the 5 are at your sites" in alone
    assert names(alone) == []


def test_whoever_sees_no_candidates_is_not_led_there(here: Here) -> None:
    some(here, 4)
    admin = signed_in(member_of(here.company.organization, Role.ATS_ADMIN))
    given = {"map": here.stores, "family": "office"}
    page = text(admin.post(reverse("new-assignment"), given))
    assert "<strong>4</strong> open applications would get stores" in page
    assert everyone(page) == []


def test_nobody_may_open_it_who_may_not_see_candidates_and_change_rules() -> None:
    both = permissions.roles("candidates") & permissions.roles("assign-maps")
    assert permissions.roles("assignment-people") <= both


# --- the way back, and what is no change ---------------------------------------------------------


def test_the_way_back_keeps_what_was_filled_in_and_shows_the_effect(here: Here) -> None:
    opening = world.requisition(here.company.connection, family="office")
    some(here, 4, opening=opening)
    given = {
        "map": here.stores, "family": "office", "requisition": str(opening.id),
        "connection": str(here.company.connection.id), "start": "on", "moves": "on",
    }  # fmt: skip
    (there,) = everyone(text(here.client.post(reverse("new-assignment"), given)))
    back = here.client.get(there).context["back"]
    form = here.client.get(back)
    assert "<strong>4</strong> open applications would get stores" in text(form)
    bound = form.context["form"].cleaned_data
    assert bound == {**given, "site": "", "start": True, "moves": True}
    sent = {**given, "mark": form.context["mark"], "seen": form.context["seen"]}
    assert here.client.post(back, sent).status_code == 302
    assert Assignment.objects.filter(requisition=opening).exists()


@pytest.mark.parametrize("act", ["edit", "move", "remove"])
def test_the_way_back_to_a_rule_that_is_there(here: Here, act: str) -> None:
    some(here, 4, "retail")
    key = rule("retail").id
    there, asked = {
        "edit": ("assignment", f"?map={here.roads}&family=retail"),
        "move": ("move-assignment", "?to=1"),
        "remove": ("remove-assignment", ""),
    }[act]
    found = here.client.get(reverse("assignment-people", args=[key]) + asked)
    back = found.context["back"]
    expected = f"{asked}&look=on" if act == "edit" else asked
    assert back == reverse(there, args=[key]) + expected
    assert text(here.client.get(back))
    assert f'<a href="{back.replace("&", "&amp;")}">' in text(found)


@pytest.mark.parametrize("asked", ["", "?map=x", "?map={theirs}", "?map={stores}&family=retail"])
def test_what_is_no_rule_is_said_where_it_is_filled_in(here: Here, asked: str) -> None:
    theirs = company.add_map(company.found(), "theirs", load_map("associates"), family="retail")
    address = asked.format(theirs=theirs.map_id, stores=here.stores)
    answer = here.client.get(reverse("new-assignment-people") + address)
    assert answer.status_code == 302
    form = here.client.get(answer["Location"])
    assert form.status_code == 400
    assert form.context["form"].errors


@pytest.mark.parametrize("asked", ["&was={roads}", "&becomes=x", "&was={roads}&becomes={stores}"])
def test_a_line_that_is_not_there_any_more_lists_nobody(here: Here, asked: str) -> None:
    some(here, 4)
    address = f"{reverse('new-assignment-people')}?map={here.stores}&family=office"
    assert len(names(text(here.client.get(f"{address}&becomes={here.stores}")))) == 4
    found = text(here.client.get(address + asked.format(roads=here.roads, stores=here.stores)))
    assert names(found) == []
    assert "or not any more" in found
