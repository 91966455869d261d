"""A changed map tried on the company's history, beside the company that really had it.

The demo's history is played twice: with the map for store roles as it is, and with the changed one.
What a replay of the change says of the first is what happened in the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.test import override_settings

from followthrough.core import clock
from followthrough.demo.seed import founding, play
from followthrough.demo.tests.present import played
from followthrough.demo.tests.test_history import MOUNTED
from followthrough.journeys import documents, versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap
from followthrough.people.models import Application
from followthrough.runs.replay.contrast import LATE, Contrast
from followthrough.runs.replay.fates import Fate
from followthrough.runs.replay.happened import Window
from followthrough.runs.replay.trial import Trial
from tests.company import changed

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("history")]
UNTIL = datetime(2026, 6, 10, 18, 20, tzinfo=UTC)
APPLICATIONS = 24
# Nobody answers either, so that people say the same in both: one word less, and one more.
GONE, NEW = "interview_two_hours", "patience"
WORD = {
    "key": NEW,
    "trigger": {"stage_entered": {"after": "PT26H"}},
    "channels": ["email", "sms"],
    "content": {
        "email": {"en": {"subject": "Still reading", "body": "We are still reading."},
                  "es": {"subject": "Seguimos leyendo", "body": "Seguimos leyendo."}},
        "sms": {"en": {"body": "We are still reading."}, "es": {"body": "Seguimos leyendo."}},
    },
}  # fmt: skip


class Side(NamedTuple):
    """What went out, by application and touch; and how a replay counts it."""

    sent: dict[tuple[str, str, str], list[datetime]]
    counted: dict[str, Any]


def document() -> MapDocument:
    """The map for store roles with the change."""
    raw = documents.read_yaml((founding.MAPS / "retail.yaml").read_text()).dump()
    touches = [
        one | {"enabled": one["key"] != GONE} for one in raw["stages"]["interview"]["touches"]
    ]
    raw = changed(raw, {"stages.interview.touches": touches})
    raw["stages"]["applied"]["touches"].append(WORD)
    return MapDocument.model_validate(raw)


def play_with(map: MapDocument | None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The history with one version of each map throughout, also if that is another one."""
    monkeypatch.setitem(play._PUBLISH, "map", lambda *_args, **_named: None)
    if map is not None:
        for one in founding.MAPS.glob("*.yaml"):
            (folder / one.name).write_text(one.read_text())
        (folder / "retail.yaml").write_text(documents.write_yaml(map))
        monkeypatch.setattr(founding, "MAPS", folder)
    played(UNTIL, applications=APPLICATIONS)


def looked_back(document: MapDocument | None = None) -> tuple[Side, Side]:
    """What happened, and what a replay says."""
    map = MessageMap.objects.get(slug="retail")
    document = document or versions.document(versions.latest([map.id])[map.id])
    with clock.at(UNTIL):
        trial = Trial(map, document, Window(UNTIL - timedelta(days=90), UNTIL))
        compared = [one for part in trial.parts() for one in trial.compare(part)]
    contrast = Contrast()
    for one in compared:
        contrast.add(one)
    told = contrast.plain()
    real = sent(fate for one in compared for fate in one.before)
    would = sent(fate for one in compared for fate in one.after)
    return Side(real, told["before"]), Side(would, told["after"])


def sent(fates: Iterable[Fate]) -> dict[tuple[str, str, str], list[datetime]]:
    """When each message went out, by application, touch and channel."""
    names = dict(Application.objects.values_list("id", "external_id"))
    found: dict[tuple[str, str, str], list[datetime]] = {}
    for one in fates:
        if one.sent and one.at:
            found.setdefault((names[one.application_id], one.key, one.channel), []).append(one.at)
    return {key: sorted(times) for key, times in found.items()}


@pytest.fixture(scope="module")
def both(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Side]]:
    """What happened in either company, and what a replay says of its own map and of the change."""
    folder, sides = tmp_path_factory.mktemp("maps"), {}
    with django_db_blocker.unblock(), override_settings(**MOUNTED):
        with pytest.MonkeyPatch.context() as patch:
            change = document()
            play_with(change, folder, patch)
            sides["really"], sides["itself"] = looked_back()
        call_command("flush", interactive=False, verbosity=0)
        with pytest.MonkeyPatch.context() as patch:
            play_with(None, folder, patch)
            sides["before"], sides["would"] = looked_back(change)
    yield sides
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


COUNTS = ("messages", "sent", "parts", "dropped", "merged", "near", "leavers")


def check_same(would: Side, really: Side) -> None:
    """The same messages to the same people, but for how late a busy worker was."""
    assert would.sent.keys() == really.sent.keys()
    for key, times in would.sent.items():
        apart = [abs(one - other) for one, other in zip(times, really.sent[key], strict=True)]
        assert max(apart) <= LATE, key
    assert {name: would.counted[name] for name in COUNTS} == {
        name: really.counted[name] for name in COUNTS
    }


def test_the_version_that_ran_gives_what_happened(both: dict[str, Side]) -> None:
    check_same(both["itself"], both["really"])


def test_a_change_gives_what_happens_to_a_company_that_has_it(both: dict[str, Side]) -> None:
    check_same(both["would"], both["really"])


def test_the_difference_is_the_change(both: dict[str, Side]) -> None:
    before, after = both["before"].counted, both["would"].counted
    gone, new = before["touches"][GONE]["send"], after["touches"][NEW]["send"]
    assert gone
    assert new > APPLICATIONS // 3
    assert GONE not in after["touches"]
    assert after["messages"] - before["messages"] == new - gone
