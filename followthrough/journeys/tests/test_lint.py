"""What lint finds: for each code a file in `lint/` with maps that show it and maps that nearly do.

A case has either whole `stages`, or one touch that `says` something by text or `mails` it. `at` is
the place, `also` what else is found, `said` a part of the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from followthrough.governance import rulepacks
from followthrough.governance.policy import compiled
from followthrough.journeys import documents
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.lint import CODES, Finding, Setting, lint

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


@pytest.mark.parametrize(("code", "case"), cases("shows"))
def test_it_is_found(code: str, case: Mapping[str, Any]) -> None:
    findings = found(case)
    assert {one.code for one in findings} == {code, *case.get("also", ())}, findings
    one = next(one for one in findings if one.code == code)
    assert one.severity == case.get("severity", "warning")
    assert case.get("at", one.path) == one.path
    assert case.get("said", "") in one.reason
    assert one.reason.endswith((".", ")", "”"))
    assert one.remedy.endswith(".")


@pytest.mark.parametrize(("code", "case"), cases("near"))
def test_what_nearly_is_is_not(code: str, case: Mapping[str, Any]) -> None:
    assert {one.code for one in found(case)} == set(case.get("also", ())), found(case)


def test_every_code_has_its_cases() -> None:
    assert set(CASES) == set(CODES)
    assert all(case["shows"] and case["near"] for case in CASES.values())
