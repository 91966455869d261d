"""Strangers who write back, and candidates who only sound like it."""

from __future__ import annotations

import pytest

from followthrough.conversations import wrong_number, wrong_number_words
from followthrough.conversations.understanding import read

NAMES = ("Maria", "Maria Lopez")

STRANGERS = [
    ("wrong number", "en"), ("Wrong number!", "en"), ("Sorry, wrong number", "en"),
    ("You have the wrong person.", "en"), ("not maria", "en"), ("Not Maria", "en"),
    ("This isn't Maria, sorry", "en"), ("I'm not Maria. This is John", "en"),
    ("There is no Maria here", "en"), ("wrong number, stop texting me", "en"),
    ("STOP. Wrong number", "en"), ("this is not Maria's number", "en"),
    ("I am not Maria Lopez", "en"), ("hi, you have the wrong number, please remove me", "en"),
    ("Número equivocado", "es"), ("Se equivocó de número", "es"), ("No soy María", "es"),
    ("Este no es el número de María", "es"), ("Hola, no soy la persona que buscan", "es"),
    ("Mauvais numéro", "fr"), ("Désolé, vous vous trompez de numéro", "fr"),
    ("Je ne suis pas Maria", "fr"), ("Ce n'est pas le bon numéro", "fr"),
    ("Número errado", "pt"), ("Não sou a Maria", "pt"), ("Você se enganou de número", "pt"),
]  # fmt: skip

NOT_STRANGERS = [
    "Is this the wrong number?",
    "Do you have the wrong number for me? Call 775 555 0123",
    "I gave you the wrong number, my new one is 7755550123",
    "The wrong number is on your website",
    "My resume has the wrong phone number on it",
    "I went to the wrong person at the desk",
    "Not Tuesday",
    "I'm not free",
    "I'm not able to come",
    "not maria's fault, but the manager was rude",
    "Number 4 is wrong in the form",
    "Maria",
    "This is Maria",
    "No soy de aquí",
    "No es posible",
    "Numéro 4, c'est faux",
    "Wrong number of hours on my paystub",
    "Wrong number. Well, it is my husband's phone and he is at work until late tonight, call later",
    "",
]


@pytest.mark.parametrize(("text", "language"), STRANGERS)
def test_a_stranger_is_understood(text, language):
    found = read(text, ask=None, names=NAMES)
    assert (found.kind, found.language) == ("wrong_number", language)
    assert text[slice(*found.span)]


@pytest.mark.parametrize("text", NOT_STRANGERS)
@pytest.mark.parametrize("ask", [None, "confirmation"])
def test_what_leaves_a_doubt_takes_no_address_away(text, ask):
    assert read(text, ask=ask, names=NAMES).kind != "wrong_number"


@pytest.mark.parametrize("name", ["Free", "Will", "Happy", "Sure"])
def test_a_name_that_is_also_an_answer_is_left_to_a_person(name):
    assert read(f"I'm not {name}", ask="confirmation", names=(name,)).kind != "wrong_number"


def test_without_a_name_nobody_is_not_that():
    assert read("not maria", ask=None).kind != "wrong_number"
    assert read("not ", ask=None, names=("", " ")).kind != "wrong_number"


def test_a_machine_is_no_stranger():
    assert read("Wrong number", ask=None, automatic=True).kind == "nothing"


def test_every_phrase_is_written_plain_and_once():
    for phrases in wrong_number_words.WRONG.values():
        assert len(phrases) == len(set(phrases))
        assert all(wrong_number._words(one) == tuple(one.split()) for one in phrases)
