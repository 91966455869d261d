"""In which language a preview shows a life: of a real candidate, and of somebody invented."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.conversations import understanding
from followthrough.core import clock
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import Draft
from followthrough.people.models import Application
from followthrough.runs import engine
from followthrough.runs.replay import preview
from followthrough.runs.replay.life import Life, Visit
from tests.company import changed
from tests.properties.life import Life as Company
from tests.properties.life import lived
from tests.test_preview_page import ZONE, document, read, signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def life():
    with lived() as made:
        yield made


def spanish(life: Company) -> MapDocument:
    """The map with an invitation that is only for who reads Spanish."""
    only = {"field": "candidate.locale", "op": "is", "value": "es"}
    return MapDocument.model_validate(
        changed(document(life).dump(), {"stages.screen.touches.0.when": only})
    )


def test_a_real_candidates_life_is_shown_in_another_language_of_the_map(life):
    client, map = signed_in(life), life.company.maps["associates"]
    life.ats("app-1", stage="New")
    engine.drain()
    page, one = reverse("preview-map", args=[map.id]), Application.objects.get()
    about = {"application": str(one.id), "answers": "yes"}
    own = read(client, page, about)
    assert '<option value="" selected>Their own (English)</option>' in own
    assert '<option value="en">English</option>' in own
    assert '<option value="es">Spanish</option>' in own
    assert 'value="fr"' not in own
    assert "Texts are shown in" not in own
    assert "Texts are shown in" not in read(client, page, about | {"language": "en"})
    found = client.get(page, about | {"language": "es"})
    shown = found.content.decode()
    assert shown.index("Texts are shown in Spanish. Their own language is English.") < (
        shown.index("How it ends")
    )
    assert '<option value="es" selected>Spanish</option>' in shown
    assert found.context["wall"] == client.get(page, about).context["wall"]
    assert '<p class="text">Sí</p>' in shown
    assert '<p class="text">Sí</p>' not in own
    assert "would go out" not in read(client, page, about | {"language": "fr"})
    assert 'name="language"' not in read(client, page)
    assert '<input type="hidden" name="language" value="es">' in shown  # for whom they find next
    found = read(client, page, {"q": "zuleika", "language": "es"})
    assert f'?application={one.id}&amp;language=es"' in found
    assert "language=fr" not in read(client, page, {"q": "zuleika", "language": "fr"})


@pytest.mark.parametrize(
    ("language", "text", "verdict"), [("", "we have your", "drop"), ("es", "tenemos tu", "send")]
)
def test_texts_and_conditions_go_by_the_language_and_nothing_else_does(
    life, language, text, verdict
):
    """Their zone and their opt-out are theirs, and they stay who they are."""
    life.ats("app-1", stage="Screen")
    engine.drain()
    one = Application.objects.get()
    wanted = Life([Visit("screen", clock.now()), Visit("applied", clock.now() + DAY)], "never")
    map = life.company.maps["associates"]
    found = preview.of_application(
        map, spanish(life), one, wanted, now=clock.now(), language=language
    )
    texts = {step.key: step.body for step in found.steps if step.verdict == "send"}
    assert text in texts["thanks"]
    assert [step.verdict for step in found.steps if step.key == "screening"] == [verdict]
    one.candidate.refresh_from_db()
    assert (one.candidate.locale, found.zone) == ("en", ZONE)
    life.says("STOP")
    life.passes(timedelta(minutes=1))
    silent = preview.of_application(
        map, spanish(life), one, wanted, now=clock.now(), language=language
    )
    assert silent.sent == 0


def test_their_answers_are_words_that_are_read_so():
    for words in preview._WORDS.values():
        for answer, body in words.items():
            kind, rule = preview._KINDS[answer]
            found = understanding.read(body, ask="confirmation")
            assert (found.kind, found.rule) == (kind, rule)


def test_somebody_invented_reads_the_languages_of_the_map_first(life):
    client, map = signed_in(life), life.company.maps["associates"]
    page = reverse("preview-map", args=[map.id])
    raw = document(life).dump() | {"default_locale": "es-MX"}
    text = {"sms": {"es-MX": {"body": "Hola."}, "de": {"body": "Hallo."}}}
    raw = changed(raw, {"stages.applied.touches.0.content": text})
    assert [key for key, _name in languages_of(client, page)][:3] == ["en", "es", "fr"]
    Draft.objects.create(
        organization=map.organization, map=map, document=raw, edited_at=clock.now()
    )
    offered = languages_of(client, page)
    assert [key for key, _name in offered[:4]] == ["es-MX", "de", "en", "es"]
    assert len({key for key, _name in offered}) == len(offered)
    assert "Hola." in read(client, page)
    assert "Hallo." in read(client, page, {"locale": "de"})


def languages_of(client: Client, page: str) -> list[tuple[str, str]]:
    return client.get(page).context["someone"].fields["locale"].choices
