"""Named times from date fields of an ATS, by a mapping."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.intake import anchors
from followthrough.intake.mappings import BadMapping
from followthrough.people.models import Anchor
from followthrough.runs import engine
from tests import company, door, world
from tests.story.script import load_map

NOON = datetime(2026, 6, 3, 19, 0, tzinfo=UTC)
RULES: dict[str, Any] = {"start_date": {"field": "starts"}, "badge": {"field": "b", "at": "08:30"}}


@pytest.mark.parametrize(("rules", "said"), [
    ({"start_date": {}}, "anchors.start_date.field"),
    ({"Start": {"field": "x"}}, "anchors.Start"),
    ({"start_date": {"field": "x", "at": "nine"}}, "no time of day"),
    ({"start_date": {"field": "x", "zone": "UTC"}}, "zone"),
    ([1], "anchors"),
])  # fmt: skip
def test_a_mapping_that_cannot_be_used_says_where(rules: Any, said: str) -> None:
    with pytest.raises(BadMapping, match=said) as problem:
        anchors.read(rules)
    assert problem.value.remedy


WRITTEN = [
    ("2026-12-07", "2026-12-07T09:00-08:00"),  # nine in Reno, in winter
    ("2026-07-07", "2026-07-07T09:00-07:00"),
    ("2026-12-07T06:00:00-05:00", "2026-12-07T06:00-05:00"),
    ("2026-12-07T06:00:00", None),  # whose six o'clock?
    ("soon", None), ("", None), (None, None), (20261207, None), ("0001-01-01", None),
    ("9999-12-31", None), ("2026-02-30", None), (["2026-12-07"], None),
]  # fmt: skip


class Town:
    """A company whose ATS keeps dates in fields of an application."""

    def __init__(self) -> None:
        self.company = company.found()
        company.add_map(self.company, "associates", load_map("associates"))
        self.link = self.company.connection
        self.link.config = {"anchors": RULES}
        self.link.save()

    def sees(self, named: dict[str, Any] | None = None, **fields: Any) -> dict[str, datetime]:
        sent = {
            "id": "app-1", "stage": "New", "fields": fields, "anchors": named or {},
            "updated_at": clock.now().isoformat(), "candidate": {"id": "ada"},
            "requisition": {"id": "r", "title": "Associate", "family": "retail",
                            "site": {"name": "Reno", "zone": "America/Los_Angeles"}},
        }  # fmt: skip
        door.from_ats(self.link, *door.signed(self.link, sent))
        engine.drain()
        return dict(Anchor.objects.filter(at__isnull=False).values_list("name", "at"))


@pytest.mark.django_db
@pytest.mark.parametrize(("written", "at"), WRITTEN)
def test_a_date_is_a_morning_at_the_site(written: Any, at: str | None) -> None:
    with clock.at(NOON):
        found = Town().sees(starts=written)
    assert found == ({"start_date": datetime.fromisoformat(at)} if at else {})


@pytest.mark.django_db
def test_it_moves_and_goes_with_its_field() -> None:
    town = Town()
    for hour, (fields, at) in enumerate([
        ({"b": "2026-07-01"}, "2026-07-01T08:30-07:00"),
        ({"b": "2026-07-02"}, "2026-07-02T08:30-07:00"),
        ({}, None),
    ]):  # fmt: skip
        with clock.at(NOON.replace(hour=19 + hour)):
            assert town.sees(**fields) == ({"badge": datetime.fromisoformat(at)} if at else {})


@pytest.mark.django_db
def test_what_the_ats_names_itself_comes_first() -> None:
    with clock.at(NOON):
        found = Town().sees({"start_date": "2026-08-01T10:00:00-07:00"}, starts="2026-07-01")
    assert found == {"start_date": datetime.fromisoformat("2026-08-01T10:00-07:00")}


@pytest.mark.django_db
def test_a_file_is_put_in_force_and_that_is_on_record(tmp_path: Any) -> None:
    link = world.connection(world.organization())
    path = tmp_path / "anchors.yaml"
    path.write_text("start_date: {field: starts}\n")
    call_command("map_anchors", path, connection=link.id)
    link.refresh_from_db()
    assert anchors.of(link)["start_date"].field == "starts"
    assert Fact.objects.get(verb="mapped_anchors").subject_id == link.id
    path.write_text("start_date: {file: starts}\n")
    with pytest.raises(CommandError, match=r"anchors\.start_date"):
        call_command("map_anchors", path, connection=link.id)
