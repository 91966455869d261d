"""What happened, in words: no code of ours is left standing in them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.governance import optout
from followthrough.governance.models import ConsentEntry
from followthrough.messages.models import Message
from followthrough.people.models import StageChange
from followthrough.web.console import sentences
from followthrough.web.console.sentences import Wall
from tests import world


@pytest.mark.parametrize("rule", sorted({rule.id for _language, rule in optout.rules()}))
@pytest.mark.parametrize("state", ["granted", "revoked"])
def test_an_entry_by_their_own_words_says_so(rule, state):
    said = sentences.consent(ConsentEntry(state=state, basis=rule, channel=""))
    assert said.endswith((": they asked for it.", ": they wrote STOP.", ": they wrote START.",
                          ": they wrote YES."))  # fmt: skip


def test_without_an_open_question_an_answer_may_still_follow_one_in_words():
    said = sentences.reading(Message(reading={"kind": "unclear", "rule": "nothing_open"}))
    assert said == "Left to a person: no yes-or-no question was open"


def test_any_other_basis_is_shown_as_it_is():
    said = sentences.consent(ConsentEntry(state="granted", basis="paper_form", channel="sms"))
    assert said == "May be contacted by text: paper form."


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (None, "Stage: Hired"),
        (1, "Stage: Hired"),
        (18, "Stage: Hired; in the ATS since Wed 3 Jun, 09:42"),
    ],
)
def test_a_change_that_was_seen_late_says_when_it_was(minutes: int | None, said: str) -> None:
    source = None if minutes is None else world.NOON - timedelta(minutes=minutes)
    row = StageChange(
        to_stage="hired", ats_stage="Hired", source_time=source, observed_at=world.NOON
    )
    assert sentences.moved(row, Wall("America/Los_Angeles", "Reno")) == said
