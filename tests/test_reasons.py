"""Every code a receipt can have is said in words: as a sentence, in a list, and what changes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from followthrough.channels import contract
from followthrough.governance import checks, gate, phrases, reasons, words
from followthrough.governance.tests.test_words import OTHER_CODES, Receipt

PACKAGES = Path(__file__).parent.parent / "followthrough"
PASSING = frozenset(phrases.PASSED) - {"sent"}
# Where the code stands in a call that writes a receipt, by the name of what is called.
PLACE = {"receipt": 3, "_receipt": 2, "finding": 0, "CancelTouches": 0}
NAMED = {"withdraw", "Cancel"}  # these are told `why`


def calls(*folders: str) -> Iterator[ast.Call]:
    """Every call in our code beyond the tests."""
    for folder in folders:
        for path in (PACKAGES / folder).rglob("*.py"):
            if {"tests", "lint"}.isdisjoint(path.parts):  # lint finds things in maps, not messages
                tree = ast.parse(path.read_text())
                yield from (one for one in ast.walk(tree) if isinstance(one, ast.Call))


def name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def texts(node: ast.AST) -> set[str]:
    """The texts that an expression may be."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def written() -> set[str]:
    """The codes that stand in calls that make receipts, findings and cancellations."""
    found: set[str] = set()
    for call in calls("governance", "journeys", "messages", "runs"):
        at = PLACE.get(name(call))
        if at is not None and len(call.args) > at:
            found |= texts(call.args[at])
        if name(call) in NAMED:
            given = [one.value for one in call.keywords if one.arg == "why"]
            found |= {text for one in given for text in texts(one)}
    return found


def codes() -> set[str]:
    """Everything a receipt's code or one of its checks can be."""
    kinds = {one.kind for one in contract.SendError.__subclasses__()} - {"opted_out"}
    return gate.GATE_CODES | written() | kinds | OTHER_CODES


DECISIVE = sorted(codes() - PASSING)


def test_the_codes_are_found_where_they_are_written() -> None:
    assert {"too_late", "withdrawn", "poison", "decision_expired", "left_stage"} <= written()
    assert len(DECISIVE) > 30


@pytest.mark.parametrize("code", DECISIVE)
def test_a_reason_has_a_sentence_and_a_name(code: str) -> None:
    assert code in phrases.REASONS or code == "sent"
    assert code in reasons.LABELS
    assert "_" not in reasons.label(code)


@pytest.mark.parametrize("code", sorted(codes() - {"sent"}))
def test_no_bare_code_shows_through(code: str) -> None:
    for outcome in ("pass", "skip", "drop"):
        there = {"pass": phrases.PASSED, "skip": phrases.SKIPPED}.get(outcome, phrases.REASONS)
        if code in there:
            row = Receipt("drop", code, checks=[[code, outcome, {}]])
            said = [one.said for one in words.checked(row)]
            assert "_" not in "".join(said)
            assert code.replace("_", " ").capitalize() != said[0]
    assert code in {*phrases.PASSED, *phrases.REASONS}


@pytest.mark.parametrize("code", sorted(set(DECISIVE) - {"sent"}))
def test_a_reason_is_asked_for_in_one_group(code: str) -> None:
    assert sum(code in one.codes for one in reasons.GROUPS) == 1


def test_a_group_is_no_code_and_holds_none_from_elsewhere() -> None:
    assert not {one.code for one in reasons.GROUPS} & set(DECISIVE)
    assert {code for one in reasons.GROUPS for code in one.codes} <= codes()


def test_whatever_stops_a_message_that_is_asked_about_can_be_changed() -> None:
    touch_only = {"not_relevant", "too_late", "anchor_moved", "sent"}
    for code in (gate.GATE_CODES - PASSING - touch_only) | {"legal_hours", "quiet_hours", "caps"}:
        assert reasons.remedy(code), code


def test_every_channel_of_a_remedy_has_the_general_one() -> None:
    assert {code for code, _channel in reasons.BY_CHANNEL} <= reasons.REMEDIES.keys()


def test_what_a_message_depends_on_is_said() -> None:
    kinds = phrases.HOLDING.keys()
    fields = ("application.stage", "application.candidate", "anchor.interview_start.sequence",
              "anchor.interview_start.at", "ask.invite", "candidate.replied_at",
              "told.invite", "site.region")  # fmt: skip
    assert kinds == {checks.touch.kind_of(field) for field in fields}
    assert kinds - {"map", "ask"} == phrases.CONDITIONS.keys()
    row = Receipt("send", "sent", checks=[["relevant", "pass", {"of": sorted(kinds)}]])
    (one,) = words.checked(row)
    assert all(phrases.HOLDING[kind] in one.said for kind in kinds)
    plain = Receipt("send", "sent", checks=[["relevant", "skip", {}]])
    assert words.checked(plain)[0].said == "It depends on no condition."
