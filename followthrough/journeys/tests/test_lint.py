"""What lint finds: for each code a file in `lint/` with maps that show it and maps that nearly do.

A case has either whole `stages`, or one touch that `says` something by text or `mails` it. `at` is
the place, `also` what else is found, `said` a part of the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from followthrough.core.predicates import holds
from followthrough.core.zones import Window
from followthrough.governance import carriers, optout, rulepacks
from followthrough.governance.hours import Compiled, first_open
from followthrough.governance.policy import compiled
from followthrough.journeys import documents, library
from followthrough.journeys.definition import STAGES, MapDocument
from followthrough.journeys.lint import CODES, Finding, Setting, clock, errors, lint, wording
from followthrough.journeys.lint.possible import possible
from followthrough.journeys.tests.strategies import maps

HERE = Path(__file__).parent / "lint"
POLICY = compiled(rulepacks.default_policy(), packs=rulepacks.packs())
AT = datetime(2026, 6, 3, tzinfo=UTC)
CASES: Mapping[str, Any] = {
    path.stem: YAML(typ="safe", pure=True).load(path) for path in sorted(HERE.glob("*.yaml"))
}


def cases(kind: str) -> Iterator[Any]:
    for code, case in CASES.items():
        for number, one in enumerate(case[kind]):
            given = {"severity": case["severity"], **one} if "severity" in case else one
            yield pytest.param(code, given, id=f"{code}-{number}")


def text_of(key: str) -> str:
    """Something to say that no check minds."""
    return f"{{{{ company }}}}: about {key}. Any questions? Reply STOP to stop texts."


def document_of(case: Mapping[str, Any]) -> MapDocument:
    stages = deepcopy(case.get("stages") or one_touch(case))
    for block in stages.values():
        for touch in block["touches"]:
            touch.setdefault("channels", ["sms"])
            said = touch.pop("says", text_of(touch["key"]))
            mail = {"subject": touch["key"], "body": said}
            usual = {"sms": {"en": {"body": said}}, "email": {"en": mail}}
            touch.setdefault("content", {one: usual[one] for one in touch["channels"]})
    given = {name: case[name] for name in ("replies", "limits") if name in case}
    locale = case.get("locale", "en")
    return documents.check(
        {"schema": 2, "name": "Test", "default_locale": locale, **given, "stages": stages}
    )


def one_touch(case: Mapping[str, Any]) -> dict[str, Any]:
    locale = case.get("locale", "en")
    if "mails" in case:
        content = {"email": {locale: {"subject": "Hello", "body": case["mails"]}}}
    else:
        content = {"sms": {locale: {"body": case["says"]}}}
    touch = {"key": "a", "trigger": {"stage_entered": {}}, "channels": [*content]}
    when = {"when": case["when"]} if "when" in case else {}
    return {"applied": {"touches": [{**touch, **when, "content": content}]}}


def setting_of(case: Mapping[str, Any]) -> Setting:
    given = {
        name: frozenset(value) if isinstance(value, list) else value
        for name, value in case.get("setting", {}).items()
    }
    return Setting(policy=POLICY, at=AT, places=(("US", "NV"),), **given)


def found(case: Mapping[str, Any]) -> list[Finding]:
    return lint(document_of(case), setting_of(case))


@pytest.mark.parametrize(("code", "case"), list(cases("shows")))
def test_it_is_found(code: str, case: Mapping[str, Any]) -> None:
    findings = found(case)
    assert {one.code for one in findings} == {code, *case.get("also", ())}, findings
    one = next(one for one in findings if one.code == code)
    assert one.severity == case.get("severity", "warning")
    assert case.get("at", one.path) == one.path
    assert case.get("said", "") in one.reason
    assert one.reason.endswith((".", ")", "”"))
    assert one.remedy.endswith(".")


@pytest.mark.parametrize(("code", "case"), list(cases("near")))
def test_what_nearly_is_is_not(code: str, case: Mapping[str, Any]) -> None:
    assert {one.code for one in found(case)} == set(case.get("also", ())), found(case)


MAPS = sorted((Path(__file__).parents[2] / "demo" / "maps").glob("*.yaml"))


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_the_maps_of_the_demo_are_clean(path: Path) -> None:
    document = documents.read_yaml(path.read_text())
    places = (("US", "NV"), ("US", "TX"))
    assert lint(document, Setting(policy=POLICY, at=AT, places=places)) == []


@settings(max_examples=40, deadline=None)
@given(maps)
def test_any_map_can_be_looked_at(document: MapDocument) -> None:
    for one in lint(document, Setting(policy=POLICY, at=AT, places=(("US", "NV"),))):
        assert one.code in CODES
        assert one.reason
        assert "%(" not in one.reason + one.remedy


def test_drafts_that_are_not_fit_to_run_can_be_looked_at() -> None:
    raw = document_of({"says": "{{ company }}: hi? Reply STOP to stop texts."}).dump()
    raw["stages"]["applied"]["touches"][0]["content"]["sms"]["en"]["body"] = "{% if %} {{ nope"
    assert [one.path for one in errors(raw)] == ["stages.applied.touches[0].content.sms.en.body"]
    assert isinstance(lint(MapDocument.model_validate(raw), setting_of({})), list)


def test_ordinary_answers_are_not_taken_for_anything_else() -> None:
    for word in wording.FINE:
        found = optout.read(word, ask="confirmation")
        assert found is None or found.outcome not in ("opt_out", optout.AMBIGUOUS), word


def test_every_word_of_the_carriers_is_known() -> None:
    assert {one for one in carriers.STOPS if one != "opt"} <= wording.STOPS


WEEKS = {
    name: POLICY.rules(((("US", name)),), AT).bounds("sms", "informational").hours.both
    for name in ("NV", "TX", "CT")
}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(WEEKS)), st.integers(0, 7 * 24 * 60 - 1))
def test_hours_by_arithmetic_are_those_of_the_gate(name: str, minute: int) -> None:
    moment = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=minute)
    assert clock.opens(WEEKS[name], moment) == first_open(WEEKS[name], ("UTC",), moment)


NIGHTS = Compiled.of({4: (Window(time(22), time(6)),), 6: (Window(time(23), time(1)),)})


@pytest.mark.parametrize("hours", range(0, 7 * 24, 5))
def test_windows_past_midnight_are_those_of_the_gate(hours: int) -> None:
    moment = datetime(2026, 6, 1, 0, 30, tzinfo=UTC) + timedelta(hours=hours)
    assert clock.opens(NIGHTS, moment) == first_open(NIGHTS, ("UTC",), moment)


VALUES = st.sampled_from([None, "a", "b", "c", 1, 2, 3, True, False])
COMPARISONS = st.builds(
    lambda field, op, value: {"field": field, "op": op, "value": value},
    st.sampled_from(["x", "y"]),
    st.sampled_from(["is", "is_not", "before", "after", "at_least", "at_most"]),
    VALUES,
)
PREDICATES = st.recursive(
    COMPARISONS,
    lambda parts: st.builds(
        lambda name, some: {name: some},
        st.sampled_from(["all", "any"]),
        st.lists(parts, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PREDICATES, min_size=1, max_size=3), VALUES, VALUES)
def test_what_holds_for_somebody_is_possible(parts: Any, x: Any, y: Any) -> None:
    if all(holds(part, {"x": x, "y": y}) for part in parts):
        assert possible(parts, {})


def test_every_code_has_its_cases() -> None:
    assert set(CASES) == set(CODES)
    assert all(case["shows"] and case["near"] for case in CASES.values())


@pytest.mark.parametrize("slug", [one.slug for one in library.entries()])
def test_the_library_has_nothing_to_find_where_every_stage_is_in_use(slug: str) -> None:
    setting = {"stages": list(STAGES), "channels": ["sms", "email"]}
    where = setting_of({"setting": setting})
    assert lint(library.document(slug), replace(where, locales={"en": 50, "es": 30})) == []
