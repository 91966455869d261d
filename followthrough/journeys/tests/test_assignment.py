"""Which map an application gets: the first rule that fits, and where rules stand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followthrough.audit.models import Fact
from followthrough.core.ids import uuid7
from followthrough.journeys import assignment, rules, versions
from followthrough.journeys.assignment import Place, Rule, covers, first, place_for, unreached
from followthrough.journeys.models import Assignment, MessageMap
from followthrough.journeys.rules import Change
from followthrough.journeys.tests.builders import a_map
from tests import world

SITE, OTHER_SITE, REQUISITION, ATS = uuid7(), uuid7(), uuid7(), uuid7()
AT = datetime(2026, 6, 3, tzinfo=UTC)


def rule(**given: object) -> Rule:
    return Rule(id=uuid7(), version_id=uuid7(), map_id=uuid7(), **given)  # type: ignore[arg-type]


def test_the_first_that_fits_wins_however_wide_it_is() -> None:
    wide, narrow = rule(family="retail"), rule(family="retail", site_id=SITE)
    there = Place("retail", SITE, None, ATS)
    assert first([wide, narrow], there) == wide
    assert first([narrow, wide], there) == narrow
    assert first([narrow, wide], there._replace(site_id=OTHER_SITE)) == wide


@pytest.mark.parametrize(
    ("asked", "there", "fits"),
    [
        ({}, Place(), True),
        ({"family": "retail"}, Place("retail"), True),
        ({"family": "retail"}, Place(""), False),
        ({"family": "retail", "site_id": SITE}, Place("retail", OTHER_SITE), False),
        ({"requisition_id": REQUISITION}, Place("x", SITE, REQUISITION), True),
        ({"connection_id": ATS}, Place(connection_id=ATS), True),
        ({"connection_id": ATS}, Place(connection_id=uuid7()), False),
    ],
)
def test_each_field_that_is_set_must_fit(asked: dict, there: Place, fits: bool) -> None:
    assert rule(**asked).fits(there) is fits


def test_a_map_that_was_never_published_is_passed_over() -> None:
    never, next_one = rule()._replace(version_id=None), rule()
    assert first([never, next_one], Place()) == next_one
    assert unreached([never, next_one]) == {}


def test_why_names_the_fields() -> None:
    assert rule().why == "default"
    assert rule(family="retail", site_id=SITE, connection_id=ATS).why == "connection+family+site"


def test_a_rule_below_a_wider_one_is_never_reached() -> None:
    narrow, wide, everybody = rule(family="retail", site_id=SITE), rule(family="retail"), rule()
    assert unreached([narrow, wide, everybody]) == {}
    assert unreached([wide, narrow, everybody]) == {narrow.id: wide}
    assert unreached([everybody, narrow, wide]) == {narrow.id: everybody, wide.id: everybody}


def test_a_rule_for_one_requisition_is_hidden_by_one_for_its_site() -> None:
    job, site = rule(requisition_id=REQUISITION), rule(site_id=SITE)
    known = {REQUISITION: Place("retail", SITE, REQUISITION, ATS)}
    assert not covers(site, job)
    assert unreached([site, job], known) == {job.id: site}


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "family": st.sampled_from(["retail", "drivers"]),
        "site_id": st.sampled_from([SITE, OTHER_SITE]),
        "connection_id": st.just(ATS),
        "requisition_id": st.just(REQUISITION),
    },
)
PLACES = st.builds(
    Place,
    st.sampled_from(["", "retail", "drivers"]),
    st.sampled_from([None, SITE, OTHER_SITE]),
    st.sampled_from([None, REQUISITION]),
    st.sampled_from([ATS, uuid7()]),
)


@given(st.lists(FIELDS, max_size=6), st.lists(PLACES, max_size=30))
def test_what_is_marked_as_never_reached_never_chooses(asked: list, places: list) -> None:
    listed = [rule(**one) for one in asked]
    hidden = unreached(listed)
    for place in places:
        chosen = first(listed, place)
        assert chosen is None or chosen.id not in hidden


@given(st.lists(FIELDS, max_size=6, unique_by=lambda one: tuple(sorted(one.items(), key=str))),
       FIELDS)  # fmt: skip
def test_a_new_rule_stands_where_it_takes_effect(asked: list, new: dict) -> None:
    listed: list[Rule] = []
    for one in [*asked, new]:
        added = rule(**one)
        listed.insert(place_for(listed, added), added)
    assert added.id not in unreached(listed)


@pytest.mark.django_db
def test_rules_are_those_of_published_maps_in_their_newest_version() -> None:
    organization, other = world.organization(), world.organization()
    maps = [
        MessageMap.objects.create(organization=one, name=name, slug=name)
        for one, name in ((organization, "a"), (organization, "never"), (other, "b"))
    ]
    for one, family in zip(maps, ("retail", "drivers", "retail"), strict=True):
        rules.add(one, by="tests", at=AT, family=family)
    for one in (maps[0], maps[2]):
        for name in ("first", "second"):
            newest = versions.publish(map=one, document=a_map({}, name=name), author_id="a", at=AT)
            if one is maps[0]:
                mine = newest
    (found,) = assignment.rules(organization.id)
    assert (found.version_id, found.map_id, found.why) == (mine.id, maps[0].id, "family")
    assert [one.version_id for one in assignment.every(organization.id)] == [mine.id, None]


# --- changing them -------------------------------------------------------------------------------


def listed(organization: object) -> list[tuple[str, int]]:
    found = Assignment.objects.filter(organization=organization).order_by("position")
    return [(one.family, one.position) for one in found]


@pytest.fixture
def made(db: None) -> MessageMap:
    organization = world.organization()
    made = MessageMap.objects.create(organization=organization, name="Retail", slug="retail")
    for family in ("", "retail", "drivers"):
        rules.add(made, by="member:m-1", at=AT, family=family)
    return made


def test_positions_are_dense_whatever_is_done(made: MessageMap) -> None:
    organization_id = made.organization_id
    assert listed(organization_id) == [("retail", 0), ("drivers", 1), ("", 2)]
    last = Assignment.objects.get(family="")
    rules.save(organization_id, Change(rules.MOVE, last.id, to=0), by="member:m-1", at=AT)
    assert listed(organization_id) == [("", 0), ("retail", 1), ("drivers", 2)]
    gone = Assignment.objects.get(family="retail")
    rules.save(organization_id, Change(rules.REMOVE, gone.id), by="member:m-1", at=AT)
    assert listed(organization_id) == [("", 0), ("drivers", 1)]


def test_every_change_names_who_made_it_and_what_was_before(made: MessageMap) -> None:
    one = Assignment.objects.get(family="retail")
    change = Change(rules.EDIT, one.id, Place("stores"), made.id)
    rules.save(made.organization_id, change, by="member:m-2", at=AT)
    fact = Fact.objects.get(verb="changed_rule")
    assert (fact.actor_kind, fact.actor_id, fact.subject_id) == ("member", "m-2", one.id)
    assert (fact.why["family"], fact.why["was"]["family"]) == ("stores", "retail")
    assert Fact.objects.filter(verb="added_rule", actor_id="m-1").count() == 3


def test_whoever_saw_another_list_does_not_overwrite_it(made: MessageMap) -> None:
    organization_id = made.organization_id
    seen = rules.stamp(assignment.every(organization_id))
    one = Assignment.objects.get(family="retail")
    rules.save(organization_id, Change(rules.REMOVE, one.id), seen=seen, by="member:a", at=AT)
    other = Assignment.objects.get(family="drivers")
    with pytest.raises(rules.Overtaken):
        rules.save(organization_id, Change(rules.REMOVE, other.id), seen=seen, by="b", at=AT)
    assert listed(organization_id) == [("drivers", 0), ("", 1)]


def test_two_rules_never_ask_for_the_same(made: MessageMap) -> None:
    with pytest.raises(rules.BadRule, match="exactly what another rule"):
        rules.add(made, by="member:a", at=AT, family="drivers")
