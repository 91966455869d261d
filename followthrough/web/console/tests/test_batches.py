"""The page of messages that wait for a yes: what it says, who decides, and what its buttons do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.messages.models import Touch
from followthrough.people.models import Scope
from followthrough.runs.burst import batches
from followthrough.runs.models import Batch
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import lives, world


def said(client: Client, batch: Batch) -> str:
    answer = client.get(f"/waiting/{batch.id}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def press(client: Client, batch: Batch, choice: str, seen: int = 3) -> str:
    given = {"choice": choice, "seen": seen, "note": "They were imported twice"}
    answer = client.post(f"/waiting/{batch.id}/decide", given, follow=True)
    return answer.content.decode()


@pytest.fixture
def batch(organization: Organization) -> Batch:
    """Three messages; one was meant to go out long ago."""
    made = lives.a_batch(organization, people=3)
    first = Touch.objects.order_by("id")[0]
    Touch.objects.filter(id=first.id).update(meant_at=clock.now() - timedelta(days=4))
    return made


def test_it_says_to_how_many_people_and_what_is_stale(owner: Client, batch: Batch) -> None:
    page = said(owner, batch)
    assert "It would write to 3 people; 1 message is stale." in page
    for button in ("Send these 2, leave out what is stale", "Send all 3", "Cancel these 3"):
        assert button in page
    assert "was meant to go out" in page


def test_what_was_pressed_is_done_and_on_record(owner: Client, batch: Batch) -> None:
    assert "What is stale was left out" in press(owner, batch, "fresh")
    batch.refresh_from_db()
    assert (batch.state, batch.choice, batch.note) == (
        "leaving", "fresh", "They were imported twice",
    )  # fmt: skip
    assert sorted(Touch.objects.values_list("state", flat=True)) == [
        "dropped", "planned", "planned",
    ]  # fmt: skip
    assert Fact.objects.get(verb="decided_batch").why == {"choice": "fresh", "note": True}
    assert "Stop the rest (2)" in said(owner, batch)


def test_cancelled(owner: Client, batch: Batch) -> None:
    assert "none of them goes out" in press(owner, batch, "cancel")
    assert set(Touch.objects.values_list("state", flat=True)) == {"cancelled"}
    assert "3 did not go out." in said(owner, batch)


def test_whoever_comes_second_is_told_who_was_first(owner: Client, batch: Batch) -> None:
    press(owner, batch, "cancel")
    other = signed_in(member_of(batch.organization, Role.OPERATIONS))
    assert "has decided about these already" in press(other, batch, "all")


def test_what_joined_meanwhile_is_not_decided_unseen(owner: Client, batch: Batch) -> None:
    assert "More have joined meanwhile" in press(owner, batch, "all", seen=2)
    batch.refresh_from_db()
    assert batch.state == "held"


@pytest.mark.parametrize("choice", ["", "everything"])
def test_nonsense_decides_nothing(owner: Client, batch: Batch, choice: str) -> None:
    press(owner, batch, choice)
    batch.refresh_from_db()
    assert batch.state == "held"


def test_the_rest_is_stopped(owner: Client, batch: Batch) -> None:
    press(owner, batch, "all")
    answer = owner.post(f"/waiting/{batch.id}/stop", follow=True).content.decode()
    assert "Stopped: 3 messages have not left." in answer
    assert "Send all 3" in said(owner, batch)


def test_a_coordinator_sees_it_and_has_no_button(organization: Organization, batch: Batch) -> None:
    page = said(signed_in(member_of(organization, Role.COORDINATOR)), batch)
    assert "It would write to 3 people" in page
    assert "Cancel these" not in page


def test_whoever_works_for_one_site_does_not_decide_for_all(
    organization: Organization, batch: Batch
) -> None:
    """They see it, since one of the people is theirs, and only that one by name."""
    touch = Touch.objects.select_related("application__connection").order_by("-id")[0]
    site = world.site(organization)
    job = world.requisition(touch.application.connection, site=site)
    touch.application.requisition = job
    touch.application.save()
    member = member_of(organization, Role.RECRUITER)
    Scope.objects.create(organization=organization, member=member, site=site)
    client = signed_in(member)
    assert "Cancel these" not in said(client, batch)
    assert "Somebody outside your sites" in said(client, batch)
    assert "Only somebody who works for the whole company" in press(client, batch, "cancel")
    batch.refresh_from_db()
    assert batch.state == "held"


def test_the_list_names_what_waits_and_what_was_decided(owner: Client, batch: Batch) -> None:
    assert "It would write to 3 people" in owner.get("/waiting/").content.decode()
    press(owner, batch, "cancel")
    assert "0 of 3 messages went out." in owner.get("/waiting/").content.decode()


def test_it_takes_a_handful_of_queries(
    owner: Client, batch: Batch, django_assert_max_num_queries
) -> None:
    said(owner, batch)
    with django_assert_max_num_queries(40):
        said(owner, batch)
    with django_assert_max_num_queries(14):
        owner.get(f"/waiting/{batch.id}/live")


def test_the_outlook_is_the_gate_s(owner: Client, batch: Batch) -> None:
    """Nobody of them has an address: none would go out, and the page says so before a yes."""
    page = said(owner, batch)
    assert "No address 3" in page
    assert batches.remaining(batch.id) == 3
