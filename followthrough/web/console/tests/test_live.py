"""Parts of pages that keep themselves current."""

from __future__ import annotations

import importlib

import pytest
from django.test import Client, RequestFactory

from followthrough.accounts.models import Organization
from followthrough.web.console import live
from tests import world

pytestmark = pytest.mark.django_db
PART = "console/inbox/talk.html"


def test_no_two_processes_have_the_same_places_for_what_is_filled_in() -> None:
    source = importlib.util.find_spec(live.__name__)
    one, other = (importlib.util.module_from_spec(source) for _ in range(2))
    for each in (one, other):
        source.loader.exec_module(each)
    assert one.CSRF != other.CSRF
    assert one.VERSION != other.VERSION
    assert len({one.CSRF, one.VERSION, other.CSRF, other.VERSION}) == 4
    # and yet they agree on what is the same
    assert one.version_of(f"<p>{one.CSRF}{one.VERSION}") == other.version_of(
        f"<p>{other.CSRF}{other.VERSION}"
    )


@pytest.mark.parametrize(
    "text",
    ["the token is filled in when the part has been compared", "version-of-this-part"],
)
def test_what_somebody_writes_is_shown_as_it_is(
    owner: Client, organization: Organization, text: str
) -> None:
    ats = world.connection(organization)
    world.application(world.candidate(ats, given_name=text[:60], family_name="Obi"))
    answered = live.part(RequestFactory().get("/"), "components/empty.html", {"text": text})
    assert text in answered
