"""How many queries each page makes: however much there is to show, the same few.

The pages are those of the URL resolver, so a new one is counted as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from followthrough.accounts.models import Organization
from followthrough.web import permissions
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world
from tests.counting import counted
from tests.lives import go_on
from tests.routes import EXAMPLES, URLS, routes

pytestmark = [pytest.mark.django_db, pytest.mark.urls(URLS)]
MOST = 40  # of any page
PAGES = [one for one in routes() if one.shown and permissions.opened_by(one.name)]
ASKED = {  # what else is asked for, where it makes a page do more
    "candidates": ("?q=obi", "?q=obi&run=silent&sort=activity", "?q=%40&sort=stage&last=1"),
    "receipts": ("?place=US-NV&purpose=reply&stage=applied", "?name=obi&reason=hours"),
}


@pytest.fixture
def organization(db: None) -> Organization:
    return world.organization()


def queries(client: Client, path: str) -> int:
    """How many queries the page makes, be it to send the visitor on."""
    cache.clear()  # what is kept for half a minute must not run out between the two
    assert client.get(path).status_code in (200, 302)  # and what is kept for the next time is kept
    with counted() as found:
        client.get(path)
    return found.n


def test_a_page_makes_as_many_queries_however_much_it_shows(organization: Organization) -> None:
    """All of them in one company: making it twice for each page took most of the time."""
    client, paths = signed_in(member_of(organization)), list(_paths(organization))
    _more(organization)
    few = {path: queries(client, path) for path in paths}
    _more(organization)
    many = {path: queries(client, path) for path in paths}
    assert {path: (few[path], many[path]) for path in paths if many[path] != few[path]} == {}
    assert {path: n for path, n in few.items() if n > MOST} == {}


def _paths(organization: Organization) -> Iterator[str]:
    for page in PAGES:
        path = page.path(organization)
        yield path
        yield from (path + asked for asked in ASKED.get(page.name, ()))


def _more(organization: Organization) -> None:
    """One more of everything that any page has an example of, and more of everybody's life."""
    for name in dict.fromkeys(EXAMPLES):
        if not name.startswith("demo:"):
            EXAMPLES[name](organization)
    go_on(organization)


def test_a_query_for_each_row_would_be_seen(organization: Organization) -> None:
    """The count itself counts: each way to the database."""
    from django.db import connection

    from followthrough.people.models import Candidate
    from followthrough.store import sql

    with counted() as found:
        list(Candidate.objects.all())
        connection.cursor().execute("SELECT 1")
        sql.together(("SELECT 1", ()), ("SELECT 2", ()))
    assert found.n == 4
