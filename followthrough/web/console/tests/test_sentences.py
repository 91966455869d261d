"""What happened, in words: no code of ours is left standing in them."""

import pytest

from followthrough.governance import optout_words
from followthrough.governance.models import ConsentEntry
from followthrough.web.console import sentences


@pytest.mark.parametrize("rule", [rule.id for rule in optout_words.RULES])
@pytest.mark.parametrize("state", ["granted", "revoked"])
def test_an_entry_by_their_own_words_says_so(rule, state):
    said = sentences.consent(ConsentEntry(state=state, basis=rule, channel=""))
    assert said.endswith((": they asked for it.", ": they wrote STOP.", ": they wrote START.",
                          ": they wrote YES."))  # fmt: skip


def test_any_other_basis_is_shown_as_it_is():
    said = sentences.consent(ConsentEntry(state="granted", basis="paper_form", channel="sms"))
    assert said == "May be contacted by text: paper form."
