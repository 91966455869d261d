"""The page that stops sending, and lets it go on."""

from __future__ import annotations

import pytest
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.audit.models import Fact
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.governance.models import Freeze
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world


def page(client: Client, path: str = "/policies/stop/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def texts(organization: Organization) -> Sender:
    return world.sender(organization, channel="sms")


def test_everything_can_be_stopped_and_let_go_and_who_did_is_on_record(
    organization: Organization, owner: Client, texts: Sender
):
    shown = page(owner)
    assert "Nothing is stopped" in shown
    assert "Text messages" in shown
    asked = page(owner, f"/policies/stop/organization/{organization.id}")
    assert "<strong>0</strong> messages are due in the next 24 hours" in asked
    with clock.at(world.NOON):
        owner.post(
            f"/policies/stop/organization/{organization.id}",
            {"length": "60", "note": "A wrong salary"},
        )
        shown = page(owner)
    freeze = Freeze.objects.get()
    assert (freeze.until - freeze.begun_at).total_seconds() == 3600
    assert "By Maya, " in shown
    assert "“A wrong salary”" in shown
    assert "Everything is stopped since" in shown
    owner.post(f"/policies/stop/{freeze.id}/go")
    assert "It goes on. No message was waiting for it." in page(owner)
    owner.post(f"/policies/stop/{freeze.id}/go")
    assert "It was let go already" in page(owner)
    assert set(Fact.objects.filter(actor_kind="member").values_list("verb", flat=True)) == {
        "began_freeze", "ended_freeze",
    }  # fmt: skip


def test_the_strip_tells_of_a_part_that_is_stopped(owner: Client, texts: Sender):
    owner.post(f"/policies/stop/sender/{texts.id}", {"length": "of no kind"})
    assert Freeze.objects.get().until is None
    assert "1 part of the sending is stopped since" in page(owner)


def test_what_is_not_there_cannot_be_stopped(organization: Organization, owner: Client):
    other = world.sender(world.organization(), channel="sms")
    assert owner.get(f"/policies/stop/sender/{other.id}").status_code == 404
    assert owner.post(f"/policies/stop/sender/{other.id}").status_code == 404
    assert owner.post(f"/policies/stop/nothing/{organization.id}").status_code == 404
    assert not Freeze.objects.exists()


def test_who_may_stop_may_not_always_let_go(organization: Organization):
    recruiter = signed_in(member_of(organization, Role.RECRUITER))
    recruiter.post(f"/policies/stop/organization/{organization.id}")
    freeze = Freeze.objects.get()
    assert "Let it go on" not in page(recruiter)
    assert recruiter.post(f"/policies/stop/{freeze.id}/go").status_code == 403
    reader = signed_in(member_of(organization, Role.READ_ONLY))
    assert reader.post(f"/policies/stop/organization/{organization.id}").status_code == 403
