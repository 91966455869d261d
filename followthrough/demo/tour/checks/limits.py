"""6: nobody is written to at night, nor too often; what is held says why and goes out later."""

from __future__ import annotations

import time

from followthrough.demo.tour.ats import Person, person
from followthrough.demo.tour.buyer import Buyer, seconds
from followthrough.demo.tour.checks import limits_night, limits_policy, limits_stop

MIDWEEK = range(4)  # Monday to Thursday: the day after has the same hours
CAP, KEPT = "Cap: at most {} in 24 hours per address", " (more room is kept for urgent messages)"
MERGED = "Another message that went out at the same moment says enough"


def proves(buyer: Buyer) -> list[str]:
    """A night, a burst, a policy that a member publishes, and a stop."""
    return [
        *limits_night.proves(buyer),
        *_burst(buyer),
        *limits_policy.proves(buyer),
        *limits_stop.proves(buyer),
    ]


def _burst(buyer: Buyer) -> list[str]:
    """Three at once and two urgent ones, where the policy allows three a day; and two nudges about
    the same."""
    buyer.clock.to(10, days=MIDWEEK)
    who, twice = person("Tara Okafor"), person("Wanda Kovac")
    for title in ("Store associate", "Shift lead", "Visual merchandiser"):
        buyer.ats.applies(who, title=title)
    buyer.ats.applies(twice, stage="Background check")
    buyer.texts(who, least=2)
    buyer.reads(who, "Held", CAP.format(2) + KEPT)
    buyer.silent(who, 2, "The third place is kept for what is urgent")
    _urgent(buyer, who)
    moved = time.monotonic()
    buyer.clock.on(25)
    texts = buyer.texts(who, least=5)
    return [
        "Five messages for one number within a minute: two left, the third place went to an urgent"
        f" one, two were held (“{CAP.format(3)}”) and left the next day"
        f" ({seconds(moved, texts[-1].at)} after the clock was moved on). {_merged(buyer, twice)}"
    ]


def _urgent(buyer: Buyer, who: Person) -> None:
    """The place that was kept goes to the first invitation; the second is held like the rest."""
    for number, title in enumerate(("Cashier", "Greeter"), start=1):
        interview = buyer.clock.at(14, days=2 + number)
        buyer.ats.applies(who, title=title, stage="Interview", interview=interview)
        buyer.texts(who, "your interview is")
    buyer.reads(who, "Held", CAP.format(3))
    buyer.silent(who, 3, "Three are three")


def _merged(buyer: Buyer, who: Person) -> str:
    """Two nudges due at the same moment are one, and the other has a receipt."""
    (text,) = buyer.texts(who)
    buyer.reads(who, "Papers again", MERGED)
    buyer.silent(who, 1, "Two nudges of one moment are one")
    return f"Of two nudges due at the same moment {text.id} left (“{MERGED}”)."
