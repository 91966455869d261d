"""Ready answers: they fit what was asked, and mean what they say."""

from __future__ import annotations

import pytest

from followthrough.conversations import understanding
from followthrough.demo import quick
from followthrough.demo.quick import Asked


@pytest.mark.parametrize("locale", quick.QUESTION)
def test_they_are_understood_as_meant(locale: str) -> None:
    yes, no, other, question, stop = quick.answers(Asked("confirmation", locale=locale))
    read = [
        understanding.read(text, ask="confirmation").kind
        for text in (yes, no, other, question, stop)
    ]
    assert read == ["confirmed", "declined", "unclear", "unclear", "opt_out"]


@pytest.mark.parametrize("locale", quick.QUESTION)
def test_with_nothing_asked_there_is_a_question_and_a_thank_you(locale: str) -> None:
    found = [
        understanding.read(text, ask=None).kind for text in quick.answers(Asked("", locale=locale))
    ]
    assert found == ["unclear", "nothing", "opt_out"]


def test_whoever_has_stopped_may_start_again() -> None:
    assert quick.answers(Asked("confirmation", stopped=True)) == ("START",)
    assert understanding.read("START", ask=None).kind == "opt_in"


def test_a_language_without_answers_has_the_english_ones() -> None:
    assert quick.answers(Asked(locale="fr")) == quick.answers(Asked())
