"""What is done in the inbox: answering, taking back, taking, assigning, resolving, undoing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Member, Organization, Role, User
from followthrough.audit.models import Fact
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.governance.models import Freeze
from followthrough.messages.models import Message, Touch
from followthrough.people.models import Application, Scope
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.console.tests.inboxes import applied, waiting, written
from tests import world
from tests.world import NOON

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOON):
        yield


@pytest.fixture
def application(organization: Organization) -> Application:
    return applied(organization, "Ada", "Obi", phone="(775) 555-0123", email="ada@example.org")


@pytest.fixture
def handoff(application: Application) -> Handoff:
    return waiting(application)


@pytest.fixture
def maya(organization: Organization, owner: Client) -> Member:
    return Member.objects.get(organization=organization)


def colleague(organization: Organization, role: str = Role.COORDINATOR, name: str = "Bo") -> Member:
    user = User.objects.create(email=f"{name.lower()}@{organization.slug}.example", name=name)
    return Member.objects.create(organization=organization, user=user, role=role)


def act(client: Client, name: str, handoff: Handoff, **given: Any) -> HttpResponse:
    headers = given.pop("headers", {})
    return client.post(reverse(name, args=[handoff.id]), given, headers=headers)


def answer(client: Client, handoff: Handoff, **given: Any) -> HttpResponse:
    form = {"channel": "sms", "text": "By the car park.", "key": str(uuid4()), **given}
    return act(client, "reply", handoff, **form)


def told(response: HttpResponse) -> str:
    return " ".join(str(one) for one in get_messages(response.wsgi_request))


# --- answering ---------------------------------------------------------------------------------


def test_an_answer_is_a_touch_of_the_member_and_theirs_to_see_to(
    owner: Client, handoff: Handoff, maya: Member
) -> None:
    done = answer(owner, handoff, text=" By the car park.\r\nSee you! ", next="/inbox/")
    assert (done.status_code, done.headers["Location"]) == (302, f"/inbox/{handoff.id}")
    touch = Touch.objects.get(origin="member")
    assert touch.content == {"sms": {"en": {"subject": "", "body": "By the car park.\nSee you!"}}}
    assert (touch.application_id, touch.channels) == (handoff.application_id, ["sms"])
    assert Fact.objects.get(verb="wrote_message").actor_id == str(maya.id)
    assert Handoff.objects.get().owner == maya


def test_a_mail_has_its_subject_and_a_text_has_none(owner: Client, handoff: Handoff) -> None:
    answer(owner, handoff, channel="email", subject="Where to go")
    answer(owner, handoff, channel="sms", subject="Where to go")
    subjects = [
        next(iter(one.content.values()))["en"]["subject"]
        for one in Touch.objects.filter(origin="member").order_by("id")
    ]
    assert subjects == ["Where to go", ""]


def test_a_colleague_who_answers_does_not_take_it_away(
    owner: Client, organization: Organization, handoff: Handoff
) -> None:
    bo = colleague(organization)
    Handoff.objects.update(owner=bo)
    answer(owner, handoff)
    assert Handoff.objects.get().owner == bo


@pytest.mark.parametrize(
    ("given", "problem"),
    [({"text": "  "}, "There is nothing to send yet"), ({"channel": "fax"}, "Choose how it"),
     ({"text": "x" * 1600}, "11 parts, and 10 is the most"), ({"key": "7"}, "send it again"),
     ({"text": "x" * 20_001, "channel": "email"}, "20000 characters is the most")],
)  # fmt: skip
def test_what_cannot_be_taken_keeps_its_text_and_says_why(
    owner: Client, handoff: Handoff, given: dict[str, str], problem: str
) -> None:
    shown = answer(owner, handoff, **{"text": "Half & half", **given})
    assert shown.status_code == 400
    page = shown.content.decode()
    assert problem in page
    box = page[page.index("<textarea") : page.index("</textarea>")]
    assert given.get("text", "Half &amp; half").strip() in box
    assert not Touch.objects.filter(origin="member").exists()
    briefly = answer(owner, handoff, **given, headers=HTMX)
    assert briefly.status_code == 400
    assert problem in briefly.content.decode()
    assert "<" not in briefly.content.decode()


def test_with_htmx_only_the_conversation_comes_with_a_new_key(
    owner: Client, handoff: Handoff
) -> None:
    key = str(uuid4())
    shown = answer(owner, handoff, key=key, headers=HTMX).content.decode()
    assert shown.startswith('<div id="talk-live"')
    assert "By the car park." in shown
    assert 'id="reply-key"' in shown
    assert key not in shown
    assert "You have it" in shown


def test_a_form_sent_twice_is_one_message(owner: Client, handoff: Handoff) -> None:
    key = str(uuid4())
    for _ in range(2):
        assert answer(owner, handoff, key=key).status_code == 302
    assert Touch.objects.filter(origin="member").count() == 1


def test_sent_and_resolved_at_once(owner: Client, handoff: Handoff) -> None:
    done = answer(owner, handoff, then="resolve", next="/inbox/?whose=mine")
    assert done.headers["Location"] == "/inbox/?whose=mine"
    assert "Ada Obi: answer handed in, and resolved." in told(done)
    assert Handoff.objects.get().resolved_at == NOON
    quick = answer(owner, handoff, then="resolve", next="/inbox/", headers=HTMX)
    assert (quick.status_code, quick.headers["HX-Redirect"]) == (204, "/inbox/")
    assert Touch.objects.filter(origin="member").count() == 2


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.HIRING_MANAGER, Role.COMPLIANCE])
def test_who_may_only_look_answers_nobody(
    organization: Organization, handoff: Handoff, role: str
) -> None:
    looks = signed_in(member_of(organization, role))
    for name in ("reply", "withdraw-reply", "take-handoff", "assign-handoff", "resolve-handoff"):
        assert act(looks, name, handoff, text="Hello").status_code == 403
    assert not Touch.objects.filter(origin="member").exists()


def test_a_candidate_of_another_organization_is_not_found(
    owner: Client, organization: Organization
) -> None:
    theirs = waiting(applied(world.organization(), "Eve", "Else"))
    assert answer(owner, theirs).status_code == 404
    assert not Touch.objects.filter(origin="member").exists()


# --- taking back -------------------------------------------------------------------------------


def test_what_waits_is_taken_back(owner: Client, handoff: Handoff, application: Any) -> None:
    touch = written(application, held_for="quiet_hours")
    assert act(owner, "withdraw-reply", handoff, touch=touch.id).status_code == 302
    touch.refresh_from_db()
    assert touch.state == "cancelled"
    shown = act(owner, "withdraw-reply", handoff, touch=touch.id, headers=HTMX).content.decode()
    assert "taken back, never sent" in shown


@pytest.mark.parametrize("state", ["sending", "sent"])
def test_what_has_left_is_not(
    owner: Client, handoff: Handoff, application: Application, state: str
) -> None:
    touch = written(application, state=state)
    done = act(owner, "withdraw-reply", handoff, touch=touch.id)
    assert "it was on its way already" in told(done)
    touch.refresh_from_db()
    assert touch.state == state


def test_only_this_candidates_messages_of_members_are_taken_back(
    owner: Client, organization: Organization, handoff: Handoff, application: Application
) -> None:
    another = written(applied(organization, "Bo", "Chen"))
    planned = written(application, origin="map")
    for key in (another.id, planned.id, uuid7(), "x"):
        act(owner, "withdraw-reply", handoff, touch=key)
    assert set(Touch.objects.values_list("state", flat=True)) == {"planned"}


# --- whose it is -------------------------------------------------------------------------------


def test_it_is_taken_and_given_on_and_given_back(
    owner: Client, organization: Organization, handoff: Handoff, maya: Member
) -> None:
    bo, back = colleague(organization), f"/inbox/{handoff.id}?whose=mine"
    assert "It is yours now" in told(act(owner, "take-handoff", handoff, next=back))
    assert Handoff.objects.get().owner == maya
    given = act(owner, "assign-handoff", handoff, to=bo.id, seen=maya.id, next=back)
    assert given.headers["Location"] == back
    assert "Bo has it now" in told(given)
    assert "nobody’s now" in told(act(owner, "assign-handoff", handoff, seen=bo.id))
    assert Handoff.objects.get().owner is None


def test_who_came_second_is_told_who_has_it(
    owner: Client, organization: Organization, handoff: Handoff
) -> None:
    bo = colleague(organization)
    handoffs.assign(handoff, bo, by="member:bo", at=NOON)
    late = act(owner, "take-handoff", handoff, seen="")
    assert "it changed hands a moment ago. Now it is with Bo." in told(late)
    assert Handoff.objects.get().owner == bo
    handoffs.resolve(handoff, by="member:bo", at=NOON)
    assert "resolved meanwhile" in told(act(owner, "take-handoff", handoff, seen=bo.id))


def test_it_is_given_only_to_those_who_may_answer_this_candidate(
    owner: Client, organization: Organization, handoff: Handoff, application: Application
) -> None:
    here, there, team, looks, gone = (
        colleague(organization, name=name) for name in ("Here", "There", "Team", "Looks", "Gone")
    )
    Member.objects.filter(id=looks.id).update(role=Role.READ_ONLY)
    User.objects.filter(id=gone.user_id).update(is_active=False)
    site = application.requisition.site
    other = applied(organization, "Bo", "Chen").requisition.site
    Scope.objects.create(organization=organization, member=here, site=site)
    Scope.objects.create(organization=organization, member=there, site=other)
    type(application.requisition).objects.filter(id=application.requisition_id).update(team="Blue")
    Scope.objects.create(organization=organization, member=team, team="Blue")
    shown = owner.get(f"/inbox/{handoff.id}").content.decode()
    offered = shown[shown.index('id="assign-to"') : shown.index("</select> <button>")]
    named = [name for name in ("Maya", "Here", "There", "Team", "Looks", "Gone") if name in offered]
    assert named == ["Maya", "Here", "Team"]
    for one in (there, looks, gone):
        refused = act(owner, "assign-handoff", handoff, to=one.id)
        assert "they may not answer this candidate" in told(refused)
    assert Handoff.objects.get().owner is None


# --- resolving and undoing ---------------------------------------------------------------------


def test_resolving_says_when_automation_goes_on_and_offers_an_undo(
    owner: Client, handoff: Handoff, maya: Member
) -> None:
    done = act(owner, "resolve-handoff", handoff, next="/inbox/")
    later = '<span data-then="Automation goes on.">Automation goes on in 10 seconds.</span>'
    assert f"Ada Obi: resolved. {later}" in told(done)
    undo = reverse("reopen-handoff", args=[handoff.id])
    assert f'action="{undo}"' in owner.get("/inbox/").content.decode()
    assert Handoff.objects.get().resolved_by == f"member:{maya.id}"


def test_pressed_twice_it_is_resolved_once_and_can_still_be_undone(
    owner: Client, handoff: Handoff
) -> None:
    act(owner, "resolve-handoff", handoff)
    for seconds in (0, 3):  # two more presses, before any page has shown what the first did
        with clock.at(NOON + timedelta(seconds=seconds)):
            act(owner, "resolve-handoff", handoff)
    shown = owner.get("/inbox/").content.decode()
    assert shown.count("Ada Obi: resolved.") == 1
    assert shown.count(f'action="{reverse("reopen-handoff", args=[handoff.id])}"') == 1
    assert "resolved already" not in shown
    assert Fact.objects.filter(verb="resolved_handoff").count() == 1
    with clock.at(NOON + timedelta(seconds=3)):
        again = told(act(owner, "resolve-handoff", handoff))
    assert "Automation goes on in 7 seconds." in again


def test_what_a_colleague_resolved_or_one_did_oneself_long_ago_is_not_offered_to_be_undone(
    owner: Client, organization: Organization, handoff: Handoff
) -> None:
    handoffs.resolve(handoff, by=f"member:{colleague(organization).id}", at=NOON)
    assert told(act(owner, "resolve-handoff", handoff)) == "It had been resolved already."
    act(owner, "reopen-handoff", handoff)
    owner.get("/inbox/")  # what was said has been read
    act(owner, "resolve-handoff", handoff)
    owner.get("/inbox/")
    with clock.at(NOON + handoffs.UNDO):
        assert told(act(owner, "resolve-handoff", handoff)) == "It had been resolved already."


def test_undone_it_is_as_it_was(owner: Client, handoff: Handoff, application: Application) -> None:
    held = written(application, origin="map", held_for="frozen")
    act(owner, "resolve-handoff", handoff)
    held.refresh_from_db()
    assert held.due_at == NOON + timedelta(seconds=10)
    done = act(owner, "reopen-handoff", handoff, next="/inbox/?whose=mine")
    assert done.headers["Location"] == f"/inbox/{handoff.id}"
    assert told(done).endswith("It is open again. Automation is silent.")
    assert Freeze.objects.filter(ended_at=None).count() == 1


def test_from_another_page_undo_leads_back_there(owner: Client, handoff: Handoff) -> None:
    act(owner, "resolve-handoff", handoff)
    assert act(owner, "reopen-handoff", handoff, next="/").headers["Location"] == "/"


def test_what_left_meanwhile_is_said(
    owner: Client, handoff: Handoff, application: Application
) -> None:
    act(owner, "resolve-handoff", handoff)
    Message.objects.create(
        organization=application.organization, candidate=application.candidate, direction="out",
        channel="sms", sender_id=uuid7(), touch_id=written(application, origin="map").id, at=NOON,
    )  # fmt: skip
    said = told(act(owner, "reopen-handoff", handoff))
    assert "1 message went out meanwhile: it is below." in said


def test_another_one_that_was_opened_since_is_shown_instead(
    owner: Client, handoff: Handoff, application: Application
) -> None:
    act(owner, "resolve-handoff", handoff)
    second = waiting(application, at=NOON)
    done = act(owner, "reopen-handoff", handoff, next="/inbox/")
    assert done.headers["Location"] == f"/inbox/{second.id}"
    assert "Another one was opened" in told(done)


def test_after_resolving_the_next_one_is_offered(
    owner: Client, organization: Organization, application: Application
) -> None:
    rows = [
        waiting(applied(organization, name, "Who"), at=NOON - timedelta(hours=hours))
        for name, hours in (("First", 9), ("Second", 8), ("Third", 7))
    ]
    wanted = {0: rows[1], 1: rows[0], 2: rows[0]}  # the most urgent of the others
    for at, then in wanted.items():
        shown = owner.get(f"/inbox/{rows[at].id}?whose=nobody").content.decode()
        button = shown[shown.index('class="on-a-desk"') :]
        assert f'value="/inbox/{then.id}?whose=nobody"' in button[:200]
