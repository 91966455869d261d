"""Opt-outs: tables of what carriers, the FCC and people write, and what must not change it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.governance import optout, optout_phrases
from followthrough.governance.optout import scorer
from followthrough.governance.optout.scorer import Chances

CARRIERS = """
STOP|STOPALL|UNSUBSCRIBE|END|QUIT|CANCEL|REVOKE|OPTOUT|OPT-OUT|ARRET|TD|REMOVE
stop|quit|end|revoke|opt out|cancel|unsubscribe
"""
OPT_OUT = """
Stop.|stop!!|  stop  |StOp|STOP ALL|Opt Out.|opt_out|Stop. Thank you|STOP PLEASE|please stop
Please STOP, thanks|stop stop stop
S T O P|s.t.o.p|O P T O U T|Stop now|ok stop|STOP 🛑|🙏 stop|“STOP”
stpo|sotp|stoppp|STOOOP|st0p|ѕтор|ＳＴＯＰ|unsuscribe|pls quit txting me|k stop
stop texting me|please stop texting me|Please, stop texting me!|stop messaging|stop contacting me
quit texting me|stop sending me texts|stop sending messages|stop the texts|stop all messages
take me off your list|Please take me off of this list|remove me from your list|remove my number
unsubscribe me|opt me out|I want to opt out|I'd like to unsubscribe|I would like to opt out please
do not contact me|Don't text me|Don’t text me again|dont message me anymore|do not call me
no more texts|no more messages please|leave me alone|I revoke my consent|never text me again
wrong number, stop|Wrong person. Please don't text again.|please unsubscribe me from this
I got a job already so please stop texting me|Got a job already. STOP|Stop. I found another job
Hi, stop texting me. I never applied.|Why don't you stop texting me
baja|BAJA|alto|parar|Parar por favor|no más|No mas|no más gracias|no me escriban más
ya no me escriban|no me manden más|no me manden más mensajes|No me envíen más mensajes por favor
dejen de escribirme|no quiero más mensajes|quítenme de la lista|denme de baja|quiero darme de baja
arrête|arrêtez de m'écrire|ne m'écrivez plus|plus de sms svp|désinscrivez-moi|stop les sms
retirez-moi de la liste|je ne veux plus recevoir vos messages|laissez-moi tranquille
parar|sair|pare de me mandar mensagem|não me mandem mais mensagens|me tira da lista
não quero mais receber mensagens|chega de sms|descadastrar|apaguem o meu número
"""
AMBIGUOUS = """
stop?|Cancel please|please cancel|can you stop texting my old number?|atop
I had to stop, car trouble|If you don't hire me, stop texting me|your text says reply STOP
don't contact me before 5|I might want to opt out later|stop it with the interview questions
when will you stop texting me after the interview
stop texting me until Monday|no me escriban hasta el lunes|ya basta|stop peut-être|Sair... acho
STOP. Also is my interview still Thursday?|stop sending me letters|no me llamen Carlos
unsubscribe me but still let me know if I got the job
Stop the alerts. Keep me posted on the interview
"""
NEITHER = """
should I stop by the office?|can I cancel my interview?|no me manden más cobros duplicados|ok|no
I will stop by at 5|which bus stop is it|is it a non-stop shift|the last stop on the blue line
I quit my job|end of the month works|I need to cancel my interview|can you remove the second address
Don't stop texting me|I had to stop working in May|what does the info desk look like|I need help
yes please|start date|when do I start?|my stop is the last one|unstoppable|stopwatch
thanks|thank you so much|ok thanks|sounds good
see you tomorrow|I'm here|running late|on my way|gracias|vale, hasta mañana|merci|à demain|obrigado|
can't stop smiling|please don't stop texting me|No dejen de escribirme|¿En qué parada me bajo?
n'arrêtez surtout pas|je suis en arrêt maladie|não parem de me avisar|onde eu paro o carro?
"""


def written(table: str) -> list[str]:
    return [one for line in table.strip().splitlines() for one in line.split("|")]


def outcome(text: str, *, ask: str | None = None) -> str:
    found = optout.read(text, ask=ask)
    return found.outcome if found else "none"


@pytest.mark.parametrize("text", written(CARRIERS) + written(OPT_OUT))
@pytest.mark.parametrize("ask", [None, "confirmation"])
def test_clear_words_stop_everything(text: str, ask: str | None):
    assert outcome(text, ask=ask) == "opt_out"


@pytest.mark.parametrize("text", written(AMBIGUOUS))
def test_what_may_be_a_stop_goes_to_a_person(text: str):
    assert outcome(text) == "ambiguous_stop"


@pytest.mark.parametrize("text", written(NEITHER))
def test_what_is_no_stop_is_left_alone(text: str):
    assert outcome(text) == "none"


@pytest.mark.parametrize("text", ["START", "start.", "UNSTOP", "Start again"])
def test_start(text: str):
    assert outcome(text, ask="confirmation") == "opt_in"


def test_yes_is_a_start_only_when_nothing_is_asked():
    assert outcome("YES") == "opt_in"
    assert outcome("YES", ask="confirmation") == "none"
    assert outcome("yes?") == "none"
    assert outcome("yes I will") == "none"


@pytest.mark.parametrize("text", ["HELP", "help!", "info", "Ayuda", "AIDE", "ajuda"])
def test_help(text: str):
    assert outcome(text, ask="confirmation") == "help"


@pytest.mark.parametrize(
    ("text", "span"),
    [("  Stop. Thank you", "Stop"), ("I got a job so please stop texting me ok", "stop texting me"),
     ("S\u200bTOP", "S\u200bTOP"), ("should we stop the interview", "stop"),
     ("Hola, ya no me escriban más", "no me escriban"), ("say: s.t.o.p", "s.t.o.p")],
)  # fmt: skip
def test_the_span_shows_the_words(text: str, span: str):
    found = optout.read(text, ask=None)
    assert found
    assert text[slice(*found.span)].startswith(span)


@pytest.mark.parametrize(
    ("text", "rule", "doubt"),
    [("STOP", "stop", ""), ("please stop texting me", "stop_contact", ""),
     ("stop texting me until Monday", "stop_contact", "limited"),
     ("stop?", "stop", "question"), ("stop sending me letters", "object", "")],
)  # fmt: skip
def test_it_names_the_rule_and_what_made_it_doubtful(text: str, rule: str, doubt: str):
    found = optout.read(text, ask=None)
    assert found
    assert (found.rule, found.doubt) == (rule, doubt)


CALM, LIKELY, UNSURE = Chances(0.0, 1.0), Chances(1.0, 0.0), Chances(0.3, 0.3)


@pytest.mark.parametrize(
    ("chances", "text", "said"),
    [(CALM, "Stop. My old phone was stolen on Monday", "opt_out"),
     (CALM, "please stop texting me every single day", "ambiguous_stop"),
     (CALM, "please stop texting me", "opt_out"),
     (CALM, "my old phone was stolen on Monday", "none"),
     (UNSURE, "my old phone was stolen on Monday", "ambiguous_stop"),
     (LIKELY, "my old phone was stolen on Monday", "opt_out"),
     (LIKELY, "was my old phone stolen on Monday?", "ambiguous_stop"),
     (LIKELY, "stolen", "ambiguous_stop"),
     (UNSURE, "stolen", "none"),
     (LIKELY, "please don't stop texting me about this job", "ambiguous_stop"),
     (LIKELY, "stop texting me until Monday morning please", "ambiguous_stop"),
     (LIKELY, "you have the wrong number for this person", "opt_out")],
)  # fmt: skip
def test_what_the_scorer_may_do(
    monkeypatch: pytest.MonkeyPatch, chances: Chances, text: str, said: str
):
    monkeypatch.setattr(scorer, "chances", lambda _: chances)
    assert outcome(text) == said


@pytest.mark.parametrize("text", ["yes", "no", "Monday suits me very well", "cancel please"])
def test_the_scorer_makes_no_opt_out_of_an_answer_to_what_was_asked(
    monkeypatch: pytest.MonkeyPatch, text: str
):
    monkeypatch.setattr(scorer, "chances", lambda _: LIKELY)
    assert outcome(text, ask="confirmation") != "opt_out"


EXAMPLES = [(rule, text) for _language, rule in optout.rules() for text in rule.examples]


@pytest.mark.parametrize(("rule", "text"), EXAMPLES, ids=lambda one: getattr(one, "id", one))
def test_every_rule_does_what_its_examples_say(rule: optout.Rule, text: str):
    said = "ambiguous_stop" if rule.outcome == "doubtful" else rule.outcome
    assert outcome(text, ask="confirmation") == said


def test_every_rule_has_a_sentence_and_an_example():
    assert {rule.id for _language, rule in optout.rules()} <= optout_phrases.RULES.keys()
    assert all(rule.examples for _language, rule in optout.rules())


@pytest.mark.parametrize(
    "head",
    ["On Mon, Jun 1, 2026 Ana wrote:", "El lun, 1 jun 2026, Ana escribió:",
     "Le lun. 1 juin 2026, Ana a écrit :", "Em seg., 1 de jun. de 2026, Ana escreveu:",
     "-----Original Message-----", "---- Mensaje original ----"],
)  # fmt: skip
def test_quoted_words_of_ours_are_not_theirs(head: str):
    assert outcome(f"Yes, fine\n\n{head}\nReply STOP to stop all messages") == "none"
    assert outcome("Yes, fine\n> Reply STOP") == "none"


# --- what changes nothing ------------------------------------------------------------------------

CLEAR = ["stop", "unsubscribe", "opt out", "no más", "stop texting me", "no me escriban más",
         "ne m'écrivez plus", "não me mandem mais mensagens"]  # fmt: skip
HARD = ["should I stop by the office?", "please don't stop texting me", "No dejen de escribirme",
        "n'arrêtez surtout pas", "não parem de me avisar", "I quit my job",
        "no me manden más cobros duplicados", "stop texting me until Monday"]  # fmt: skip
COURTESY = st.sampled_from(
    ["", "please", "thanks!", "por favor", "gracias", "svp", "merci", "obrigado"]
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CLEAR), st.data())
def test_disguises_change_nothing(text: str, data: st.DataObject):
    noise = st.sampled_from(["", "\u200b", "\u2060", "\ufe0f", "\u00ad"])
    disguised = "".join(
        data.draw(st.sampled_from([char, char.upper()])) + data.draw(noise) for char in text
    )
    edge = st.text(st.sampled_from(" .!\n\t\u200b👍"), max_size=4)
    assert outcome(data.draw(edge) + disguised + data.draw(edge), ask="confirmation") == "opt_out"


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CLEAR), COURTESY, COURTESY)
def test_courtesy_and_quotes_leave_a_clear_wish_clear(text: str, before: str, after: str):
    assert outcome(f"{before} {text}. {after}") == "opt_out"
    assert outcome(f"{text}\n> You can reply STOP. Do you want to go on?") == "opt_out"


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(HARD), COURTESY, COURTESY)
def test_courtesy_makes_no_opt_out_of_what_is_none(text: str, before: str, after: str):
    assert outcome(f"{before} {text} {after}") != "opt_out"
    assert outcome(text.upper()) != "opt_out"


HOSTILE = [
    "stop ", "a", "s t o p ", "no me ", "\u200b", "'", "> ", "On ", "\n", "dont text me agai ",
    "👍", "? ", "“", "﷽", "\u0301", "please ", "stop, ", "s.", "\0", "\ud800", "ne plus de ",
    "the of ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_length_is_read_to_the_end(piece: str):
    """A pattern that backtracks would hang here; how fast it is belongs to the benchmarks."""
    text = (piece * 100_000)[:100_000]
    found = optout.read(text, ask=None)
    assert found is None or 0 <= found.span[0] < found.span[1] <= len(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_anything_can_be_read(text: str):
    found = optout.read(text, ask=None)
    assert found is None or text[slice(*found.span)].strip()
