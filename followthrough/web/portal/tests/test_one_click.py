"""RFC 8058, as mail programs and mail scanners do it: a POST acts, nothing else does."""

from __future__ import annotations

import pytest
from django.test import Client

from followthrough.audit.facts import Actor
from followthrough.core import clock
from followthrough.governance import consent
from followthrough.governance.models import AddressBlock, ConsentEntry
from followthrough.journeys.models import Run
from followthrough.people import links
from tests import world

pytestmark = pytest.mark.django_db
BODY = {"List-Unsubscribe": "One-Click"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def ada():
    organization = world.organization()
    with clock.at(world.NOON):
        yield world.candidate(world.connection(organization), email="ada@example.org")


@pytest.fixture
def path(ada):
    return links.UNSUBSCRIBE + links.token(links.OF_ADDRESS, ada.contact_points.get().id)


def outsider():
    """Without cookies, and where Django would ask for its token."""
    return Client(enforce_csrf_checks=True)


def blocked():
    return list(AddressBlock.objects.filter(lifted_at=None).values_list("channel", flat=True))


@pytest.mark.parametrize("data", [BODY, "form"])
def test_a_post_unsubscribes_at_once(path, data):
    given = {"data": BODY} if data == BODY else {
        "data": "List-Unsubscribe=One-Click", "content_type": FORM,
    }  # fmt: skip
    answer = outsider().post(path, **given)
    assert (answer.status_code, answer.content) == (200, b"Unsubscribed.\n")
    assert blocked() == ["email"]
    entry = ConsentEntry.objects.get()
    assert (entry.basis, entry.source, entry.state) == ("one_click", "one_click", "revoked")
    assert not answer.cookies


def test_clicking_again_is_the_same_click(path):
    for _ in range(3):
        assert outsider().post(path, BODY).status_code == 200
    assert ConsentEntry.objects.count() == 1
    assert blocked() == ["email"]


def test_a_click_counts_beside_what_closed_the_address_before(ada, path):
    point = ada.contact_points.get()
    told = {"basis": "provisional", "source": "voice", "evidence": {},
            "actor": Actor("candidate", str(ada.id)), "at": world.NOON}  # fmt: skip
    opted = consent.opt_out_person(ada.id, organization_id=ada.organization_id, **told)
    outsider().post(path, BODY)
    consent.take_back(opted.entries, **{**told, "basis": "not_meant"})
    assert blocked() == ["email"]
    assert consent.standing(point.organization_id, point.address_key, "email")


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_never_acts_and_leads_to_the_page(ada, path, method):
    answer = getattr(outsider(), method)(path, BODY)
    assert answer.status_code == 302
    assert answer.headers["Location"] == links.PREFERENCES + links.token(links.OF_CANDIDATE, ada.id)
    assert not ConsentEntry.objects.exists()
    assert not blocked()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", FORM),
        ("List-Unsubscribe=", FORM),
        ("List-Unsubscribe=Yes", FORM),
        ('{"List-Unsubscribe": "One-Click"}', "application/json"),
        ("--", "multipart/form-data; boundary=x"),
        ("x", "multipart/form-data"),
    ],
)
def test_another_body_is_told_what_to_send(path, body, kind):
    answer = outsider().post(path, body, content_type=kind)
    assert answer.status_code == 400
    assert b"List-Unsubscribe=One-Click" in answer.content
    assert not blocked()


def test_a_link_that_leads_nowhere_acts_on_nobody():
    assert outsider().post(links.UNSUBSCRIBE + "A" * 43, BODY).status_code == 404
    assert not ConsentEntry.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_it_takes_nothing_else(path, method):
    assert getattr(outsider(), method)(path).status_code == 405


def test_the_page_says_so_and_takes_it_back(ada, path):
    outsider().post(path, BODY)
    page = outsider().get(path, follow=True).content.decode()
    assert "stopped" in page
    assert "may write to you again at the addresses on this page" in page
    assert Run.objects.count() == 0
