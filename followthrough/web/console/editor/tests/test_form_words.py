"""Findings as the editor says them: in the words of its forms."""

from __future__ import annotations

from followthrough.web.console.editor import form_words


def test_touches_are_named_as_the_board_names_them():
    reason = "It goes out at the same moment as “thank_you”. Did you mean 'thank_you' or 'thanks'?"
    assert form_words.of(reason, "", ["thank_you"])[0] == (
        "It goes out at the same moment as “Thank you”. Did you mean “Thank you” or 'thanks'?"
    )


def test_times_and_parts_are_named_as_the_form_names_them():
    reason = "It may still go out after interview_start, although it speaks of it as ahead."
    remedy = "Put that part into {% if interview_start %}, or wait for interview_start."
    assert form_words.of(reason, remedy) == (
        "It may still go out after the interview, although it speaks of it as ahead.",
        "Put that part into {% if interview_start %}, or wait for the interview.",
    )
    assert (
        "useful_for"
        not in form_words.of(reason, "Give it some minutes, or leave useful_for out.")[1]
    )
