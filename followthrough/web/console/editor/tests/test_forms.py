"""A touch as fields and back: nothing is lost on the way, and what is wrong stands by its field."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, assume, given, settings

from followthrough.journeys import documents
from followthrough.journeys.definition import MapDocument, TouchDef
from followthrough.journeys.tests import strategies
from followthrough.web.console.editor import choices, conditions, offsets, touch_form, when
from followthrough.web.console.editor.given import Given

LOCALES = ("en", "es", "es-MX")
KINDS = {"application.fields.years": "number", "application.fields.has_car": "yes_no"}


def again(touch: dict[str, Any]) -> touch_form.Read:
    """Through the form, as a browser sends it."""
    query = QueryDict(mutable=True)
    for name, values in touch_form.fields(touch).items():
        query.setlist(name, values)
    return touch_form.read(
        Given.of(QueryDict(query.urlencode())), key=touch["key"], locales=LOCALES, kinds=KINDS
    )


def same(touch: TouchDef) -> bool:
    found = again(touch.model_dump(by_alias=True, exclude_none=True))
    return not found.wrong and TouchDef.model_validate(found.touch) == touch


def speaks(raw: Any) -> bool:
    """Whether each text says something in a form: browsers have no other ends of lines, and what
    is only blanks is nothing."""
    if isinstance(raw, dict):
        return all(speaks(one) for one in raw.values())
    return not isinstance(raw, str) or ("\r" not in raw and "\0" not in raw and bool(raw.strip()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.maps)
def test_any_touch_comes_back_as_it_was(document: MapDocument):
    for touch in document.touches.values():
        raw = touch.model_dump(by_alias=True, exclude_none=True)
        assume(speaks(raw["content"]) and speaks(raw.get("ask", {})))
        assert same(touch)


@pytest.mark.parametrize("name", ["retail", "warehouse"])
def test_the_maps_of_the_demo_come_back_as_they_were(name: str):
    with open(f"followthrough/demo/maps/{name}.yaml") as file:
        document = documents.read_yaml(file.read())
    assert len(document.touches) > 5
    assert all(same(touch) for touch in document.touches.values())


# --- offsets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offset", "told"),
    [
        ("PT24H", ("24", "hours", "")),
        ("P1D", ("1", "days", "")),
        ("P1W", ("7", "days", "")),
        ("P1DT12H", ("36", "hours", "")),
        ("PT90M", ("90", "minutes", "")),
        ("PT45S", ("45", "seconds", "")),
        ("PT0S", ("0", "minutes", "")),
        ({"days": 1, "at": "09:00"}, ("1", "days", "09:00")),
        ({"business_days": 2}, ("2", "working", "")),
        ({"days": 0, "at": "07:30"}, ("0", "days", "07:30")),
    ],
)
def test_an_offset_is_a_number_and_a_unit(offset: Any, told: tuple[str, str, str]):
    made = offsets.fields("x", offset)
    assert tuple(made.one(f"x_{part}") for part in offsets.PARTS) == told
    assert offsets.read("x", made, {}) == offset
    fresh = Given({name: value for name, value in made.items() if name != "x_was"})
    assert same_length(offsets.read("x", fresh, {}), offset)


def same_length(found: Any, offset: Any) -> bool:
    if isinstance(offset, str):
        return offsets.length(found) == offsets.length(offset)
    return found == offset


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"x_n": "two", "x_unit": "days"}, "x_n"),
        ({"x_n": "-1", "x_unit": "days"}, "x_n"),
        ({"x_n": "2", "x_unit": "hours", "x_at": "9:00"}, "x_at"),
    ],
)
def test_what_is_no_offset_is_said_beside_it(fields: dict[str, str], field: str):
    wrong: dict[str, str] = {}
    offsets.read("x", Given.made(fields), wrong)
    assert list(wrong) == [field]


def test_a_local_time_makes_days_of_it():
    given = Given.made({"x_n": "1", "x_unit": "days", "x_at": "9"})
    assert offsets.read("x", given, {}) == {"days": 1, "at": "09:00"}
    given = Given.made({"x_n": "3", "x_unit": "working"})
    assert offsets.read("x", given, {}) == {"business_days": 3}


def test_what_somebody_wrote_into_a_hidden_field_is_not_believed():
    for text in ('{"days": 1}', '["x"]', '"P9Y"', "{", "[" * 100_000):
        given = Given.made({"x_n": "2", "x_unit": "hours", "x_was": text})
        assert offsets.read("x", given, {}) == "PT2H"


# --- when ----------------------------------------------------------------------------------------


def test_each_kind_needs_its_own_fields():
    for kind, field in (("before", "anchor"), ("no_reply", "to"), ("event", "event")):
        wrong: dict[str, str] = {}
        when.read(Given.made({"kind": kind, "offset_n": "1", "offset_unit": "days"}), wrong)
        assert list(wrong) == [field]


def test_a_date_of_the_ats_can_be_named():
    given = Given.made({"kind": "after", "anchor": "+", "anchor_other": "badge_ready",
                        "offset_n": "1", "offset_unit": "hours"})  # fmt: skip
    assert when.read(given, {}) == {"after": {"by": "PT1H", "anchor": "badge_ready"}}


# --- conditions ----------------------------------------------------------------------------------


def row(number: int, field: str, op: str, value: str) -> dict[str, str]:
    told = {"field": field, "op": op, "value": value}
    return {f"if_{number}_{name}": one for name, one in told.items()}


def test_values_are_read_as_what_the_field_has():
    given = Given.made({"if_count": "4", "if_how": "any"}
        | row(0, "application.fields.years", "at_least", "2")
        | row(1, "application.fields.has_car", "is", "yes")
        | row(2, "site.name", "in", "Reno, Sparks")
        | row(3, "anchor.start_date.at", "unknown", ""))  # fmt: skip
    assert conditions.read(given, KINDS, {}) == {"any": [
        {"field": "application.fields.years", "op": "at_least", "value": 2},
        {"field": "application.fields.has_car", "op": "is", "value": True},
        {"field": "site.name", "op": "in", "value": ["Reno", "Sparks"]},
        {"field": "anchor.start_date.at", "op": "known", "value": False},
    ]}  # fmt: skip


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (("application.fields.years", "is", "many"), "if_0_value"),
        (("application.fields.has_car", "contains", "x"), "if_0_op"),
        (("site.name", "is", " "), "if_0_value"),
        (("ask.invite", "is_not", "nope"), "if_0_value"),
        (("ask.invite", "is_not", ""), "if_0_value"),
        (("ask.invite", "is", "confirmed, open"), "if_0_value"),
        (("ask.invite", "in", "confirmed, no"), "if_0_value"),
        (("application.stage", "is", "Interview"), "if_0_value"),
    ],
)
def test_what_cannot_be_compared_is_said_beside_it(told: tuple[str, str, str], field: str):
    wrong: dict[str, str] = {}
    conditions.read(Given.made({"if_count": "1"} | row(0, *told)), KINDS, wrong)
    assert next(iter(wrong)) == field


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (("at_least", "2"), {"op": "at_least", "value": 2}),
        (("is", "nights"), {"op": "is", "value": "nights"}),
        (("is", "2"), {"op": "is", "value": 2}),
        (("is", "007"), {"op": "is", "value": "007"}),
        (("contains", "2"), {"op": "contains", "value": "2"}),
    ],
)
def test_a_field_that_was_never_sent_is_named_by_hand(told: tuple[str, str], found: dict[str, Any]):
    sent = Given.made({"if_count": "1", "if_0_other": "shift_years"} | row(0, "+", *told))
    wrong: dict[str, str] = {}
    name = "application.fields.shift_years"
    assert conditions.read(sent, KINDS, wrong) == {"field": name} | found
    assert not wrong
    assert conditions.rows(sent, spare=0)[0].field == name  # chosen, where the rows are shown anew


@pytest.mark.parametrize(
    ("told", "field"),
    [({}, "if_0_other"), ({"if_0_other": "years", "if_0_value": "two"}, "if_0_value")],
)
def test_what_lacks_to_a_field_named_by_hand_is_said(told: dict[str, str], field: str):
    wrong: dict[str, str] = {}
    sent = Given.made({"if_count": "1"} | row(0, "+", "at_least", "2") | told)
    conditions.read(sent, KINDS, wrong)
    assert list(wrong) == [field]


@pytest.mark.parametrize(
    ("name", "told", "found"),
    [
        ("anchor.interview_start.hour", ("at_least", "11"), {"op": "at_least", "value": 11}),
        ("candidate.email", ("known", ""), {"op": "known", "value": True}),
        ("candidate.phone", ("unknown", ""), {"op": "known", "value": False}),
    ],
)
def test_hours_are_numbers_and_addresses_are_there_or_not(
    name: str, told: tuple[str, str], found: dict[str, Any]
):
    wrong: dict[str, str] = {}
    sent = Given.made({"if_count": "1"} | row(0, name, *told))
    assert conditions.read(sent, KINDS, wrong) == {"field": name} | found
    assert not wrong


def test_no_message_depends_on_which_address_somebody_has():
    wrong: dict[str, str] = {}
    sent = Given.made({"if_count": "1"} | row(0, "candidate.email", "is", "ada@example.org"))
    conditions.read(sent, KINDS, wrong)
    assert list(wrong) == ["if_0_op"]


def browsed(condition: dict[str, Any], **changed: list[str]) -> Given:
    """As a browser sends what stands on the page: its boxes and its selects."""
    made = conditions.fields(condition)
    row = conditions.rows(made, spare=0)[0]
    kind = conditions.kind_of(row.field, KINDS)
    chosen = [one.code for one in choices.shown(kind, row.op, row.values) if one.chosen]
    return Given(made | {"if_0_value": chosen} | changed)


@pytest.mark.parametrize(
    "condition",
    [
        {"field": "ask.invite", "op": "is_not", "value": "declined"},
        {"field": "ask.invite", "op": "in", "value": ["closed", "open"]},
        {"field": "ask.invite", "op": "in", "value": ["closed"]},
        {"field": "ask.invite", "op": "is_not", "value": "no"},
        {"field": "application.stage", "op": "not_in", "value": ["checks", "offer"]},
        {"field": "application.fields.has_car", "op": "is", "value": True},
        {"field": "run.ended", "op": "is_not", "value": False},
        {"field": "anchor.interview_start.weekday", "op": "is", "value": "mon"},
        {"field": "anchor.interview_start.weekday", "op": "not_in", "value": ["sat", "sun"]},
    ],
)
def test_values_of_which_there_are_few_are_chosen_and_stay(condition: dict[str, Any]):
    sent = browsed(condition)
    values = condition["value"]
    assert set(sent["if_0_value"]) == set(conditions.written(values).split(", "))
    wrong: dict[str, str] = {}
    again = conditions.read(Given(sent | {"if_0_was": [""]}), KINDS, wrong)
    assert again is not None
    assert bool(wrong) == (values == "no")
    if isinstance(values, list):
        assert set(again["value"]) == set(values)
    else:
        assert again == condition


def test_an_answer_is_told_in_words_and_kept_as_a_code():
    words = {one.code: one.said for one in choices.shown("answer", "is", ["declined"])}
    assert words["declined"] == "no"
    assert words["open"] == "not answered yet"
    given = browsed({"field": "ask.invite", "op": "is", "value": "open"}, if_0_value=["declined"])
    assert conditions.read(given, {}, {}) == {
        "field": "ask.invite", "op": "is", "value": "declined"
    }  # fmt: skip
    given |= {"if_0_op": ["not_in"], "if_0_value": ["open", "closed"]}
    found = conditions.read(Given(given), {}, {})
    assert found
    assert found["value"] == ["open", "closed"]


def test_what_was_meant_for_another_field_is_not_offered():
    made = conditions.fields({"field": "site.name", "op": "is", "value": "Reno"})
    made["if_0_field"] = ["ask.invite"]
    assert conditions.rows(made)[0].values == ()


def test_a_problem_in_a_list_stands_by_its_row():
    made = conditions.fields({"field": "ask.invite", "op": "in", "value": ["open", "no"]})
    assert conditions.field_at(("value", 1), made) == "if_0_value"


def test_what_is_nested_is_kept_until_it_is_taken_out():
    nested = {"any": [{"field": "site.name", "op": "is", "value": "Reno"}]}
    plain = {"field": "site.country", "op": "is", "value": "US"}
    made = conditions.fields({"all": [nested, plain]})
    shown = conditions.rows(made)
    assert [one.kept for one in shown] == [nested, None, None]
    assert conditions.read(made, {}, {}) == {"all": [nested, plain]}
    made["if_0_out"] = ["on"]
    assert conditions.read(made, {}, {}) == {"all": [plain]}
    assert [one.number for one in conditions.rows(made)] == [0, 1]


# --- the whole -----------------------------------------------------------------------------------


TOUCH = {
    "key": "ask", "channels": ["email"], "trigger": {"stage_entered": {}},
    "content": {"email": {"en": {"subject": "Hi", "body": "Hi"}}},
}  # fmt: skip


def test_what_is_wrong_stands_by_its_field():
    made = touch_form.fields(TOUCH)
    made["say_email_en_subject"] = [""]
    found = touch_form.read(made, key="ask", locales=["en"], kinds={})
    assert list(found.wrong) == ["say_email_en_subject"]
    made = Given(touch_form.fields(TOUCH) | row_lists(0, "nothing.known", "is", "1"))
    found = touch_form.read(made, key="ask", locales=["en"], kinds={})
    assert list(found.wrong) == ["if_0_field"]


def row_lists(number: int, *told: str) -> dict[str, list[str]]:
    return Given.made({"if_count": "1"} | row(number, *told))  # type: ignore[arg-type]


def test_an_offset_that_is_too_long_is_said_at_its_number():
    made = touch_form.fields(TOUCH)
    made |= Given.made({"offset_n": "4000", "offset_unit": "days"})
    found = touch_form.read(Given(made), key="ask", locales=["en"], kinds={})
    assert list(found.wrong) == ["offset_n"]
