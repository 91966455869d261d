"""The audit trail verifies after anything, names every actor, and says nothing about anybody; when
everything personal is erased it still verifies, and an opt-out still counts."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from hypothesis import example, given, settings
from hypothesis import strategies as st

from followthrough.audit import verification
from followthrough.audit.models import Fact
from followthrough.audit.tests.sealable import seal
from followthrough.core.declared import DataClass, Retention
from followthrough.governance.models import ConsentEntry
from followthrough.messages.models import Receipt
from followthrough.people.models import Application
from tests import invariants, scripted
from tests.conftest import empty
from tests.properties.life import PEOPLE, STEPS, Life, happen, lived

pytestmark = pytest.mark.django_db(transaction=True)
EVERYTHING = [
    ("ats", "app-1", "Interview"),
    ("anchor", "app-1", None),
    ("ats", "app-3", "New"),
    ("says", "Which door? Call me on +17752000001 or zuleika@example.org", "sms"),
    ("says", "OK", "email"),
    ("passes", 5 * 3600),
    ("report", "bounced"),
    ("says", "STOP", "sms"),
    ("passes", 26 * 3600),
]
NAMES = {person[name] for person in PEOPLE for name in ("given_name", "family_name")}
TEXTS = {"7752000001", "zuleika@", "quiggin@", "Which door", "your interview at"}
SECRETS = sorted(NAMES | TEXTS)


@pytest.fixture(autouse=True)
def every_logger_is_heard(caplog):
    caplog.set_level(logging.DEBUG)


@settings(max_examples=8)
@given(
    steps=st.lists(STEPS, min_size=3, max_size=8),
    script=st.lists(st.sampled_from(scripted.ANSWERS), max_size=10),
)
@example(steps=EVERYTHING, script=["accepted", "opted_out", "crash_gone", "unreachable"])
def test_the_trail_verifies_and_says_nothing_about_anybody(caplog, steps, script):
    caplog.clear()
    with lived(script=script, keep=True) as life:
        try:
            for step in steps:
                happen(life, step)
                seal()
            life.to_the_end()
            seal()
            report = verification.verify()
            assert report.intact, report.findings
            assert report.rows == _sealable()
            assert list(invariants.actors()) == []
            assert said_about_people(caplog.text) == []
        finally:
            empty()


def _sealable() -> int:
    return sum(model.objects.count() for model in (Fact, Receipt, ConsentEntry))


def said_about_people(logs: str) -> list[str]:
    """Every secret that stands where it must not: in the sealed rows, or in a log."""
    places = {"logs": logs}
    for model in (Fact, Receipt, ConsentEntry):
        places[model.__name__] = json.dumps(list(model.objects.values()), default=str)
    return [f"{secret!r} in {name}" for name, text in places.items() for secret in SECRETS
            if secret in text]  # fmt: skip


def test_when_everything_personal_is_erased_the_trail_verifies_and_the_opt_out_counts():
    with lived(keep=True) as life:
        for step in EVERYTHING:
            happen(life, step)
        seal()
        before = verification.verify()
        erase_everybody()
        assert left_of_people() == []
        seal()
        after = verification.verify()
        assert after.intact, after.findings
        assert after.rows == before.rows
        _apply_again(life)
        # The number is shared, so its STOP bound the number, and mail stayed open.
        assert {call.channel for call in life.provider.calls} == {"email"}


def _apply_again(life: Life) -> None:
    """The same person applies anew, as somebody the ATS calls by another id."""
    life.provider.calls.clear()
    life.snapshots.clear()
    person = PEOPLE[0] | {"id": "zuleika-again", "country": "US", "region": "NV"}
    given = {"sms": {"granted": True, "at": "2026-06-08T09:00:00+00:00", "text": "You may."}}
    life.ats("app-9", candidate=person | {"consent": given})
    for _ in range(4):  # through a night, in which mail waits too
        life.passes(timedelta(hours=9))
    assert Application.objects.get(external_id="app-9").run is not None


def erase_everybody() -> None:
    """Empty every field that is declared personal, wherever it is."""
    for model, fields in _personal():
        values = {name: _nothing(model._meta.get_field(name)) for name in fields}
        if model.__name__ == "ContactPoint":
            for row in model.objects.all():  # what was written is unique for a person
                model.objects.filter(id=row.id).update(**values | {"written": f"erased {row.id}"})
        else:
            model.objects.update(**values)


def _personal() -> list[tuple[type[models.Model], list[str]]]:
    declared = [model for model in apps.get_models() if hasattr(model, "DATA")]
    found = [
        (model, model.DATA.fields(DataClass.PERSONAL))
        for model in declared
        if model.DATA.retention is not Retention.ORGANIZATION
    ]
    return [(model, fields) for model, fields in found if fields]


def _nothing(field: models.Field[Any, Any]) -> Any:
    if field.null:
        return None
    if isinstance(field, models.BinaryField):
        return b""
    return {} if isinstance(field, models.JSONField) else ""


def left_of_people() -> list[str]:
    """Where a secret still stands, in any column of any table."""
    found = []
    for model in apps.get_models():
        text = json.dumps(list(model.objects.values()), default=_readable)
        found += [f"{secret!r} in {model.__name__}" for secret in SECRETS if secret in text
                  and model.__name__ != "Version"]  # fmt: skip
    return found


def _readable(value: Any) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, memoryview) else str(value)
