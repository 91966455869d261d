"""Which map wins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from followthrough.core.ids import uuid7
from followthrough.journeys import assignment, versions
from followthrough.journeys.assignment import Rule, best
from followthrough.journeys.models import Assignment, MessageMap
from followthrough.journeys.tests.builders import a_map
from tests import world

SITE, OTHER_SITE, REQUISITION = uuid7(), uuid7(), uuid7()


def rule(name: str, **given: object) -> Rule:
    return Rule(id=uuid7(), version_id=VERSIONS.setdefault(name, uuid7()), **given)  # type: ignore[arg-type]


VERSIONS: dict[str, object] = {}
RULES = [
    rule("default"),
    rule("family", family="retail"),
    rule("site", site_id=SITE),
    rule("family+site", family="retail", site_id=SITE),
    rule("requisition", requisition_id=REQUISITION),
]


@pytest.mark.parametrize(
    ("family", "site", "requisition", "why"),
    [
        ("", None, None, "default"),
        ("warehouse", OTHER_SITE, uuid7(), "default"),
        ("retail", OTHER_SITE, None, "family"),
        ("warehouse", SITE, None, "site"),
        ("retail", SITE, None, "family+site"),
        ("retail", SITE, REQUISITION, "requisition"),
    ],
)
def test_the_most_specific_rule_wins(
    family: str, site: object, requisition: object, why: str
) -> None:
    for rules in (RULES, RULES[::-1]):
        found = best(rules, family=family, site_id=site, requisition_id=requisition)  # type: ignore[arg-type]
        assert found is not None
        assert found.why == why


def test_more_matching_fields_outweigh_fewer() -> None:
    both = rule("both", family="retail", requisition_id=REQUISITION)
    rules = [*RULES, both]
    assert best(rules, family="retail", site_id=SITE, requisition_id=REQUISITION) == both


def test_ties_go_to_the_lower_position_then_to_the_older() -> None:
    first, second = rule("first", family="retail", position=1), rule("second", family="retail")
    twin = rule("twin", family="retail")
    assert best([first, twin, second], family="retail", site_id=None, requisition_id=None) == second


def test_nothing_fits() -> None:
    assert best(RULES[1:2], family="", site_id=None, requisition_id=None) is None
    assert best([], family="retail", site_id=None, requisition_id=None) is None


@pytest.mark.django_db
def test_rules_are_those_of_published_maps_in_their_newest_version() -> None:
    organization, other = world.organization(), world.organization()
    at = datetime(2026, 6, 3, tzinfo=UTC)
    maps = [
        MessageMap.objects.create(organization=one, name=name, slug=name)
        for one, name in ((organization, "a"), (organization, "never"), (other, "b"))
    ]
    for one in maps:
        Assignment.objects.create(organization=one.organization, map=one, family="retail")
    for one in (maps[0], maps[2]):
        for name in ("first", "second"):
            newest = versions.publish(
                map=one, document=a_map({}, name=name), author_id="ada", at=at
            )
            if one is maps[0]:
                mine = newest
    (found,) = assignment.rules(organization.id)
    assert found.version_id == mine.id
    assert found.why == "family"
