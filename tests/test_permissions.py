"""The permission matrix against every URL, for every role, and for another organization."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.people.models import Scope
from followthrough.web import permissions
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.webhooks.door import KINDS, PREFIX
from tests import world
from tests.routes import EXAMPLES, URLS, Route, routes

pytestmark = [pytest.mark.django_db, pytest.mark.urls(URLS)]
ROUTES = list(routes())
GUARDED = [one for one in ROUTES if permissions.opened_by(one.name)]
KEYED = [one for one in GUARDED if one.keys]
LINKED = [one for one in ROUTES if one.name in permissions.LINKED]


@pytest.fixture
def organization(db: None) -> Organization:
    return world.organization()


def asked(client: Client, path: str) -> HttpResponse:
    """The answer to the method the URL is for."""
    client.raise_request_exception = False
    answer = client.get(path)
    return client.post(path) if answer.status_code == 405 else answer


def test_every_url_stands_in_the_matrix_once_and_nothing_else_does() -> None:
    listed = [url for one in permissions.ABILITIES for url in one.urls]
    listed += [*permissions.OPEN, *permissions.LINKED, *permissions.OWN_CREDENTIALS]
    in_development = {"components"}
    assert sorted(set(listed) - in_development) == sorted({one.name for one in ROUTES})
    assert len(listed) == len(set(listed))


def test_every_address_of_the_door_stands_in_the_matrix_and_nothing_else_does() -> None:
    assert {f"{PREFIX}{kind}/<token>" for kind in KINDS} == permissions.SIGNED


def test_every_url_with_a_key_has_an_example() -> None:
    assert {one.name for one in ROUTES if one.keys} == set(EXAMPLES)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("route", GUARDED, ids=lambda one: one.name)
def test_each_role_opens_what_the_matrix_says(
    organization: Organization, route: Route, role: str
) -> None:
    ability = permissions.opened_by(route.name)
    answer = asked(signed_in(member_of(organization, role)), route.path(organization))
    if ability and role in ability.roles:
        assert answer.status_code in (200, 204, 302, 400)
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("route", KEYED, ids=lambda one: one.name)
def test_nothing_of_another_organization_is_there(organization: Organization, route: Route) -> None:
    theirs = route.path(world.organization())
    assert asked(signed_in(member_of(organization)), theirs).status_code == 404


@pytest.mark.parametrize("route", GUARDED, ids=lambda one: one.name)
def test_whoever_has_not_signed_in_opens_nothing(organization: Organization, route: Route) -> None:
    answer = asked(Client(), route.path(organization))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")


def about_people(route: Route) -> bool:
    ability = permissions.opened_by(route.name)
    return ability is not None and ability.code in ("candidates", "talk")


ABOUT_PEOPLE = [one for one in KEYED if about_people(one)]


@pytest.mark.parametrize("route", ABOUT_PEOPLE, ids=lambda one: one.name)
def test_whoever_works_for_one_site_sees_nobody_of_another(
    organization: Organization, route: Route
) -> None:
    member = member_of(organization, Role.RECRUITER)
    Scope.objects.create(organization=organization, member=member, site=world.site(organization))
    assert asked(signed_in(member), route.path(organization)).status_code == 404


def test_a_url_that_is_not_in_the_matrix_is_shown_to_nobody(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(permissions._BY_URL, "candidates")
    assert asked(signed_in(member_of(organization)), "/candidates/").status_code == 403


# --- links in candidates' messages ----------------------------------------------------------------


@pytest.mark.parametrize("role", [None, Role.OWNER])
@pytest.mark.parametrize("route", LINKED, ids=lambda one: one.name)
def test_a_link_opens_whether_or_not_somebody_has_signed_in(
    organization: Organization, route: Route, role: str | None
) -> None:
    client = signed_in(member_of(organization, role)) if role else Client()
    assert client.get(route.path(organization)).status_code in (200, 302)


@pytest.mark.parametrize("route", LINKED, ids=lambda one: one.name)
def test_a_link_shows_its_own_person_and_no_other(organization: Organization, route: Route) -> None:
    """Two companies and two people in each: every link leads to the one it was made for."""
    other = world.organization(name="Fabrikam")
    paths = [route.path(one) for one in (organization, organization, other, other)]
    seen = [Client().get(path, follow=True).content.decode() for path in paths]
    assert len(set(paths)) == 4
    for page, mine in zip(seen, (True, True, False, False), strict=True):
        assert (organization.name in page, "Fabrikam" in page) == (mine, not mine)


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize("route", LINKED, ids=lambda one: one.name)
def test_a_link_that_was_changed_is_as_unknown_as_one_that_was_made_up(
    organization: Organization, route: Route, method: str
) -> None:
    path = route.path(organization)
    made_up = getattr(Client(), method)(path[:-43] + "A" * 43)
    assert made_up.status_code == 404
    for place in range(1, 44, 6):
        letter = "B" if path[-place] != "B" else "C"
        changed = path[: len(path) - place] + letter + path[len(path) - place + 1 :]
        answer = getattr(Client(), method)(changed)
        assert (answer.status_code, answer.content) == (404, made_up.content)
