"""The labelled sets: whole, kept apart, and read at least as well as they were.

The aim (`RECALL`, `PRECISION`) is checked by `make optout-figures`, which fails until then.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest

from followthrough.core.tokens import plain
from followthrough.governance.optout import LANGUAGES, figures, scorer, training
from followthrough.governance.optout.figures import Figures, Share


def test_the_labelled_files_are_those_that_were_committed():
    assert figures.changed() == []


def test_a_file_that_was_touched_or_is_missing_is_named(tmp_path, monkeypatch):
    for path in figures.LABELLED.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "en.study.tsv").write_text("not\tchanged\n")
    sums = [
        row for row in (tmp_path / "SHA256SUMS").read_text().splitlines() if "pt.test" not in row
    ]
    (tmp_path / "SHA256SUMS").write_text("\n".join(sums))
    monkeypatch.setattr(figures, "LABELLED", tmp_path)
    assert figures.changed() == ["pt.test.tsv", "en.study.tsv"]


@pytest.mark.parametrize("part", ["test", "held"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_test_or_held_out_is_learned(language: str, part: str):
    """Compared here without a message being shown."""
    apart = {_bare(one.text) for one in figures.examples(language, part)}
    learned = {
        _bare(one.text) for name in training.PARTS for one in figures.examples(language, name)
    }
    assert apart
    assert not len(apart & learned)


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", plain(text))


@pytest.mark.parametrize("part", ["test", "held"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_is_read_no_worse_than_it_was(language: str, part: str):
    found, floor = figures.figures(language, part), figures.FLOORS[part]
    assert found.recall.value >= floor.recall
    assert found.precision.value >= floor.precision
    assert found.heard.value >= floor.heard
    labels = Counter(one.label for one in figures.examples(language, part))
    assert found.recall.of == labels["opt_out"]


def test_wilson_bounds():
    low, high = Share(95, 100).bounds
    assert (round(low, 4), round(high, 4)) == (0.8882, 0.9785)
    assert Share(0, 0).bounds == (0.0, 1.0)
    assert Share(10, 10).bounds[1] == pytest.approx(1.0)


def test_an_ambiguous_message_taken_for_a_wish_is_an_error_too():
    counts = {("opt_out", "opt_out"): 8, ("opt_out", "none"): 2, ("ambiguous", "opt_out"): 1,
              ("not", "opt_out"): 1, ("not", "none"): 5}  # fmt: skip
    found = Figures(Counter(counts))
    assert found.recall == Share(8, 10)
    assert found.precision == Share(8, 10)
    assert found.heard == Share(8, 10)
    assert not found.good_enough


def test_the_script_shows_no_message_of_the_test_and_fails_below_the_aim(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["figures", "--verbose"])
    monkeypatch.setattr(figures, "figures", lambda *_: Figures(Counter({("opt_out", "none"): 1})))
    with pytest.raises(SystemExit, match="Below the aim"):
        figures.main()
    shown = capsys.readouterr().out
    assert not any(
        one.text in shown
        for language in LANGUAGES
        for one in figures.examples(language, "test")
        if len(one.text) > 30
    )


def test_what_is_learned_tells_apart_what_it_was_learned_from():
    asks = ["leave my phone in peace", "please stop texting me", "take my number off your list"]
    asks_not = ["see you on thursday at ten", "my bus is late", "where do i park"]
    known = [training.Known(training.known(text), text in asks) for text in asks + asks_not]
    weights = training.learned(known, rounds=30)
    assert all((scorer.probability(one.features, weights) > 0.5) == one.true for one in known)


def test_the_figures_run_from_the_command_line():
    done = subprocess.run(
        [sys.executable, "-m", "followthrough.governance.optout.figures", "--parts", "study"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "en study" in done.stdout
