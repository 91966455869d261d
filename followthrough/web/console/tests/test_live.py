"""Parts of pages that keep themselves current."""

from __future__ import annotations

import importlib.util

import pytest
from django.test import Client

from followthrough.accounts.models import Organization
from followthrough.web.console import live
from followthrough.web.console.tests.inboxes import applied, said, waiting

pytestmark = pytest.mark.django_db


def test_no_two_processes_have_the_same_places_for_what_is_filled_in() -> None:
    source = importlib.util.find_spec(live.__name__)
    one, other = (importlib.util.module_from_spec(source) for _ in range(2))
    for each in (one, other):
        source.loader.exec_module(each)
    assert len({one.CSRF, one.VERSION, other.CSRF, other.VERSION}) == 4
    # and yet they agree on what is the same
    assert one.version_of(f"<p>{one.CSRF}{one.VERSION}") == other.version_of(
        f"<p>{other.CSRF}{other.VERSION}"
    )


@pytest.mark.parametrize(
    "text",
    ["the token is filled in when the part has been compared", "version-of-this-part"],
)
def test_what_a_candidate_writes_is_shown_as_they_wrote_it(
    owner: Client, organization: Organization, text: str
) -> None:
    application = applied(organization, "Ada", "Obi")
    said(application, text)
    shown = owner.get(f"/inbox/{waiting(application).id}").content.decode()
    assert text in shown[shown.index('id="talk-live"') :]
    assert live.CSRF not in shown
    assert live.VERSION not in shown
