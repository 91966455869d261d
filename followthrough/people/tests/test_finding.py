"""What somebody typed finds whom they mean."""

from __future__ import annotations

import pytest

from followthrough.accounts.models import Organization
from followthrough.people import finding
from followthrough.people.finding import Meant
from followthrough.people.models import Application, Candidate
from followthrough.people.plain import LONGEST, plain_text
from tests import world


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ays YIL", Meant(words=("ays", "yil"))),
        ("  Núñez-Ríos ", Meant(words=("nunez", "rios"), id="Núñez-Ríos")),
        ("Ayse.Yilmaz@Example.org", Meant(mail="ayse.yilmaz@example.org")),
        ("Ayşe <ayse@example.org>", Meant(mail="ayse@example.org")),
        ("0199", Meant(digits=("199",), id="0199")),
        ("(775) 555-0123", Meant(digits=("17755550123", "7755550123"))),
        ("+1 775 555 0123", Meant(digits=("17755550123",))),
        ("001-775-555-0123", Meant(digits=("17755550123",), id="001-775-555-0123")),
        ("123", Meant(words=("123",), id="123")),
        ("REQ-101", Meant(words=("req", "101"), id="REQ-101")),
        ("\0", Meant()),
        ("…!", Meant(id="…!")),
    ],
)
def test_the_text_says_what_is_meant(text: str, meant: Meant) -> None:
    assert finding.read(text, country="US") == meant


def test_a_national_number_is_read_as_people_there_dial_it() -> None:
    assert "442079460958" in finding.read("020 7946 0958", country="GB").digits


def test_a_plain_text_never_ends_in_a_space() -> None:
    """PostgreSQL makes words of what stands between spaces, and refuses an empty one."""
    assert plain_text("a" * (LONGEST - 1) + " bcd") == "a" * (LONGEST - 1)


@pytest.fixture
def organization(db: None) -> Organization:
    return world.organization(country="US")


def person(organization: Organization, name: str = "Ada Obi", **given: object) -> Application:
    """An application of somebody with this name; `title` and `req` are of the opening."""
    first, _, last = name.rpartition(" ")
    ats = world.connection(organization)
    title, req = given.pop("title", "Store associate"), given.pop("req", "R-1")
    candidate = world.candidate(ats, given_name=first, family_name=last, **given)
    opening = world.requisition(ats, title=title, external_id=req)
    return world.application(candidate, opening, external_id=f"A-{candidate.external_id}".upper())


def found(organization: Organization, text: str) -> list[str]:
    """The names of whom a text finds."""
    meant = finding.read(text, country=organization.country)
    theirs = Application.objects.filter(organization=organization)
    rows = theirs.filter(finding.applications(organization, meant)).select_related("candidate")
    return sorted(one.candidate.name for one in rows)


@pytest.mark.parametrize(
    "text", ["ays yil", "yil ays", "YILMAZ", "ayşe yılmaz", "AYŞE", "yilmaz-ayse", "a y"]
)
def test_names_are_found_in_any_order_with_or_without_accents(
    organization: Organization, text: str
) -> None:
    person(organization, "Ayşe Yılmaz")
    person(organization, "Bo Chen")
    assert found(organization, text) == ["Ayşe Yılmaz"]


def test_each_word_of_a_name_is_found_and_each_must_fit(organization: Organization) -> None:
    person(organization, "José Luis García López")
    assert found(organization, "garc") == ["José Luis García López"]
    assert found(organization, "lop jose") == ["José Luis García López"]
    assert found(organization, "arcia") == []
    assert found(organization, "lopez maria") == []


@pytest.mark.parametrize("text", ["100%", "a_b", "%", "l'o", "x' & 'y", ":* | a"])
def test_no_sign_means_anything_to_the_database(organization: Organization, text: str) -> None:
    person(organization, "Bo Chen")
    assert found(organization, text) == []


@pytest.mark.parametrize(
    "text",
    ["(775) 555-0123", "775.555.0123", "+1 775 555 0123", "17755550123", "0123", "555 0123"],
)
def test_numbers_are_found_however_they_are_written(organization: Organization, text: str) -> None:
    person(organization, "Ada Obi", phone="775-555-0123")
    person(organization, "Bo Chen", phone="775-555-0124")
    assert found(organization, text) == ["Ada Obi"]


def test_a_number_is_not_found_by_its_middle(organization: Organization) -> None:
    person(organization, "Ada Obi", phone="775-555-0123")
    assert found(organization, "5550") == []


def test_mail_addresses_are_found_by_how_they_begin(organization: Organization) -> None:
    person(organization, "Ada Obi", email="Ada.Obi@example.org")
    person(organization, "Bo Chen", email="bo@example.org")
    assert found(organization, "ADA.OBI@ex") == ["Ada Obi"]
    assert found(organization, "@example.org") == []
    assert found(organization, "ada%@") == []


def test_openings_are_found_by_title_and_by_id(organization: Organization) -> None:
    person(organization, "Ada Obi", title="Café barista", req="REQ-7")
    person(organization, "Bo Chen", title="Cashier", req="REQ-8")
    for text in ("cafe", "barista cafe", "bar", "req-7"):
        assert found(organization, text) == ["Ada Obi"]
    assert found(organization, "ba") == []  # nobody who types two letters means a title


def test_a_short_word_is_the_whole_word_of_a_title(organization: Organization) -> None:
    person(organization, "Ada Obi", title="HR partner")
    person(organization, "Bo Chen", title="Hrvat translator")
    assert found(organization, "hr") == ["Ada Obi"]


def test_what_is_a_name_and_a_title_finds_both(organization: Organization) -> None:
    person(organization, "Ada Cook", title="Cashier")
    person(organization, "Bo Chen", title="Line cook")
    assert found(organization, "cook") == ["Ada Cook", "Bo Chen"]


def test_a_name_and_a_title_together(organization: Organization) -> None:
    person(organization, "Ada Obi", title="Barista")
    person(organization, "Ada Obi", title="Cashier")
    person(organization, "Bo Chen", title="Barista")
    assert found(organization, "barista ada") == ["Ada Obi"]


def test_ids_of_the_ats_are_found(organization: Organization) -> None:
    one = person(organization, "Ada Obi")
    person(organization, "Bo Chen")
    assert found(organization, one.external_id) == ["Ada Obi"]
    assert found(organization, one.external_id.lower()) == ["Ada Obi"]
    assert found(organization, one.candidate.external_id) == ["Ada Obi"]


def test_digits_may_be_a_number_or_an_id(organization: Organization) -> None:
    one = person(organization, "Ada Obi")
    Application.objects.filter(id=one.id).update(external_id="55120123")
    person(organization, "Bo Chen", phone="775-512-0123")
    assert found(organization, "5120123") == ["Bo Chen"]
    assert found(organization, "55120123") == ["Ada Obi", "Bo Chen"]


def test_nobody_of_another_organization_is_found(organization: Organization) -> None:
    theirs = person(world.organization(), "Ayşe Yılmaz", phone="775-555-0123", email="a@b.example")
    for text in ("ayse", "0123", "a@b", theirs.external_id, "store"):
        assert found(organization, text) == []


def test_whoever_is_renamed_is_found_by_the_new_name(organization: Organization) -> None:
    one = person(organization, "Ada Obi")
    candidate = Candidate.objects.get(id=one.candidate_id)
    candidate.family_name = "Ünal"
    candidate.save()
    assert found(organization, "unal") == ["Ada Ünal"]
    assert found(organization, "obi") == []
