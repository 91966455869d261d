"""A preview is the real engine and the real gate, and it writes nothing; who may see whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from followthrough.accounts.models import Member, User
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.journeys import versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import Draft, MessageMap
from followthrough.messages.models import Receipt, Touch
from followthrough.people.models import Application, Requisition
from followthrough.runs import engine, jobs
from followthrough.runs.replay import preview
from followthrough.runs.replay.preview import Invented, Life
from followthrough.web.console.preview.asked import Asked, events_of, openings_of
from tests import world
from tests.company import changed
from tests.properties.life import Life as Company
from tests.properties.life import lived

pytestmark = pytest.mark.django_db
ADA = Invented("Ada", "en", "America/Los_Angeles")
INTERVIEW = world.NOON + timedelta(days=5, hours=4)  # at two in the afternoon


@pytest.fixture
def life():
    with lived() as made:
        yield made


def document(life: Company):
    return versions.document(life.company.versions["associates"].id)


def told(life: Company, *, answers: str = "never", who: Invented = ADA, stage: str = "interview"):
    wanted = Life(stage, clock.now(), {"interview_start": INTERVIEW}, answers)
    map = life.company.maps["associates"]
    found = preview.of_invented(map, document(life), who, wanted, now=clock.now())
    return [(step.key, step.verdict, step.channel) for step in found.steps], found


def test_who_never_answers_is_nudged_and_who_says_yes_is_thanked(life):
    never, _ = told(life)
    assert never == [
        ("invite", "send", "sms"), ("nudge", "send", "sms"), ("nudge-by-mail", "send", "email"),
        ("reminder", "send", "sms"),
    ]  # fmt: skip
    yes, _ = told(life, answers="yes")
    assert yes == [
        ("invite", "send", "sms"), ("invite", "said", "sms"), ("invite.reply", "send", "sms"),
        ("reminder", "send", "sms"),
    ]  # fmt: skip


@pytest.mark.parametrize("trigger", ["event", "manual"])
def test_what_a_map_waits_for_is_reported_an_hour_after_the_interview(life, trigger):
    waits = {"event": {"name": "visit.missed"}} if trigger == "event" else {"manual": {}}
    raw = changed(document(life).dump(), {"stages.interview.touches.3.trigger": waits})
    map, changed_one = life.company.maps["associates"], MapDocument.model_validate(raw)
    key = raw["stages"]["interview"]["touches"][3]["key"]
    name = "visit.missed" if trigger == "event" else f"by_hand:{key}"
    assert list(events_of(changed_one)) == [name]
    data = {"stage": "interview", "event": name, "anchor_interview_start": "2026-06-08T14:00"}
    asked = Asked(data, document=changed_one, zone="America/Los_Angeles")
    assert asked.is_valid(), asked.errors
    found = preview.of_invented(map, changed_one, ADA, asked.life(), now=clock.now())
    steps = sorted(found.steps, key=lambda one: one.at)
    heard = next(place for place, one in enumerate(steps) if one.verdict == "heard")
    assert steps[heard].at == INTERVIEW + timedelta(hours=1)
    assert key not in [one.key for one in steps[:heard]]
    assert (steps[heard + 1].key, steps[heard + 1].at) == (key, steps[heard].at)
    never = preview.of_invented(
        map, changed_one, ADA, asked.life()._replace(event=""), now=clock.now()
    )
    assert key not in [one.key for one in never.steps]
    assert "event" not in Asked({}, document=document(life), zone="UTC").fields


def test_who_says_no_waits_for_a_person(life):
    no, _ = told(life, answers="no")
    assert ("invite", "said", "sms") in no
    assert "nudge" not in [key for key, _, _ in no]


def test_the_gate_is_the_real_one(life):
    assert told(life, who=ADA._replace(consent=False))[0][0] == ("invite", "send", "email")
    mute, found = told(life, who=ADA._replace(consent=False, email=False))
    assert {verdict for _, verdict, _ in mute} == {"drop"}
    assert {step.code for step in found.steps} == {"no_consent"}
    with clock.at(world.NOON + timedelta(hours=12)):
        night, found = told(life)
        assert night[0] == ("invite", "hold", "sms")
        assert found.steps[0].code in ("quiet_hours", "legal_hours")
        assert night[1] == ("invite", "send", "sms")


def test_it_says_what_happens_when_it_is_lived(life):
    """A real candidate's preview, then the real thing."""
    life.ats("app-1", stage="New")
    engine.drain()
    life.passes(timedelta(hours=1))
    one = Application.objects.select_related("candidate", "run").get()
    wanted = Life("interview", clock.now(), {"interview_start": INTERVIEW})
    before = Touch.objects.count(), Receipt.objects.count()
    map = life.company.maps["associates"]
    found = preview.of_application(map, document(life), one, wanted, now=clock.now())
    assert (Touch.objects.count(), Receipt.objects.count()) == before
    life.ats("app-1", stage="Interview", anchors={"interview_start": INTERVIEW.isoformat()})
    life.to_the_end()
    sent = [(step.key, minute(step.at)) for step in found.steps if step.verdict == "send"]
    receipts = Receipt.objects.filter(verdict="send", at__gte=wanted.enters_at).order_by("at")
    keys = dict(Touch.objects.values_list("id", "key"))
    assert sent == [(keys[one.touch_id], minute(one.at)) for one in receipts]


def test_who_is_being_seen_to_by_a_person_gets_nothing(life):
    life.ats("app-1", stage="New")
    engine.drain()
    life.says("Which door do I take?")
    engine.drain()
    one = Application.objects.select_related("candidate", "run").get()
    wanted = Life("interview", clock.now(), {"interview_start": INTERVIEW})
    map = life.company.maps["associates"]
    found = preview.of_application(map, document(life), one, wanted, now=clock.now())
    assert found.sent == 0
    assert found.steps[0].code == "frozen"


def minute(at):
    return at.strftime("%d %H:%M")


# --- the page ------------------------------------------------------------------------------------


def signed_in(life: Company, role: str = "operations") -> Client:
    user = User.objects.create(email=f"{role}@northwind.example", name="Maya")
    Member.objects.create(user=user, organization=life.company.organization, role=role)
    client = Client()
    client.force_login(user)
    return client


def test_the_page_shows_each_message_with_its_checks(life, django_assert_max_num_queries):
    client = signed_in(life)
    life.ats("app-1", stage="New")
    engine.drain()
    page = reverse("preview-map", args=[life.company.maps["associates"].id])
    with django_assert_max_num_queries(40):
        found = client.get(page, {"stage": "interview", "answers": "yes"}).content.decode()
    assert "Can you make it? Reply OK or NO." in found
    assert "their answer to" in found
    one = Application.objects.get()
    found = client.get(page, {"application": str(one.id), "stage": "applied"}).content.decode()
    assert "Zuleika" in found
    assert client.get(page, {"application": str(world.NOON)}).status_code == 404
    assert "Zuleika" in client.get(page, {"q": "zuleika"}).content.decode()


def test_a_misspelt_question_is_told_and_decides_nothing(life):
    client = signed_in(life)
    page = reverse("preview-map", args=[life.company.maps["associates"].id])
    found = client.get(page, {"stage": "nowhere", "zone": "Moon/Base"})
    assert found.status_code == 200
    assert "would go out" not in found.content.decode()


def test_an_opening_is_chosen_and_texts_name_the_time_there(life):
    client, map = signed_in(life), life.company.maps["associates"]
    life.ats("app-1", stage="New")
    engine.drain()
    (ours,) = Requisition.objects.all()
    there = world.site(map.organization, name="Columbus", external_id="c", zone="America/New_York")
    other = Requisition.objects.create(
        organization=map.organization, connection=ours.connection, external_id="c",
        title="A first title", site=there,
    )  # fmt: skip
    assert [one.id for one in openings_of(map)] == [ours.id, other.id]
    text = {"sms": {"en": {"body": "Come {{ interview_start | local_time }}. Reply OK or NO."}}}
    raw = changed(document(life).dump(), {"stages.interview.touches.0.content": text})
    Draft.objects.create(
        organization=map.organization, map=map, document=raw, edited_at=clock.now()
    )
    page = reverse("preview-map", args=[map.id])
    asked = {
        "stage": "interview", "zone": "America/Phoenix", "opening": str(other.id),
        "anchor_interview_start": "2026-06-08T09:30",
    }  # fmt: skip
    found = read(client, page, asked)
    assert "Texts name the time at the site, Columbus" in found
    assert "A first title · Columbus</option>" in found
    assert "Come Mon 8 Jun, 12:30." in found
    found = read(client, page, asked | {"zone": "America/New_York"})
    assert "Texts name the time at the site" not in found
    assert "Come Mon 8 Jun, 09:30." in found
    assert "would go out" not in read(client, page, asked | {"opening": str(map.id)})


def test_replays_are_started_watched_and_cancelled_by_who_writes_maps(life):
    client, map = signed_in(life), MessageMap.objects.get()
    assert client.get(reverse("start-replay", args=[map.id])).status_code == 200
    answer = client.post(reverse("start-replay", args=[map.id]), {"what": "1", "days": "30"})
    replay = map.replays.get()
    assert answer["Location"] == reverse("replay", args=[replay.id])
    assert "Waits for its turn" in client.get(answer["Location"]).content.decode()
    client.post(reverse("cancel-replay", args=[replay.id]))
    assert "Cancelled" in client.get(answer["Location"]).content.decode()
    reader = signed_in(life, "read_only")
    assert reader.post(reverse("start-replay", args=[map.id])).status_code == 403
    assert reader.get(answer["Location"]).status_code == 200


def test_a_new_map_is_tried_on_the_people_of_another_or_of_a_family(life):
    client, map = signed_in(life), MessageMap.objects.get()
    life.ats("app-1", stage="New")
    engine.drain()
    new = MessageMap.objects.create(organization=map.organization, name="New", slug="new")
    raw = document(life).dump()
    Draft.objects.create(
        organization=map.organization, map=new, document=raw, edited_at=clock.now()
    )
    start = reverse("start-replay", args=[new.id])
    assert "Nobody ran through this map" in client.get(start).content.decode()
    with clock.at(world.NOON + timedelta(hours=1)):
        asked = {"what": "draft", "days": "30", "whose": f"map:{map.id}"}
        other = client.post(start, asked)
        assert client.post(start, asked)["Location"] == other["Location"]
        jobs.drain()
        done = new.replays.get()
        assert (done.of_map, done.family, done.total) == (map, "", 1)
        assert f"to 1 person who ran through {map.name}, over 30 days" in (
            client.get(other["Location"]).content.decode()
        )
        family = client.post(start, asked | {"whose": "family:retail"})
        jobs.drain()
        assert "to 1 person in the job family Retail, over" in (
            client.get(family["Location"]).content.decode()
        )
        for nobody in (f"map:{uuid7()}", "family:nursing", "map:x", "everybody"):
            assert client.post(start, asked | {"whose": nobody})["Location"] == start
        assert new.replays.count() == 2


def test_who_previews_or_tries_a_draft_goes_back_to_it(life):
    client, map = signed_in(life), MessageMap.objects.get()
    board, shown = reverse("edit-map", args=[map.id]), reverse("map", args=[map.id])
    pages = [reverse(name, args=[map.id]) for name in ("preview-map", "start-replay")]
    assert all(f'<p class="soft"><a href="{shown}">' in read(client, page) for page in pages)
    raw = document(life).dump() | {"name": "Another"}
    Draft.objects.create(
        organization=map.organization, map=map, document=raw, edited_at=clock.now()
    )
    assert all(f'<p class="soft"><a href="{board}">' in read(client, page) for page in pages)
    assert f'<p class="soft"><a href="{shown}">' in read(client, f"{pages[0]}?version=1")
    tried = {what: client.post(pages[1], {"what": what, "days": "7"}) for what in ("draft", "1")}
    assert f'<p class="soft"><a href="{board}">' in read(client, tried["draft"]["Location"])
    assert f'<p class="soft"><a href="{shown}">' in read(client, tried["1"]["Location"])
    assert board not in read(signed_in(life, "read_only"), pages[0])


def read(client: Client, page: str, asked: dict[str, str] | None = None) -> str:
    return client.get(page, asked or {}).content.decode()
