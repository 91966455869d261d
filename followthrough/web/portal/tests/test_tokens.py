"""Whose page it is: the token in the address."""

from __future__ import annotations

import pytest
from django.test import Client

from followthrough.governance import preferences
from followthrough.people import links
from followthrough.web.portal.tests.visiting import blocked, opened, path, press, text
from tests import world
from tests.counting import counted

pytestmark = pytest.mark.django_db


def tampered(token):
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        yield token[:place] + other + token[place + 1 :]


def test_a_token_that_was_changed_leads_nowhere_like_one_that_was_made_up(ada):
    token = links.token(links.OF_CANDIDATE, ada.id)
    made_up = Client().get(links.PREFERENCES + "A" * 43)
    assert made_up.status_code == 404
    for one in (*tampered(token), token[:-1], token + "A", "x"):
        answer = Client().get(links.PREFERENCES + one)
        assert (answer.status_code, answer.content) == (404, made_up.content), one
    assert Client().post(links.PREFERENCES + "A" * 43, {"choice": "stop"}).status_code == 404


def test_nowhere_for_a_token_with_another_tag(ada, settings):
    """Whoever knows a person's key, and even the mask, cannot make their token."""
    secret = links._keys(settings.LINK_KEY)
    tag = b"0" * links.HALF
    raw = tag + links._masked(ada.id.bytes, tag, secret)
    made = links.urlsafe_b64encode(raw).decode().rstrip("=")
    assert Client().get(links.PREFERENCES + made).status_code == 404


def test_a_bad_token_asks_the_database_as_often_as_that_of_somebody_erased(ada):
    token = links.token(links.OF_CANDIDATE, ada.id)
    ada.applications.all().delete()
    ada.contact_points.all().delete()
    ada.delete()
    counts = []
    for one in (token, token[:-2] + "AA", "x"):
        with counted() as found:
            assert Client().get(links.PREFERENCES + one).status_code == 404
        counts.append(found.n)
    assert len(set(counts)) == 1


def test_a_token_is_for_one_thing(ada):
    mail = ada.contact_points.get(kind="email")
    off = links.token(links.OF_ADDRESS, mail.id)
    assert Client().get(links.PREFERENCES + off).status_code == 404
    own = links.token(links.OF_CANDIDATE, ada.id)
    assert Client().get(links.UNSUBSCRIBE + own).status_code == 404


def test_nobody_elses_choices_are_touched(ada):
    other = world.candidate(ada.connection, email="joe@example.org")
    press(ada, "stop")
    assert preferences.of(other.id).wants == "everything"
    assert blocked(other) == []


def test_links_outlive_a_change_of_the_key(ada, settings):
    before = path(ada)
    settings.LINK_KEYS_BEFORE = [settings.LINK_KEY]
    settings.LINK_KEY = "another key"
    assert Client().get(before).status_code == 200
    assert path(ada) != before
    settings.LINK_KEYS_BEFORE = []
    assert Client().get(before).status_code == 404
    assert Client().get(path(ada)).status_code == 200


def test_whoever_tries_many_is_told_to_wait_and_a_good_link_still_opens(ada):
    for _ in range(60):
        Client().get(links.PREFERENCES + "A" * 43)
    assert Client().get(links.PREFERENCES + "A" * 43).status_code == 429
    assert opened(ada).status_code == 200


def test_the_dead_end_speaks_the_browsers_language():
    answer = Client().get(links.PREFERENCES + "x", headers={"Accept-Language": "es-MX,en;q=0.5"})
    assert "Este enlace no lleva a ninguna parte" in text(answer)
