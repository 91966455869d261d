"""The rule packs that ship: every row of the facts they are made of, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from followthrough.core.zones import Window
from followthrough.governance import rulepacks
from followthrough.governance.apps import check_rulepacks
from followthrough.governance.packs import RulePack, RulePackError
from followthrough.governance.policy import compiled
from followthrough.governance.tests.cases import NOON, policy

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OPEN = {"hours": {"default": {day: ["00:00-24:00"] for day in DAYS}}}
LATER = datetime(2026, 11, 22, 12, tzinfo=UTC)


def law(country, region="", *, channel="sms", purpose="informational", at=LATER):
    under = compiled({**OPEN, "caps": []}, packs=rulepacks.packs())
    return under.rules(((country, region),), at).bounds(channel, purpose)


def week(hours):
    """`08-21` for each day, '' for a silent one."""
    if hours is None:
        return None
    return ["+".join(f"{w.start:%H}-{w.end:%H}" for w in hours.get(day, ())) for day in range(7)]


# Each row of the table of hours and caps: where, which messages, Monday, Saturday, Sunday, cap.
ROWS = [
    ("US", "NV", "informational", "08-21", "08-21", "08-21", None),
    ("US", "FL", "informational", "08-20", "08-20", "08-20", 3),
    ("US", "OK", "informational", "08-20", "08-20", "08-20", 3),
    ("US", "OR", "informational", "08-20", "08-20", "08-20", 3),
    ("US", "WA", "informational", "08-20", "08-20", "08-20", None),
    ("US", "CT", "informational", "09-20", "09-20", "09-20", None),
    ("US", "MD", "informational", "08-20", "08-20", "08-20", None),
    ("US", "TX", "informational", "09-21", "09-21", "12-21", None),
    ("US", "VA", "informational", "08-21", "08-21", "08-21", None),
    ("FR", "", "outreach", "08-20", "08-20", "", None),
    ("IN", "", "outreach", "10-21", "10-21", "10-21", None),
]


@pytest.mark.parametrize(("country", "region", "purpose", "mon", "sat", "sun", "cap"), ROWS)
def test_every_row_of_the_table(country, region, purpose, mon, sat, sun, cap):
    found = law(country, region, purpose=purpose)
    assert week(found.hours.legal) == [mon] * 5 + [sat, sun]
    assert [(one.per, one.at_most, one.length) for one in found.legal_caps] == (
        [("address", cap, timedelta(hours=24))] if cap else []
    )


@pytest.mark.parametrize("country", ["FR", "IN"])
def test_hours_for_what_promotes_bind_nothing_else(country):
    assert law(country).hours.legal is None
    assert law(country, purpose="reply").hours.legal is None
    assert law(country, purpose="outreach").hours.legal is not None


def test_no_state_sets_hours_for_mail():
    for region in ("", "FL", "TX"):
        assert law("US", region, channel="email").hours.legal is None
        assert law("US", region, channel="email").legal_caps == []


def test_the_suggested_default_satisfies_every_row_but_those_it_says():
    """Its hours lie within every law but France's Sundays and India's mornings."""
    for country, region, purpose, *_ in ROWS:
        bounds = policy().rules(((country, region),), LATER).bounds("sms", purpose)
        within = (
            bounds.hours.both
            == policy().rules((("GB", ""),), LATER).bounds("sms", purpose).hours.both
        )
        assert within is (country not in ("FR", "IN")), (country, region)


def test_an_answer_is_no_solicitation_that_a_state_counts():
    assert law("US", "FL", purpose="reply").legal_caps == []


@pytest.mark.parametrize(
    ("country", "channel", "purpose", "asks"),
    [
        ("US", "voice", "informational", ("us-federal",)),
        ("US", "sms", "informational", ()),
        ("GB", "email", "outreach", ("gb",)),
        ("GB", "email", "informational", ()),
        ("DE", "email", "outreach", ("de", "eu")),
        ("FI", "sms", "outreach", ("eu",)),
        ("CA", "email", "outreach", ("ca",)),
        ("AU", "sms", "outreach", ("au",)),
        ("JP", "sms", "outreach", ()),
    ],
)
def test_consent_that_the_law_asks_for(country, channel, purpose, asks):
    assert law(country, channel=channel, purpose=purpose).consent == asks


def test_the_countries_that_were_asked_for_have_one():
    found = {pack.country for pack in rulepacks.packs()}
    for country in ("US", "CA", "GB", "EU", "IN", "AU", "FR", "DE", "ES", "IT", "NL", "IE", "BE",
                    "PL", "PT", "AT", "SE", "DK"):  # fmt: skip
        assert country in found


def test_a_rule_counts_from_its_day_on_and_in_every_place_where_that_day_has_begun():
    def oregon(at):
        return [one for one in law("US", "OR", at=at).hours.packs if one == "us-or"]

    begins = datetime(2026, 1, 1, tzinfo=UTC)
    assert oregon(begins - timedelta(hours=14, seconds=1)) == []
    assert oregon(begins - timedelta(hours=14)) == ["us-or"]
    assert oregon(LATER) == ["us-or"]


def test_the_assistant_must_say_what_it_is_where_the_law_says_so():
    def automated(country, at):
        rules = policy().rules(((country, ""),), at)
        return rules.disclosures("sms", "informational").get("automated", ())

    assert automated("IE", LATER) == ("eu-ai-act",)
    assert automated("IE", NOON) == ()  # June 2026: not yet
    assert automated("GB", LATER) == ()


def test_every_pack_names_where_it_was_found_and_when():
    for pack in rulepacks.packs():
        for source in pack.sources:
            assert source.url.startswith("http")
            assert date(2026, 11, 22) <= source.seen <= date(2026, 11, 26)


# --- several places ------------------------------------------------------------------------------


def test_where_several_places_are_plausible_the_law_of_each_binds():
    rules = policy().rules((("US", "FL"), ("US", "TX")), LATER)
    found = rules.bounds("sms", "informational").hours
    assert found.packs == ("us-federal", "us-fl", "us-tx")
    assert found.legal[0] == (Window(time(9), time(20)),)
    assert found.legal[6] == (Window(time(12), time(20)),)


@pytest.mark.parametrize("places", [(), (("", ""), ("US", "")), (("US", ""),)])
def test_nobody_knows_the_state_so_that_of_every_state_counts(places):
    hours = policy().rules(places, LATER).bounds("sms", "informational").hours
    assert {"us-federal", "us-fl", "us-tx", "us-ct"} <= set(hours.packs)
    assert hours.legal[6] == (Window(time(12), time(20)),)


# --- what is refused -----------------------------------------------------------------------------

GOOD = {
    "id": "xx-own", "version": 1, "title": "Ours", "country": "US", "region": "NV",
    "channels": ["sms"], "hours": {"mon": ["10:00-12:00"]},
    "sources": [{"says": "We say so.", "url": "https://example.org", "seen": date(2026, 11, 1),
                 "confidence": "P"}],
}  # fmt: skip
SOURCE = GOOD["sources"][0]
REFUSED = {
    "unknown key": ({"colour": "red"}, "colour", "Take it out"),
    "no source": ({"sources": []}, "sources", "Add at least one"),
    "a source without an address": (
        {"sources": [SOURCE | {"url": "somewhere"}]}, "sources.0.url", "fits",
    ),
    "a source without a day": (
        {"sources": [SOURCE | {"seen": "lately"}]}, "sources.0.seen", "Write it like",
    ),
    "unknown confidence": (
        {"sources": [SOURCE | {"confidence": "sure"}]}, "sources.0.confidence", "Use one of 'P'",
    ),
    "bad window": ({"hours": {"mon": ["9-20"]}}, "hours.mon", "Write it like 09:00-20:00."),
    "bad date": ({"from": "2026-13-01"}, "from", "Write it like 2026-01-31"),
    "ends before it begins": (
        {"from": date(2026, 2, 1), "until": date(2026, 1, 1)}, "top", "Exchange",
    ),
    "unknown country": ({"country": "XX"}, "country", "ISO 3166"),
    "unknown region": ({"region": "ZZ"}, "top", "TX"),
    "unknown channel": ({"channels": ["fax"]}, "channels.0", "Use one of 'sms'"),
    "a cap without a unit": (
        {"caps": [{"per": "address", "at_most": 3}]}, "caps.0", "Write hours: 24",
    ),
    "holidays of nowhere": ({"country": "AC", "region": "", "holidays": True}, "top", "notes"),
    "holidays without hours": ({"hours": None, "holidays": True}, "top", "Add the hours"),
    "no version": ({"version": 0}, "version", "Use 1 or more."),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_names_the_file_the_place_the_reason_and_the_remedy(name):
    changed, path, remedy = REFUSED[name]
    with pytest.raises(RulePackError) as problem:
        RulePack.read({**GOOD, **changed}, file="ours.yaml")
    first = problem.value.problems[0]
    assert first.path == path
    assert remedy in first.remedy
    assert first.reason
    assert "ours.yaml" in str(problem.value)


def test_the_same_without_a_mistake_is_fine():
    assert RulePack.read(GOOD).id == "xx-own"


# --- packs of one's own --------------------------------------------------------------------------

OWN = """\
id: own-nevada
version: 1
title: Our lawyers on Nevada
country: US
region: NV
channels: [sms]
hours: { mon: ["10:00-23:00"], tue: ["10:00-12:00"] }
sources:
  - { says: A memo., url: "https://example.org/memo", seen: 2026-11-22, confidence: P }
"""


@pytest.fixture
def folder(tmp_path):
    rulepacks.use([tmp_path])
    yield tmp_path
    rulepacks.use([])


def test_a_pack_of_ones_own_can_only_make_it_stricter(folder: Path):
    before = law("US", "NV").hours.legal
    (folder / "nevada.yaml").write_text(OWN)
    rulepacks.packs.cache_clear()
    assert before == {day: (Window(time(8), time(21)),) for day in range(7)}
    assert week(law("US", "NV").hours.legal) == ["10-21", "10-12", "", "", "", "", ""]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWN.replace("own-nevada", "us-tx"), "has the id 'us-tx' too. Give it an id of its own."),
        (OWN.replace("country: US", "country: [US"), "line 5"),
        ("", "It is not a group of named parts."),
    ],
)
def test_one_that_cannot_be_used_is_said_at_the_start(folder: Path, text: str, said: str):
    (folder / "nevada.yaml").write_text(text)
    rulepacks.packs.cache_clear()
    (found,) = check_rulepacks()
    assert str(folder / "nevada.yaml") in found.msg
    assert said in f"{found.msg} {found.hint}"


def test_a_folder_that_is_not_there_is_said_too(tmp_path: Path):
    rulepacks.use([tmp_path / "nowhere"])
    try:
        assert "It is no folder." in check_rulepacks()[0].msg
    finally:
        rulepacks.use([])
    assert check_rulepacks() == []


def test_the_command_lists_them_and_checks_ones_own(tmp_path: Path):
    out, err = StringIO(), StringIO()
    call_command("rulepacks", stdout=out)
    assert "us-tx" in out.getvalue()
    assert len(out.getvalue().splitlines()) == len(rulepacks.packs())
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(OWN)
    bad.write_text(OWN.replace("sms", "fax"))
    with pytest.raises(SystemExit) as ended:
        call_command("rulepacks", check=[bad, good], stdout=out, stderr=err)
    assert ended.value.code == 1
    assert f"{bad}: channels.0: 'fax' is not known here." in err.getvalue()
    assert f"{good}: fine." in out.getvalue()
    with pytest.raises(SystemExit) as ended:
        call_command("rulepacks", check=[good], stdout=out)
    assert ended.value.code == 0
