"""Receipts: who finds which, by which words, page by page, and what a file of them says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Member
from followthrough.core import clock
from followthrough.governance.models import ConsentEntry
from followthrough.journeys.models import Run
from followthrough.messages.models import Receipt
from followthrough.people.models import Connection
from followthrough.web.console.receipts import conditions, reading, search
from followthrough.web.console.receipts.asked import Asked, stretch
from followthrough.web.console.tests.conftest import member_of, signed_in
from followthrough.web.console.tests.decided import (
    LATE,
    QUIET,
    applied,
    keys,
    own_and_other,
    receipt,
)
from tests import world

pytestmark = pytest.mark.django_db


def shown(client: Client, **asked: str) -> list[str]:
    """The keys of the receipts on the page."""
    answer = client.get("/receipts/", asked, follow=True)
    assert answer.status_code == 200
    return re.findall(r'id="receipt-([0-9a-f-]{36})"', answer.content.decode())


# --- filters -------------------------------------------------------------------------------------


def test_each_filter_leaves_those_that_fit(owner: Client, ats: Connection) -> None:
    austin = world.site(ats.organization, name="Austin", region="TX")
    there = applied(ats, site=austin, region="NV")
    wanted = receipt(there, "drop", "opted_out", touch={"purpose": "outreach"})
    other = applied(ats, "Bo Chen", site=world.site(ats.organization), region="NV")
    receipt(other, "hold", "frozen", channel="email", at=clock.now() - timedelta(days=40))
    run = Run.objects.get(application=there)
    alone = {
        "verdict": "drop", "reason": "opted_out", "channel": "sms", "place": "US-TX",
        "site": str(austin.id), "map": str(run.version.map_id), "purpose": "outreach",
        "candidate": str(there.candidate_id), "name": "ada obi", "when": "today",
    }  # fmt: skip
    for asked in (*({name: value} for name, value in alone.items()), alone, {"reason": "consent"}):
        assert shown(owner, **asked) == keys(wanted), asked
    assert shown(owner, **{**alone, "name": "bo"}) == []


def test_the_stage_is_the_maps(owner: Client, ats: Connection) -> None:
    wanted = receipt(applied(ats))
    answer = receipt(applied(ats), touch={"key": "thanks.reply"})
    receipt(applied(ats), touch={"key": "message", "version_id": None})
    assert shown(owner, stage="applied") == keys(answer, wanted)
    assert shown(owner, stage="offer") == []


def test_a_state_is_the_candidates_or_the_sites(owner: Client, ats: Connection) -> None:
    lives_there = receipt(applied(ats, region="TX"))
    works_there = receipt(applied(ats, site=world.site(ats.organization, region="TX"), region="NV"))
    receipt(applied(ats, region="NV"))
    assert shown(owner, place="US-TX") == keys(works_there, lives_there)


def test_a_state_is_what_the_receipts_own_evidence_names(owner: Client, ats: Connection) -> None:
    """Who has moved since, or whose number alone is from there, was held to its law."""
    here, there = applied(ats, region="NV"), applied(ats, region="TX")
    texan = receipt(here, checks=_where("US-NV", "US-TX"))
    country = receipt(here, checks=_where("US"))
    nevadan = receipt(there, checks=_where("US-NV"))
    receipt(there, checks=_where("USX-TX", "FR"))
    nowhere = receipt(there)
    assert shown(owner, place="US-TX") == keys(nowhere, texan)
    assert shown(owner, place="US-NV") == keys(nevadan, texan)
    assert shown(owner, place="US") == keys(nowhere, nevadan, country, texan)
    assert shown(owner, verdict="hold", reason="quiet_hours", place="US-TX") == keys(nowhere, texan)


@pytest.mark.parametrize(
    "place", ['US-TX","US-NV', "US-.*", "U%", "US-T_", "(", "'; --", "\\", '"']
)
def test_a_place_that_is_none_finds_nothing(owner: Client, ats: Connection, place: str) -> None:
    receipt(applied(ats, region="NV"), checks=_where("US-TX", "US-NV"))
    assert shown(owner, place=place) == []


def _where(*names: str) -> list[Any]:
    held = ["legal_hours", "hold", {"rules": ["us-federal"], "places": names, "by": "area_code"}]
    return [QUIET[0], held]


def test_what_was_too_late_because_of_the_hours_is_outside_hours(
    owner: Client, ats: Connection
) -> None:
    about = applied(ats)
    hours = receipt(about, "drop", "too_late", checks=LATE)
    receipt(about, "drop", "too_late", checks=[["too_late", "drop", {}]])
    held = receipt(about)
    assert shown(owner, reason="hours") == keys(held, hours)
    assert shown(owner, verdict="drop", reason="hours") == keys(hours)
    assert len(shown(owner, reason="moot")) == 2


def test_days_are_by_the_clock_of_whoever_looks(owner: Client, ats: Connection) -> None:
    about = applied(ats)
    late = receipt(about, at=datetime(2026, 6, 4, 6, 30, tzinfo=UTC))  # the 3rd, 23:30 in Reno
    receipt(about, at=datetime(2026, 6, 4, 7, 30, tzinfo=UTC))
    owner.cookies["zone"] = "America/Los_Angeles"
    assert shown(owner, since="2026-06-03", until="2026-06-03") == keys(late)
    assert shown(owner, until="2026-06-03") == keys(late)
    assert len(shown(owner, since="never", until="2026-02-31", when="ever")) == 2


def test_last_week_is_from_monday_to_sunday() -> None:
    since, until = stretch(Asked(when="last-week"), today=datetime(2026, 6, 3, tzinfo=UTC).date())
    assert since is not None
    assert until is not None
    assert (since.date().isoformat(), until.date().isoformat()) == ("2026-05-25", "2026-06-01")


# --- asking as one would say it ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("all drops for 'outside hours' in Texas last week",
         {"verdict": "drop", "reason": "hours", "place": "US-TX", "when": "last-week"}),
        ("holds in TX today", {"verdict": "hold", "place": "US-TX", "when": "today"}),
        ("what was not sent by text because of no consent",
         {"verdict": "drop", "reason": "no_consent", "channel": "sms"}),
        ("failed mails since 2026-05-01 at Reno North",
         {"verdict": "fail", "channel": "email", "since": "2026-05-01", "site": "reno"}),
        ("Quiet hours, Ada Obi, on 2026-06-03",
         {"reason": "quiet_hours", "name": "ada obi", "since": "2026-06-03",
          "until": "2026-06-03"}),
        ("outreach cancelled in the interview stage for France",
         {"verdict": "cancel", "purpose": "outreach", "stage": "interview", "place": "FR"}),
        ("receipts in blorp and drops", {"verdict": "drop", "unread": "blorp"}),
        ("held or dropped", {"verdict": "hold", "also": "dropped"}),
        ("sent to Texas or Ohio", {"verdict": "send", "place": "US-TX", "also": "ohio"}),
        ("in Texas, TX", {"place": "US-TX"}),
        ("", {}),
    ],
)  # fmt: skip
def test_a_question_is_read(ats: Connection, said: str, meant: dict[str, str]) -> None:
    site = world.site(ats.organization, name="Reno North")
    applied(ats, site=site)
    found = reading.read(said, member_of(ats.organization))
    if "site" in meant:
        meant = {**meant, "site": str(site.id)}
    assert {name: value for name, value in vars(found).items() if value} == meant


def between(since: str = "", until: str = "") -> dict[str, str]:
    return {name: at for name, at in (("since", since), ("until", until)) if at}


NOVEMBER = between("2026-11-01", "2026-11-20")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("drops for caps between 2026-11-01 and 2026-11-20",
         {"verdict": "drop", "reason": "often", **NOVEMBER}),
        ("from 2026-11-01 to 2026-11-20", NOVEMBER),
        ("since 2026-11-01 until 2026-11-20", NOVEMBER),
        ("until 2026-11-20, since 2026-11-01", NOVEMBER),
        ("drops 2026-11-01 – 2026-11-20", {"verdict": "drop", **NOVEMBER}),
        ("drops in June", {"verdict": "drop", **between("2026-06-01", "2026-06-30")}),
        ("in July", between("2025-07-01", "2025-07-31")),
        ("February 2024", between("2024-02-01", "2024-02-29")),
        ("holds since April", {"verdict": "hold", **between("2026-04-01")}),
        ("between November and January", between("2025-11-01", "2026-01-31")),
        ("this month", between("2026-06-01", "2026-06-30")),
        ("this week", between("2026-06-01", "2026-06-07")),
        ("last month", {"when": "last-month"}),
        ("last 30 days", {"when": "30"}),
        ("the last 10 days", between("2026-05-25")),
        ("drops between 2026-11-01 and never",
         {"verdict": "drop", "unread": "2026-11-01, between never"}),
        ("since yesterday", {"unread": "yesterday, since"}),
        ("drops between 2026-11-20 and 2026-11-01",
         {"verdict": "drop", "unread": "2026-11-20, between 2026 11 01"}),
        ("on 2026-11-01, 11/20/2026", {"unread": "on 2026-11-01, 11 20 2026"}),
        ("5 June 2026", {"unread": "5 june 2026"}),
        ("June 5, 2026", {"unread": "june 5 2026"}),
        ("today and last week", {"unread": "today, last week"}),
        ("today blorp", {"when": "today", "unread": "blorp"}),
    ],
)  # fmt: skip
def test_a_time_is_read_whole_or_not_at_all(
    ats: Connection, said: str, meant: dict[str, str]
) -> None:
    with clock.at(world.NOON):  # 3 June 2026
        found = reading.read(said, member_of(ats.organization))
    assert {name: value for name, value in vars(found).items() if value} == meant


def test_a_month_in_somebodys_name_is_none(ats: Connection) -> None:
    applied(ats, "June Miller")
    found = reading.read("drops to June Miller last month", member_of(ats.organization))
    assert (found.name, found.when, found.unread) == ("june miller", "last-month", "")


def test_last_month_is_the_month_before() -> None:
    since, until = stretch(Asked(when="last-month"), today=datetime(2026, 3, 31, tzinfo=UTC).date())
    assert since is not None
    assert until is not None
    assert (since.date().isoformat(), until.date().isoformat()) == ("2026-02-01", "2026-03-01")


def test_what_can_be_asked_for_only_once_is_said(owner: Client, ats: Connection) -> None:
    receipt(applied(ats, region="TX"), "send", "sent")
    page = owner.get("/receipts/", {"q": "sent to Texas or Ohio"}, follow=True).content.decode()
    assert "Left out: “ohio”. Of each kind" in page


def test_a_question_leads_to_its_filters_and_says_what_was_not_understood(
    owner: Client, ats: Connection
) -> None:
    wanted = receipt(applied(ats), "drop", "opted_out")
    answer = owner.get("/receipts/", {"q": "drops blorp"}, follow=True)
    assert answer.redirect_chain == [("/receipts/?verdict=drop&unread=blorp", 302)]
    page = answer.content.decode()
    assert "“blorp”" in page
    assert str(wanted.id) in page


# --- who sees which ------------------------------------------------------------------------------


@pytest.mark.parametrize("few", [300, 0])
def test_whoever_works_for_one_site_finds_its_receipts_only(
    narrow: Member, ats: Connection, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(conditions, "FEW", few)
    mine, other = own_and_other(narrow, ats)
    client = signed_in(narrow)
    assert shown(client) == keys(mine)
    assert shown(client, candidate=str(mine.candidate_id)) == keys(mine)
    assert shown(client, reason="hours", place="US") == keys(mine)
    assert client.get(f"/receipts/{mine.id}").status_code == 200
    assert client.get(f"/receipts/{other.id}").status_code == 404


def test_another_companys_are_never_there(owner: Client, ats: Connection) -> None:
    theirs = applied(world.connection(world.organization()))
    receipt(theirs)
    assert shown(owner) == []
    assert shown(owner, candidate=str(theirs.candidate_id)) == []
    assert shown(owner, map=str(Run.objects.get().version.map_id)) == []


# --- pages and counts ----------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [{}, {"channel": "sms"}, {"name": "ada"}])
def test_pages_show_each_receipt_once(
    owner: Client, ats: Connection, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    """Also where many were decided at the same moment, and where only a few are looked at."""
    monkeypatch.setattr(search, "PER_PAGE", 3)
    monkeypatch.setattr(search, "LOOKED_AT", 5)
    about = applied(ats)
    codes = ("quiet_hours", "frozen", "caps")
    made = [
        receipt(about, code=codes[n % 3], at=world.NOON + timedelta(seconds=n // 4))
        for n in range(11)
    ]
    address, seen, pages = "/receipts/", [], 0
    asked_for = dict(asked)
    while address:
        page = owner.get(address, asked_for).content.decode()
        asked_for = {}
        seen += re.findall(r'id="receipt-([0-9a-f-]{36})"', page)
        found = re.search(r'<a href="(\?[^"]*)" rel="next"', page)
        address = "/receipts/" + found[1].replace("&amp;", "&") if found else ""
        pages += 1
    assert seen == keys(*sorted(made, key=lambda one: (one.at, one.id), reverse=True))
    assert pages == 4


def test_the_page_before_is_the_one_that_was_left(
    owner: Client, ats: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PER_PAGE", 2)
    about = applied(ats)
    made = keys(*reversed([receipt(about) for _ in range(5)]))
    wanted = conditions.of(Member.objects.get(), Asked())
    first = search.page(wanted)
    second = search.page(wanted, after=first.after)
    third = search.page(wanted, after=second.after)
    assert [str(key) for one in (first, second, third) for key in one.keys] == made
    assert third.after is None
    assert search.page(wanted, before=third.before).keys == second.keys
    assert first.before is None


def test_what_is_rare_is_looked_for_so_far_at_most(
    owner: Client, ats: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOKED_AT", 4)
    rare = receipt(applied(ats, region="TX"), at=world.NOON - timedelta(days=1))
    for _ in range(4):
        receipt(applied(ats, region="NV"), at=world.NOON)
    page = owner.get("/receipts/", {"place": "US-TX"}).content.decode()
    assert str(rare.id) not in page
    assert "further back there may be more" in page
    after = re.search(r'<a href="(\?[^"]*)" rel="next">Go on looking', page)
    assert after
    further = owner.get("/receipts/" + after[1].replace("&amp;", "&")).content.decode()
    assert str(rare.id) in further


def test_counts_by_reason_end_where_nobody_reads_on(
    owner: Client, ats: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_COUNTED", 2)
    about = applied(ats)
    for code in ("quiet_hours", "quiet_hours", "quiet_hours", "frozen"):
        receipt(about, code=code)
    receipt(about, "send", "sent")
    page = owner.get("/receipts/").content.decode()
    assert re.findall(r'class="bar-said">([^<]*?) <', page) == [
        "Quiet hours",
        "Automation is silent",
    ]
    assert "more than 2<" in page
    assert 'href="?verdict=hold&amp;reason=frozen"' in page


def test_the_same_few_queries_however_much_there_is(
    owner: Client, ats: Connection, count_queries: Any
) -> None:
    receipt(applied(ats, site=world.site(ats.organization)))
    owner.get("/receipts/")
    before = count_queries(lambda: owner.get("/receipts/", {"place": "US-NV", "purpose": "reply"}))
    for _ in range(4):
        receipt(applied(ats, site=world.site(ats.organization)), "drop", "caps")
    after = count_queries(lambda: owner.get("/receipts/", {"place": "US-NV", "purpose": "reply"}))
    assert before == after
    assert count_queries(lambda: owner.get("/receipts/")) <= 24


# --- one receipt ---------------------------------------------------------------------------------


def test_a_receipt_names_every_check_with_where_its_rule_comes_from(
    owner: Client, ats: Connection
) -> None:
    about = applied(ats)
    entry = ConsentEntry.objects.create(
        organization_id=about.organization_id, candidate_id=about.candidate_id, address_key="k",
        channel="sms", state="granted", basis="application_form", source="ats", actor_kind="ats",
        actor_id="x", at=world.NOON,
    )  # fmt: skip
    consented = ["consent", "pass", {"basis": "application_form", "entry": str(entry.id)}]
    made = receipt(about, checks=[consented, *QUIET])
    page = owner.get(f"/receipts/{made.id}").content.decode()
    assert page.count("data-outcome=") == 4
    assert "Ledger, 3 Jun: May be contacted by text: they said so on the application form." in page
    assert 'rel="noreferrer">United States, federal, rule pack version 2</a>' in page
    assert '<a href="/policies/">The default policy</a>' in page
    part = owner.get(f"/receipts/{made.id}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert part.count("data-outcome=") == 4


def test_what_else_was_decided_about_the_message_is_there(owner: Client, ats: Connection) -> None:
    first = receipt(applied(ats))
    second = receipt(applied(ats), "send", "sent")
    later = Receipt.objects.create(
        organization_id=first.organization_id, touch_id=first.touch_id, at=clock.now(),
        application_id=first.application_id, candidate_id=first.candidate_id, verdict="send",
        code="sent", channel="sms",
    )  # fmt: skip
    page = owner.get(f"/receipts/{first.id}").content.decode()
    assert str(later.id) in page
    assert str(second.id) not in page
