"""Opt-out words, as tables."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.governance import optout, optout_words

OPT_OUT = """
STOP|Stop.|stop!!|  stop  |StOp|STOPALL|STOP ALL|UNSUBSCRIBE|END|QUIT|CANCEL|REVOKE|OPTOUT|OPT-OUT
opt out|Opt Out.|opt_out|ARRET|TD|REMOVE|Stop. Thank you|STOP PLEASE|please stop|Please STOP, thanks
stop stop stop|S T O P|s.t.o.p|Stop now|ok stop|STOP 🛑|🙏 stop|“STOP”
stop texting me|please stop texting me|Please, stop texting me!|stop messaging|stop contacting me
quit texting me|stop sending me texts|stop sending messages|stop the texts|stop all messages
take me off your list|Please take me off of this list|remove me from your list|remove my number
unsubscribe me|opt me out|I want to opt out|I'd like to unsubscribe|I would like to opt out please
do not contact me|Don't text me|Don’t text me again|dont message me anymore|do not call me
no more texts|no more messages please|leave me alone|I revoke my consent|never text me again
I got a job already so please stop texting me|Got a job already. STOP|Stop. I found another job
Hi, stop texting me. I never applied.
baja|BAJA|alto|parar|Parar por favor|no más|No mas|no más gracias|no me escriban más
ya no me escriban
no me manden más|no me manden más mensajes|No me envíen más mensajes por favor|dejen de escribirme
no quiero más mensajes|quítenme de la lista|denme de baja|quiero darme de baja
"""
AMBIGUOUS = """
stop?|Cancel please|please cancel|can you stop texting my old number?
please unsubscribe me from this
I had to stop, car trouble|If you don't hire me, stop texting me|your text says reply STOP
don't contact me before 5|I might want to opt out later|stop it with the interview questions
No stop|Why don't you stop texting me|when will you stop texting me after the interview
"""
NEITHER = """
should I stop by the office?|can I cancel my interview?|no me manden más cobros duplicados|ok|no
I will stop by at 5|which bus stop is it|is it a non-stop shift|the last stop on the blue line
I quit my job|end of the month works|I need to cancel my interview|can you remove the second address
Don't stop texting me|I had to stop working in May|what does the info desk look like|I need help
yes please|start date|when do I start?|my stop is the last one|unstoppable|stopwatch|
"""


def written(table):
    return [one for line in table.strip().splitlines() for one in line.split("|")]


@pytest.mark.parametrize("text", written(OPT_OUT))
@pytest.mark.parametrize("ask", [None, "confirmation"])
def test_clear_words_stop_everything(text, ask):
    assert optout.read(text, ask=ask).outcome == "opt_out"


@pytest.mark.parametrize("text", written(AMBIGUOUS))
def test_what_may_be_a_stop_goes_to_a_person(text):
    assert optout.read(text, ask=None).outcome == "ambiguous_stop"


@pytest.mark.parametrize("text", written(NEITHER))
def test_what_is_no_stop_is_left_alone(text):
    assert optout.read(text, ask=None) is None


@pytest.mark.parametrize("text", ["START", "start.", "UNSTOP", "Start again"])
def test_start(text):
    assert optout.read(text, ask="confirmation").outcome == "opt_in"


def test_yes_is_a_start_only_when_nothing_is_asked():
    assert optout.read("YES", ask=None).outcome == "opt_in"
    assert optout.read("YES", ask="confirmation") is None
    assert optout.read("yes?", ask=None) is None
    assert optout.read("yes I will", ask=None) is None


@pytest.mark.parametrize("text", ["HELP", "help!", "info", "Ayuda"])
def test_help(text):
    assert optout.read(text, ask="confirmation").outcome == "help"


@pytest.mark.parametrize(
    ("text", "span"),
    [("  Stop. Thank you", "Stop"), ("I got a job so please stop texting me ok", "stop texting me"),
     ("S\u200bTOP", "S\u200bTOP"), ("should we stop the interview", "stop")],
)  # fmt: skip
def test_the_span_shows_the_words(text, span):
    found = optout.read(text, ask=None)
    assert text[slice(*found.span)].startswith(span)


def test_rules_have_names_of_their_own_and_known_outcomes():
    names = [rule.id for rule in optout_words.RULES]
    assert len(names) == len(set(names))
    outcomes = {rule.outcome for rule in optout_words.RULES}
    assert outcomes == {"opt_out", "ambiguous_stop", "opt_in", "help"}


@pytest.mark.parametrize("rule", optout_words.RULES, ids=lambda rule: rule.id)
def test_every_phrase_of_every_rule_is_recognised_alone(rule):
    for phrase in rule.phrases:
        found = optout.read(phrase, ask="confirmation").outcome
        shadowed = rule.id == "carrier_polite"  # alone they are the carrier's own words
        assert found == ("opt_out" if shadowed else rule.outcome), phrase


def test_quoted_words_of_ours_are_not_theirs():
    assert (
        optout.read("Yes, fine\n\nOn Mon, Jun 1, 2026 Ana wrote:\n> Reply STOP", ask=None) is None
    )


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["stop", "unsubscribe", "opt out", "no más"]), st.data())
def test_disguises_change_nothing(word, data):
    noise = st.sampled_from(["", "\u200b", "\u2060", "\ufe0f", "\u00ad"])
    disguised = "".join(
        data.draw(st.sampled_from([char, char.upper()])) + data.draw(noise) for char in word
    )
    edge = st.text(st.sampled_from(" .!\n\t\u200b👍"), max_size=4)
    text = data.draw(edge) + disguised + data.draw(edge)
    assert optout.read(text, ask="confirmation").outcome == "opt_out"


HOSTILE = [
    "stop ", "a", "s t o p ", "no me ", "\u200b", "'", "> ", "On ", "\n", "dont text me agai ",
    "👍", "? ", "“", "﷽", "\u0301",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_length_is_read_to_the_end(piece):
    """A pattern that backtracks would hang here; how fast it is belongs to the benchmarks."""
    text = (piece * 80_000)[:80_000]
    found = optout.read(text, ask=None)
    assert found is None or 0 <= found.span[0] < found.span[1] <= len(text)
