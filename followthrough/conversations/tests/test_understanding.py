"""What candidates write, and what it means, as tables."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.conversations.understanding import read
from tests import growth

CONFIRMED = """
ok|OK!|okay|Okay.|K|yes|Yes|YES!!!|y|Y|yep|yeah|yup|yesss|sure|Sure!|of course|confirm|Confirmed
I confirm|see you there|See you then!|I'll be there|I’ll be there|ill be there|I will be there
👍|👍🏽|✅|👌|1|1.|1️⃣|yes thanks|Yes, thank you!|Ok thank you 😊|Yes!! See you there 🙏|sounds good
Yes I will be there, thanks so much|Good morning, yes I confirm|can't wait to see you there|will do
Yes, I'll be there for my interview|no problem|No problem, see you there|Sure, works for me
sí|Si|SÍ|confirmo|Sí, confirmo|ahí estaré|Ahi estare gracias|sí claro|claro que sí|de acuerdo|vale
Hola, buenos días. Sí, ahí estaré. Muchas gracias|\u200byes\u200b|ｙｅｓ
"""
DECLINED = """
no|No.|NO|nope|Nah|n|No thanks|no thank you|can't make it|I can't make it|I cant make it sorry
Sorry I can't make it, my car broke down|cannot|I cannot|I can't|won't make it|I won't be there
I will not be there|I'm not coming|unable to attend|I need to reschedule|need to reschedule|2|👎|❌
have to cancel sorry|not interested|I'm no longer interested|I found another job
no puedo|No puedo ir|Lo siento, no puedo asistir|no podré|necesito reprogramar|no me interesa
No gracias|tengo que cancelar
"""
UNCLEAR = """
yes?|ok?|Yes but I will be late|yes, tomorrow|Yes at 3pm|can we do Tuesday|yes no|no yes
No wait yes|maybe|I think so|who is this|What should I bring?|thanks|hello|perfect|...|🤔|yes 😢
no I have not received the address|can't find the building|I can make it at 10|10|1 2|sí pero tarde
si puedo ir el lunes|¿a qué hora?|yes my mother will drive me|ok let me check|I'll try
I told my boss I can't make it to work so I am free|running late|should I stop by the office?
No need to reschedule|i cant make it monday|can i cancel my interview|y?|yes, where is it
Liked “Hi Ada, reply YES to confirm or STOP to end”|👍 to “Reply STOP to end”
"""


def written(table):
    return [one for line in table.strip().splitlines() for one in line.split("|")]


@pytest.mark.parametrize("text", written(CONFIRMED))
def test_a_clear_yes_confirms(text):
    assert read(text, ask="confirmation").kind == "confirmed"


@pytest.mark.parametrize("text", written(DECLINED))
def test_a_clear_no_declines(text):
    assert read(text, ask="confirmation").kind == "declined"


@pytest.mark.parametrize("text", written(UNCLEAR))
def test_doubt_goes_to_a_person(text):
    assert read(text, ask="confirmation").kind == "unclear"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("STOP", "opt_out"), ("stop texting me", "opt_out"), ("CANCEL", "opt_out"),
     ("no más", "opt_out"), ("I had to stop", "ambiguous_stop"), ("HELP", "help"),
     ("START", "opt_in")],
)  # fmt: skip
def test_opt_out_words_come_before_the_open_ask(text, kind):
    assert read(text, ask="confirmation").kind == kind


@pytest.mark.parametrize(
    "text", ["thanks", "Thank you!", "THANKS", "gracias", "ok thanks", "thank you so much 😊", "🙏"]
)
def test_a_plain_thank_you_needs_nobody_when_nothing_is_open(text):
    assert read(text, ask=None).kind == "nothing"


@pytest.mark.parametrize(
    "text", ["thanks, what time?", "ok", "who is this", "gracias por nada", "👍"]
)
def test_anything_else_with_nothing_open_is_unclear(text):
    assert read(text, ask=None).kind == "unclear"


def test_yes_with_nothing_open_is_an_opt_in():
    assert read("yes", ask=None).kind == "opt_in"


def test_an_ask_without_a_grammar_is_unclear():
    assert read("yes", ask="screener").kind == "unclear"


@pytest.mark.parametrize("ask", [None, "confirmation"])
@pytest.mark.parametrize("text", ["", "   ", "\n", "\u200b\ufeff"])
def test_nothing_is_nothing(text, ask):
    assert read(text, ask=ask).kind == "nothing"


def test_a_machine_engages_nobody_but_its_opt_out_counts():
    assert (
        read("I am out of office until Monday", ask="confirmation", automatic=True).kind
        == "nothing"
    )
    assert read("yes", ask="confirmation", automatic=True).kind == "nothing"
    assert read("yes", ask=None, automatic=True).kind == "nothing"
    assert read("I had to stop", ask=None, automatic=True).kind == "nothing"
    assert read("unsubscribe", ask=None, automatic=True).kind == "opt_out"


def test_a_reaction_with_our_own_words_is_no_opt_out():
    assert read("Liked “Reply STOP to end”", ask=None).kind == "nothing"
    assert read("want to “stop”", ask=None).kind == "ambiguous_stop"


def test_the_span_shows_the_words():
    text = "Sorry, I can't make it today's my mother's birthday"
    reading = read(text.replace(" today's", ","), ask="confirmation")
    assert reading.kind == "declined"
    assert text[slice(*reading.span)] == "I can't make it"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.sampled_from([None, "confirmation", "slot"]), st.booleans())
def test_any_text_has_a_reading_with_its_place(text, ask, automatic):
    reading = read(text, ask=ask, automatic=automatic)
    assert reading.kind in {
        "opt_out", "ambiguous_stop", "opt_in", "help",
        "confirmed", "declined", "unclear", "nothing", "wrong_number",
    }  # fmt: skip
    assert reading.rule
    assert 0 <= reading.span[0] <= reading.span[1] <= len(text)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(written(CONFIRMED)), st.sampled_from(written(DECLINED)))
def test_both_at_once_are_never_clear(yes, no):
    assert read(f"{yes}. {no}", ask="confirmation").kind in ("unclear", "declined")
    assert read(f"{no}. {yes}", ask="confirmation").kind in ("unclear", "declined")


@pytest.mark.parametrize(
    "piece", ["yes ", "no ", "? ", "“", "Liked “", "y", "not going to ", "👍 to "]
)
def test_hostile_length_costs_linear_time(piece):
    grown = growth.growth(lambda size: read((piece * size)[:size], ask="confirmation"))
    assert grown < growth.SQUARE / 2


@pytest.mark.parametrize(
    "text",
    [
        "On Mon, Jun 1, Acme wrote:\n> Hi\n\nSTOP",
        "On the form I wrote:\nplease stop texting me",
        "A friend of mine wrote:\nSTOP",
        "-- Original message --\nSTOP",
    ],
)
def test_what_stands_below_a_quote_is_heard(text: str) -> None:
    assert read(text, ask=None).kind == "opt_out"


@pytest.mark.parametrize(
    "head",
    [
        "From: Acme <jobs@acme.example>\nSent: Monday\nTo: me",
        "On Mon, 1 Jun 2026 at 10:00, Acme\n<jobs@acme.example> wrote:",
        "De: Acme\nEnviado: lunes\nPara: mi",
    ],
)
def test_our_own_words_quoted_below_an_answer_stop_nobody(head: str) -> None:
    text = f"Thanks, Thursday at ten works\n\n{head}\n\nReply STOP to get no more messages."
    assert read(text, ask=None).kind == "unclear"
