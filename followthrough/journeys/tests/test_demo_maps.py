"""The two maps of the demo: they are what people will copy, so they keep their own rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from followthrough.core import segments
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.documents import read_yaml, write_yaml
from followthrough.messages import templates

MAPS = sorted((Path(__file__).parents[2] / "demo" / "maps").glob("*.yaml"))
CONTEXT = {
    "candidate.given_name": "Guadalupe",
    "candidate.family_name": "Fernández",
    "company": "Northwind Outfitters",
    "requisition.title": "Store associate",
    "site.name": "Northwind Reno",
    "site.address": "40 Meadow Lane, Reno",
    "zone": "America/Los_Angeles",
    "interview_start": "2026-06-04T21:00:00.000000Z",
    "start_date": "2026-06-15T16:00:00.000000Z",
    "document_due": "2026-06-12T00:00:00.000000Z",
}
# What a carrier or a law takes for something else than an answer to us.
TAKEN = re.compile(
    r"\b(?:reply|text|answer|responde|escribe)\W+\W?(YES|CANCEL|END|QUIT|START|BAJA|ALTO)\b",
    re.IGNORECASE,
)
# Whoever has said yes may get no more before the interview: too near, at night, or capped.
PROMISED = re.compile(r"remind|recorda", re.IGNORECASE)


def texts(document: MapDocument) -> Iterator[tuple[str, str, str, str]]:
    """Every text with the touch, channel and language it belongs to."""
    replies = [one for one in (document.replies.confirmed, document.replies.declined) if one]
    contents = [(key, content) for key, content in document.contents.items()]
    contents += [("replies", one.plain("en")) for one in replies]
    for key, touch in document.touches.items():
        said = touch.ask and touch.ask.answers
        answers = (said.confirmed.reply, said.declined.reply) if said else ()
        contents += [(f"{key}.reply", one.plain("en")) for one in answers if one]
    for key, content in contents:
        for channel, by_locale in content.items():
            for locale, text in by_locale.items():
                for source in text.values():
                    yield (
                        key,
                        channel,
                        locale,
                        templates.render(source, {**CONTEXT, "locale": locale}),
                    )


@pytest.fixture(params=MAPS, ids=lambda path: path.stem)
def written(request: pytest.FixtureRequest) -> str:
    return request.param.read_text()


def test_there_are_two() -> None:
    assert [path.stem for path in MAPS] == ["retail", "warehouse"]


def test_it_reads_and_comes_back_as_it_was(written: str) -> None:
    assert write_yaml(read_yaml(written), like=written) == written


def test_texts_are_short_ask_one_thing_and_use_no_taken_word(written: str) -> None:
    for key, channel, locale, text in texts(read_yaml(written)):
        where = f"{key} {channel} {locale}: {text}"
        assert not TAKEN.search(text), where
        assert text.count("?") <= 2, where
        if channel == "sms":
            assert segments.count(text) <= (2 if locale == "en" else 4), where
            assert "{{" not in text, where


def test_no_answer_promises_what_may_not_happen(written: str) -> None:
    for key, channel, locale, text in texts(read_yaml(written)):
        if key == "replies" or key.endswith(".reply"):
            assert not PROMISED.search(text), f"{key} {channel} {locale}: {text}"


def test_every_text_has_both_languages(written: str) -> None:
    for key, content in read_yaml(written).contents.items():
        assert all(set(by_locale) == {"en", "es"} for by_locale in content.values()), key


def test_the_first_text_names_the_company_and_says_how_to_stop(written: str) -> None:
    document = read_yaml(written)
    first = document.of_stage("applied")[0]
    for locale in ("en", "es"):
        body = document.contents[first.key]["sms"][locale]["body"]
        assert "{{ company }}" in body
        assert "STOP" in body


def test_they_use_every_trigger_between_them() -> None:
    documents = [read_yaml(path.read_text()) for path in MAPS]
    used = {touch.trigger.kind for one in documents for touch in one.touches.values()}
    assert used == {"stage_entered", "before", "after", "no_reply", "stalled", "event"}
