"""The page on which a candidate chooses what they get."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from followthrough.audit.facts import Actor
from followthrough.governance import consent, preferences
from followthrough.governance.models import ConsentEntry, ConsentText, Wish
from followthrough.people import links
from followthrough.runs import choices
from followthrough.web.portal import texts
from followthrough.web.portal.tests.visiting import blocked, opened, path, press, text
from tests import world
from tests.counting import counted

pytestmark = pytest.mark.django_db
NOON = world.NOON


def test_it_names_the_company_and_what_they_get_and_hides_their_addresses(ada):
    said = text(opened(ada))
    assert "Messages from Northwind" in said
    assert "You get everything about your application." in said
    assert "+1 ··· ··· 4821" in said
    assert "m•••@example.org" in said
    assert "2004821" not in said
    assert "mary@" not in said
    assert "Ada" not in said


def test_it_is_for_nobody_elses_eyes_and_sets_no_cookie(ada):
    answer = opened(ada)
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert not answer.cookies
    assert "<script" not in answer.content.decode()


def test_it_is_light(ada):
    css = (links.settings.BASE_DIR / "followthrough/web/static/web/portal.css").read_bytes()
    assert len(opened(ada).content) + len(css) < 50_000


def test_opening_it_changes_nothing(ada):
    for method in ("get", "head"):
        getattr(Client(), method)(path(ada), {"choice": "stop", "done": "1"})
    assert not Wish.objects.exists()
    assert not blocked(ada)


def test_only_interviews_is_one_tap_and_can_be_undone(ada):
    done = press(ada, "interviews")
    assert "From now on you get only messages about interviews." in text(done)
    assert preferences.of(ada.id).wants == "interviews"
    undone = press(ada, f"undo:{preferences.of(ada.id).number}", page=done)
    assert "It is as it was before." in text(undone)
    assert preferences.of(ada.id).wants == "everything"
    assert Wish.objects.filter(candidate_id=ada.id).count() == 2  # nothing is ever taken away


def test_what_was_chosen_is_on_record_with_what_was_read(ada):
    press(ada, "interviews")
    row = Wish.objects.get(candidate_id=ada.id)
    kept = ConsentText.objects.get(hash=row.shown).text
    assert "Only messages about interviews\nTimes, changes and reminders" in kept
    assert "4821" not in kept
    assert (row.actor_kind, row.actor_id) == ("candidate", str(ada.id))
    assert (row.source, row.language, row.choice) == ("preference_page", "en", "interviews")


def test_the_same_choice_twice_is_one(ada):
    page = opened(ada)
    press(ada, "interviews", page=page)
    press(ada, "interviews", page=page)
    assert Wish.objects.filter(candidate_id=ada.id).count() == 1


def test_a_pause_ends_at_their_midnight(ada):
    done = press(ada, "pause:week")
    assert preferences.of(ada.id).paused_until == datetime(2026, 6, 10, 7, tzinfo=UTC)
    assert "Nothing is sent until Wednesday 10 June." in text(done)


def test_a_pause_until_a_day(ada):
    press(ada, "pause:day", until="2026-07-01")
    assert preferences.of(ada.id).paused_until == datetime(2026, 7, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize("day", ["", "2026-06-03", "2026-05-01", "2027-06-30", "soon"])
def test_a_day_that_cannot_be_is_refused_where_it_stands(ada, day):
    answer = press(ada, "pause:day", until=day)
    assert answer.status_code == 400
    assert "Choose a day from tomorrow on and within a year." in text(answer)
    assert not Wish.objects.exists()


def test_stopping_everything_opts_every_address_out(ada):
    done = press(ada, "stop")
    assert blocked(ada) == ["email", "sms"]
    assert preferences.of(ada.id).wants == "nothing"
    assert "You get no messages from Northwind." in text(done)
    entries = ConsentEntry.objects.filter(candidate_id=ada.id, state="revoked")
    assert {one.source for one in entries} == {"preference_page"}
    assert {one.evidence["text"] for one in entries} == {Wish.objects.get().shown}


def test_whoever_stopped_here_can_begin_again_here(ada):
    press(ada, "stop")
    done = press(ada, "everything")
    assert blocked(ada) == []
    assert preferences.of(ada.id).wants == "everything"
    assert "You get everything about your application again." in text(done)


def test_undoing_a_stop_opens_the_addresses_again(ada):
    page = press(ada, "stop")
    press(ada, f"undo:{preferences.of(ada.id).number}", page=page)
    assert blocked(ada) == []
    assert preferences.of(ada.id).wants == "everything"


def test_undoing_a_stop_opens_nothing_that_was_closed_before(ada):
    consent.opt_out(
        organization_id=ada.organization_id, contact_point=ada.contact_points.get(kind="email"),
        channel="email", basis="stop", source="email", evidence={}, only_here=True,
        actor=Actor("candidate", str(ada.id)), at=NOON - timedelta(days=2),
    )  # fmt: skip
    page = press(ada, "stop")
    assert blocked(ada) == ["email", "sms"]
    press(ada, f"undo:{preferences.of(ada.id).number}", page=page)
    assert blocked(ada) == ["email"]


def test_undoing_that_all_may_come_again_closes_what_was_closed(ada):
    choices.unsubscribe(ada.contact_points.get(kind="email"), at=NOON - timedelta(days=2))
    page = press(ada, "everything")
    assert blocked(ada) == []
    press(ada, f"undo:{preferences.of(ada.id).number}", page=page)
    assert blocked(ada) == ["email", "sms"]
    assert preferences.of(ada.id).wants == "everything"


def test_who_refused_one_job_alone_reads_so_and_can_hear_about_it_again(ada):
    application = ada.applications.select_related("requisition").first()
    consent.opt_out_person(
        ada.id, organization_id=ada.organization_id, basis="by_phone", source="console",
        evidence={}, actor=Actor("member", "maya"), at=NOON - timedelta(days=1),
        scope={"requisition": application.requisition.external_id},
    )  # fmt: skip
    page = opened(ada)
    assert f"Not about “{application.requisition.title}”" in text(page)
    done = press(ada, f"hear:{application.id}", page=page)
    assert "You get messages about that application again." in text(done)
    assert "Not about" not in text(done)


def test_what_the_ats_says_of_one_job_is_not_offered_to_be_taken_back(ada):
    application = ada.applications.select_related("requisition").first()
    consent.opt_out_person(
        ada.id, organization_id=ada.organization_id, basis="field", source="ats", evidence={},
        actor=Actor("ats", "1"), at=NOON - timedelta(days=1),
        scope={"requisition": application.requisition.external_id},
    )  # fmt: skip
    assert "hear:" not in opened(ada).content.decode()


def stop_by_text(ada):
    consent.opt_out(
        organization_id=ada.organization_id, contact_point=ada.contact_points.get(kind="phone"),
        channel="sms", basis="stop", source="sms", evidence={},
        actor=Actor("candidate", str(ada.id)), at=NOON - timedelta(hours=1),
    )  # fmt: skip


def test_what_the_phone_company_stops_takes_a_start(ada):
    stop_by_text(ada)
    page = opened(ada)
    assert "text START to +1 775-555-0100 from this phone" in text(page)
    press(ada, "everything", page=page)
    assert blocked(ada) == ["sms"]  # the mail address is theirs to open here
    press(ada, "unsilence:sms")
    assert blocked(ada) == ["sms"]
    # Nor does the ledger hold a yes that counts for nothing: the page named the START instead.
    said_here = ConsentEntry.objects.filter(source="preference_page", channel="sms")
    assert not said_here.exists()


def test_a_shared_phone_is_not_opened_by_whoever_did_not_close_it(ada, organization):
    other = world.candidate(ada.connection, phone="+17752004821", email="joe@example.org")
    consent.opt_out(
        organization_id=organization.id, contact_point=other.contact_points.get(kind="phone"),
        channel="sms", basis="preference_page", source="preference_page", evidence={},
        actor=Actor("candidate", str(other.id)), at=NOON,
    )  # fmt: skip
    page = opened(ada)
    assert "Somebody who uses this address asked for it." in text(page)
    press(ada, "unsilence:sms", page=page)
    assert blocked(ada) == ["sms"]


def test_a_channel_can_be_turned_off_and_on(ada):
    assert "Done. No more texts." in text(press(ada, "silence:sms"))
    assert preferences.of(ada.id).silent == {"sms"}
    assert "Done. Texts are on." in text(press(ada, "unsilence:sms"))
    assert preferences.of(ada.id).silent == frozenset()


def test_turning_texts_on_is_consent_for_the_number_that_is_named(organization):
    joe = world.candidate(world.connection(organization), phone="+17752004822")
    page = opened(joe)
    assert "Northwind may write to you at +1 ··· ··· 4822" in text(page)
    press(joe, "unsilence:sms", page=page)
    entry = ConsentEntry.objects.get(candidate_id=joe.id)
    assert (entry.state, entry.channel, entry.basis) == ("granted", "sms", "form_with_number")
    assert ConsentText.objects.filter(hash=entry.evidence["text"]).exists()


def test_one_of_several_applications(ada):
    second = world.application(ada, world.requisition(ada.connection, title="Cashier"))
    page = opened(ada)
    assert "Only “Cashier”" in text(page)
    press(ada, f"about:{second.id}", page=page)
    assert preferences.of(ada.id).application_id == second.id
    press(ada, "about:all")
    assert preferences.of(ada.id).application_id is None


def test_another_persons_application_is_no_choice(ada):
    other = world.application(world.candidate(ada.connection))
    assert press(ada, f"about:{other.id}").status_code == 400
    assert not Wish.objects.exists()


@pytest.mark.parametrize("choice", ["", "fly", "silence:fax", "about:me", "undo:x"])
def test_nonsense_changes_nothing(ada, choice):
    press(ada, choice)
    assert not Wish.objects.exists()


def test_getting_more_takes_that_its_words_were_read_and_getting_less_never_does(ada):
    press(ada, "stop", shown="")
    assert preferences.of(ada.id).wants == "nothing"
    answer = press(ada, "everything", shown="0" * 64)
    assert answer.status_code == 400
    assert "worded anew" in text(answer)
    assert blocked(ada) == ["email", "sms"]


def test_too_many_choices_wait_but_stopping_never_does(ada):
    page = opened(ada)
    for _ in range(60):
        press(ada, "silence:sms", page=page)
    assert press(ada, "interviews", page=page).status_code == 429
    press(ada, "stop", page=page)
    assert preferences.of(ada.id).wants == "nothing"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_it_speaks_their_language_and_any_other(ada, language):
    ada.locale = f"{language}-XX"
    ada.save()
    title = texts.of(language, company="Northwind")["title"]
    assert title in text(opened(ada))
    assert f'<html lang="{language}">' in opened(ada).content.decode()
    ada.locale = "en"
    ada.save()
    assert title in text(opened(ada, language=language))
    done = press(ada, "pause:week", language=language)
    assert texts.of(language, company="")["undo"] in text(done)


def test_every_language_has_the_same_texts_and_blanks():
    def blanks(said):
        return {name: sorted(re.findall(r"{(\w+)}", one)) for name, one in said.items()}

    english = blanks(texts.table("en"))
    for language in texts.LANGUAGES:
        assert blanks(texts.table(language)) == english, language


def test_a_few_queries_however_many_addresses(ada):
    opened(ada)
    with counted() as few:
        opened(ada)
    for number in range(4):
        world.contact_point(ada, kind="email", written=f"m{number}@example.org", position=number)
        world.application(ada, world.requisition(ada.connection, title=f"Job {number}"))
    with counted() as many:
        opened(ada)
    assert many.n == few.n <= 10
