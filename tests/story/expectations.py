"""What a step expects, held against the database. Messages are exact: one more or less is red."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from followthrough.audit.models import Fact
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.governance.models import AddressBlock, ConsentEntry
from followthrough.intake.models import RawEvent
from followthrough.journeys.models import Run
from followthrough.messages.models import Ask, Message, Receipt, Touch
from followthrough.people.models import Anchor, ContactPoint, WriteBack
from followthrough.web.console import in_flight
from followthrough.web.console.sentences import Wall
from tests.story.script import Step, moment
from tests.story.teller import Telling


def check(telling: Telling, step: Step) -> None:
    """Raise AssertionError when the step's expectations do not hold."""
    messages = telling.new_messages()
    spoken = [one for one in step.expect if {"sms", "email"} & set(one)]
    for wanted in spoken:
        _take_message(messages, wanted)
    assert not messages, f"Not expected: {[_said(one) for one in messages]}"
    for wanted in step.expect:
        for name in set(wanted) & set(CHECKS):
            CHECKS[name](telling, wanted[name])
        assert set(wanted) & {*CHECKS, "sms", "email"}, f"No such expectation: {wanted}"


def _take_message(messages: list[Message], wanted: dict[str, Any]) -> None:
    channel = "sms" if "sms" in wanted else "email"
    for one in messages:
        fits = one.channel == channel and wanted[channel] in f"{one.subject}\n{one.body}"
        to = one.contact_point.address if one.contact_point else ""
        if fits and wanted.get("to", to) == to:
            messages.remove(one)
            return
    raise AssertionError(f"Expected {wanted}, but went out: {[_said(one) for one in messages]}")


def _said(one: Message) -> str:
    return f"{one.channel}: {one.subject} {one.body}".strip()


def _receipt(telling: Telling, wanted: dict[str, Any]) -> None:
    """A new receipt with these values; `touch` is the touch's key, `until` a time."""
    found = telling.new_receipts()
    keys = dict(Touch.objects.values_list("id", "key"))
    for one in found:
        if _fits(one, wanted, keys[one.touch_id]):
            return
    listed = [(keys[one.touch_id], one.verdict, one.code, one.until) for one in found]
    raise AssertionError(f"Expected a receipt {wanted}, but there are: {listed}")


def _fits(receipt: Receipt, wanted: dict[str, Any], key: str) -> bool:
    values = {"touch": key, "verdict": receipt.verdict, "code": receipt.code,
              "channel": receipt.channel}  # fmt: skip
    if "until" in wanted and receipt.until != moment(wanted["until"], after=receipt.at):
        return False
    checks = {name for name, *_ in receipt.checks}
    if wanted.get("check", next(iter(checks), None)) not in {*checks, None}:
        return False
    return all(values[name] == value for name, value in wanted.items() if name in values)


def _ask(telling: Telling, wanted: Any) -> None:
    """The state of the latest ask (or {state, answer, count})."""
    asks = list(Ask.objects.filter(application=telling.application).order_by("opened_at"))
    given = wanted if isinstance(wanted, dict) else {"state": wanted}
    if given["state"] == "none":
        assert not asks, f"There is an ask: {asks[-1].key}, {asks[-1].state}"
        return
    assert asks, "Nothing was ever asked."
    assert asks[-1].state == given["state"], f"The ask {asks[-1].key} is {asks[-1].state}."
    assert given.get("answer", asks[-1].answer) == asks[-1].answer


def _handoff(telling: Telling, reason: str) -> None:
    """Open handoffs: their reasons, or none."""
    found = Handoff.objects.filter(resolved_at=None).values_list("reason", flat=True)
    assert list(found) == ([] if reason == "none" else [reason])


def _write_back(telling: Telling, wanted: Any) -> None:
    found = list(WriteBack.objects.order_by("id"))
    if wanted == "none":
        assert not found
        return
    texts = [f"{one.kind}: {one.payload}" for one in found]
    assert any(_tells(one, wanted) for one in found), f"Expected {wanted}, but there are: {texts}"


def _tells(one: WriteBack, wanted: dict[str, Any]) -> bool:
    return one.kind == wanted["kind"] and str(wanted.get("contains", "")) in str(one.payload)


def _planned(telling: Telling, wanted: Any) -> None:
    """A touch waits (key, due); or none at all; or the keys of all that wait."""
    waiting = list(Touch.objects.filter(state="planned").order_by("due_at"))
    keys = [one.key for one in waiting]
    if wanted == "none":
        assert not keys, f"Planned: {keys}"
    elif isinstance(wanted, list):
        assert sorted(keys) == sorted(wanted), f"Planned: {keys}"
    else:
        dues = [one.due_at for one in waiting if one.key == wanted["key"]]
        assert dues, f"Planned: {keys}"
        if "due" in wanted:
            due = moment(wanted["due"], after=clock.now())
            assert due in dues, f"{wanted['key']} is due at {dues}"


def _stage(telling: Telling, wanted: str) -> None:
    assert telling.application.stage == wanted


def _run(telling: Telling, wanted: Any) -> None:
    """none, running, ended; or the name of the map it runs in."""
    run = Run.objects.filter(application=telling.application).first()
    if wanted == "none":
        assert run is None
        return
    assert run is not None, "There is no run."
    if wanted in ("running", "ended"):
        assert ("ended" if run.ended_at else "running") == wanted
    else:
        assert run.version.map.slug == wanted


def _version(telling: Telling, number: int) -> None:
    assert Run.objects.get(application=telling.application).version.number == number


def _contact(telling: Telling, wanted: dict[str, Any]) -> None:
    kind = wanted["kind"]
    point = ContactPoint.objects.get(candidate=telling.application.candidate, kind=kind)
    assert point.unusable_reason == wanted.get("unusable", "")


def _raw(telling: Telling, wanted: dict[str, Any]) -> None:
    """Of all raw events: how many, and what came of the last."""
    events = list(RawEvent.objects.order_by("id"))
    assert len(events) == wanted.get("count", len(events)), f"{len(events)} raw events"
    assert wanted.get("outcome", "") in events[-1].outcome, events[-1].outcome
    assert events[-1].state == wanted.get("state", "done"), events[-1].state


def _fact(telling: Telling, verb: str) -> None:
    verbs = set(Fact.objects.values_list("verb", flat=True))
    assert verb in verbs, f"Facts: {sorted(verbs)}"


def _blocked(telling: Telling, wanted: list[str]) -> None:
    """The channels on which addresses are blocked now."""
    found = AddressBlock.objects.filter(lifted_at=None).values_list("channel", flat=True)
    assert sorted(found) == sorted(wanted)


def _entry(telling: Telling, wanted: dict[str, Any]) -> None:
    """The newest entry of the ledger that has these values has them all; `scope` and so on."""
    entries = ConsentEntry.objects.filter(**wanted)
    told = [(one.state, one.basis, one.channel, one.source, one.scope)
            for one in ConsentEntry.objects.order_by("id")]  # fmt: skip
    assert entries.exists(), f"Expected an entry {wanted}, but there are: {told}"


def _overtaken(telling: Telling, wanted: bool) -> None:
    """The last message that went out was on its way when they opted out, and both times are said
    on its timeline."""
    wall = Wall("America/Los_Angeles", "Reno")
    sent = [one.attempt_id for one in Message.objects.filter(direction="out").order_by("id")]
    found = in_flight.of(sent, wall)
    assert bool(found) == wanted, f"Overtaken: {list(found.values())}"


def _anchor(telling: Telling, wanted: dict[str, Any]) -> None:
    found = Anchor.objects.get(application=telling.application, name=wanted["name"])
    at = wanted.get("at")
    assert found.at == (moment(at, after=clock.now()) if at else None)


def _nothing(telling: Telling, _: Any) -> None:
    """No message is due to this (they are exact anyway): it only says so in the story."""


CHECKS: dict[str, Callable[[Telling, Any], None]] = {
    "receipt": _receipt,
    "ask": _ask,
    "handoff": _handoff,
    "write_back": _write_back,
    "planned": _planned,
    "stage": _stage,
    "run": _run,
    "version": _version,
    "contact": _contact,
    "raw": _raw,
    "fact": _fact,
    "blocked": _blocked,
    "anchor": _anchor,
    "entry": _entry,
    "overtaken": _overtaken,
    "silence": _nothing,
}
