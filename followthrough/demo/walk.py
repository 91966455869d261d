"""The guided walk: six steps, each recognised by what the product's own rows say.

Pure: what was seen in, what is done and what is still to do out. A step is never ticked off by a
click; whoever does something else is told what is still missing, and how to get there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from followthrough.demo.seen import HOURS, Decided, Seen
from followthrough.web.console.sentences import dated


class Line(NamedTuple):
    """A sentence, and the part of the page it is about: ats, phone, console or clock. `entry` is
    the selector of the very thing there, where the sentence names one."""

    said: str
    at: str
    entry: str = ""


class Step(NamedTuple):
    """One step: what it is called, whether it is done, what is to do, and what came of it."""

    title: str | Promise
    done: Callable[[Seen], bool]
    todo: Callable[[Seen], Line]
    came: Callable[[Seen], Line]


class Shown(NamedTuple):
    """A step as the page shows it."""

    number: int
    title: str
    done: bool


class Progress(NamedTuple):
    """How far a walk is. `todo` is None at its end, `came` before anything was done; `again`:
    this person cannot go on, begin with another one."""

    steps: Sequence[Shown]
    current: int  # the number of the step to do; one more than there are at the end
    todo: Line | None
    came: Line | None
    again: bool


def progress(seen: Seen) -> Progress:
    """How far it is: the first step that is not done is the one to do."""
    shown = [
        Shown(number, str(step.title) % {"name": seen.name}, step.done(seen))
        for number, step in enumerate(STEPS, start=1)
    ]
    current = next((one.number for one in shown if not one.done), len(STEPS) + 1)
    before = STEPS[current - 2] if current > 1 else None
    return Progress(
        shown,
        current,
        STEPS[current - 1].todo(seen) if current <= len(STEPS) else None,
        before.came(seen) if before else None,
        stuck(seen, current),
    )


def stuck(seen: Seen, current: int) -> bool:
    """Whether the message that a step needs does not reach this person."""
    nothing_comes = not (seen.text or seen.invitation or seen.silent) and seen.stage == "interview"
    return (seen.blocked and current < len(STEPS)) or (current == 2 and nothing_comes)


def _named(seen: Seen, text: str, at: str, **given: object) -> Line:
    return Line(text % {"name": seen.name, **given}, at)


def _person_first(seen: Seen) -> Line:
    text = _("Automation is silent for %(name)s until a person has seen to it. You are that person:"
             " press “I have seen to it” above the timeline, or answer in the inbox.")  # fmt: skip
    return _named(seen, text, "console")


def _cannot(seen: Seen) -> Line:
    text = _("%(name)s has stopped all messages, so this step cannot be done any more. Begin again"
             " with another person.")  # fmt: skip
    return _named(seen, text, "phone")


# --- 1: move -----------------------------------------------------------------------------------


def _invited(seen: Seen) -> bool:
    return seen.invited and (seen.interview is not None or seen.text is not None)


def _to_invite(seen: Seen) -> Line:
    if seen.blocked:
        return _cannot(seen)
    if seen.invited:
        text = _("%(name)s is in Interview, and the interview has no time yet. Set one under"
                 " “Change the interview or the phone number”.")  # fmt: skip
        return _named(seen, text, "ats")
    text = _("You are the recruiter. In the ATS, move %(name)s to Interview: stage and time are"
             " filled in, so you only press “Move”.")  # fmt: skip
    return _named(seen, text, "ats")


def _was_invited(seen: Seen) -> Line:
    text = _("The ATS sent a signed webhook. Followthrough saw the new stage and planned what the"
             " message map says for it: look below “Now” in the timeline.")  # fmt: skip
    return Line(text, "console", "#console .now")


# --- 2: read -----------------------------------------------------------------------------------


def _read(seen: Seen) -> bool:
    return seen.text is not None and seen.text.read


def _to_read(seen: Seen) -> Line:
    if seen.text:
        text = _("A text has arrived. You are %(name)s now: open it on the phone.")
        return _named(seen, text, "phone")
    if seen.blocked:
        return _cannot(seen)
    if seen.silent:
        return _person_first(seen)
    return _to_wait(seen)


def _to_wait(seen: Seen) -> Line:
    waiting = seen.invitation
    if waiting and waiting.held_for in HOURS:
        text = _("It is %(now)s: no hour for texts, so this one is held until %(due)s. Its receipt"
                 " in the timeline says by which rule. Press “To the next message”.")  # fmt: skip
        now, due = dated(seen.now, seen.wall), dated(waiting.due_at, seen.wall)
        return Line(text % {"now": now, "due": due}, "clock")
    if seen.stage != "interview":
        text = _("%(name)s was moved on before the text went out, so it was cancelled. Move"
                 " %(name)s to Interview once more.")  # fmt: skip
        return _named(seen, text, "ats")
    if waiting:
        text = _("Nothing to do for half a minute: the text waits that long, so that a move made by"
                 " mistake reaches nobody. Then it appears on %(name)s’s phone.")  # fmt: skip
        return _named(seen, text, "phone")
    text = _("No text reaches %(name)s about this interview any time soon; the timeline says why."
             " Begin again with another person.")  # fmt: skip
    return _named(seen, text, "console")


def _was_read(seen: Seen) -> Line:
    assert seen.text is not None
    text = ngettext(
        "It went out %(at)s because %(n)s check passed. Open “Why it went out” under it in the"
        " timeline: every check is listed.",
        "It went out %(at)s because %(n)s checks passed. Open “Why it went out” under it in the"
        " timeline: every check is listed.",
        seen.text.checks,
    )
    return Line(text % {"at": dated(seen.text.at, seen.wall), "n": seen.text.checks}, "console")


# --- 3: answer ---------------------------------------------------------------------------------


def _confirmed(seen: Seen) -> bool:
    return seen.confirmed and seen.written_back


def _to_answer(seen: Seen) -> Line:
    if seen.confirmed:
        return Line(_("Understood as a yes. The ATS is being told …"), "ats")
    if seen.blocked:
        return _cannot(seen)
    if seen.silent:
        return _to_answer_again(seen)
    if _is_over(seen):
        return _over(seen)
    if not seen.waits and "declined" in seen.readings:
        text = _("%(name)s said no. Give the interview another time in the ATS, under “Change the"
                 " interview”: %(name)s is asked again.")  # fmt: skip
        return _named(seen, text, "ats")
    if seen.unread:
        text = _("Another text has arrived: open it, then answer as %(name)s and press “Yes” below"
                 " it.")  # fmt: skip
        return _named(seen, text, "phone")
    return _named(seen, _("Answer as %(name)s: press “Yes” below the text."), "phone")


def _to_answer_again(seen: Seen) -> Line:
    if seen.readings and seen.readings[-1] == "declined":
        text = _("%(name)s said no, so a person is asked and automation is silent. Press “I have"
                 " seen to it” above the timeline; then give the interview another time in the"
                 " ATS.")  # fmt: skip
        return _named(seen, text, "console")
    text = _("That was no clear yes, so a person is asked: step 5, early. Press “I have seen to it”"
             " above the timeline, then answer “Yes” on the phone.")  # fmt: skip
    return Line(text, "console")


def _is_over(seen: Seen) -> bool:
    return seen.stage != "interview" or seen.interview is None or seen.interview <= seen.now


def _over(seen: Seen) -> Line:
    if seen.stage != "interview":
        text = _("%(name)s is no longer in Interview. Move %(name)s there again, with a time that"
                 " is still ahead: the question comes anew.")  # fmt: skip
    elif seen.interview and seen.interview > seen.now:
        text = _("Nothing more is planned before this interview. Give it a later time in the ATS,"
                 " under “Change the interview”: question and reminder come anew.")  # fmt: skip
    else:
        text = _("The interview is over by the clock. Give it a later time in the ATS, under"
                 " “Change the interview”: %(name)s is asked anew.")  # fmt: skip
    return _named(seen, text, "ats")


def _was_confirmed(seen: Seen) -> Line:
    text = _("Understood as a yes, by a rule and not by guessing. %(name)s got an answer at once,"
             " and the ATS was told: see “Written back” in it.")  # fmt: skip
    return _named(seen, text, "ats")._replace(entry="#panel-events .written-back")


# --- 4: the clock ------------------------------------------------------------------------------


def reminder(seen: Seen) -> Decided | None:
    """The first decision after the yes that let a message go, or held it over the night."""
    reminders = [one for one in seen.decided if not one.asks]
    return next((one for one in reminders if one.verdict == "send" or one.code in HOURS), None)


def _reminded(seen: Seen) -> bool:
    return reminder(seen) is not None


def _to_move_on(seen: Seen) -> Line:
    if seen.blocked:
        return _cannot(seen)
    if seen.silent:
        return _person_first(seen)
    if seen.waiting is None:
        return _over(seen)
    if any(one.code == "not_relevant" for one in seen.decided):
        text = _("The question of the day before was not needed any more: %(name)s has said yes."
                 " Press “To the next message” once more.")  # fmt: skip
        return _named(seen, text, "clock")
    text = _("The next message is planned for %(due)s. Nobody wants to wait that long: press “To"
             " the next message”.")  # fmt: skip
    return Line(text % {"due": dated(seen.waiting.due_at, seen.wall)}, "clock")


def _was_reminded(seen: Seen) -> Line:
    found = reminder(seen)
    assert found is not None
    if found.verdict == "send":
        text = _("The reminder went out %(at)s, as the map says, and in %(place)s it was an hour at"
                 " which it may.")  # fmt: skip
        return Line(text % {"at": dated(found.at, seen.wall), "place": seen.wall.place}, "console")
    text = _("The reminder was due %(at)s, too early for texts: it is held until %(until)s. Its"
             " receipt in the timeline names the rule.")  # fmt: skip
    times = {"at": dated(found.at, seen.wall), "until": dated(found.until or found.at, seen.wall)}
    return Line(text % times, "console")


# --- 5: something unclear ----------------------------------------------------------------------


def _helped(seen: Seen) -> bool:
    return seen.asked and seen.resolved


def _to_ask(seen: Seen) -> Line:
    if seen.silent or seen.asked:
        return _person_first(seen)
    text = _("Let %(name)s ask something that no rule answers: press “Is there parking?” on the"
             " phone, or type a question of your own.")  # fmt: skip
    return _named(seen, text, "phone")


def _was_helped(seen: Seen) -> Line:
    text = _("Followthrough did not guess: it asked for a person and stayed silent until you had"
             " seen to it. Both stand in the timeline, and in Today.")  # fmt: skip
    return Line(text, "console")


# --- 6: STOP -----------------------------------------------------------------------------------


def _ended(seen: Seen) -> bool:
    return seen.stopped and not seen.left_since and not seen.still_planned


def _to_stop(seen: Seen) -> Line:
    if not seen.stopped or not seen.blocked:
        text = _("Last one: press “STOP” on %(name)s’s phone.")
        return _named(seen, text, "phone")
    text = ngettext(
        "One confirmation went out, and %(n)s message is still planned. Press “To the next"
        " message” and see what becomes of it.",
        "One confirmation went out, and %(n)s messages are still planned. Press “To the next"
        " message” and see what becomes of them.",
        seen.still_planned,
    )
    return Line(text % {"n": seen.still_planned}, "clock")


def _was_stopped(seen: Seen) -> Line:
    said = _stopped_at_gate(seen)
    if seen.handed:
        said = said + " " + _("An interview is still ahead, so a person is asked to see to it.")
    return Line(said, "console")


def _stopped_at_gate(seen: Seen) -> str:
    if not seen.stopped_since:
        text = _("One confirmation went out, and nothing after it. Whatever is planned for %(name)s"
                 " from now on is stopped at the gate, whoever plans it.")  # fmt: skip
        return text % {"name": seen.name}
    text = ngettext(
        "Nothing went out after STOP but its one confirmation: %(n)s planned message was stopped at"
        " the gate, with a receipt.",
        "Nothing went out after STOP but its one confirmation: %(n)s planned messages were stopped"
        " at the gate, each with a receipt.",
        seen.stopped_since,
    )
    return text % {"n": seen.stopped_since}


STEPS: Sequence[Step] = (
    Step(gettext_lazy("Move %(name)s to Interview"), _invited, _to_invite, _was_invited),
    Step(gettext_lazy("Read the text"), _read, _to_read, _was_read),
    Step(gettext_lazy("Answer it"), _confirmed, _to_answer, _was_confirmed),
    Step(gettext_lazy("Move the clock to the reminder"), _reminded, _to_move_on, _was_reminded),
    Step(gettext_lazy("Ask something unclear"), _helped, _to_ask, _was_helped),
    Step(gettext_lazy("Send STOP"), _ended, _to_stop, _was_stopped),
)
