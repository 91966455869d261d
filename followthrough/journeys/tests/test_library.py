"""Every text of the library: complete, in both languages, short enough, and asking for nothing
that a carrier takes for something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from followthrough.core import segments
from followthrough.governance import introduction
from followthrough.journeys import documents, library
from followthrough.journeys.definition import Content, MapDocument, TouchDef
from followthrough.messages import templates

SLUGS = (
    "campus-event-leads",
    "hourly-warehouse",
    "nursing-credentials",
    "offer-to-first-day",
    "professional-multi-round",
    "retail-store",
)
SATURDAY = "2026-06-06T21:30:00+00:00"  # in Spanish it has a letter that makes a text dear
MIDNIGHT = "2026-06-08T07:00:00+00:00"
PERSON = {
    "candidate.given_name": "María",
    "candidate.family_name": "Muñoz",
    "company": "Northwind",
    "requisition.title": "Warehouse associate",
    "site.name": "Reno",
    "site.address": "1200 Vista Blvd, Sparks",
    "zone": "America/Los_Angeles",
    "preferences_url": "https://example.org/p/x",
}
# What carriers take for an opt-out or an opt-in; STOP may stand where it stops.
CARRIER_WORDS = re.compile(
    r"\b(?:YES|S[IÍ]|CANCEL|END|QUIT|UNSUBSCRIBE|START|UNSTOP|STOPALL|REVOKE|OPTOUT)\b"
)


class Said(NamedTuple):
    """One text of a map: where it stands, by which channel, in which language."""

    place: str
    channel: str
    locale: str
    texts: Mapping[str, str]


@pytest.fixture(params=SLUGS)
def document(request: pytest.FixtureRequest) -> MapDocument:
    return library.document(request.param)


def _contents(document: MapDocument) -> Iterator[tuple[str, Content]]:
    for key, touch in document.touches.items():
        yield key, touch.content
        yield from _replies(key, touch)


def _replies(key: str, touch: TouchDef) -> Iterator[tuple[str, Content]]:
    answers = touch.ask.answers if touch.ask else None
    for answer in (answers.confirmed, answers.declined) if answers else ():
        if answer.reply:
            yield f"{key}.reply", answer.reply


def _said(document: MapDocument) -> Iterator[Said]:
    for place, content in _contents(document):
        for channel, by_locale in content.plain("en").items():
            for locale, texts in by_locale.items():
                yield Said(place, channel, locale, texts)


def _filled(document: MapDocument, source: str, locale: str, *, at: str = SATURDAY) -> str:
    anchors = {name for name in document.anchors.values() if name}
    values = {**PERSON, **dict.fromkeys(anchors, at), "locale": locale}
    return templates.render(source, values).strip()


def _texts(document: MapDocument) -> Iterator[tuple[Said, str]]:
    for said in _said(document):
        if said.channel == "sms":
            yield said, _filled(document, said.texts["body"], said.locale)


def test_the_library_has_six_maps_in_both_languages() -> None:
    entries = library.entries()
    assert tuple(sorted(one.slug for one in entries)) == SLUGS
    assert {one.languages for one in entries} == {("en", "es")}
    assert all(one.name and one.description.endswith(".") and one.touches for one in entries)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_map_is_checked_and_comes_back_byte_for_byte(slug: str) -> None:
    source = library.source(slug)
    read = documents.read_yaml(source)
    assert documents.check(read.dump()) == read
    assert documents.write_yaml(read, like=source) == source


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(library.UnknownMap, match=r"lighthouse.*hourly-warehouse"):
        library.source("lighthouse")


def test_every_text_is_in_both_languages(document: MapDocument) -> None:
    for place, content in _contents(document):
        for channel, by_locale in content.plain("en").items():
            assert set(by_locale) == {"en", "es"}, f"{place} by {channel}"


def test_every_mail_has_a_subject_and_is_signed(document: MapDocument) -> None:
    for said in _said(document):
        if said.channel == "email":
            assert said.texts["subject"], said.place
            assert "{{ company }}" in said.texts["body"].rstrip().splitlines()[-1], said
            assert ".reply" in said.place or said.texts["preheader"], said


def test_every_text_fits_in_three_parts(document: MapDocument) -> None:
    long = [(one.place, one.locale, len(text), text) for one, text in _texts(document)
            if segments.count(text) > 3]  # fmt: skip
    assert not long


def test_every_text_names_the_company(document: MapDocument) -> None:
    nameless = [
        one.place for one, text in _texts(document)
        if "Northwind" not in text and not one.place.endswith(".reply")
    ]  # fmt: skip
    assert not nameless


def test_nothing_is_asked_that_carriers_take_for_something_else(document: MapDocument) -> None:
    found = [(one.place, CARRIER_WORDS.findall(text)) for one, text in _texts(document)]
    assert not [one for one in found if one[1]]


def test_the_first_text_introduces_itself(document: MapDocument) -> None:
    """By its own words: nothing has to be added to it."""
    first = next(touch for touch in document.touches.values() if touch.content.sms)
    for locale in ("en", "es"):
        assert first.content.sms is not None
        text = _filled(document, first.content.sms[locale].body, locale)
        assert introduction.missing(text, "Northwind", introduction.ALL) == ()


def test_a_no_is_never_a_text(document: MapDocument) -> None:
    for touch in document.of_stage("rejected"):
        assert touch.channels == ["email"]


@pytest.mark.parametrize("locale", ["en", "es"])
def test_what_is_not_known_leaves_no_hole(document: MapDocument, locale: str) -> None:
    """Nobody's name, and a site without an address: no two spaces, no comma without a word."""
    unknown = {**PERSON, "candidate.given_name": "", "site.address": "", "locale": locale}
    anchors = {name for name in document.anchors.values() if name}
    for said in _said(document):
        if said.locale != locale:
            continue
        for source in said.texts.values():
            text = templates.render(source, {**unknown, **dict.fromkeys(anchors, SATURDAY)})
            assert not re.search(r"[^\n ] {2}| [,.:;?]|, ?[,.]", text), (said.place, text)


def test_a_first_day_without_an_hour_is_said_without_one(document: MapDocument) -> None:
    """Some systems know only the day: what begins at midnight has no hour."""
    for said in _said(document):
        for source in said.texts.values():
            if "start_date" in templates.check(source) and "local_clock" not in source:
                text = _filled(document, source, said.locale, at=MIDNIGHT)
                assert "12:00" not in text, said.place
            assert "start_date | local_clock" not in source, said.place
