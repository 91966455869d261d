"""What caps count: one application's stage, one person's messages about all of theirs, and nothing
that never went out."""

from __future__ import annotations

import pytest

from followthrough.core import clock
from followthrough.governance import policies
from followthrough.governance.models import CapUse
from followthrough.messages.models import Touch
from followthrough.people.models import ContactPoint
from followthrough.runs import engine
from tests.properties.life import Life, lived

pytestmark = pytest.mark.django_db
ONE_A_STAGE = {"limits": {"caps": [{"per": "application", "window": "stage", "at_most": 1}]}}


def thanks(application: str) -> Touch:
    return Touch.objects.get(key="thanks", application__external_id=application)


def test_a_stage_is_one_applications_and_what_it_heard_before_counts():
    with lived(changes=ONE_A_STAGE) as life:
        life.ats("app-1", stage="New")
        engine.drain()
        life.ats("app-2", stage="New")  # the same person's
        engine.drain()
        assert (thanks("app-1").state, thanks("app-2").state) == ("sent", "sent")
        nudge = Touch.objects.filter(application__external_id="app-1").exclude(key="thanks")
        life.passes(nudge.earliest("due_at").due_at - clock.now())
        assert nudge.earliest("due_at").state == "dropped"


def test_a_persons_day_counts_all_of_their_applications():
    with lived() as life:
        _allow(life, {"per": "person", "window": "day", "at_most": 1})
        for application in ("app-1", "app-2", "app-3"):  # the third is somebody else's, same phone
            life.ats(application, stage="New")
            engine.drain()
        assert (thanks("app-1").state, thanks("app-3").state) == ("sent", "sent")
        assert thanks("app-2").held_for == "caps"


def test_what_definitively_did_not_go_out_gives_its_room_back():
    with lived(script=["rejected"]) as life:
        life.ats("app-1", stage="New")
        engine.drain()
        phone = ContactPoint.objects.get(kind="phone", usable=True)
        assert [call.answer for call in life.provider.calls][:1] == ["rejected"]
        assert CapUse.objects.get(address_key=phone.address_key).uses == "[]"


def _allow(life: Life, cap: dict) -> None:
    document = {**policies.default_document(), "caps": [cap], "keep_for_priority": {"room": 0}}
    policies.publish(
        organization=life.company.organization, document=document, author_id="tests", note="",
        at=clock.now(),
    )  # fmt: skip
