"""Receipts as sentences: what happened, why, what next. The sentences themselves are in `phrases`.

A receipt is anything with the fields of `messages.Receipt`; only codes, ids and times are in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followthrough.core import zones
from followthrough.governance import phrases, rulepacks, unmet

Check = Sequence[Any]  # code, outcome, detail


class Receipt(Protocol):
    """What a sentence is made of."""

    verdict: str
    code: str
    at: datetime
    until: datetime | None
    checks: Sequence[Check]
    channel: str


def sentence(receipt: Receipt, *, zone: str = "", place: str = "") -> str:
    """The receipt in a few sentences: verdict, reason, rule, and how much else passed.

    Times are in the zone the checks went by; `zone` and its `place` name say which to use where
    they went by none.
    """
    view = _View(receipt, zone, place)
    parts = [view.head(), view.reason(), view.rule(), view.rest()]
    return " ".join(part for part in parts if part)


def reason(receipt: Receipt, *, zone: str = "", place: str = "") -> str:
    """Only why it was not sent, in one sentence; '' when it was."""
    return _View(receipt, zone, place).reason()


class Checked(NamedTuple):
    """A check as a sentence; `outcome`: pass, skip (does not apply), hold, drop, merge, fail …

    `code` and `detail` are what the receipt keeps of it.
    """

    outcome: str
    said: str
    code: str = ""
    detail: Mapping[str, Any] = {}


def checked(receipt: Receipt, *, zone: str = "", place: str = "") -> list[Checked]:
    """Each check the receipt holds, in order."""
    view = _View(receipt, zone, place)
    return [Checked(one[1], view.check(one), one[0], one[2]) for one in receipt.checks]


class _View:
    """A receipt seen from one zone."""

    def __init__(self, receipt: Receipt, zone: str, place: str) -> None:
        self.receipt = receipt
        found = _details(receipt, "zones")
        self.zone = zone or (str(found[0]) if found else "UTC")
        self.place = place or (self.zone.split("/")[-1].replace("_", " "))
        decisive = [check for check in receipt.checks if check[0] == receipt.code]
        self.decisive: Check | None = decisive[-1] if decisive else None

    def head(self) -> str:
        verdict = self.receipt.verdict
        if verdict == "hold" and self.receipt.until:
            return _("Held until %(until)s.") % {"until": self.time(self.receipt.until)}
        if verdict == "send":
            name = _channel(self.receipt.channel)
            return _("Sent by %(channel)s.") % {"channel": name} if name else _("Sent.")
        if verdict == "shadow":
            name = _channel(self.receipt.channel)
            return _("Would have been sent by %(channel)s.") % {"channel": name}
        return _(phrases.HEADS[verdict])

    def reason(self) -> str:
        if self.receipt.verdict == "send":
            return ""
        detail = self.decisive[2] if self.decisive else {}
        text = self.phrase(phrases.REASONS, self.receipt.code, detail)
        return text + self.waited() + _left_out(detail) + _shadowed_by(detail)

    def waited(self) -> str:
        """What a message had to wait for that was of no more use by then; '' for any other."""
        if self.receipt.code != "too_late":
            return ""
        held = [check for check in self.receipt.checks if check[1] == "hold"]
        if not held:
            return ""
        code, _outcome, detail = held[-1]
        said = self.phrase(phrases.REASONS, code, detail)
        return " " + _("What it would have waited for: %(why)s") % {"why": said}

    def rule(self) -> str:
        detail = self.decisive[2] if self.decisive else {}
        said = {"rules": _law(detail), "policy": _policy(detail), "map": _map(detail)}
        first = _FIRST.get(self.receipt.code, "rules")
        ordered = [said.pop(first), *said.values()]
        rules = _(", and after that ").join(one for one in ordered if one)
        return _("Rule: %(rule)s.") % {"rule": rules} if rules else ""

    def rest(self) -> str:
        """How many checks passed; those after the one that decided were not made."""
        others = [check for check in self.receipt.checks if check is not self.decisive]
        passed = sum(check[1] == "pass" for check in others)
        if not passed:
            return ""
        if any(check[1] not in ("pass", "skip") for check in others):
            text = ngettext("%(n)s other check passed.", "%(n)s other checks passed.", passed)
        elif self.receipt.verdict == "send":
            text = ngettext("Its check passed.", "All %(n)s checks that apply passed.", passed)
        else:
            text = ngettext(
                "Everything before that passed (%(n)s check).",
                "Everything before that passed (%(n)s checks).",
                passed,
            )
        return text % {"n": passed}

    def check(self, check: Check) -> str:
        code, outcome, detail = check
        if (code, outcome) == ("zone", "pass") and len(_clocks(self)) > 1:
            return _(phrases.SEVERAL_ZONES) % _Values(self, detail)
        tables = {"pass": phrases.PASSED, "skip": phrases.SKIPPED}
        text = self.phrase(tables.get(outcome, phrases.REASONS), code, detail)
        text += _left_out(detail) + _shadowed_by(detail) + _where(detail)
        by = _channel(detail.get("channel", ""))
        return _("By %(channel)s: %(sentence)s") % {"channel": by, "sentence": text} if by else text

    def phrase(self, table: Mapping[str, str], code: str, detail: Mapping[str, Any]) -> str:
        if detail.get("basis") in phrases.BASES and code in phrases.HOUR_CODES:
            return _(phrases.BASES[detail["basis"]])
        if code in phrases.HOUR_CODES and detail.get("holiday"):
            return _(phrases.HOLIDAYS.get(detail["holiday"], phrases.HOLIDAY)) % detail
        text = table.get(code)
        if code == "not_relevant" and unmet.asked_for(detail.get("failing", {})):
            text = phrases.UNMET
        return _(text) % _Values(self, detail) if text else code.replace("_", " ").capitalize()

    def time(self, moment: datetime, *, named: bool = True) -> str:
        """`Tue 09:00 Reno time` within a week of the receipt, else with the date."""
        wall = zones.local(moment, self.zone)
        near = abs((moment - self.receipt.at).days) < 6
        text = dateformat.format(wall, "D H:i" if near else "D j M, H:i")
        if not named:
            return text
        if self.zone == "UTC":
            return f"{text} UTC"
        return _("%(time)s %(place)s time") % {"time": text, "place": self.place}


class _Values(dict[str, str]):
    """What a sentence may mention, worked out when it does."""

    def __init__(self, view: _View, detail: Mapping[str, Any]) -> None:
        super().__init__()
        self.view, self.detail = view, detail

    def __missing__(self, name: str) -> str:
        made = _MADE.get(name)
        return made(self.view, self.detail) if made else str(self.detail.get(name, "?"))


def _details(receipt: Receipt, name: str) -> Any:
    return next((check[2][name] for check in receipt.checks if check[2].get(name)), None)


def _law(detail: Mapping[str, Any]) -> str:
    if "rules" not in detail:
        return ""
    titles = rulepacks.titles()
    return _("the law (%(packs)s)") % {
        "packs": ", ".join(titles.get(one, one) for one in detail["rules"])
    }


def _policy(detail: Mapping[str, Any]) -> str:
    if "policy" not in detail:
        return ""
    number = detail["policy"]
    return _("policy v%(number)s") % {"number": number} if number else _("the default policy")


def _map(detail: Mapping[str, Any]) -> str:
    if "map" not in detail:
        return ""
    return _("the message map, v%(number)s") % {"number": detail["map"]}


# Whose rule it was that held something; who goes on holding it comes after.
_FIRST = {"legal_hours": "rules", "quiet_hours": "policy", "map_hours": "map"}


def _channel(name: str) -> str:
    return _(phrases.CHANNELS[name]) if name in phrases.CHANNELS else name


def _shadowed_by(detail: Mapping[str, Any]) -> str:
    """What keeps it in shadow."""
    return " " + _(phrases.SHADOWS[detail["shadow"]]) if "shadow" in detail else ""


def _left_out(detail: Mapping[str, Any]) -> str:
    """Names that were said to be time zones and are none."""
    names = detail.get("unknown")
    text = _(" What was said to be their zone is none and was left out: %(names)s.")
    return text % {"names": ", ".join(names)} if names else ""


def _where(detail: Mapping[str, Any]) -> str:
    """Whose law it went by, and how it is known that it is theirs."""
    kinds = [kind for kind in str(detail.get("by", "")).split("+") if kind in phrases.EVIDENCE]
    if not detail.get("places") or not kinds:
        return ""
    return _(" The law is that of %(places)s (by %(known)s).") % {
        "places": _(" and ").join(detail["places"]),
        "known": _(" and ").join(_(phrases.EVIDENCE[kind]) for kind in kinds),
    }


def _local(view: _View, detail: Mapping[str, Any]) -> str:
    """The wall-clock time of the decision, in every zone that was respected."""
    return _(" or ").join(sorted(_clocks(view)))


def _clocks(view: _View) -> set[str]:
    names = _details(view.receipt, "zones") or [view.zone]
    return {zones.local(view.receipt.at, name).strftime("%H:%M") for name in names}


def _evidence(view: _View, detail: Mapping[str, Any]) -> str:
    kinds = str(_details(view.receipt, "evidence") or "").split("+")
    return _(" and ").join(_(phrases.EVIDENCE[kind]) for kind in kinds if kind in phrases.EVIDENCE)


def _since(name: str) -> Any:
    def made(view: _View, detail: Mapping[str, Any]) -> str:
        found = detail.get(name)
        return view.time(datetime.fromisoformat(found), named=False) if found else "?"

    return made


def _from(table: Mapping[str, str], name: str) -> Any:
    def made(view: _View, detail: Mapping[str, Any]) -> str:
        found = str(detail.get(name, ""))
        return _(table[found]) if found in table else found.replace("_", " ") or "?"

    return made


def _kept(view: _View, detail: Mapping[str, Any]) -> str:
    return _(" (more room is kept for urgent messages)") if detail.get("kept") else ""


def _window(view: _View, detail: Mapping[str, Any]) -> str:
    """`in 24 hours`, `in 7 days`, `on one day`, `in one stage`."""
    if named := phrases.WINDOWS.get(str(detail.get("window", ""))):
        return _(named)
    hours = int(detail.get("hours", 0))
    if hours > 24 and hours % 24 == 0:
        days = hours // 24
        return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
    return ngettext("in %(n)s hour", "in %(n)s hours", hours) % {"n": hours}


def _introduction(view: _View, detail: Mapping[str, Any]) -> str:
    added = [_(phrases.INTRODUCTION[one]) for one in detail.get("added", ())]
    if not added:
        return _("who writes, that it is automated and how to stop it")
    said = _("who writes, that it is automated and how to stop it; we added %(what)s")
    return said % {"what": _(" and ").join(added)}


def _failing(view: _View, detail: Mapping[str, Any]) -> str:
    """The failing condition: what has happened, or what was asked for."""
    return unmet.said(detail.get("failing", {}))


def _holding(view: _View, detail: Mapping[str, Any]) -> str:
    """What it depends on, where the receipt says so."""
    kinds = [_(phrases.HOLDING[one]) for one in detail.get("of", ()) if one in phrases.HOLDING]
    return _(": %(these)s") % {"these": ", ".join(kinds)} if kinds else ""


_MADE = {
    "holding": _holding,
    "local": _local,
    "evidence": _evidence,
    "useful": _since("useful_until"),
    "next_time": _since("next"),
    "chosen_at": _since("chosen"),
    "meant": _since("meant_at"),
    "why": _from(phrases.FREEZES, "why"),
    "per": _from(phrases.PER, "per"),
    "failing": _failing,
    "keeping": _kept,
    "window": _window,
    "introduction": _introduction,
    "reason": _from(phrases.UNUSABLE, "reason"),
    "problem": _from(phrases.PROBLEMS, "problem"),
    "consent_basis": _from(phrases.CONSENT, "basis"),
}
