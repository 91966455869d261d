"""Opt-outs that a member records or judges: who may, what follows, and what is said of it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Organization, Role
from followthrough.audit.models import Fact
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.governance.models import AddressBlock, ConsentEntry, Wish
from followthrough.journeys.models import Run
from followthrough.messages.models import Touch
from followthrough.people.models import Application
from followthrough.runs import revoking
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.console.tests.inboxes import applied, said, waiting, written
from tests import lives, world
from tests.world import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOON):
        yield


@pytest.fixture
def application(organization: Organization) -> Application:
    return applied(organization, "Ada", "Obi", phone="(775) 555-0123", email="ada@example.org")


def record(client: Client, application: Application, **given: str):
    url = reverse("record-opt-out", args=[application.candidate_id])
    asked = {"how": "by_phone", "said_at": "", "what": "everything", **given}
    return client.post(url, asked)


def blocked() -> set[str]:
    return set(AddressBlock.objects.filter(lifted_at=None).values_list("channel", flat=True))


def told(answer) -> str:
    return " ".join(str(one) for one in get_messages(answer.wsgi_request))


def test_the_candidates_page_leads_there(owner: Client, application: Application):
    page = owner.get(reverse("candidate", args=[application.candidate_id])).content.decode()
    assert reverse("record-opt-out", args=[application.candidate_id]) in page


def test_what_was_said_on_the_phone_is_recorded_with_who_and_when(
    owner: Client, application: Application
):
    answer = record(owner, application, said_at="2026-06-02T16:30")
    assert answer.status_code == 302
    assert blocked() == {"sms", "email"}
    entry = ConsentEntry.objects.filter(state="revoked").first()
    assert (entry.basis, entry.source, entry.actor_kind) == ("by_phone", "console", "member")
    assert entry.at.isoformat() == "2026-06-02T23:30:00+00:00"  # in Reno
    assert "no more of these messages" in told(answer)
    assert "nothing was open" in told(record(owner, application))


@pytest.mark.parametrize(
    ("what", "channels"), [("sms", {"sms"}), ("email", {"email"}), ("everything", {"sms", "email"})]
)
def test_only_what_they_named_is_closed(owner, application, what, channels):
    record(owner, application, what=what)
    assert blocked() == channels


def test_one_job_alone_closes_nothing_and_is_on_record(owner: Client, application: Application):
    key = application.requisition.external_id
    answer = record(owner, application, what=f"job:{key}")
    assert blocked() == set()
    scopes = ConsentEntry.objects.filter(state="revoked").values_list("scope", flat=True)
    assert list(scopes) == [{"requisition": key}] * 2
    assert "about that job" in told(answer)
    page = owner.get(reverse("candidate", args=[application.candidate_id])).content.decode()
    assert f"about this job ({key})" in page


def planned(application: Application, hours: int = 24, **given) -> Touch:
    """A message of the map that the application runs through."""
    known = Run.objects.filter(application=application).first()
    run = known or Run.objects.create(
        application=application, organization=application.organization, state={},
        started_at=NOON, version=lives.a_map(application.organization),
    )  # fmt: skip
    content = {"sms": {"en": {"body": "Hi"}}, "email": {"en": {"subject": "Hi", "body": "Hi"}}}
    told = {"run_id": run.id, "version_id": run.version_id, "key": "applied_waiting",
            "content": content, "purpose": "informational", "channels": ["sms", "email"],
            "due_at": NOON + timedelta(hours=hours), **given}  # fmt: skip
    return written(application, origin="map", **told)


def shown(client: Client, application: Application) -> str:
    page = client.get(reverse("candidate", args=[application.candidate_id])).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def able(organization: Organization) -> None:
    """A company that can text and mail."""
    world.sender(organization)
    world.sender(organization, channel="email", name="Mail", address="jobs@example.org")


def test_what_is_planned_for_a_job_they_want_nothing_of_will_not_go_out(
    owner: Client, application: Application, able: None
):
    planned(application)
    assert "“Applied waiting”, Thu 4 Jun" in shown(owner, application)
    record(owner, application, what=f"job:{application.requisition.external_id}")
    page = shown(owner, application)
    assert "Nothing: “Applied waiting” will not go out. They allowed less." in page
    assert "Will not go out: They allowed less" in page
    assert "“Applied waiting”, Thu 4 Jun" not in page


def test_another_job_goes_on(owner: Client, application: Application, able: None):
    site = application.requisition.site
    second = world.application(
        application.candidate, world.requisition(application.connection, site=site)
    )
    planned(application)
    planned(second, key="welcome")
    record(owner, application, what=f"job:{application.requisition.external_id}")
    page = shown(owner, application)
    assert page.count("Will not go out") == 1
    assert "“Welcome”, Thu 4 Jun" in page


def test_a_text_to_somebody_who_takes_mails_only_will_not_go_out(
    owner: Client, application: Application, able: None
):
    planned(application, channels=["sms"])
    planned(application, 48, key="welcome")
    record(owner, application, what="sms")
    page = shown(owner, application)
    assert page.count("Will not go out: They opted out") == 1
    assert "“Welcome”, Fri 5 Jun" in page


def test_what_comes_next_is_the_first_that_goes_out(
    owner: Client, application: Application, able: None
):
    """They want to hear about interviews only: so the gate has it, and so the page says it."""
    planned(application)
    planned(application, 48, key="interview_reminder", anchor_name="interview")
    Wish.objects.create(
        organization_id=application.organization_id, candidate_id=application.candidate_id,
        number=1, wants="interviews", choice="interviews", source="preference_page",
        actor_kind="candidate", actor_id="x", at=NOON,
    )  # fmt: skip
    page = shown(owner, application)
    assert "Will not go out: They chose interviews only" in page
    assert "“Interview reminder”, Fri 5 Jun" in page


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"how": "by pigeon"}, "Select a valid choice"),
        ({"what": "job:another"}, "Select a valid choice"),
        ({"said_at": "2026-06-04T10:00"}, "still to come"),
        ({"said_at": "yesterday"}, "This is no time"),
    ],
)
def test_what_cannot_be_is_not_recorded(owner, application, given, problem):
    answer = record(owner, application, **given)
    assert answer.status_code == 400
    assert problem in answer.content.decode()
    assert blocked() == set()


@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.COMPLIANCE, Role.COORDINATOR])
def test_whoever_hears_it_may_record_it(organization, application, role):
    record(signed_in(member_of(organization, role)), application)
    assert blocked() == {"sms", "email"}


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.ATS_ADMIN])
def test_the_others_may_not(organization, application, role):
    assert record(signed_in(member_of(organization, role)), application).status_code == 403
    assert blocked() == set()


# --- what is in doubt ----------------------------------------------------------------------------


def in_doubt(application: Application, minutes: int = 2) -> Handoff:
    point = application.candidate.contact_points.get(kind="phone")
    at = NOON - timedelta(minutes=minutes)
    message = said(application, "Could you stop?", contact_point=point, at=at)
    world.sender(application.organization)
    return waiting(application, "ambiguous_stop", message_id=message.id, at=at)


def judge(client: Client, name: str, handoff: Handoff):
    return client.post(reverse(name, args=[handoff.id]), {"next": reverse("inbox")})


def test_the_inbox_asks_what_they_meant(owner: Client, application: Application):
    handoff = in_doubt(application)
    page = owner.get(reverse("handoff", args=[handoff.id])).content.decode()
    assert "They meant stop" in page
    assert "They did not: messages go on" in page
    assert reverse("resolve-handoff", args=[handoff.id]) not in page


@pytest.mark.parametrize(("minutes", "useful"), [(2, timedelta(minutes=3)), (60, None)])
def test_they_meant_stop(owner, application, minutes, useful):
    handoff = in_doubt(application, minutes)
    judge(owner, "meant-stop", handoff)
    handoff.refresh_from_db()
    assert handoff.resolved_at
    assert blocked() == {"sms", "email"}
    entry = ConsentEntry.objects.filter(state="revoked").first()
    assert (entry.basis, entry.evidence["message"]) == ("meant_stop", str(handoff.message_id))
    touch = Touch.objects.get(key="opted_out")
    left = touch.useful_until - NOON
    assert left == useful if useful else left < timedelta()
    assert Fact.objects.filter(verb="judged_opt_out", actor_kind="member").exists()


def test_they_did_not(owner: Client, application: Application):
    handoff = in_doubt(application)
    answer = judge(owner, "did-not-mean-stop", handoff)
    handoff.refresh_from_db()
    assert handoff.resolved_at
    assert blocked() == set()
    assert "did not ask for silence" in told(answer)
    assert not Touch.objects.exists()


@pytest.mark.parametrize("name", ["meant-stop", "did-not-mean-stop"])
def test_what_is_resolved_is_not_judged_again(owner, application, name):
    handoff = in_doubt(application)
    Handoff.objects.filter(id=handoff.id).update(resolved_at=NOON, resolved_by="member:x")
    assert "Nothing was changed" in told(judge(owner, name, handoff))
    assert blocked() == set()


@pytest.mark.parametrize("name", ["meant-stop", "did-not-mean-stop"])
def test_what_leaves_no_doubt_is_not_judged(owner, application, name):
    handoff = waiting(application, "unclear")
    assert "Nothing was changed" in told(judge(owner, name, handoff))
    handoff.refresh_from_db()
    assert handoff.resolved_at is None


@pytest.mark.parametrize(
    ("name", "channels"), [("meant-stop", {"sms", "email"}), ("did-not-mean-stop", set())]
)
def test_what_was_stopped_on_suspicion_is_confirmed_or_lifted(owner, application, name, channels):
    handoff = revoking.provisional(
        application.candidate, source="voice", evidence={"recording": "1"},
        actor=revoking.Actor("candidate", "ada"), at=NOON,
    )  # fmt: skip
    assert blocked() == {"sms", "email"}
    assert handoff.due_at == NOON + timedelta(hours=24)
    judge(owner, name, handoff)
    assert blocked() == channels
