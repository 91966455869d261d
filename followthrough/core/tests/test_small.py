"""Phones, predicates, durations, ids, hooks, segments, tokens and the clock."""

import threading
import time as real_time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from followthrough.core import clock, hooks, ids, phones, predicates, segments
from followthrough.core.durations import read_duration, write_duration
from followthrough.core.tokens import Phrases, tokens

# --- phones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "country", "e164"),
    [
        ("(775) 555-0123", "US", "+17755550123"),
        ("+44 20 7946 0958", "US", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("tel:+1-775-555-0123", "US", "+17755550123"),
    ],
)
def test_numbers_are_read_as_people_write_them(written, country, e164):
    assert phones.read_phone(written, country=country) == e164


@pytest.mark.parametrize(
    ("written", "code"),
    [("", "not_a_number"), ("call me", "not_a_number"), ("12", "too_short"),
     ("775 555 0123 0123 99", "too_long"), ("+999 12345678", "not_a_number"),
     ("(000) 555-0123", "not_in_use"), ("7" * 10_000, "not_a_number")],
)  # fmt: skip
def test_unreadable_numbers_say_why_and_not_what(written, code):
    with pytest.raises(phones.UnreadablePhone) as problem:
        phones.read_phone(written, country="US")
    assert problem.value.code == code
    assert not written or written not in str(problem.value)


def _examples():
    """A valid number of each kind in each country."""
    found = [
        phonenumbers.example_number_for_type(region, kind)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE)
    ]
    e164 = phonenumbers.PhoneNumberFormat.E164
    return sorted({phonenumbers.format_number(one, e164) for one in found if one})


EXAMPLES = _examples()


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(EXAMPLES), st.integers(2, 12), st.sampled_from(["", *"0123456789"]))
def test_a_number_taken_as_it_stands_is_one_the_library_would_give(example, at, digit):
    """Examples with a digit changed or left out, so that many of them are nearly valid."""
    text = example[:at] + digit + example[at + 1 :]
    if phones.is_plain(text):
        number = phonenumbers.parse(text, "US")
        assert phonenumbers.is_valid_number(number)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == text


def test_most_numbers_are_taken_as_they_stand():
    assert sum(map(phones.is_plain, EXAMPLES)) > 0.7 * len(EXAMPLES)
    assert phones.is_plain("+17755550123")
    assert not phones.is_plain("+5215512345678")  # what was dialled before mobiles in Mexico


def test_every_reason_is_a_sentence():
    assert set(phones._CODES.values()) <= set(phones.REASONS)


def test_an_area_code_says_which_zones_are_plausible():
    assert "America/Los_Angeles" in phones.zones_of("+17755550123")
    assert phones.zones_of("+912212345678") == ("Asia/Calcutta",)
    assert phones.zones_of("nonsense") == ()


# --- predicates -----------------------------------------------------------------------------------

FACTS = {"stage": "interview", "count": 3, "at": "2026-06-03", "tags": ["a", "b"], "none": None}


def one(field, op, value=None):
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("predicate", "holds"),
    [
        ({}, True),
        (one("stage", "is", "interview"), True),
        (one("stage", "is_not", "offer"), True),
        (one("stage", "in", ["offer", "interview"]), True),
        (one("stage", "not_in", ["offer"]), True),
        (one("tags", "contains", "a"), True),
        (one("missing", "contains", "a"), False),
        (one("at", "before", "2026-07"), True),
        (one("at", "after", "2026-07"), False),
        (one("missing", "before", "2026-07"), False),
        (one("count", "at_least", 3), True),
        (one("count", "at_most", 2), False),
        (one("count", "before", "text"), False),
        (one("none", "known", True), False),
        (one("missing", "known", False), True),
        ({"all": []}, True),
        ({"any": []}, True),
        ({"any": [one("stage", "is", "offer"), one("count", "is", 3)]}, True),
        ({"any": [one("stage", "is", "offer"), one("count", "is", 4)]}, False),
        ({"all": [one("stage", "is", "interview"), {"any": [one("count", "is", 4)]}]}, False),
    ],
)
def test_predicates(predicate, holds):
    assert predicates.holds(predicate, FACTS) is holds


def test_the_failing_part_is_named():
    bad = one("count", "is", 4)
    predicate = {"all": [one("stage", "is", "interview"), bad, one("x", "is", 1)]}
    assert predicates.failing(predicate, FACTS) == bad
    assert list(predicates.fields(predicate)) == ["stage", "count", "x"]


def test_an_operator_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError):
        predicates.failing(one("stage", "resembles", "interview"), FACTS)


leaves = st.builds(
    one, st.sampled_from([*FACTS, "missing"]), st.sampled_from(list(predicates.OPERATORS)),
    st.none() | st.integers() | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=2),
)  # fmt: skip
trees = st.recursive(
    leaves,
    lambda part: st.builds(
        lambda kind, parts: {kind: parts}, st.sampled_from(["all", "any"]), st.lists(part)
    ),
    max_leaves=12,
)


def meaning(predicate):
    if "all" in predicate:
        return all(meaning(part) for part in predicate["all"])
    if "any" in predicate:
        return not predicate["any"] or any(meaning(part) for part in predicate["any"])
    return predicates.failing(predicate, FACTS) is None


@settings(max_examples=200, deadline=None)
@given(trees)
def test_a_tree_holds_as_its_parts_do(tree):
    assert predicates.holds(tree, FACTS) is meaning(tree)


# --- durations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hours"), [("PT24H", 24), ("P2D", 48), ("P1W", 168), ("PT90M", 1.5), ("p1dt2h", 26)]
)
def test_durations_are_exact_lengths(text, hours):
    assert read_duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "P", "PT", "24h", "P1M", "P1Y", "-P1D", f"P{'9' * 6000}D"])
def test_what_is_no_duration_is_explained(text):
    with pytest.raises(ValueError, match="Write PT30M"):
        read_duration(text)


def test_a_wait_that_is_too_long_is_explained():
    with pytest.raises(ValueError, match="longer than any wait"):
        read_duration("P999999999W")


@given(st.integers(0, 10**9))
def test_durations_survive_writing(seconds):
    length = timedelta(seconds=seconds)
    assert read_duration(write_duration(length)) == length


# --- ids ------------------------------------------------------------------------------------------


def test_ids_rise_and_are_version_seven():
    made = [ids.uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert {one.version for one in made} == {7}
    assert {one.variant for one in made} == {UUID(int=0x8000 << 48).variant}
    assert abs((made[0].int >> 80) / 1000 - real_time.time()) < 60


def test_ids_are_unique_over_threads():
    made: list[UUID] = []
    workers = [
        threading.Thread(target=lambda: made.extend(ids.uuid7() for _ in range(2000)))
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(set(made)) == 8000


def test_a_clock_that_goes_back_does_not_turn_ids_back(monkeypatch):
    before = ids.uuid7()
    monkeypatch.setattr(ids.time, "time", lambda: 1.0)
    assert ids.uuid7() > before


def test_shards_are_stable_and_spread():
    assert ids.shard_of("a:b", shards=8) == ids.shard_of("a:b", shards=8)
    assert {ids.shard_of(f"c:{n}", shards=8) for n in range(200)} == set(range(8))


# --- hooks ----------------------------------------------------------------------------------------


def test_a_signature_counts_under_any_live_secret():
    given_by_old = hooks.sign("old", b"body")
    hooks.check_signature(given_by_old, b"body", secrets=["new", "old"])


@pytest.mark.parametrize(
    ("signature", "secrets"),
    [("", ["s"]), ("no", ["s"]), (hooks.sign("s", b"other"), ["s"]), (hooks.sign("s", b"body"), []),
     ("ünï\udcff", ["s"])],
)  # fmt: skip
def test_every_other_signature_is_refused(signature, secrets):
    with pytest.raises(hooks.BadSignature, match="signing secret"):
        hooks.check_signature(signature, b"body", secrets=secrets)


def test_a_repeated_body_has_the_same_key():
    assert hooks.body_key(b"x") == hooks.body_key(b"x") != hooks.body_key(b"y")


# --- the clock ------------------------------------------------------------------------------------


def test_the_business_clock_moves_and_the_wall_does_not():
    noon = datetime(2026, 6, 3, 12, tzinfo=UTC)
    before = clock.shift()
    with clock.at(noon):
        assert clock.now() == noon
        assert clock.advance(timedelta(days=1)) == noon + timedelta(days=1)
        assert abs(clock.wall().timestamp() - real_time.time()) < 5
    assert clock.shift() == before
    assert abs(clock.now() - clock.wall() - before) < timedelta(seconds=5)


# --- segments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("a", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
     ("€" * 80, 1), ("€" * 81, 2), ("ä" * 160, 1), ("ç" * 70, 1), ("ç" * 71, 2), ("ç" * 134, 2),
     ("ç" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2), ("😀" * 66, 2), ("😀" * 67, 3),
     ("a" * 152 + "€" + "a" * 151, 2), ("a" * 152 + "€" + "a" * 152, 3)],
)  # fmt: skip
def test_segments(text, count):
    assert segments.count(text) == count


EXTENDED = "^{}[]~\\|€\f"
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def cut(widths, single, each):
    """Put characters into parts one by one, none of them in two."""
    parts, used = 0, each
    for width in widths:
        if used + width > each:
            parts, used = parts + 1, 0
        used += width
    return 1 if 0 < sum(widths) <= single else parts


def plainly(text):
    if set(text) <= {*BASIC, *EXTENDED}:
        return cut([2 if char in EXTENDED else 1 for char in text], 160, 153)
    return cut([2 if ord(char) > 0xFFFF else 1 for char in text], 70, 67)


@st.composite
def texts(draw):
    """Of few different characters, often one or two to a side of where a part ends."""
    chars = draw(st.sampled_from(["ab\n", "a€[", "aç", "a😀", "ab^😀ç", BASIC, EXTENDED, "a`\x1b"]))
    repeated = draw(st.sampled_from(chars)) * draw(st.integers(0, 480))
    return repeated + draw(st.text(chars, max_size=40)) + draw(st.text(max_size=2))


@settings(max_examples=300, deadline=None)
@given(texts())
def test_segments_are_what_filling_them_one_by_one_gives(text):
    assert segments.count(text) == plainly(text)


# --- tokens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can’t, STOP!", ["cant", ",", "stop", "!"]),
        ("ＳＴＯＰ", ["stop"]),
        ("S\u200bT\u2060OP", ["stop"]),
        ("Sí, ahí estaré", ["si", ",", "ahi", "estare"]),
        ("👍🏽", ["👍"]),
        ("1️⃣", ["1"]),
        ("a\n> quoted STOP\nb", ["a", "\n", "\n", "b"]),
        ("ok\nOn Mon, Jun 1 Ana wrote:\n> STOP", ["ok", "\n"]),
        ("\u200b\ufeff", []),
    ],
)
def test_tokens(text, expected):
    assert [token.text for token in tokens(text)] == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_tokens_stand_where_they_say_and_in_order(text):
    found = tokens(text)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert [token.start for token in found] == sorted(token.start for token in found)


def test_the_longest_phrase_is_found():
    table = Phrases({"short": ["see you"], "long": ["see you there"]})
    assert table.at(["see", "you", "there"], 0) == ("long", 3)
    assert table.at(["see", "you", "soon"], 0) == ("short", 2)
    assert table.at(["see"], 0) is None
