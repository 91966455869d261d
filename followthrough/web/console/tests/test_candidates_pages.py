"""The pages of the list: every order, forwards and backwards, shows everyone once."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random

import pytest
from django.test import Client
from django.utils.html import escape

from followthrough.accounts.models import Organization
from followthrough.core.ids import uuid7
from followthrough.messages.models import Message
from followthrough.people.models import Application
from followthrough.web.console.listing import pages
from tests import world

pytestmark = pytest.mark.django_db
SORTS = ("name", "stage", "activity")


@pytest.fixture
def everyone(organization: Organization) -> list[Application]:
    """Ten people, some of one name, some with two applications, some without a message."""
    chance, ats = Random(7), world.connection(organization)
    people = [
        world.candidate(ats, given_name=chance.choice(["Ada", "Bo"]), family_name=f"N{n // 3}")
        for n in range(10)
    ]
    made = [
        world.application(
            one, world.requisition(ats),
            stage_since=world.NOON + timedelta(hours=chance.randrange(4)),
        )
        for one in [*people, *people[:3]]
    ]  # fmt: skip
    for one in chance.choices(made[:9], k=30):
        say(one)
    return made


def say(application: Application) -> Message:
    return Message.objects.create(
        organization=application.organization, application=application,
        candidate=application.candidate, direction="out", channel="sms", sender_id=uuid7(),
        body=str(application.id), provider_id=str(uuid7()), at=world.NOON,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def three_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 3)


@pytest.fixture(params=[False, True], ids=["counted", "more"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer applications than are counted, and more."""
    if request.param:
        monkeypatch.setattr(pages, "MOST_COUNTED", 2)


def look(client: Client, address: str, sort: str) -> tuple[list[str], dict[str, str]]:
    """The rows of a page (candidate and opening), and the addresses of the others."""
    page = client.get(f"/candidates/{address or '?sort=' + sort}").content.decode()
    rows = re.findall(r'<tr role="row" data-row.*?</tr>', page, re.DOTALL)
    keys = [" ".join(re.sub(r"<[^>]+>|applied here as well", " ", row).split()) for row in rows]
    hrefs = re.findall(r'href="(\?[^"]*)"[^>]*>(?:<svg.*?</svg>)?\s*(\w+ page|Page before)', page)
    return keys, {name: href.replace("&amp;", "&") for href, name in hrefs}


def walked(client: Client, sort: str, way: str, address: str = "") -> list[list[str]]:
    """The pages one after the other, until there is no further one."""
    found, elsewhere = look(client, address, sort)
    done = [found]
    while way in elsewhere:
        found, elsewhere = look(client, elsewhere[way], sort)
        done.append(found)
        assert len(done) < 20
    return done


def expected(everyone: list[Application], sort: str) -> list[Application]:
    fresh = list(Application.objects.filter(id__in=[one.id for one in everyone]))
    if sort == "name":
        return sorted(fresh, key=lambda one: (one.candidate.plain_name, one.candidate_id, one.id))
    if sort == "stage":
        return sorted(fresh, key=lambda one: (one.stage_since, one.id), reverse=True)
    latest = {one.application_id: one.id for one in Message.objects.order_by("id")}
    return sorted(
        fresh, key=lambda one: (one.id in latest, latest.get(one.id, one.id)), reverse=True
    )


def keys(client: Client, pages_: list[list[str]]) -> list[str]:
    return [row for page in pages_ for row in page]


@pytest.mark.parametrize("sort", SORTS)
def test_every_application_is_on_one_page_in_order(
    owner: Client, everyone: list[Application], sort: str, many: None
) -> None:
    for one in everyone:  # so that a row says which it is
        one.requisition.title = f"Opening {one.id}"
        one.requisition.save()
    forwards = keys(owner, walked(owner, sort, "Next page"))
    told = [re.search(r"Opening (\S+)", row)[1] for row in forwards]  # type: ignore[index]
    assert told == [str(one.id) for one in expected(everyone, sort)]


@pytest.mark.parametrize("sort", SORTS)
def test_backwards_from_the_end_is_the_same(
    owner: Client, everyone: list[Application], sort: str, many: None
) -> None:
    forwards = keys(owner, walked(owner, sort, "Next page"))
    backwards = walked(owner, sort, "Page before", f"?sort={sort}&last=1")
    assert keys(owner, backwards[::-1]) == forwards
    assert all(len(page) == 3 for page in backwards[:-1])


@pytest.mark.parametrize("sort", SORTS)
def test_the_page_before_is_the_one_that_was(
    owner: Client, everyone: list[Application], sort: str
) -> None:
    first, elsewhere = look(owner, "", sort)
    assert "Page before" not in elsewhere
    second, elsewhere = look(owner, elsewhere["Next page"], sort)
    assert look(owner, elsewhere["Page before"], sort)[0] == first
    assert look(owner, elsewhere["First page"], sort)[0] == first
    assert second != first


def test_pages_keep_what_is_asked_for(owner: Client, everyone: list[Application]) -> None:
    _, elsewhere = look(owner, "?q=n&stage=applied&sort=stage", "stage")
    assert elsewhere["Next page"].startswith("?q=n&stage=applied&sort=stage&after=")


def test_a_row_that_moved_meanwhile_leaves_its_place(
    owner: Client, everyone: list[Application]
) -> None:
    """Whoever was last on the page moved to the top: the next page goes on where they were."""
    order = expected(everyone, "stage")
    _, elsewhere = look(owner, "", "stage")
    moved = order[2]
    Application.objects.filter(id=moved.id).update(stage_since=world.NOON + timedelta(days=9))
    second, _ = look(owner, elsewhere["Next page"], "stage")
    assert [escape(one.candidate.name) in row for one, row in zip(order[3:6], second, strict=True)]
    assert len(second) == 3


def test_a_place_that_is_gone_is_the_beginning(owner: Client, everyone: list[Application]) -> None:
    first, _ = look(owner, "", "name")
    assert look(owner, f"?after={uuid7()}", "name")[0] == first


def test_a_page_that_has_become_empty_is_the_first(
    owner: Client, everyone: list[Application]
) -> None:
    first, _ = look(owner, "", "activity")
    last = expected(everyone, "activity")[-1]
    assert look(owner, f"?sort=activity&after=-{last.id}", "activity")[0] == first


def test_a_place_of_another_organization_is_none(
    owner: Client, everyone: list[Application]
) -> None:
    theirs = world.connection(world.organization())
    stranger = world.application(world.candidate(theirs, family_name="Zzz"))
    first, _ = look(owner, "", "name")
    assert look(owner, f"?after={stranger.id}", "name")[0] == first


def test_more_than_are_counted_is_said(
    owner: Client, everyone: list[Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "13 applications" in owner.get("/candidates/").content.decode()
    monkeypatch.setattr(pages, "MOST_COUNTED", 2)
    assert "More than 2 applications" in owner.get("/candidates/").content.decode()
