"""The whole walk through the product's own doors, with the demo's own maps."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.demo import record, whom
from followthrough.demo.models import AtsApplication, Walk
from followthrough.demo.tests.town import Town
from followthrough.messages.models import Touch
from followthrough.people.models import ContactPoint


def doing(town: Town) -> tuple[int, str]:
    found = town.progress()
    assert found.todo
    return found.current, found.todo.at


def begun(town: Town) -> AtsApplication:
    """Somebody to walk with, some days after their last message; and the walk begins."""
    town.arrives(101)
    town.goes_on(days=5)
    town.post("/demo/walk", act="begin")
    return Walk.objects.get().application


def test_six_steps_each_done_by_the_person(town: Town) -> None:
    ana = begun(town)
    assert doing(town) == (1, "ats")

    town.moves(ana)
    assert doing(town) == (2, "phone")
    town.goes_on(seconds=31)
    assert "A text has arrived" in said(town)
    town.post(f"/demo/phone/{ana.id}/read", channel="sms")
    assert doing(town) == (3, "phone")
    assert "checks passed" in came(town)

    town.says(ana, "Yes")
    assert doing(town) == (4, "clock")

    town.to_the_next(ana)
    assert "once more" in said(town)  # the question of the day before is not needed
    town.to_the_next(ana)
    assert re.search(r"held until Wed 10 Jun, 09:(0\d|1[0-5]) \(Reno\)", came(town))
    assert doing(town) == (5, "phone")

    town.says(ana, "Is there parking?")
    assert doing(town) == (5, "console")
    town.post(f"/handoffs/{Handoff.objects.get(resolved_at=None).id}/resolve")
    assert doing(town) == (6, "phone")

    town.says(ana, "STOP")
    assert "1 message is still planned" in said(town)
    town.to_the_next(ana)
    assert town.progress().todo is None
    assert "1 planned message was stopped" in came(town)
    assert "a person is asked" in came(town)


def test_whoever_says_no_first_may_still_say_yes(town: Town) -> None:
    ana = begun(town)
    town.moves(ana)
    town.goes_on(seconds=31)
    town.post(f"/demo/phone/{ana.id}/read", channel="sms")
    town.says(ana, "No, I can’t make it")
    assert doing(town) == (3, "console")
    town.post(f"/handoffs/{Handoff.objects.get(resolved_at=None).id}/resolve")
    assert doing(town) == (3, "ats")
    ana.refresh_from_db()
    later = record.offered(ana) + timedelta(hours=1)
    at = record.as_field(later, record.site_wall(ana).zone)
    town.post(f"/demo/ats/{ana.id}/interview", at=at)
    assert doing(town) == (3, "phone")
    town.says(ana, "Yes")
    assert doing(town) == (4, "clock")


def said(town: Town) -> str:
    found = town.progress().todo
    return found.said if found else ""


def came(town: Town) -> str:
    found = town.progress().came
    return found.said if found else ""


def test_it_survives_a_reload_is_put_away_and_begun_again(town: Town) -> None:
    ana = begun(town)
    town.moves(ana)
    assert "Step 2 of 6" in page(town)
    town.post("/demo/walk", act="away")
    assert "step 2 of 6" in page(town)
    assert "data-step" not in page(town)
    town.post("/demo/walk", act="back")
    assert "Step 2 of 6" in page(town)
    bo = town.arrives(102)
    town.goes_on(days=5)
    town.post("/demo/walk", act="begin")
    assert Walk.objects.latest("id").application == bo
    assert "Step 1 of 6" in page(town)
    assert "looking at somebody else" in page(town, ana.external_id)


def page(town: Town, application: str = "") -> str:
    given = {"application": application} if application else {}
    return town.browser.get("/demo/", given, follow=True).content.decode()


def test_at_night_it_says_so_and_offers_the_morning(town: Town) -> None:
    ana = town.arrives(101)
    town.goes_on(days=5, hours=13)  # 23:00 in Reno
    assert "no hour for texts" in page(town)
    town.post("/demo/walk", act="morning", application=ana.id)
    begun_at = Walk.objects.get().begun_at
    assert record.next_morning(record.site_wall(ana).zone) > begun_at
    assert whom.hour_at(ana) == "09:00"


def test_nobody_is_chosen_whom_something_holds_up(town: Town) -> None:
    def chosen() -> Any:
        fit = whom.likely(town.connection.organization_id)
        return fit and fit.application.external_id

    for number in (103, 102, 101):
        town.arrives(number)
    assert chosen() == "A-101"  # everybody had a message today: the latest will do
    town.goes_on(days=5)
    first = AtsApplication.objects.get(external_id="A-101")
    assert whom.unhindered(first.organization_id).count() == 3
    assert chosen() == "A-101"
    town.says(first, "Is there parking?")
    assert chosen() == "A-102"
    town.says(AtsApplication.objects.get(external_id="A-102"), "STOP")
    assert chosen() == "A-103"


def test_whoever_shares_a_phone_is_not_chosen(town: Town) -> None:
    town.arrives(101, phone="(775) 555-0150")
    town.arrives(102, phone="(775) 555-0150")
    town.goes_on(days=5)
    assert not whom.unhindered(town.connection.organization_id).exists()


def test_nobody_is_walked_with_whose_phone_does_not_work(town: Town) -> None:
    ana = town.arrives(101)
    town.goes_on(days=5)
    ContactPoint.objects.filter(kind="phone").update(usable=False)
    assert not whom.unhindered(town.connection.organization_id).exists()
    town.browser.post("/demo/walk", {"act": "begin"})
    assert not Walk.objects.exists()
    assert "Ana Ruiz101’s phone" in page(town)  # a page is about somebody all the same
    bo = town.arrives(102)  # had a message today, and is reached
    ana.change(fields={})  # whoever was changed last is not who is reached
    assert whom.anybody(town.connection.organization_id) == bo
    town.post("/demo/walk", act="begin")
    assert Walk.objects.get().application == bo


def test_when_the_first_text_is_dropped_the_walk_says_so_and_offers_another_person(
    town: Town,
) -> None:
    ana = begun(town)
    ContactPoint.objects.update(usable=False)  # since they were chosen
    town.moves(ana)
    assert "half a minute" in said(town)
    town.goes_on(seconds=31)
    assert Touch.objects.filter(state="planned").exists()  # what is days off is no reason to wait
    assert "No text reaches Ana about this interview" in said(town)
    assert town.progress().again


@pytest.mark.parametrize(("held_for", "comes"), [("cap", False), ("quiet_hours", True)])
def test_only_the_morning_is_waited_for_long(town: Town, held_for: str, *, comes: bool) -> None:
    town.moves(begun(town))
    first = Touch.objects.filter(key="interview_confirm")
    assert first.update(held_for=held_for, due_at=clock.now() + timedelta(hours=9)) == 1
    assert ("is held until" in said(town)) == comes
    assert town.progress().again != comes


@pytest.mark.parametrize(
    ("family", "becomes"), [("retail", "is held until"), ("warehouse", "as the map says")]
)
def test_the_time_the_ats_offers_has_its_reminder_held_over_the_night(
    town: Town, family: str, becomes: str
) -> None:
    """For stores a day before would be at night; warehouses are reminded at six the day before."""
    ana = town.arrives(101, family=family)
    town.goes_on(days=5)
    town.post("/demo/walk", act="begin")
    town.moves(ana)
    town.goes_on(seconds=31)
    town.post(f"/demo/phone/{ana.id}/read", channel="sms")
    town.says(ana, "Yes")
    for _press in range(3):
        if town.progress().current == 4:
            town.to_the_next(ana)
    assert becomes in came(town)
