"""Why a message was read as it was, in words: by rule, and by what made a clear wish doubtful."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.governance.optout import Found

RULES = {
    "stop": gettext_noop("A carrier’s word for stopping stands alone, or as a clause of its own."),
    "slip": gettext_noop("The whole message is STOP with a slip of the thumb."),
    "carrier": gettext_noop("The whole message is a word at which carriers stop."),
    "start": gettext_noop("The whole message is a carrier’s word for starting again."),
    "start_yes": gettext_noop("YES, with nothing asked, is a carrier’s word for starting again."),
    "help": gettext_noop("The whole message is a carrier’s word for help."),
    "stop_contact": gettext_noop("It asks us to stop writing, calling or sending."),
    "no_contact": gettext_noop("It forbids us to write, call or send, or asks to be left alone."),
    "no_more": gettext_noop("It wants no more messages."),
    "removal": gettext_noop("It asks to be taken off a list, or a number to be deleted."),
    "unsubscribe": gettext_noop("It unsubscribes or opts out."),
    "consent": gettext_noop("It withdraws or denies consent, or objects."),
    "threat": gettext_noop("It threatens with steps if we write once more."),
    "other_matter": gettext_noop("It asks to stop something else, or only in part."),
    "near": gettext_noop("The whole message is a word one slip away from STOP."),
    "carrier_polite": gettext_noop("A carrier’s word with polite ones: carriers would not stop."),
    "mentioned": gettext_noop("A carrier’s word stands inside of another sentence."),
    "likely": gettext_noop("No rule is sure, but messages like it ask for silence."),
    "object": gettext_noop("It asks to stop sending something that may be no message."),
    "hint": gettext_noop("It may ask for silence, but not clearly."),
}
DOUBTS = {
    "unknown": gettext_noop("what follows may be what it is really about"),
    "question": gettext_noop("it stands in a question, or one follows"),
    "asking": gettext_noop("it asks about stopping, or tells of it"),
    "limited": gettext_noop("it says when, or only what, to stop"),
    "condition": gettext_noop("it makes a condition"),
    "doubt": gettext_noop("it is unsure"),
    "unlikely": gettext_noop("messages like it do not ask for silence"),
    "contrary": gettext_noop("something else in it asks to go on"),
}


def why(found: Found) -> str:
    """What was recognised and what speaks against it, as one sentence."""
    said = _(RULES[found.rule])
    if not found.doubt:
        return said
    return _("%(said)s But %(doubt)s.") % {"said": said, "doubt": _(DOUBTS[found.doubt])}
