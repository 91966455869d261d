"""What a first message must say, and what is added where it does not."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import pytest

from followthrough.governance import gate, introduction
from followthrough.governance.decisions import Rendered, Send
from followthrough.governance.introduction import ALL, AUTOMATED, COMPANY, STOP
from followthrough.governance.tests.cases import NOON, draft, facts, option, policy

LANGUAGES = ("en", "es", "fr", "pt")


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("Hello Ada", (COMPANY, AUTOMATED, STOP)),
        ("NORTHWIND: hello", (AUTOMATED, STOP)),
        ("Northwind’s automated assistant here. Reply STOP to end.", ()),
        ("Northwind: respondeu? Responda PARAR. Mensagem automática.", ()),
        ("Northwind: message automatique. ARRÊT pour arrêter.", ()),
        ("Northwind: mensaje automático. Responde ALTO.", ()),
        ("Northwind: the Automation Engineer role, near the bus STOP", (AUTOMATED, STOP)),
        ("Stop by Northwind", (AUTOMATED, STOP)),  # a stop that offers no way out
        ("", (COMPANY, AUTOMATED, STOP)),
    ],
)
def test_what_a_text_leaves_out(text, lacks):
    assert introduction.missing(text, "Northwind", ALL) == lacks


def parts():
    return [found for size in (1, 2, 3) for found in combinations(ALL, size)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lacking", parts(), ids="+".join)
def test_what_is_added_says_what_was_missing_in_every_language(language, lacking):
    line = introduction.LINES[language][lacking].format(company="Northwind")
    still = set(introduction.missing(line, "Northwind", ALL))
    assert still.isdisjoint(lacking), line


def one(text="Hello Ada", purpose="informational", origin="map", known=False):
    first = None if known else partial(introduction.introduce, "Northwind", "es-MX")
    given = draft(
        purpose=purpose, origin=origin, reply_to_at=NOON,
        options=[option(render=lambda _: Rendered(text), introduce=first)],
    )  # fmt: skip
    (decision,) = gate.decide([given], facts(), policy(), NOON)
    return decision


def test_the_first_message_introduces_us_and_the_receipt_says_what_was_added_and_who_asks_for_it():
    decision = one()
    assert decision.rendered.body == (
        "Hello Ada\nNorthwind: mensajes automáticos sobre tu solicitud."
        " Responde ALTO para no recibirlos."
    )
    ((outcome, detail),) = [check[1:] for check in decision.checks if check[0] == "introduced"]
    assert outcome == "pass"
    assert detail["added"] == ["company", "automated", "stop"]
    assert "us-federal" in detail["rules"]


@pytest.mark.parametrize(
    "given",
    [{"known": True}, {"purpose": "service"},
     {"text": "Northwind: mensaje automático. Responde ALTO."}],
)  # fmt: skip
def test_what_needs_no_introduction_stays_as_it_is(given):
    decision = one(**given)
    assert decision.rendered.body == given.get("text", "Hello Ada")


def test_what_a_person_wrote_is_not_called_automated():
    decision = one(origin="member", purpose="reply")
    assert isinstance(decision, Send)
    assert "automátic" not in decision.rendered.body
    assert "Northwind" in decision.rendered.body


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_text_that_says_nothing_is_not_made_one_by_its_introduction(text):
    assert one(text=text).code == "empty_text"
