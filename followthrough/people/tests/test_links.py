"""Links that open one candidate's page."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.urls import resolve, reverse
from hypothesis import given
from hypothesis import strategies as st

from followthrough.people import links

KEY = UUID(int=7)


def good(kind, token):
    return [one.key for one in links.read(kind, token) if one.good]


def test_a_token_is_read_by_whoever_has_the_key():
    for key in (KEY, uuid4()):
        token = links.token(links.OF_CANDIDATE, key)
        assert good(links.OF_CANDIDATE, token) == [key]
        assert good(links.OF_ADDRESS, token) == []


def test_it_says_nothing_about_the_row():
    token = links.token(links.OF_CANDIDATE, KEY)
    raw = links._raw(token)
    assert KEY.bytes not in raw
    assert len(token) == 43


@given(st.text(max_size=60))
def test_nothing_made_up_is_good(text):
    assert good(links.OF_CANDIDATE, text) == []


@given(st.integers(0, 42), st.sampled_from("ABCDxyz019-_"))
def test_no_letter_can_be_another(place, letter):
    token = links.token(links.OF_CANDIDATE, KEY)
    changed = token[:place] + letter + token[place + 1 :]
    assert good(links.OF_CANDIDATE, changed) == ([KEY] if changed == token else [])


def test_the_key_can_be_changed_with_the_old_links_alive(settings):
    token = links.token(links.OF_CANDIDATE, KEY)
    settings.LINK_KEYS_BEFORE = [settings.LINK_KEY]
    settings.LINK_KEY = "a new one"
    assert links.token(links.OF_CANDIDATE, KEY) != token
    assert good(links.OF_CANDIDATE, token) == [KEY]
    settings.LINK_KEYS_BEFORE = []
    assert good(links.OF_CANDIDATE, token) == []


def test_they_lead_to_the_pages_that_there_are(settings):
    settings.PUBLIC_URL = "https://talent.example"
    for url, name in ((links.preferences(KEY), "preferences"),
                      (links.unsubscribe(KEY), "unsubscribe")):  # fmt: skip
        path = url.removeprefix("https://talent.example")
        found = resolve(path)
        assert found.view_name == name
        assert reverse(name, kwargs=found.kwargs) == path
