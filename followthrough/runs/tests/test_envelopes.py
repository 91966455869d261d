"""What a mail has beside its text, through a real mail server."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from followthrough.channels.contract import Envelope, SenderConfig
from followthrough.channels.email.adapter import Email
from followthrough.channels.tests.fakes import serving
from followthrough.core.ids import uuid7
from followthrough.people import links
from followthrough.runs import envelopes

CANDIDATE, POINT = uuid7(), uuid7()


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = "https://talent.northwind.example"


def person(**changed):
    return SimpleNamespace(
        **{"id": CANDIDATE, "company": "Northwind", "locale": "en-US", **changed}
    )


def sending(purpose="informational"):
    return SimpleNamespace(
        body="See you on Thursday.", contact_point_id=POINT,
        touch=SimpleNamespace(purpose=purpose, origin="map"),
    )  # fmt: skip


def sender(**config):
    return SenderConfig(uuid7(), "email", "email", "jobs@northwind.example", config)


def test_the_foot_names_who_writes_from_where_why_and_how_it_is_stopped():
    body, _ = envelopes.mail(sending(), sender(), person(), "1 Main Street\nReno, NV 89502")
    text, foot = body.split("\n\n-- \n")
    assert text == "See you on Thursday."
    assert foot.splitlines() == [
        "Northwind, 1 Main Street, Reno, NV 89502",
        "You get this mail about a job at Northwind. It was sent automatically.",
        f"Choose what you get, or stop it: {links.preferences(CANDIDATE)}",
    ]


@pytest.mark.parametrize("locale", ["es-MX", "fr", "pt_BR"])
def test_the_foot_is_in_their_language(locale):
    body, _ = envelopes.mail(sending(), sender(), person(locale=locale), "")
    assert envelopes.WHY[locale[:2]].format(company="Northwind") in body


def test_where_no_address_is_known_the_company_stands_alone():
    assert envelopes.foot(person(), "").splitlines()[0] == "Northwind"


def test_a_mail_can_be_sent_instead_where_it_reaches_us():
    _, headers = envelopes.mail(
        sending(), sender(inbound_address="in@northwind.example"), person(), ""
    )
    assert headers["List-Unsubscribe"] == (
        f"<{links.unsubscribe(POINT)}>,"
        " <mailto:in@northwind.example?subject=unsubscribe&body=unsubscribe>"
    )


def test_a_service_mail_has_a_foot_and_nothing_to_unsubscribe_from():
    body, headers = envelopes.mail(sending("service"), sender(), person(), "")
    assert "Choose what you get" in body
    assert not headers


def test_both_headers_reach_the_mail_server_as_they_are():
    async def run():
        async with serving("smtp", {}) as (mails, port):
            to = sender(host="127.0.0.1", port=port, security="none",
                        inbound_address="in@northwind.example")  # fmt: skip
            body, headers = envelopes.mail(sending(), to, person(), "1 Main Street")
            await Email().send(Envelope("k", to, "ada@example.org", body, "Thursday", headers))
            return mails

    (mail,) = asyncio.run(run())
    raw = mail["headers"]
    assert raw["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    ways = "".join(raw["List-Unsubscribe"].split())
    assert ways.startswith(f"<{links.unsubscribe(POINT)}>,<mailto:in@northwind.example?")
    assert "=?" not in raw["List-Unsubscribe"]  # plain, so that it can be signed and read
