"""Templates: what is filled in, what is refused, and that none of them can hang a worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from babel.localedata import locale_identifiers
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.messages import plain, templates
from followthrough.messages.templates import (
    TemplateProblem,
    always_said,
    check,
    render,
    segments,
)
from tests import growth

CONTEXT: dict[str, Any] = {
    "candidate.given_name": "Ada",
    "candidate.family_name": "Obi",
    "company": "Northwind <&> Co",
    "requisition.title": "Store associate",
    "site.name": "Reno",
    "midnight": "2026-06-04T05:00:00.000000Z",
    "site.address": "",
    "zone": "America/Chicago",
    "locale": "en",
    "interview_start": "2026-06-04T19:00:00.000000Z",
    "nobody": None,
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Plain & simple", "Plain & simple"),
        ("Hi {{ candidate.given_name }}!", "Hi Ada!"),
        ("{{ company }}", "Northwind <&> Co"),
        ("{{ candidate.given_name | upcase }}", "ADA"),
        ("{{ candidate.middle_name | default: 'there' }}", "there"),
        ("{{ nobody | default: 'there' }}", "there"),
        ("{% if recruiter %}{{ recruiter }}{% else %}we{% endif %}", "we"),
        ("{% unless site.address == blank %}at{% endunless %}", ""),
        ("{% case locale %}{% when 'en' %}Hi{% else %}Hola{% endcase %}", "Hi"),
        ("{% assign who = candidate.given_name %}{{ who }}", "Ada"),
        ("a{% comment %} not this {% endcomment %}b", "ab"),
        ("{{ interview_start | local_time }}", "Thu, Jun 4, 2:00 PM"),
        ("{{ interview_start | local_date }}", "Thu, Jun 4"),
        ("{{ interview_start | local_clock }}", "2:00 PM"),
        ("{{ interview_start | local_zone }}", "CDT"),
        ("{{ interview_start | clock_if_any }}", "2:00 PM"),
        ("{% assign at = midnight | clock_if_any %}{% if at %} at {{ at }}{% endif %}", ""),
    ],
)
def test_it_fills_in(source: str, expected: str) -> None:
    assert render(source, CONTEXT) == expected


@pytest.mark.parametrize(
    ("zone", "locale", "expected"),
    [
        ("America/Los_Angeles", "en", "Thu, Jun 4, 12:00 PM PDT"),
        ("Europe/London", "en", "Thu 4 Jun, 20:00 BST"),
        ("Europe/London", "en-US", "Thu, Jun 4, 8:00 PM BST"),
        ("America/Los_Angeles", "en-GB", "Thu 4 Jun, 12:00 PDT"),
        ("America/Chicago", "es", "jue, 4 de jun, 2:00 pm CDT"),
        ("America/Chicago", "es-MX", "jue 4 de jun, 2:00 pm CDT"),
        ("Europe/Madrid", "es", "jue, 4 jun, 21:00 CEST"),
        ("America/Sao_Paulo", "es", "jue, 4 jun, 16:00 UTC-3"),
        ("America/Toronto", "fr", "jeu. 4 juin, 15 h 00 EDT"),
        ("Asia/Tokyo", "de", "Fr., 5. Juni, 04:00 JST"),
        ("America/Bahia", "pt-BR", "qui., 4 de jun 16:00 UTC-3"),
        ("Asia/Kathmandu", "en", "Fri, Jun 5, 12:45 AM UTC+5:45"),
        ("UTC", "EN_us", "Thu, Jun 4, 7:00 PM UTC"),
        ("UTC", "tlh", "Thu, Jun 4, 7:00 PM UTC"),
        ("America/Indianapolis", "es", "jue, 4 de jun, 3:00 pm EDT"),
        ("Asia/Taipei", "zh-TW", "6月5日 週五 凌晨3:00 CST"),
        ("America/Los_Angeles", "zh-Hant", "6月4日 週四 中午12:00 PDT"),
        ("America/Chicago", "es-MX-u-hc-h23", "jue 4 de jun, 2:00 pm CDT"),
        ("America/Chicago", "en_US.UTF-8", "Thu, Jun 4, 2:00 PM CDT"),
        ("UTC", "../en", "Thu, Jun 4, 7:00 PM UTC"),
    ],
)
def test_times_are_local(zone: str, locale: str, expected: str) -> None:
    source = "{{ at | local_time }} {{ at | local_zone }}"
    for at in ("2026-06-04T19:00:00.000000Z", datetime(2026, 6, 4, 19, 0, tzinfo=UTC)):
        assert render(source, {"at": at, "zone": zone, "locale": locale}) == expected


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("{{ nothing }}", "unresolved_variable", 1),
        ("Hi\n{{ candidate.nothing }}", "unresolved_variable", 2),
        ("{{ nothing | upcase }}", "unresolved_variable", 1),
        ("{{ nothing | local_time }}", "unresolved_variable", 1),
        ("{{ nobody | local_time }}", "unresolved_variable", 1),
        ("{{ now }}", "unresolved_variable", 1),
        ("{{ company | local_time }}", "template_error", 1),
        ("{{ company | shout }}", "unknown_filter", 1),
        ("{{ company", "template_syntax", 1),
        ("\n\n{{ company | }}", "template_syntax", 3),
        ("a\n{% if company %}", "template_syntax", 2),
        ("{% include 'secrets' %}", "template_syntax", 1),
        ("{% render '/etc/passwd' %}", "template_syntax", 1),
        ("{% for a in company %}{% endfor %}", "template_syntax", 1),
        ("{{ (1..9) }}", "template_syntax", 1),
    ],
)
def test_it_refuses(source: str, code: str, line: int) -> None:
    with pytest.raises(TemplateProblem) as found:
        render(source, CONTEXT)
    assert (found.value.code, found.value.line) == (code, line)
    assert "Ada" not in str(found.value)


def test_a_zone_that_does_not_exist() -> None:
    with pytest.raises(TemplateProblem) as found:
        render("{{ interview_start | local_time }}", {**CONTEXT, "zone": "Mars/Olympus"})
    assert found.value.code == "unknown_zone"
    with pytest.raises(TemplateProblem):
        render("{{ interview_start | local_time }}", {**CONTEXT, "zone": ""})


DOUBLING = "{% assign a = 'xxxxxxxxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 60
HOSTILE = [
    "{% if (1..9999999999) contains 'x' %}{% endif %}",
    "{% assign r = (1..9999999999) %}{% if r contains 'x' %}{% endif %}",
    "{% case (1..9999999999) %}{% when 'x' %}{% endcase %}",
    "{% for i in (1..9999999999) reversed %}{% endfor %}",
    DOUBLING,
    "{% assign a = company %}" + "{{ a }}" * 2000,
    DOUBLING.replace("60", "11")[:500] + "{{ a | append: a | append: a }}" * 200,
    "{{ 'a' " + "| append: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa' " * 400 + "}}",
    "{% if " + "a or " * 3000 + "a %}{% endif %}",
    "{% if true %}" * 1000 + "{% endif %}" * 1000,
    "{{ a" + ".a" * 5000 + " }}",
    "{{ " + "[" * 5000,
    "{{ 'a' | truncate: 99999999999999999999 }}",
    "x" * 30_000 + "{{ company }}",
]


def outcome(act: Callable[[], str]) -> str:
    """The text, or the problem's code; anything else that is raised fails the test."""
    try:
        return act()
    except TemplateProblem as problem:
        return problem.code


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: source[:30])
def test_no_template_can_hang_a_worker(source: str) -> None:
    began = time.process_time()
    assert len(outcome(lambda: render(source, CONTEXT))) <= 60_000
    assert time.process_time() - began < 20  # what hangs takes for ever


@settings(max_examples=300, deadline=None)
@given(st.text("{}%|.,:'\" abi01[]()<>=\n-", max_size=60))
def test_any_text_renders_or_is_a_problem(source: str) -> None:
    for act in (lambda: render(source, CONTEXT), lambda: str(check(source))):
        assert isinstance(outcome(act), str)


PIECES = ["Hi ", "{{ company }}", "{{ candidate.given_name }}", "{{ candidate['given_name'] }}",
          "{{ ['site.name'] }}", "{{ site.name.size }}", "{{ site }}", "{{ nobody }}",
          "{{ interview_start | local_time }}", "{{ interview_start | local_zone }}",
          "{{ company | local_date }}", "{{ interview_start | local_time | upcase }}",
          "{% if nobody %}x{% endif %}", "{{ 'x' }}", "{# not a comment }}"]  # fmt: skip
VALUES = st.sampled_from(["", "x", None, 7, "2026-06-04T19:00:00Z", "2026-06-04", "America/Chicago",
                          "es-MX", datetime(2026, 6, 4, 19, 0, tzinfo=UTC)])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=4).map("".join),
    st.dictionaries(st.sampled_from([*CONTEXT, "site.address"]), VALUES, max_size=3),
    st.sets(st.sampled_from(list(CONTEXT)), max_size=2),
)
def test_without_the_library_it_is_what_the_library_makes(
    source: str, changed: dict[str, Any], missing: set[str]
) -> None:
    values = {name: one for name, one in (CONTEXT | changed).items() if name not in missing}
    with pytest.MonkeyPatch.context() as only:
        only.setattr(plain, "filled", lambda *_: None)
        expected = outcome(lambda: render(source, values))
    assert outcome(lambda: render(source, values)) == expected


def test_usual_texts_do_without_the_library() -> None:
    for source in (
        "{{ candidate.given_name }}, {{ company }}",
        "{{ interview_start | local_time }}",
    ):
        pieces = templates._compiled(source)[1]
        assert pieces is not None
        assert plain.filled(pieces, CONTEXT) == render(source, CONTEXT)


@pytest.mark.parametrize(
    ("source", "empty", "there"),
    [
        ("At X{% if site.address %}, {{ site.address }}{% endif %}.", "At X.", "At X, Y."),
        ("{% unless site.address %}none{% else %}some{% endunless %}", "none", "some"),
        ("{% if company and site.address %}a{% elsif company or site.address %}b{% endif %}",
         "b", "a"),
        ("{% if site.address == '' %}none{% else %}some{% endif %}", "none", "some"),
        ("{% if company %}{% if site.address %}a{% else %}b{% endif %}{% endif %}", "b", "a"),
    ],
)  # fmt: skip
def test_what_is_empty_is_not_true(source: str, empty: str, there: str) -> None:
    values = {"company": "Northwind", "site.address": ""}
    assert render(source, values) == empty
    assert render(source, {**values, "site.address": "Y"}) == there


def test_what_is_always_said_stands_outside_of_conditions() -> None:
    source = "Hi {{ company }}{% if site.address %}, {{ site.address }}{% endif %}!"
    assert always_said(source) == "Hi !"


def test_check_names_what_is_asked_for() -> None:
    source = (
        "{% assign x = company %}{{ x }} {% if site.name %}{{ candidate.given_name }}{% endif %}"
    )
    assert check(source) == ["candidate.given_name", "company", "site.name"]
    assert check("Plain") == []


@pytest.mark.parametrize("source", ["{{ company | shout }}", "{% if %}", "x" * 20_001])
def test_check_refuses(source: str) -> None:
    with pytest.raises(TemplateProblem):
        check(source)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ы" * 70, 1),
        ("ы" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_a_usual_text_is_cheap() -> None:
    source = (
        "Hi {{ candidate.given_name }}, it's {{ company }}. Your interview for"
        " {{ requisition.title }} is {{ interview_start | local_time }} at {{ site.name }}."
    )
    render(source, CONTEXT)
    assert growth.calls(lambda: render(source, CONTEXT)) < 40  # the library's own way makes 200


@pytest.mark.parametrize("locale", sorted(locale_identifiers()))
def test_every_language_has_times_that_a_sentence_and_a_text_message_can_end_with(
    locale: str,
) -> None:
    for at in ("2026-06-04T08:00:00Z", "2026-06-04T20:00:00Z"):
        for way in ("local_time", "local_date", "local_clock"):
            source = f"{{{{ interview_start | {way} }}}}"
            said = render(source, {**CONTEXT, "interview_start": at, "locale": locale})
            assert said
            assert not said.endswith(".")
            assert set(said).isdisjoint("\u00a0\u2009\u202f")  # of GSM's alphabet none is
