"""The walk's recognition of each step, and what it says is still to do. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from followthrough.demo import walk
from followthrough.demo.seen import Decided, Seen, Text, Waiting
from followthrough.web.console.sentences import Wall

NOW = datetime(2026, 6, 3, 17, 0, tzinfo=UTC)  # 10:00 in Reno
RENO = Wall("America/Los_Angeles", "Reno")
FRIDAY = datetime(2026, 6, 5, 17, 30, tzinfo=UTC)
INVITED: dict[str, Any] = {"stage": "interview", "interview": FRIDAY, "invited": True}
SENT = INVITED | {"text": Text(NOW, 16, read=False)}
READ = INVITED | {"text": Text(NOW, 16, read=True)}
YES = READ | {"readings": ["confirmed"], "confirmed": True, "written_back": True}
DAY_BEFORE = Decided("drop", "not_relevant", NOW, asks=True)
HELD = Decided("hold", "quiet_hours", NOW, NOW + timedelta(minutes=30))
REMINDED = YES | {"decided": [HELD]}
ASKED = REMINDED | {"readings": ["confirmed", "unclear"], "asked": True, "silent": True}
HELPED = ASKED | {"silent": False, "resolved": True}
STOPPED = HELPED | {"stopped": True, "blocked": True}
NEXT = Waiting(FRIDAY - timedelta(hours=2), "")


def at(**seen: Any) -> walk.Progress:
    return walk.progress(Seen(name="Ana", wall=RENO, now=NOW, **seen))


# what the rows say -> the step to do, the part of the page, and words of what is to do
DOING = {
    "nothing yet": ({}, 1, "ats", "move Ana to Interview"),
    "heard of, in another stage": ({"stage": "screen"}, 1, "ats", "move Ana to Interview"),
    "invited without a time": (INVITED | {"interview": None}, 1, "ats", "no time yet"),
    "waits to settle": (INVITED | {"invitation": Waiting(NOW, "")}, 2, "phone", "half a minute"),
    "held over the night": (
        INVITED | {"invitation": Waiting(NOW + timedelta(hours=9), "quiet_hours")},
        2, "clock", "held until Wed 3 Jun, 19:00 (Reno)",
    ),
    "a person was asked before": (INVITED | {"silent": True}, 2, "console", "seen to it"),
    "moved on too soon": (INVITED | {"stage": "offer"}, 2, "ats", "Interview once more"),
    "arrived": (SENT, 2, "phone", "open it"),
    "read": (READ | {"waits": True}, 3, "phone", "Answer as Ana: press “Yes” below the text."),
    "another one arrived": (READ | {"waits": True, "unread": True}, 3, "phone", "open it"),
    "yes, and not written back": (YES | {"written_back": False}, 3, "ats", "being told"),
    "no": (READ | {"readings": ["declined"], "silent": True}, 3, "console", "said no"),
    "no, and asked anew": (READ | {"readings": ["declined"], "waits": True}, 3, "phone", "“Yes”"),
    "no, and seen to": (READ | {"readings": ["declined"]}, 3, "ats", "another time"),
    "asked early": (
        READ | {"readings": ["unclear"], "silent": True, "asked": True}, 3, "console", "step 5",
    ),
    "not asked in time": (READ | {"interview": NOW - timedelta(hours=1)}, 3, "ats", "over by"),
    "left before the answer": (READ | {"stage": "offer"}, 3, "ats", "no longer in Interview"),
    "yes": (YES | {"waiting": NEXT}, 4, "clock", "Fri 5 Jun, 08:30 (Reno)"),
    "not needed any more": (
        YES | {"waiting": NEXT, "decided": [DAY_BEFORE]}, 4, "clock", "once more",
    ),
    "silent before the reminder": (YES | {"waiting": NEXT, "silent": True}, 4, "console", "silent"),
    "no reminder in time": (YES, 4, "ats", "Nothing more is planned"),
    "asked anew is no reminder": (
        YES | {"waiting": NEXT, "decided": [Decided("send", "sent", NOW, asks=True)]},
        4, "clock", "To the next message",
    ),
    "reminder held": (REMINDED, 5, "phone", "parking"),
    "reminder sent": (YES | {"decided": [Decided("send", "sent", NOW)]}, 5, "phone", "parking"),
    "asked": (ASKED, 5, "console", "I have seen to it"),
    "helped": (HELPED, 6, "phone", "STOP"),
    "stopped, one planned": (STOPPED | {"still_planned": 1}, 6, "clock", "1 message is still"),
    "opted in again": (HELPED | {"stopped": True, "still_planned": 1}, 6, "phone", "STOP"),
}  # fmt: skip


@pytest.mark.parametrize("case", DOING)
def test_what_is_to_do(case: str) -> None:
    seen, step, place, words = DOING[case]
    found = at(**seen)
    assert found.todo is not None
    assert (found.current, found.todo.at) == (step, place)
    assert words in found.todo.said
    assert not found.again


@pytest.mark.parametrize("seen", [{}, INVITED, READ, YES], ids=["1", "2", "3", "4"])
def test_whoever_stopped_all_messages_too_soon_is_told_to_begin_again(seen: dict) -> None:
    found = at(**seen, stopped=True, blocked=True)
    assert found.again
    assert found.todo is not None
    assert "Begin again with another person" in found.todo.said


def test_what_is_days_off_is_not_waited_for_when_the_first_text_does_not_come() -> None:
    found = at(**INVITED, waiting=Waiting(NOW + timedelta(days=3), ""))
    assert found.todo is not None
    assert (found.current, found.todo.at, found.again) == (2, "console", True)
    assert "Begin again with another person" in found.todo.said


def test_steps_that_were_done_early_stay_ticked_off() -> None:
    early = READ | {"readings": ["unclear"], "asked": True, "resolved": True}
    assert [one.done for one in at(**early).steps] == [True, True, False, False, True, False]


# what the rows say -> what came of the step before
CAME = {
    "moved": (INVITED, "signed webhook"),
    "read": (READ, "16 checks passed"),
    "answered": (YES, "Written back"),
    "held": (REMINDED, "held until Wed 3 Jun, 10:30 (Reno)"),
    "sent": (YES | {"decided": [DAY_BEFORE, Decided("send", "sent", NOW)]}, "reminder went out"),
    "helped": (HELPED, "did not guess"),
    "stopped": (STOPPED, "nothing after it"),
    "stopped with one planned": (STOPPED | {"stopped_since": 1}, "1 planned message was stopped"),
    "stopped, interview ahead": (STOPPED | {"handed": True}, "a person is asked"),
}


@pytest.mark.parametrize("case", CAME)
def test_what_came_of_it(case: str) -> None:
    seen, words = CAME[case]
    found = at(**seen)
    assert found.came is not None
    assert words in found.came.said


def test_it_ends_when_nothing_left_after_stop() -> None:
    assert at(**STOPPED).todo is None
    assert at(**STOPPED).current == 7
    assert at(**STOPPED, left_since=1).current == 6  # a message after STOP would be a fault
