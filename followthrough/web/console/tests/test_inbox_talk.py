"""A conversation in the inbox: what was said, whether it may be answered, what comes anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Organization, Role
from followthrough.audit.facts import Actor
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.governance import consent
from followthrough.messages.models import Receipt, Touch
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.console.tests.inboxes import (
    HOUR,
    applied,
    open_one,
    page,
    said,
    waiting,
    written,
)
from tests import world
from tests.world import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOON):
        yield


@pytest.fixture
def application(organization: Organization) -> Application:
    world.sender(organization)
    world.sender(organization, channel="email", name="Mail", address="jobs@example.org")
    return applied(organization, "Ada", "Obi", phone="(775) 555-0123", email="ada@example.org")


def test_what_was_said_stands_with_what_was_understood_and_where_a_person_was_needed(
    owner: Client, application: Application
) -> None:
    said(application, "Which <door>?")
    shown = open_one(owner, waiting(application))
    talk = shown[shown.index('id="talk-live"') :]
    assert "Which &lt;door&gt;?" in talk
    assert "Left to a person: it sounds doubtful, or asks something" in talk
    assert talk.index("Which &lt;door&gt;?") < talk.index("The answer needs a person")
    assert 'class="entry spot person here"' in talk


def test_a_whole_conversation_asks_a_fixed_number_of_questions(
    owner: Client, application: Application, count_queries: Any
) -> None:
    handoff = waiting(application)
    path = reverse("handoff", args=[handoff.id])

    def grow() -> None:
        said(application, "And?")
        written(application, state="dropped")
        sent = written(application, state="sent")
        said(application, "Yes", direction="out", touch_id=sent.id, reading=None)

    grow()
    few = count_queries(lambda: owner.get(path))
    for _ in range(10):
        grow()
    assert count_queries(lambda: owner.get(path)) == few
    assert few <= 32


def test_only_the_latest_is_shown_and_the_rest_is_a_link_away(
    owner: Client, application: Application
) -> None:
    for number in range(45):
        said(application, f"word {number}.", at=NOON - (50 - number) * HOUR)
    shown = open_one(owner, waiting(application))
    assert "word 44." in shown
    assert "word 4." not in shown
    assert "What was before this is on their page" in shown


def receipt(touch: Touch, verdict: str, code: str, checks: Any) -> None:
    Receipt.objects.create(
        organization_id=touch.organization_id, touch_id=touch.id, candidate_id=touch.candidate_id,
        application_id=touch.application_id, at=NOON, verdict=verdict, code=code, checks=checks,
    )  # fmt: skip


def test_what_came_of_what_a_member_wrote_is_said(owner: Client, application: Application) -> None:
    handoff = waiting(application)
    fates = {
        "planned": "on its way",
        "sending": "being handed over",
        "reconciling": "asking the provider whether it went out",
        "dropped": "not sent",
        "cancelled": "taken back, never sent",
        "failed": "Could not be sent",
        "unknown": "Unknown whether it went out",
    }
    for state, words in fates.items():
        touch = written(application, f"In {state}", state=state)
        shown = open_one(owner, handoff)
        bubble = shown[shown.index(f"In {state}") :]
        assert words in bubble[: bubble.index("</article>")]
        touch.delete()


def test_a_dropped_one_says_why_and_its_text_can_be_used_again(
    owner: Client, application: Application
) -> None:
    touch = written(application, "Come & see", state="dropped")
    receipt(touch, "drop", "opted_out", [["opted_out", "drop", {"channel": "sms"}]])
    handoff = waiting(application)
    shown = open_one(owner, handoff)
    assert "They asked for no more messages at this address." in shown
    assert "Take it back" not in shown
    again = page(owner, reverse("handoff", args=[handoff.id]), again=str(touch.id))
    box = again[again.index("<textarea") :]
    assert "Come &amp; see</textarea>" in box
    strange = page(owner, reverse("handoff", args=[handoff.id]), again=str(uuid7()))
    assert "></textarea>" in strange


def test_a_held_one_says_until_when_and_can_be_taken_back(
    owner: Client, application: Application
) -> None:
    written(application, held_for="quiet_hours", due_at=NOON + 20 * HOUR)
    shown = open_one(owner, waiting(application))
    assert "held until Thu 4 Jun, 06:00 (Reno" in shown
    assert "since it is outside the hours the policy allows there." in shown
    assert "Take it back" in shown


# --- above the typing box ----------------------------------------------------------------------


def lanes(client: Client, application: Application) -> str:
    shown = open_one(client, waiting(application))
    return shown[shown.index('id="lanes-live"') :]


def test_it_says_why_they_may_be_written_to_and_what_time_it_is_there(
    owner: Client, application: Application
) -> None:
    shown = lanes(owner, application)
    assert "May be texted: they said so on the application form, 1 Jun." in shown
    assert "It is 10:00 where they are; it goes out at once." in shown
    assert "May be written to about their own application." in shown
    assert "(775) 555-0123" in shown


def test_where_site_and_number_disagree_every_place_says_both_clocks(
    owner: Client, application: Application
) -> None:
    Candidate.objects.filter(id=application.candidate_id).update(zone_stated="")
    ContactPoint.objects.filter(kind="phone").update(address="+13035550123")  # Denver
    both = "It is Wed 3 Jun, 10:00 (Reno"
    doubt = "Left open by the site and their area code: messages keep to the hours of each."
    assert "It is 10:00 or 11:00 where they are; it goes out at once." in lanes(owner, application)
    for path in (
        reverse("handoff", args=[waiting(application).id]),
        reverse("candidate", args=[application.candidate_id]),
    ):
        shown = page(owner, path)
        assert both in shown
        assert "or 11:00 (Denver) where they are." in shown
        assert doubt in shown


def test_at_night_it_says_when_it_would_leave(owner: Client, application: Application) -> None:
    with clock.at(NOON + 11 * HOUR):
        shown = lanes(owner, application)
    assert "It is 21:00 where they are; it would wait until Thu 4 Jun, 09:" in shown
    assert "since it is outside the hours the law allows there." in shown


def test_at_night_an_answer_may_go_for_a_while(owner: Client, application: Application) -> None:
    with clock.at(NOON + 11 * HOUR):
        said(application, "Which door?", at=clock.now() - timedelta(minutes=12))
        shown = lanes(owner, application)
    assert "an answer to what they just wrote may go for another 18 minutes" in shown


def stop(application: Application) -> None:
    phone = ContactPoint.objects.get(candidate=application.candidate, kind="phone")
    consent.opt_out(
        organization_id=application.organization_id, contact_point=phone, channel="sms",
        basis="stop", source="sms", evidence={}, actor=Actor("candidate", "c"), at=NOON - HOUR,
    )  # fmt: skip


def test_stopped_means_stopped(owner: Client, application: Application) -> None:
    stop(application)
    shown = lanes(owner, application)
    assert "Stopped since 3 Jun: cannot be texted." in shown
    assert "Nothing can be written to them here." in shown
    assert "<textarea" not in shown


def test_who_wrote_stop_gets_nothing_more_and_can_be_called(
    owner: Client, application: Application
) -> None:
    written(application, origin="map", key="day_before", due_at=NOON + 20 * HOUR)
    handoff = waiting(application)
    assert "Day before, Thu 4 Jun, 06:00" in open_one(owner, handoff)
    stop(application)
    shown = open_one(owner, handoff)
    beside = shown[shown.index('class="inbox-who"') :]
    assert "Nothing: no address of theirs may be written to." in beside
    assert "Day before" not in beside
    assert '<a href="tel:+17755550123">(775) 555-0123</a>' in beside
    assert "Nothing can be written to them. Call them" in shown
    assert "Answer them, then resolve it" not in shown


@pytest.mark.parametrize("stopped", [True, False])
def test_of_a_done_one_either_they_may_be_written_to_or_not(
    owner: Client, application: Application, stopped: bool
) -> None:
    handoff = waiting(application, resolved_at=NOON)
    if stopped:
        stop(application)
    shown = open_one(owner, handoff)
    assert ("Automation goes on, and you may still write." in shown) is not stopped
    assert ("Nothing can be written to them here." in shown) is stopped


@pytest.mark.parametrize(
    ("stopped", "said"), [(True, "Open in the inbox"), (False, "Answer in the inbox")]
)
def test_the_button_on_their_page_says_what_can_be_done_there(
    owner: Client, application: Application, stopped: bool, said: str
) -> None:
    waiting(application)
    if stopped:
        stop(application)
    shown = page(owner, reverse("candidate", args=[application.candidate_id]))
    assert [one for one in ("Open in the inbox", "Answer in the inbox") if one in shown] == [said]


def test_who_stopped_one_address_may_be_written_to_on_another(
    owner: Client, organization: Organization, application: Application
) -> None:
    applied(organization, "Bo", "Obi", phone="(775) 555-0123")  # the phone is not hers alone
    stop(application)
    shown = open_one(owner, waiting(application, "opted_out"))
    assert "Nothing can be written to them" not in shown
    assert "write where they still allow it" in shown


def test_an_address_that_is_not_used_says_why(owner: Client, application: Application) -> None:
    ContactPoint.objects.filter(kind="phone").update(usable=False, unusable_reason="too_short")
    shown = lanes(owner, application)
    assert "(775) 555-0123 is not used: it has too few digits." in shown
    assert 'value="email" required checked' in shown


def test_nobody_was_asked(owner: Client, organization: Organization, application: Any) -> None:
    other = applied(organization, "Bo", "Chen", phone="(775) 555-0177")
    phone = ContactPoint.objects.get(candidate=other.candidate)
    ContactPoint.objects.filter(id=phone.id).update(address_key="another")
    shown = lanes(owner, other)
    assert "Nobody asked whether they may be texted: no texts." in shown
    assert "They have no mail address in the ATS: cannot be mailed." in shown


# --- live --------------------------------------------------------------------------------------


def version(shown: str, part: str) -> str:
    from_here = shown[shown.index(f'id="{part}"') :]
    return from_here[from_here.index("v=") + 2 :].split('"')[0]


def test_each_part_comes_anew_only_when_it_is_different(
    owner: Client, application: Application
) -> None:
    handoff = waiting(application)
    shown = open_one(owner, handoff)
    parts = {
        "list-live": ("/inbox/live", {"here": handoff.id}),
        "talk-live": (reverse("handoff-live", args=[handoff.id]), {}),
        "lanes-live": (reverse("handoff-live", args=[handoff.id]), {"part": "lanes"}),
    }
    for part, (path, given) in parts.items():
        same = {**given, "v": version(shown, part)}
        assert owner.get(path, same).status_code == 204, part
    said(application, "One thing more")
    changed = owner.get(parts["talk-live"][0], {"v": version(shown, "talk-live")})
    assert "One thing more" in changed.content.decode()
    assert "<textarea" not in changed.content.decode()


def test_something_on_its_way_is_asked_about_every_second(
    owner: Client, application: Application
) -> None:
    handoff = waiting(application)
    assert 'hx-trigger="every 1s"' not in open_one(owner, handoff)
    written(application)
    assert 'hx-trigger="every 1s"' in open_one(owner, handoff)


def test_who_may_only_look_sees_no_act(organization: Organization, application: Any) -> None:
    written(application, held_for="quiet_hours")
    written(application, state="dropped")
    handoff = waiting(application)
    shown = open_one(signed_in(member_of(organization, Role.READ_ONLY)), handoff)
    page_itself = shown[shown.index('<div class="inbox') :]
    assert "<textarea" not in page_itself
    assert 'method="post"' not in page_itself.replace('action="/sign-out"', "")
    assert "May be texted" in page_itself


def test_the_first_one_is_open_beside_the_list_but_a_phone_shows_the_list(
    owner: Client, application: Application
) -> None:
    handoff = waiting(application)
    shown = page(owner)
    assert '<div class="inbox">' in shown
    assert f'id="row-{handoff.id}" href="/inbox/{handoff.id}" aria-current="true"' in shown
    assert '<div class="inbox chosen">' in open_one(owner, handoff)
