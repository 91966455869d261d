"""Changing the policy by its form: what people type, what it would do, who must agree."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.core import clock
from followthrough.governance import policies, proposals
from followthrough.governance.documents import PolicyDocument
from followthrough.governance.models import Policy, PolicyProposal
from followthrough.web.console import policy_change, policy_form
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world

pytestmark = pytest.mark.django_db


def page(client: Client, path: str = "/policies/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def typed(document: PolicyDocument, number: int = 0, **changed: Any) -> dict[str, Any]:
    """What a browser sends for a form that shows `document`, with some fields changed."""
    shown = policy_form.PolicyForm(initial=policy_form.initial(document, number=number))
    caps = policy_form.CapForms(initial=policy_form.caps(document), prefix="cap")
    fields = [
        *((field.html_name, field.value()) for field in shown),
        *((field.html_name, field.value()) for form in caps for field in form),
        *((field.html_name, field.value()) for field in caps.management_form),
    ]
    sent = {
        name: _sent(value) for name, value in fields if value is not None and value is not False
    }
    return {name: value for name, value in {**sent, **changed}.items() if value is not None}


def _sent(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else str(value) if value is not True else "on"


def default() -> PolicyDocument:
    return policies.document_of(None)


def publish(client: Client, **changed: Any) -> Any:
    newest = Policy.objects.order_by("-number").first()
    sent = typed(policies.document_of(newest), newest.number if newest else 0, **changed)
    return client.post("/policies/change", {"act": "publish", **sent})


def test_what_the_form_shows_is_what_it_publishes(owner: Client):
    assert publish(owner).status_code == 302
    stored = PolicyDocument.read(Policy.objects.get().document)
    told = stored.model_dump(mode="json")
    wanted = default().model_dump(mode="json")
    needs = {code: default().require_consent.get(code, True) for code in told["require_consent"]}
    assert told == {**wanted, "require_consent": needs}
    assert "Version 1 is in force." in page(owner)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("9-20", ["09:00-20:00"]), ("09:00–20:00", ["09:00-20:00"]), ("", []), (" ", []),
        ("9:30 - 12, 13–20.30", ["09:30-12:00", "13:00-20:30"]), ("22 to 2", ["22:00-02:00"]),
    ],
)  # fmt: skip
def test_hours_are_typed_as_people_write_them(owner: Client, text: str, windows: list[str]):
    publish(owner, default_mon=text)
    assert Policy.objects.get().document["hours"]["default"]["mon"] == windows


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"default_mon": "in the morning"}, "“in the morning” is no time from and to."),
        ({"default_mon": "25-26"}, "is not a window of time. Write it like 09:00-20:00."),
        ({"reply_minutes": "9999"}, "less than or equal to 60"),
        ({"cap-0-at_most": "0"}, "greater than or equal to 1"),
        ({"cap-0-at_most": "2", "cap-0-per": "application", "cap-0-window": "24"},
         "it is counted only while it is in one stage."),
        ({"calendars": "Atlantis"}, "No calendar of public holidays is called"),
        ({"closed_days": "the 24th"}, "is no day."),
        ({"room": "3"}, "leaves nothing for the others."),
        ({f"default_{day}": "" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
         "Nothing could ever be sent."),
        ({"default_mon": "22-23", **{f"default_{day}": "" for day in ("tue", "wed", "thu", "fri",
          "sat", "sun")}}, "never meet those the law allows"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_published(owner: Client, changed: dict, said: str):
    answer = publish(owner, **changed)
    assert answer.status_code == 400
    assert said in " ".join(answer.content.decode().split())
    assert not Policy.objects.exists()


def test_caps_are_added_changed_and_taken_out(owner: Client):
    new = {"cap-1-at_most": "2", "cap-1-channel": "sms", "cap-1-per": "person",
           "cap-1-window": "stage", "cap-1-purposes": ["outreach"]}  # fmt: skip
    publish(owner, **new)
    stage = {"per": "application", "channel": "sms", "hours": None, "window": "stage",
             "at_most": 2, "purposes": ["outreach"]}  # fmt: skip
    assert Policy.objects.get().document["caps"][1] == stage
    publish(owner, **{"cap-0-DELETE": "on"})
    assert Policy.objects.get(number=2).document["caps"] == [stage]


def test_closed_days_are_typed_one_a_line(owner: Client):
    publish(
        owner, local_holidays="on", calendars="fr us-tx", holidays_email="on",
        closed_days="2026-12-24 Christmas Eve\n\n 12-31\n",
    )  # fmt: skip
    stored = Policy.objects.get().document["holidays"]
    assert stored["calendars"] == ["local", "FR", "US-TX"]
    assert stored["days"] == [
        {"day": "2026-12-24", "name": "Christmas Eve"}, {"day": "12-31", "name": ""},
    ]  # fmt: skip
    assert stored["channels"][-1] == "email"
    publish(owner, reply_minutes="5")  # what the form shows is what it publishes
    assert Policy.objects.get(number=2).document["holidays"] == stored


def test_another_row_for_a_cap_keeps_what_was_typed(owner: Client):
    sent = typed(default(), default_mon="10-11")
    shown = " ".join(
        owner.post("/policies/change", {"act": "add", **sent}).content.decode().split()
    )
    assert 'name="cap-2-at_most"' in shown
    assert "10-11" in shown


def test_the_form_says_what_it_would_do_before_it_does_it(owner: Client):
    sent = typed(default(), default_mon="10–20", default_sun="9–20")
    shown = " ".join(owner.post("/policies/change/preview", sent).content.decode().split())
    assert "Mon 10:00–20:00" in shown
    assert "Allows more" in shown
    assert "No message is planned for the next 24 hours." in shown
    assert not Policy.objects.exists()
    wrong = owner.post("/policies/change/preview", typed(default(), default_mon="never"))
    assert "is no time from and to" in wrong.content.decode()


def previewed(client: Client, **changed: Any) -> str:
    sent = typed(default(), **changed)
    shown = client.post("/policies/change/preview", sent).content.decode()
    return " ".join(shown.split())


def test_the_form_says_what_the_law_leaves_of_the_hours(organization: Organization, owner: Client):
    world.site(organization, name="Reno", region="NV")
    assert "The law leaves less" not in previewed(owner)
    shown = previewed(owner, default_mon="22-2", default_wed="6-12")
    assert "Nothing goes out on Mon: the law forbids those hours." in shown
    assert "they go out Tue 09:00–20:00, Wed 08:00–12:00" in shown
    several = previewed(owner, default_mon="22-2", default_thu="22–3, 4-5")
    assert "Nothing goes out on Mon and Thu" in several
    early = previewed(owner, default_mon="22-9")
    assert "they go out Tue 08:00–20:00" in early
    assert "Nothing goes out on Mon" in early
    # Monday's own window is lost, and Sunday's goes on into it.
    assert "Nothing goes out" not in previewed(owner, default_sun="20-10", default_mon="22-2")
    publish(owner, default_mon="22-2")
    assert "Nothing goes out on Mon: the law forbids those hours." in page(owner)


def test_a_window_that_runs_into_the_next_day_is_named(owner: Client):
    told = "Mon 22:00–10:00 runs into Tue 09:00–20:00: they are one window."
    assert told in previewed(owner, default_mon="22-10")
    assert "runs into" not in previewed(owner, default_mon="22-9")
    assert "Sun 23:00–02:00 runs into Mon 01:00–03:00" in previewed(
        owner, default_sun="23-2", default_mon="1-3"
    )


def test_a_version_that_somebody_else_published_meanwhile_is_not_overwritten(owner: Client):
    sent = typed(default(), 0, reply_minutes="5")
    publish(owner, reply_minutes="10")
    answer = owner.post("/policies/change", {"act": "publish", **sent})
    assert answer.status_code == 400
    assert "Somebody published another version meanwhile" in answer.content.decode()
    assert Policy.objects.count() == 1


@pytest.mark.parametrize(
    ("minutes", "module", "step"),
    [("5", policy_change, "_published"), ("60", proposals, "propose")],
)
def test_what_somebody_publishes_while_the_form_is_read_is_not_overwritten(
    organization: Organization, owner: Client, monkeypatch: pytest.MonkeyPatch,
    minutes: str, module: Any, step: str,
):  # fmt: skip
    publish(owner, two_to_loosen="on", reply_minutes="20")
    theirs, goes_on = {**Policy.objects.get().document, "spread_minutes": 30}, getattr(module, step)

    def meanwhile(*given: Any, **named: Any) -> Any:
        """After the form has looked at the newest version, and before the lock is taken."""
        policies.publish(
            organization=organization, document=theirs, author_id="0190-bob", at=clock.now()
        )
        return goes_on(*given, **named)

    sent = typed(policies.document_of(Policy.objects.get()), 1, reply_minutes=minutes)
    monkeypatch.setattr(module, step, meanwhile)
    answer = owner.post("/policies/change", {"act": "publish", **sent})
    assert answer.status_code == 400
    assert "Somebody published another version meanwhile" in answer.content.decode()
    assert Policy.objects.order_by("-number")[0].document == theirs
    assert not PolicyProposal.objects.exists()


def test_what_says_the_same_is_not_published_again(owner: Client):
    publish(owner)
    answer = publish(owner, note="Again")
    assert answer.status_code == 400
    assert "Nothing is different from the policy in force" in answer.content.decode()
    assert Policy.objects.count() == 1
    tomorrow = (clock.now() + timedelta(days=2)).date()
    assert publish(owner, review_on=str(tomorrow)).status_code == 302
    assert Policy.objects.get(number=2).review_on == tomorrow


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "Choose a day, such as one in six months."),
        ("2026-06-03", "That day is past or today. Choose one after today."),
        ("2020-01-01", "That day is past or today."),
        ("2028-06-03", "more than two years away. Choose 2 Jun 2028 or a day before it."),
    ],
)
def test_a_day_to_look_again_is_to_come_and_within_two_years(owner: Client, day: str, said: str):
    with clock.at(world.NOON):
        answer = publish(owner, review_on=day)
        assert answer.status_code == 400
        assert said in answer.content.decode()
        assert not Policy.objects.exists()
        for first_or_last in ("2026-06-04", "2028-06-02"):
            assert publish(owner, review_on=first_or_last).status_code == 302


def test_the_form_proposes_the_day_that_was_said_and_half_a_year_without_one(owner: Client):
    with clock.at(world.NOON):
        assert 'value="2026-12-02"' in page(owner, "/policies/change")
        publish(owner, review_on="2026-08-01")
        assert 'value="2026-08-01"' in page(owner, "/policies/change")
    with clock.at(world.NOON + timedelta(days=90)):  # that day is past
        assert 'value="2027-03-02"' in page(owner, "/policies/change")


def test_raising_what_is_urgent_is_shown_and_waits_for_a_second_person(owner: Client):
    publish(owner, two_to_loosen="on", room="0")
    publish(owner, at_or_under="5")
    assert Policy.objects.count() == 1
    assert PolicyProposal.objects.get().document["keep_for_priority"]["at_or_under"] == 5
    assert "Nudges (priority 6 and after)" in page(owner)


def test_what_allows_more_waits_for_a_second_person(organization: Organization, owner: Client):
    publish(owner, two_to_loosen="on", reply_minutes="10")
    publish(owner, reply_minutes="20", note="Recruiters ask for it")
    assert Policy.objects.count() == 1
    shown = page(owner)
    assert "it waits for a second person" in shown
    assert "“Recruiters ask for it”" in shown
    assert "Agree and publish" not in shown  # one's own
    proposal = PolicyProposal.objects.get()
    owner.post(f"/policies/proposals/{proposal.id}/approve")
    assert "was written by you" in page(owner)
    officer = signed_in(member_of(organization, Role.COMPLIANCE))
    assert "Agree and publish" in page(officer)
    officer.post(f"/policies/proposals/{proposal.id}/approve")
    assert "Version 2 is in force." in page(officer)
    assert ", agreed to by Maya" in page(officer)


def test_a_proposal_can_be_refused(organization: Organization, owner: Client):
    publish(owner, two_to_loosen="on", reply_minutes="10")
    publish(owner, reply_minutes="20")
    proposal = PolicyProposal.objects.get()
    owner.post(f"/policies/proposals/{proposal.id}/close")
    assert "It no longer waits. The policy in force is unchanged." in page(owner)
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"


def test_a_policy_asks_to_be_looked_at_again(organization: Organization, owner: Client):
    with clock.at(world.NOON - timedelta(days=3)):
        publish(owner, review_on="2026-06-02")
        assert "Is it still right?" not in page(owner)
    with clock.at(world.NOON):
        assert "Is it still right?" in page(owner)
        owner.post("/policies/reviewed")
        shown = page(owner)
    assert "You are asked again in half a year." in shown
    assert "Is it still right?" not in shown
    assert Policy.objects.get().review_on.isoformat() == "2026-12-02"


def test_who_may_not_change_it_sees_no_button(organization: Organization):
    recruiter = signed_in(member_of(organization, Role.RECRUITER))
    assert "/policies/change" not in page(recruiter)
    assert recruiter.get("/policies/change").status_code == 403
