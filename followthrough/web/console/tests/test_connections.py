"""Connections and senders: how they do in words, what broke, and putting it back to work."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.audit.models import Fact
from followthrough.channels.models import Sender
from followthrough.conversations import handoffs
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.governance import freezes
from followthrough.intake.models import RawEvent
from followthrough.messages.models import Attempt, Message
from followthrough.people.models import Application, Connection, Scope, StageMapping, WriteBack
from followthrough.web.console import health, health_words
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def ats(organization: Organization) -> Connection:
    return world.connection(organization, last_event_at=clock.now())


@pytest.fixture
def texts(organization: Organization) -> Sender:
    return world.sender(organization)


def event(source: Connection | Sender, **given: Any) -> RawEvent:
    return RawEvent.objects.create(
        organization=source.organization, source_id=source.id, dedupe_key=str(uuid7()), shard=0,
        kind="ats" if isinstance(source, Connection) else "channel",
        **{"body": b"{}", "received_at": clock.now(), **given},
    )  # fmt: skip


def write_back(ats: Connection, **given: Any) -> WriteBack:
    application = given.pop("application", None) or world.application(world.candidate(ats))
    return WriteBack.objects.create(
        organization=ats.organization, connection=ats, application=application, shard=0,
        kind="note", **{"created_at": clock.now(), **given},
    )  # fmt: skip


def attempt(sender: Sender, state: str, error: str = "", *, minutes: int = 0) -> Attempt:
    return Attempt.objects.create(
        organization=sender.organization, touch_id=uuid7(), number=1, channel="sms",
        sender_id=sender.id, address_key="a", state=state, error=error, epoch=1,
        decided_at=clock.wall() - timedelta(minutes=minutes),
    )  # fmt: skip


def state(source: Connection | Sender) -> health_words.State:
    source.refresh_from_db()
    return health_words.state(health.of(source))


def page(client: Client, path: str = "/connections/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# --- states --------------------------------------------------------------------------------------


def test_a_connection_that_was_heard_of_works(ats: Connection):
    assert state(ats)[:2] == ("kept", "Working")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"active": False}, "Paused"),
        ({"kind": "nowhere"}, "Set up wrongly"),
        ({"webhook_secrets": []}, "Set up wrongly"),
        ({"last_event_at": None}, "Not heard of yet"),
    ],
)
def test_a_connection_that_cannot_work_says_why(ats: Connection, given: dict[str, Any], name: str):
    Connection.objects.filter(id=ats.id).update(**given)
    found = state(ats)
    assert found.name == name
    assert found.why


def test_a_connection_that_is_silent_says_since_when(ats: Connection):
    Connection.objects.update(last_event_at=clock.now() - timedelta(days=2, hours=3))
    found = state(ats)
    assert (found.kind, found.name) == ("held", "Silent")
    assert "2 days 3 hours" in found.why
    event(ats, state="done")  # the row of the connection is not written for each event
    assert state(ats).name == "Working"


@pytest.mark.parametrize("where", ["events", "write_backs"])
def test_a_connection_whose_work_fails_says_what_happens(ats: Connection, where: str):
    problem = "The ATS: could not be reached (TimeoutError). It is tried again by itself."
    if where == "events":
        event(ats, outcome=problem, tries=1)
    else:
        write_back(ats, problem=problem, tries=1)
    found = state(ats)
    assert (found.kind, found.name) == ("person", "Failing")
    assert found.why.startswith("The ATS could not be reached")


def test_the_newest_hand_over_says_how_a_sender_does(texts: Sender):
    assert state(texts).name == "Working"
    attempt(texts, "failed", "misconfigured:smtp_535", minutes=9)
    found = state(texts)
    assert (found.kind, found.name) == ("person", "Set up wrongly")
    assert "smtp_535" in found.why
    attempt(texts, "failed", "throttled:429", minutes=6)
    assert state(texts).name == "Slowed down"
    attempt(texts, "accepted", minutes=3)
    assert state(texts).name == "Working"
    attempt(texts, "failed", "rejected:30007")  # about one message, not about the sender
    assert state(texts).name == "Working"


def test_a_sender_that_is_stopped_says_so(texts: Sender):
    freezes.begin(
        organization_id=texts.organization_id, subject_kind="sender", subject_id=texts.id,
        why="kill_switch", by="member:x", at=world.NOON,
    )  # fmt: skip
    assert state(texts).name == "Stopped"
    Sender.objects.update(active=False)
    assert state(texts).name == "Paused"
    Sender.objects.update(active=True, adapter="nowhere")
    assert state(texts).name == "Set up wrongly"


# --- numbers -------------------------------------------------------------------------------------


def test_what_waits_and_what_came_today_is_counted(ats: Connection):
    with clock.at(world.NOON):
        event(ats, received_at=world.NOON - timedelta(minutes=4))
        event(ats, received_at=world.NOON - timedelta(minutes=2))
        event(ats, state="done", received_at=world.NOON - timedelta(days=1))
        write_back(ats)
        write_back(ats, state="done", done_at=world.NOON)
        write_back(ats, state="parked")
        event(world.connection(ats.organization))
        found = health.of(ats)
    assert (found.events.count, found.events.since) == (2, world.NOON - timedelta(minutes=4))
    assert (found.events_today, found.write_backs.count, found.written_today) == (2, 1, 1)
    assert (found.parked_events, found.parked_write_backs, found.parked) == (0, 1, 1)


def test_what_came_today_is_found_by_its_key_when_the_clock_runs_ahead(ats: Connection):
    clock.set_shift(timedelta(days=30))
    try:
        event(ats, state="done")
        assert health.of(ats).events_today == 1
    finally:
        clock.set_shift(timedelta())


def test_what_a_sender_handed_over_today_is_counted(texts: Sender):
    for delivery in ("", "delivered", "bounced", "not_sent"):
        Message.objects.create(
            organization=texts.organization, direction="out", channel="sms", sender_id=texts.id,
            body="Hi", delivery=delivery, at=clock.now(),
        )  # fmt: skip
    found = health.of(texts)
    assert (found.handed_over_today, found.came_back_today) == (3, 1)


# --- pages ---------------------------------------------------------------------------------------


def test_the_list_shows_every_connection_and_sender(owner: Client, ats: Connection, texts: Sender):
    event(ats, state="parked")
    shown = page(owner)
    assert "The ATS" in shown
    assert "+15550100000" in shown
    assert "1 needs a person" in shown


def test_without_any_the_page_says_what_that_means(owner: Client):
    shown = page(owner)
    assert "No ATS is connected yet" in shown
    assert "No sender yet" in shown


def test_the_live_parts_are_sent_only_when_they_differ(owner: Client, ats: Connection):
    for path in ("/connections/", f"/connections/{ats.id}"):
        shown = page(owner, path)
        version = shown.split("live?v=")[1].split('"')[0]
        polled = f"{path.rstrip('/')}/live?v={version}"
        assert owner.get(polled).status_code == 204
    event(ats, state="parked", outcome="KeyError")
    again = owner.get(polled)
    assert again.status_code == 200
    assert "A fault of ours (KeyError)." in again.content.decode()


def test_what_broke_says_why_and_about_whom(owner: Client, ats: Connection):
    application = world.application(world.candidate(ats, given_name="Noor"), external_id="a9")
    body = b'{"event": "application.updated", "application": {"id": "a9"}}'
    event(ats, state="parked", outcome="The ATS: answered 404. Check the base URL.", body=body)
    write_back(ats, state="parked", problem="The ATS: answered 403.", application=application)
    shown = page(owner, f"/connections/{ats.id}")
    assert "The ATS answered 404. Check the base URL." in shown
    assert "The ATS answered 403." in shown
    link = f'<a href="/candidates/{application.candidate_id}">{application.candidate.name}</a>'
    assert shown.count(link) == 2


def test_whoever_sees_no_candidates_sees_the_number_in_the_ats(
    organization: Organization, ats: Connection
):
    application = world.application(
        world.candidate(ats, given_name="Noor"), external_id="a9", stage="unmapped",
        ats_stage="Limbo",
    )  # fmt: skip
    write_back(ats, state="parked", problem="The ATS: answered 403.", application=application)
    body = b'{"event": "application.updated", "application": {"id": "a9"}}'
    event(ats, state="parked", outcome="The ATS: answered 404.", body=body)
    admin = signed_in(member_of(organization, Role.ATS_ADMIN))
    shown = page(admin, f"/connections/{ats.id}")
    assert "application a9 in the ATS" in shown
    assert "“Limbo”" in shown
    assert "Noor" not in shown


def test_stages_have_their_meaning_and_those_without_say_who_stands_there(
    owner: Client, ats: Connection, organization: Organization
):
    StageMapping.objects.create(
        organization=organization, connection=ats, ats_stage="Onsite", stage="interview"
    )
    person = world.candidate(ats, given_name="Noor")
    world.application(person, stage="interview", ats_stage="Onsite")
    world.application(person, stage="unmapped", ats_stage="Limbo")
    shown = page(owner, f"/connections/{ats.id}")
    assert "<td>Onsite</td><td>Interview</td><td>1</td>" in shown
    assert "<strong>1</strong> application stands in “Limbo”." in shown
    assert person.name in shown


def test_the_address_of_the_webhook_is_masked_until_it_is_asked_for(
    owner: Client, ats: Connection, texts: Sender
):
    for source, kind in ((ats, "ats"), (texts, "channel")):
        shown = page(owner, f"/connections/{source.id}")
        assert source.token not in shown
        assert f"/hooks/{kind}/••••••••••••{source.token[-4:]}" in shown
        answer = owner.post(f"/connections/{source.id}/webhook")
        assert f"/hooks/{kind}/{source.token}" in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]
    facts = Fact.objects.filter(verb="showed_webhook_address")
    assert {(one.subject_kind, one.actor_kind) for one in facts} == {
        ("connection", "member"), ("sender", "member"),
    }  # fmt: skip


def test_opening_the_address_it_was_shown_at_leads_to_the_page_without_it(
    owner: Client, ats: Connection
):
    answer = owner.get(f"/connections/{ats.id}/webhook")
    assert answer.headers["Location"] == f"/connections/{ats.id}"
    assert not Fact.objects.filter(verb="showed_webhook_address").exists()


@pytest.mark.parametrize(
    ("role", "may"), [(Role.ATS_ADMIN, True), (Role.OPERATIONS, False), (Role.COMPLIANCE, False)]
)
def test_only_owners_and_ats_admins_may_see_it(
    organization: Organization, ats: Connection, role: str, may: bool
):
    client = signed_in(member_of(organization, role))
    assert ("Show the whole address" in page(client, f"/connections/{ats.id}")) is may
    status = client.post(f"/connections/{ats.id}/webhook").status_code
    assert status == (200 if may else 403)


# --- putting it back -----------------------------------------------------------------------------


def test_parked_work_goes_back_with_its_actor_on_record(
    organization: Organization, ats: Connection
):
    member = member_of(organization)
    client, one, note = (
        signed_in(member),
        event(ats, state="parked"),
        write_back(ats, state="parked"),
    )
    path = f"/connections/{ats.id}"
    answer = client.post(f"/parked/events/{one.id}", {"next": path}, follow=True)
    assert "1 put back; it is tried now." in answer.content.decode()
    assert client.post(f"/parked/write-backs/{note.id}").status_code == 302
    one.refresh_from_db()
    note.refresh_from_db()
    assert (one.state, note.state) == ("stored", "waiting")
    facts = Fact.objects.filter(verb__startswith="put_back")
    assert {fact.actor_id for fact in facts} == {str(member.id)}
    again = client.post(f"/parked/events/{one.id}", {"next": path}, follow=True)
    assert "Somebody put it back already." in again.content.decode()


def test_all_of_a_connection_goes_back_at_once_and_nothing_of_another(
    owner: Client, ats: Connection, organization: Organization
):
    for _ in range(2):
        event(ats, state="parked")
        write_back(ats, state="parked")
    other = event(world.connection(organization), state="parked")
    assert (
        owner.post(f"/connections/{ats.id}/again").headers["Location"] == f"/connections/{ats.id}"
    )
    assert not RawEvent.objects.filter(source_id=ats.id, state="parked").exists()
    assert not WriteBack.objects.filter(state="parked").exists()
    other.refresh_from_db()
    assert other.state == "parked"


def test_whoever_works_for_one_site_puts_back_nothing_about_others(
    organization: Organization, ats: Connection
):
    note = write_back(ats, state="parked")
    member = member_of(organization, Role.OPERATIONS)
    Scope.objects.create(organization=organization, member=member, site=world.site(organization))
    client = signed_in(member)
    assert client.post(f"/parked/write-backs/{note.id}").status_code == 404
    shown = page(client, f"/connections/{ats.id}")
    assert "Not written back" not in shown
    assert "1 more is about somebody you do not work with." in shown


# --- questions -----------------------------------------------------------------------------------


def test_the_pages_ask_the_same_few_questions_however_much_there_is(
    owner: Client, organization: Organization, ats: Connection, django_assert_max_num_queries: Any
):
    for number in range(4):
        world.sender(organization, name=f"Texts {number}")
        other = world.connection(organization)
        event(other, state="parked")
        event(ats, state="parked")
        write_back(ats, state="parked")
        Application.objects.filter(connection=ats).update(stage="unmapped", ats_stage="Limbo")
    with django_assert_max_num_queries(20):
        page(owner)
    with django_assert_max_num_queries(22):
        page(owner, f"/connections/{ats.id}")


def test_the_number_in_the_inbox_follows_where_the_part_itself_stays_the_same(
    owner: Client, ats: Connection
) -> None:
    page = owner.get("/connections/").content.decode()
    asked = re.search(r'hx-get="([^"]+v=[^"]+)"', page)
    assert asked
    assert owner.get(asked[1]).status_code == 204
    person = world.candidate(ats)
    handoffs.open(
        organization_id=ats.organization_id, candidate_id=person.id, application_id=None,
        reason="unclear", at=clock.now(),
    )  # fmt: skip
    told = owner.get(asked[1]).content.decode()
    assert re.search(r'id="inbox-waiting"[^>]* hx-swap-oob="true"><span class="count">1<', told)
