"""Which text somebody gets, and how its times are written."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from followthrough.messages.outbox import Due
from followthrough.runs import rendering
from followthrough.runs.facts import Person

VALUES = {"interview_start": "2026-06-04T19:00:00.000000Z", "zone": "America/Los_Angeles"}
SOURCE = "{{ interview_start | local_time }}"


def said(locale: str, *languages: str) -> str:
    content = {"sms": {one: {"body": f"{one}: {SOURCE}"} for one in languages}}
    due: Any = Due._make([None] * len(Due._fields))
    person: Any = Person._make([None] * len(Person._fields))
    person = person._replace(id=UUID(int=1), locale=locale)
    values = VALUES | {"locale": locale}
    return rendering.rendered(
        due._replace(origin="map", content=content), "sms", person=person, values=values
    ).body


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", "en: Thu, Jun 4, 12:00 PM"),
        ("en-GB", "en: Thu 4 Jun, 12:00"),
        ("es-MX", "es: jue 4 de jun, 12:00 pm"),
        ("es_MX", "es: jue 4 de jun, 12:00 pm"),
        ("fr-CA", "en: Thu, Jun 4, 12:00 PM"),  # an English text has English days
    ],
)
def test_times_are_written_in_the_language_of_the_text_as_the_reader_does(
    locale: str, expected: str
) -> None:
    assert said(locale, "en", "es") == expected


def test_a_text_of_their_own_country_comes_first() -> None:
    assert said("es-MX", "en", "es", "es-MX").startswith("es-MX: jue 4 de jun")
    assert said("es-AR", "en", "es", "es-MX").startswith("es: jue, 4 jun")
