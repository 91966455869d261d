"""The board: what stands where, what is marked, and where messages would land."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from followthrough.governance import policies
from followthrough.governance.hours import Hours
from followthrough.governance.policy import CompiledPolicy, compiled
from followthrough.governance.rulepacks import packs
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.tests.builders import a_map
from followthrough.web.console import board, landing, ruler

INTERVIEW: list[dict[str, Any]] = [
    {"key": "thanks", "trigger": {"after": {"anchor": "interview_start", "by": "PT3H"}}},
    {"key": "soon", "trigger": {"before": {"anchor": "interview_start", "by": "PT2H"}}},
    {"key": "nudge", "trigger": {"no_reply": {"to": "confirm", "within": "PT20H"}}},
    {"key": "confirm", "trigger": {"stage_entered": {"after": "PT5M"}}, "priority": 1,
     "ask": {"kind": "confirmation", "anchor": "interview_start"}},
    {"key": "missed", "trigger": {"event": {"name": "visit.missed"}}},
]  # fmt: skip
STAGES: dict[str, Any] = {
    "hired": {"touches": [{"key": "welcome", "trigger": {"stage_entered": {}}}]},
    "interview": {"touches": INTERVIEW},
    "screen": {"touches": []},
}
DOCUMENT = a_map(STAGES)
NEVADA = (("US", "NV"),)


def built(document: MapDocument = DOCUMENT, before: MapDocument | None = None) -> board.Board:
    return board.build(document, before=before, policy=policies.default(), places=NEVADA)


def cards(found: board.Board) -> dict[str, board.Card]:
    return {card.key: card for one in found.columns for group in one.groups for card in group.cards}


def changed(**given: Any) -> MapDocument:
    """The map with another `confirm`."""
    stages = deepcopy(STAGES)
    stages["interview"]["touches"][3].update(given)
    return a_map(stages)


def test_columns_are_stages_in_the_order_of_the_journey():
    found = built()
    assert [(one.stage, one.count, one.ends) for one in found.columns] == [
        ("interview", 5, False),
        ("hired", 1, True),
    ]
    assert found.silent[:3] == ["Lead", "Applied", "Screen"]
    assert found.count == 6


def test_time_runs_down_and_what_counts_from_the_same_moment_stands_together():
    (interview, _hired) = built().columns
    assert [(group.name, [card.key for card in group.cards]) for group in interview.groups] == [
        ("Counted from entering", ["confirm", "nudge"]),
        ("Around the interview", ["soon", "thanks"]),
        ("When something is reported", ["missed"]),
    ]


def test_a_card_says_what_is_unusual():
    found = cards(built())
    assert (found["confirm"].urgent, found["soon"].urgent) == (True, False)
    assert found["confirm"].asks == "Asks them to confirm the interview"
    yes, no = found["confirm"].yes, found["confirm"].no
    assert yes is not None
    assert no is not None
    assert "“Interview start confirmed” becomes “yes”" in yes.write_back
    assert (yes.handoff, no.handoff, no.write_back) == (False, True, "")
    assert [piece.said for piece in found["soon"].line] == ["Hi."]
    assert found["soon"].yes is None


def test_nothing_is_marked_where_nothing_is_compared():
    assert {card.kind for card in cards(built()).values()} == {""}
    assert {card.kind for card in cards(built(before=DOCUMENT)).values()} == {""}


def test_what_was_added_changed_and_removed_is_marked():
    stages = deepcopy(STAGES)
    del stages["hired"]
    stages["screen"]["touches"] = [{"key": "call", "trigger": {"stage_entered": {}}}]
    stages["interview"]["touches"][3].update(priority=4, trigger={"stage_entered": {}})
    found = built(a_map(stages), before=DOCUMENT)
    kinds = {key: card.kind for key, card in cards(found).items() if card.kind}
    assert kinds == {"call": "added", "confirm": "changed", "welcome": "removed"}
    assert [(one.name, one.was, one.is_) for one in cards(found)["confirm"].changes] == [
        ("When it goes", "5 minutes after entering", "On entering"),
        ("Priority", "1", "4"),
    ]
    (hired,) = [one for one in found.columns if one.stage == "hired"]
    assert hired.count == 0


def test_a_text_that_changed_shows_what_it_said_before():
    content = {"sms": {"en": {"body": "Hello."}, "es": {"body": "Hola."}}}
    found = cards(built(changed(content=content), before=DOCUMENT))["confirm"]
    english, spanish = found.said
    assert (english.kind, english.was[0].said) == ("changed", "Hi.")
    assert (spanish.kind, spanish.was, spanish.language) == ("added", (), "Spanish")
    back = cards(built(DOCUMENT, before=changed(content=content)))["confirm"]
    assert [(one.locale, one.kind) for one in back.said] == [("en", "changed"), ("es", "removed")]


def test_the_picture_has_a_square_for_each_touch():
    found = board.picture(DOCUMENT)
    assert len(found.squares) == 6
    assert (found.width, found.height) == (30, 50)


# --- where messages land -------------------------------------------------------------------------


def landed(
    trigger: dict[str, Any], policy: CompiledPolicy | None = None, **given: Any
) -> list[Any]:
    touch = {"key": "it", "trigger": trigger, **given}
    document = a_map({"interview": {"touches": [touch]}})
    found = landing.landings(
        document, document.touches["it"], policy or policies.default(), places=NEVADA
    )
    return [(one.kind, one.said) for one in found]


def before(by: str) -> dict[str, Any]:
    return {"before": {"anchor": "interview_start", "by": by}}


def test_two_hours_before_an_early_interview_nothing_may_go_out():
    early, late = landed(before("PT2H"))
    assert early == (
        "stopped",
        "Due Wed 06:00, in quiet hours until Wed 09:00; of use only until Wed 07:00: not sent.",
    )
    assert late == ("kept", "Goes out Wed 12:00.")


def test_a_message_that_is_still_of_use_is_held():
    early, _late = landed(before("PT24H"))
    assert early == ("held", "Due Tue 08:00, in quiet hours: held until Tue 09:00.")


def test_the_policy_in_force_decides():
    document = policies.default_document()
    document["hours"]["default"] = {day: ["07:00-21:00"] for day in document["hours"]["default"]}
    early, _late = landed(before("PT24H"), compiled(document, packs=packs()))
    assert early == ("kept", "Goes out Tue 08:00.")
    early, _late = landed(before("PT25H"), compiled(document, packs=packs()))
    assert early == ("held", "Due Tue 07:00, in quiet hours: held until Tue 08:00.")  # the law


def test_mail_is_bound_by_hours_of_its_own_where_the_policy_names_it():
    assert [kind for kind, _said in landed(before("PT2H"), channels=["email"])] == [
        "stopped", "kept",
    ]  # fmt: skip
    free = policies.default_document()
    del free["hours"]["email"]
    found = landed(before("PT2H"), compiled(free, packs=packs()), channels=["email"])
    assert [kind for kind, _said in found] == ["kept", "kept"]


def test_what_does_not_hang_on_a_time_or_is_switched_off_lands_nowhere():
    assert landed({"stage_entered": {}}) == []
    assert landed(before("PT2H"), enabled=False) == []


def test_a_wait_is_drawn_to_the_end_of_the_day_at_most():
    document = a_map({"interview": {"touches": [{"key": "it", "trigger": before("PT36H")}]}})
    given = {"places": NEVADA}
    first, _ = landing.landings(document, document.touches["it"], policies.default(), **given)
    assert (first.kind, first.due_minute, first.wait) == ("held", 20 * 60, 4 * 60)


# --- a day as a strip ----------------------------------------------------------------------------


def hours_of(policy: CompiledPolicy, places: landing.Places, channel: str = "sms") -> Hours:
    return policy.rules(places, landing.WEDNESDAY).bounds(channel, "informational").hours


def test_a_day_in_bands_says_whose_rule_it_is():
    hours = hours_of(policies.default(), NEVADA)
    assert ruler.bands(hours, 6) == [
        (0, 480, "law"), (480, 240, "quiet"), (720, 480, "open"), (1200, 60, "quiet"),
        (1260, 180, "law"),
    ]  # fmt: skip


def test_a_channel_without_hours_is_open_all_day():
    document = policies.default_document()
    del document["hours"]["email"]
    hours = hours_of(compiled(document, packs=packs()), NEVADA, "email")
    assert ruler.bands(hours, 0) == [(0, 1440, "open")]


@pytest.mark.parametrize("weekday", range(7))
def test_the_strip_covers_the_day_without_gaps(weekday: int):
    document = {**policies.default_document(), "hours": {"default": {"tue": ["22:00-02:00"]}}}
    hours = hours_of(compiled(document, packs=packs()), (("DE", ""),))
    found = ruler.bands(hours, weekday)
    assert sum(band.length for band in found) == 1440
    assert found[0].start == 0
    opened = [(band.start, band.length) for band in found if band.kind == "open"]
    assert opened == {1: [(1320, 120)], 2: [(0, 120)]}.get(weekday, [])
