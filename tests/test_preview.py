"""A preview is the real engine and the real gate, and it writes nothing."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from followthrough.core import clock
from followthrough.journeys import versions
from followthrough.journeys.models import MessageMap
from followthrough.journeys.tests.builders import a_map
from followthrough.messages.models import Receipt, Touch
from followthrough.people.models import Application
from followthrough.runs import engine
from followthrough.runs.replay import preview, walk
from followthrough.runs.replay.invented import Invented
from followthrough.runs.replay.life import Life, Visit
from tests import world
from tests.properties.life import Life as Company
from tests.properties.life import lived

pytestmark = pytest.mark.django_db
ZONE = "America/Los_Angeles"
ADA = Invented("Ada", "en", ZONE)
INTERVIEW = world.NOON + timedelta(days=5, hours=4)  # at two in the afternoon


@pytest.fixture
def life():
    with lived() as made:
        yield made


def document(life: Company):
    return versions.document(life.company.versions["associates"].id)


def told(life: Company, *, answers: str = "never", who: Invented = ADA, stage: str = "interview"):
    wanted = Life([Visit(stage, clock.now(), {"interview_start": INTERVIEW})], answers)
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


def test_a_life_goes_on_from_stage_to_stage(life):
    """What is said in each, and what is left of it by the next."""
    now = clock.now()
    wanted = Life([
        Visit("applied", now),
        Visit("interview", now + timedelta(days=1), {"interview_start": INTERVIEW}),
        Visit("rejected", now + timedelta(days=1, hours=2)),
    ])  # fmt: skip
    map = life.company.maps["associates"]
    found = preview.of_invented(map, document(life), ADA, wanted, now=now)
    sent = [(one.key, minute(one.at)) for one in found.steps if one.verdict == "send"]
    assert sent == [("thanks", "03 17:00"), ("invite", "04 17:00")]
    assert {(one.key, one.code) for one in found.cancelled} >= {("reminder", "left_stage")}


def test_the_usual_walk_moves_on_before_whole_days_are_over():
    """Else a wait of three days would end in the very minute in which somebody is hired."""
    legs = walk.usual(a_map({"applied": {}, "offer": {}, "checks": {}}), world.NOON)
    at = [leg.after.at for leg in legs[1:]]
    assert [leg.stage for leg in legs] == ["applied", "offer", "checks", "hired"]
    assert all(later < earlier for earlier, later in pairwise(at))


def test_each_question_may_be_answered_otherwise(life):
    wanted = Life([Visit("interview", clock.now(), {"interview_start": INTERVIEW})], "yes")
    map = life.company.maps["associates"]
    yes = preview.of_invented(map, document(life), ADA, wanted, now=clock.now())
    never = wanted._replace(answers_to={"invite": "never"})
    found = preview.of_invented(map, document(life), ADA, never, now=clock.now())
    assert "said" in [one.verdict for one in yes.steps]
    assert "said" not in [one.verdict for one in found.steps]


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
    wanted = goes_on(one)
    before = Touch.objects.count(), Receipt.objects.count()
    map = life.company.maps["associates"]
    found = preview.of_application(map, document(life), one, wanted, now=clock.now())
    assert (Touch.objects.count(), Receipt.objects.count()) == before
    life.ats("app-1", stage="Interview", anchors={"interview_start": INTERVIEW.isoformat()})
    life.to_the_end()
    sent = [(step.key, minute(step.at)) for step in found.steps if step.verdict == "send"]
    receipts = Receipt.objects.filter(verdict="send", at__gte=wanted.begins_at).order_by("at")
    keys = dict(Touch.objects.values_list("id", "key"))
    assert sent == [(keys[one.touch_id], minute(one.at)) for one in receipts]


def test_an_application_in_another_map_comes_as_a_rule_would_take_it_along(life):
    """What was due until now was the other map's to say; what is due from now on is said."""
    life.ats("app-1", stage="Interview", anchors={"interview_start": INTERVIEW.isoformat()})
    engine.drain()
    life.passes(timedelta(hours=1))
    one, now = Application.objects.select_related("candidate", "run").get(), clock.now()
    other = MessageMap.objects.create(
        organization_id=life.company.organization.id, name="Other", slug="other"
    )
    here = Life([Visit(one.stage, now, since=one.stage_since)])
    found = preview.of_application(other, document(life), one, here, now=now)
    assert [step.key for step in found.steps if step.verdict == "send"] == ["reminder"]
    one.run.delete()
    alone = Application.objects.select_related("candidate").get()
    found = preview.of_application(other, document(life), alone, here, now=now)
    assert next(step.key for step in found.steps if step.verdict == "send") == "invite"


def test_an_application_in_the_map_goes_on_from_where_it_is(life):
    """It was asked and has not answered: the preview of its next days is what they bring."""
    life.ats("app-1", stage="Interview", anchors={"interview_start": INTERVIEW.isoformat()})
    engine.drain()
    life.passes(timedelta(hours=1))
    one, now = Application.objects.select_related("candidate", "run").get(), clock.now()
    here = Life([Visit(one.stage, now, since=one.stage_since)])
    map = life.company.maps["associates"]
    found = preview.of_application(map, document(life), one, here, now=now)
    yes = preview.of_application(map, document(life), one, here._replace(answers="yes"), now=now)
    life.to_the_end()
    keys = dict(Touch.objects.values_list("id", "key"))
    receipts = Receipt.objects.filter(verdict="send", at__gt=now).order_by("at")
    really = [(keys[row.touch_id], minute(row.at)) for row in receipts]
    assert [(step.key, minute(step.at)) for step in found.steps if step.verdict == "send"] == really
    assert really
    assert "invite" not in dict(really)
    said = [(step.key, step.verdict) for step in yes.steps][:2]
    assert said == [("invite", "said"), ("invite.reply", "send")]


def test_who_is_being_seen_to_by_a_person_gets_nothing(life):
    life.ats("app-1", stage="New")
    engine.drain()
    life.says("Which door do I take?")
    engine.drain()
    one = Application.objects.select_related("candidate", "run").get()
    wanted = goes_on(one)
    map = life.company.maps["associates"]
    found = preview.of_application(map, document(life), one, wanted, now=clock.now())
    assert found.sent == 0
    assert found.steps[0].code == "frozen"


def goes_on(one: Application) -> Life:
    """It is where it is, and is asked to an interview now."""
    now = clock.now()
    here = Visit(one.stage, now, since=one.stage_since)
    return Life([here, Visit("interview", now, {"interview_start": INTERVIEW})])


def minute(at):
    return at.strftime("%d %H:%M")
