"""A replay of the version that ran gives exactly what happened; of another one, what happens when
that one runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from followthrough.accounts.models import Organization
from followthrough.core import clock
from followthrough.journeys import versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import Assignment, MessageMap, Run
from followthrough.messages.models import Touch
from followthrough.people.models import Application
from followthrough.runs import jobs
from followthrough.runs.models import Replay
from followthrough.runs.replay import contrast, shadow
from followthrough.runs.replay.contrast import Contrast
from followthrough.runs.replay.fates import Fate
from followthrough.runs.replay.happened import Window
from followthrough.runs.replay.trial import Trial
from followthrough.runs.replay.whom import Whom
from followthrough.store import sql
from tests import company, world
from tests.emptied import empty
from tests.story import carrier, script, teller

pytestmark = pytest.mark.django_db(transaction=True)

LONG = timedelta(days=60)


def shown(fates: list[Fate], names: Mapping[Any, str]) -> list[Any]:
    """What is compared: everything but ids, to the minute."""
    return sorted(
        (names[one.application_id], one.key, one.verdict, one.code, one.channel, one.parts,
         one.stage, minute(one.at), tuple((held.code, minute(held.at), minute(held.until))
                               for held in one.holds))
        for one in fates
    )  # fmt: skip


def minute(at: datetime | None) -> str:
    return at.strftime("%d %H:%M") if at else ""


def told(path: Path, changes: Mapping[str, Any] | None = None, *, assigned: bool = True) -> None:
    """Tell a story for real, with changes to its map; else with a map that nobody gets."""
    story = script.read(path)
    if changes:
        story = replace(
            story, company=replace(story.company, changes={**story.company.changes, **changes})
        )
    telling = None
    with carrier.between() as carried:
        telling = teller.begin(story, carried)
        if not assigned:
            Assignment.objects.all().delete()
        for step in story.steps:
            teller.tell(telling, step)


def replayed(
    document: Any = None,
    *,
    back: timedelta = LONG,
    map: MessageMap | None = None,
    whom: Whom | None = None,
) -> tuple[list[Any], list[Any]]:
    """What really happened in the only map, and what a replay of a document says."""
    map = map or MessageMap.objects.order_by("id").first()
    if document is None:
        document = versions.document(versions.latest([map.id])[map.id])
    now = clock.now() + timedelta(microseconds=1)
    trial = Trial(map, document, Window(now - back, now), whom=whom)
    names = dict(Application.objects.values_list("id", "external_id"))
    real, would = [], []
    for part in trial.parts():
        for one in trial.compare(part):
            real += one.before
            would += one.after
    return shown(real, names), shown(would, names)


# What no replay can know, or is no affair of a map's.
OTHERWISE = {
    "another-candidate": "the application became another person's: it is theirs from the start",
    "edge-05-moved": "where somebody lives is known as of today",
    "edge-05-nobody-knows-where": "where somebody lives is known as of today",
    "edge-03-opt-out-in-flight": "the opt-out came at the very moment of the message",
    "frozen": "the freeze was ended past the switch, which wakes what waits",
    "pinned": "the run was moved to another version on the way",
    "moved-now": "the run was moved to another version on the way",
    "too-late": "nobody worked for days",
    "library-campus-event-leads-signed-up": "a field changed on the way: it is known as of today",
    "library-nursing-credentials-good-path": "fields changed on the way: known as of today",
    "library-professional-multi-round-round-moved": "a freeze ended in the minute of a message",
}
STORIES = [path for path in script.every() if script.called(path) not in OTHERWISE]


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"story-{path.stem}")
def test_the_version_that_ran_gives_what_happened(path: Path) -> None:
    story = script.read(path)
    with (
        override_settings(SHARDS=2),
        clock.at(script.moment(story.start, after=clock.wall())),
    ):
        told(path)
        real, would = replayed()
    assert would == real


OTHER = {
    "stages.applied.touches.0.useful_for": "PT8H",
    "stages.applied.touches.1.trigger": {"stalled": {"for": "P2D"}},
    "stages.screen.touches.0.ask": {"kind": "confirmation"},
    "stages.interview.touches.1.trigger": {"no_reply": {"to": "invite", "within": "PT1H"}},
    "stages.interview.touches.3.trigger": {"before": {"anchor": "interview_start", "by": "PT20H"}},
    "stages.interview.touches.2.enabled": False,
}
NARROW = {
    "limits": {
        "hours": {"default": {day: ["13:00-15:00"] for day in ("mon", "wed", "thu", "fri")}},
        "caps": [{"per": "application", "window": "stage", "at_most": 1}],
    },
    "stages.interview.touches.0.channels": ["email", "sms"],
}
TOLD_TWICE = (
    "main-path", "no-answer", "quiet-hours", "stop", "anchor-moved", "anchor-cleared", "caps",
    "shared-phone", "shared-phone-morning", "declined", "unclear", "answered-in-time", "stray-yes",
    "member-answers", "wishes-pause", "stage-left", "edge-04-caps-are-elapsed-time", "frozen-map",
)  # fmt: skip


@pytest.mark.parametrize("changes", [OTHER, NARROW], ids=["other", "narrow"])
@pytest.mark.parametrize("name", TOLD_TWICE, ids=lambda name: f"story-{name}")
def test_another_version_gives_what_happens_when_it_runs(
    name: str, changes: Mapping[str, Any]
) -> None:
    path = script.STORIES / f"{name}.yaml"
    story = script.read(path)
    begin = script.moment(story.start, after=clock.wall())
    with override_settings(SHARDS=2):
        with clock.at(begin):
            told(path, changes)
            happened, itself = replayed()
            document = versions.document(
                versions.latest([MessageMap.objects.get().id]).popitem()[1]
            )
        empty()
        with clock.at(begin):
            told(path)
            _, would = replayed(document)
    assert itself == happened
    assert would == happened


# --- on other people -----------------------------------------------------------------------------

OTHERS = ("main-path", "no-answer", "quiet-hours", "anchor-moved", "caps", "stage-left", "declined")


def really(path: Path, changes: Mapping[str, Any]) -> tuple[list[Any], MapDocument]:
    """What happens when the changed map has everybody from the first, and what it says."""
    told(path, changes)
    happened, _ = replayed()
    document = versions.document(versions.latest([MessageMap.objects.get().id]).popitem()[1])
    empty()
    return happened, document


def new_map() -> MessageMap:
    """A map that nobody ever ran through."""
    return MessageMap.objects.create(
        organization=Organization.objects.get(), name="New", slug="new"
    )


@pytest.mark.parametrize("name", OTHERS, ids=lambda name: f"story-{name}")
@pytest.mark.parametrize("assigned", [True, False], ids=["of-another-map", "of-nobodys-map"])
def test_a_new_map_gives_what_happens_when_it_has_them(name: str, assigned: bool) -> None:
    path = script.STORIES / f"{name}.yaml"
    begin = script.moment(script.read(path).start, after=clock.wall())
    with override_settings(SHARDS=2):
        with clock.at(begin):
            happened, document = really(path, OTHER)
        with clock.at(begin):
            told(path, assigned=assigned)
            old, new = MessageMap.objects.get(), new_map()
            nobody = replayed(document, map=new)
            of_map = replayed(document, map=new, whom=Whom(old.id))
            real, of_family = replayed(document, map=new, whom=Whom(family="retail"))
            of_others = replayed(document, map=new, whom=Whom(family="nursing"))
            ran = Run.objects.exists()
    assert happened
    assert nobody == of_others == ([], [])
    assert of_family == happened
    assert (ran, bool(real)) == (assigned, assigned)
    assert of_map == ((real, happened) if assigned else ([], []))


# --- as long work --------------------------------------------------------------------------------


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        return {
            name: sql.rows(f'SELECT count(*) FROM "{name}"')[0][0]
            for name in connection.introspection.table_names(cursor)
        }


def started(days: int = 30, **changes: Any) -> Replay:
    map = MessageMap.objects.get()
    (newest,) = versions.latest([map.id]).values()
    raw = company.changed(versions.document(newest).dump(), changes)
    document = MapDocument.model_validate(raw)
    at = clock.now() + timedelta(seconds=1)
    return shadow.start(map, document, days=days, by="member:tests", at=at)


@pytest.fixture
def no_answer() -> Iterator[None]:
    """A story in which somebody is nudged."""
    path = script.STORIES / "no-answer.yaml"
    story = script.read(path)
    with (
        override_settings(SHARDS=2),
        clock.at(script.moment(story.start, after=clock.wall())),
    ):
        told(path)
        yield


@pytest.mark.usefixtures("no_answer")
def test_it_writes_nothing_but_its_own_row() -> None:
    replay, before = started(), rows()
    states = list(Touch.objects.order_by("id").values()), list(Run.objects.order_by("id").values())
    assert jobs.drain() == 1
    assert rows() == before
    assert states == (
        list(Touch.objects.order_by("id").values()), list(Run.objects.order_by("id").values()),
    )  # fmt: skip
    replay.refresh_from_db()
    assert (replay.state, replay.done, replay.total) == ("done", 1, 1)
    assert replay.result["who"] == {"more": 0, "fewer": 0, "otherwise": 0, "same": 1, "capped": 0}
    assert replay.result["before"] == replay.result["after"]


@pytest.mark.usefixtures("no_answer")
def test_what_it_says_of_a_map_without_nudges() -> None:
    replay = started(**{"stages.interview.touches.1.enabled": False})
    jobs.drain()
    replay.refresh_from_db()
    found = replay.result
    assert found["who"]["fewer"] == 1
    assert found["after"]["messages"] < found["before"]["messages"]
    assert "nudge" in found["before"]["touches"]
    assert "nudge" not in found["after"]["touches"]
    (example,) = found["examples"]["fewer"]
    sent = {one[0] for one in example["before"]} - {one[0] for one in example["after"]}
    assert sent == {"nudge", "nudge-by-mail"}
    assert list(shadow.replays_of(replay.map, replay.content_hash)) == [replay]


@pytest.mark.usefixtures("no_answer")
def test_two_processes_come_to_the_same_as_one() -> None:
    map = MessageMap.objects.get()
    (newest,) = versions.latest([map.id]).values()
    now = clock.now() + timedelta(seconds=1)
    trial = Trial(map, versions.document(newest), Window(now - LONG, now))
    one, other = Contrast(), Contrast()
    for part in contrast.parts(trial):
        one.join(part)
    for part in contrast.parts(trial, processes=2):
        other.join(part)
    assert one.plain() == other.plain()
    assert one.people == 1


@pytest.mark.usefixtures("no_answer")
def test_the_same_is_not_done_twice_and_one_that_is_cancelled_is_not_done() -> None:
    replay = started()
    assert started() == replay
    assert shadow.cancel(replay, at=clock.now())
    assert not shadow.cancel(replay, at=clock.now())
    assert jobs.drain() == 0
    assert started() != replay


@pytest.mark.usefixtures("no_answer")
def test_one_that_is_cancelled_on_the_way_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    replay, compare = started(), Trial.compare

    def slowly(self: Trial, part: Any) -> list[Any]:
        shadow.cancel(replay, at=clock.now())
        return compare(self, part)

    monkeypatch.setattr(Trial, "compare", slowly)
    jobs.drain()
    replay.refresh_from_db()
    assert (replay.state, replay.result) == ("cancelled", None)


@pytest.mark.usefixtures("no_answer")
def test_one_that_fails_says_so_and_one_whose_worker_was_lost_is_done_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replay = started()
    with monkeypatch.context() as broken:
        broken.setattr(Trial, "compare", lambda *_: 1 / 0)
        jobs.drain()
    replay.refresh_from_db()
    assert (replay.state, replay.problem) == ("failed", "ZeroDivisionError: division by zero")
    again = started()
    Replay.objects.filter(id=again.id).update(state="running", beat_at=clock.wall())
    assert jobs.drain() == 0
    Replay.objects.filter(id=again.id).update(beat_at=clock.wall() - timedelta(minutes=1))
    assert jobs.drain() == 1
    again.refresh_from_db()
    assert again.state == "done"


def lost(replay: Replay) -> None:
    """Whoever worked on it is gone."""
    long_ago = clock.wall() - timedelta(minutes=1)
    Replay.objects.filter(id=replay.id).update(state="running", beat_at=long_ago)


@pytest.mark.usefixtures("no_answer")
def test_what_ends_its_process_each_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    replay = started()

    def dies(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(Trial, "compare", dies)
    for _ in range(shadow.MOST_TRIES):
        with pytest.raises(SystemExit):
            jobs.drain()
        lost(replay)
    assert jobs.drain() == 1
    replay.refresh_from_db()
    assert (replay.state, replay.problem) == ("failed", "Its process ended 3 times in mid-work.")
    assert jobs.drain() == 0


@pytest.mark.usefixtures("no_answer")
def test_whoever_was_slow_and_is_replaced_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    replay, compare = started(), Trial.compare

    def slowly(self: Trial, part: Any) -> list[Any]:
        Replay.objects.filter(id=replay.id).update(tries=2, done=7)  # another one has begun it
        return compare(self, part)

    monkeypatch.setattr(Trial, "compare", slowly)
    jobs.drain()
    replay.refresh_from_db()
    assert (replay.state, replay.done, replay.result) == ("running", 7, None)


@pytest.mark.usefixtures("no_answer")
def test_organizations_take_turns() -> None:
    first, second = started(), started(days=7)
    elsewhere = MessageMap.objects.create(
        organization=world.organization(), name="Other", slug="other"
    )
    document = MapDocument.model_validate(first.document)
    third = shadow.start(elsewhere, document, days=30, by="member:b", at=second.created_at)
    assert shadow.waiting() == [first.id, third.id, second.id]
