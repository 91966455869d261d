"""Every story in `tests/stories` is played through the real path; see `tests/story`."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from followthrough.core import clock
from tests.story import carrier, expectations, script, teller, timeline

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "path", list(script.every()), ids=lambda path: f"story-{script.called(path)}"
)
def test_story(path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture) -> None:
    story = script.read(path)
    printing = request.config.getoption("--story-print")
    lines = [f"\n{story.title}"]
    with (
        override_settings(SHARDS=2),  # each costs a handful of queries in every turn
        clock.at(script.moment(story.start, after=clock.wall())),
        carrier.between() as carried,
    ):
        telling = teller.begin(story, carried)
        for number, step in enumerate(story.steps, start=1):
            teller.tell(telling, step)
            if printing:
                lines.append(timeline.told(telling, step))
            _check(telling, step, f"{script.called(path)}, step {number}")
    if printing:
        with capsys.disabled():
            print("\n".join(lines))


def _check(telling: teller.Telling, step: script.Step, place: str) -> None:
    try:
        expectations.check(telling, step)
    except AssertionError as problem:
        problem.add_note(f"{place}:\n{timeline.told(telling, step)}")
        raise


def test_a_misspelt_word_is_no_silence(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("title: Wrong\nsteps:\n  - candidat: OK\n")
    with pytest.raises(ValueError, match="candidat"):
        script.read(path)


def test_the_database_is_the_tests_own() -> None:
    assert connection.settings_dict["NAME"].startswith("test_")
