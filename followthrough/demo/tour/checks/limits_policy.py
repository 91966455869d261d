"""6, by a member: a policy that is changed on its page binds at once, and never loosens the law."""

from __future__ import annotations

from followthrough.demo.tour.ats import DALLAS, person
from followthrough.demo.tour.buyer import Buyer
from followthrough.demo.tour.proof import check

MIDWEEK = range(4)
SUNDAY = (6,)
PAGE = "/policies/change"
CAPS = {
    "room": "0", "default_sun": "09:00-20:00", "note": "Fewer, but Sunday mornings too",
    "cap-0-at_most": "2", "cap-0-per": "person", "cap-0-window": "day",
    "cap-1-at_most": "1", "cap-1-per": "application", "cap-1-window": "stage",
}  # fmt: skip
SENTENCES = ("At most 2 messages", "to one person on one day by their clock", "in one stage")
A_DAY = "Cap: at most 2 on one day per person"
A_STAGE = "Cap: at most 1 in one stage per application"


def proves(buyer: Buyer) -> list[str]:
    """Two a day and one a stage; Sunday mornings, but where the law forbids them."""
    buyer.clock.to(10, days=MIDWEEK)
    published = _publish(buyer)
    return [f"{published} {_by_day_and_stage(buyer)}", _sunday(buyer)]


def _publish(buyer: Buyer) -> str:
    """Filled in as a member would: what it would do is shown, then it is published."""
    shown = buyer.console.submit(PAGE, "What would it do?", **CAPS).text
    missing = [said for said in SENTENCES if said not in shown]
    check(not missing, f"The preview does not say {missing}: {shown[:3000]}")
    done = buyer.console.submit(PAGE, "Publish", **CAPS).text
    check("is in force" in done, f"After publishing the page says: {done[:1000]}")
    return "A policy published on its page bound at once:"


def _by_day_and_stage(buyer: Buyer) -> str:
    """The third of a day is held until tomorrow, the second of a stage is not sent at all."""
    often, invited = person("Xenia Moll"), person("Yann Perrin")
    for title in ("Store associate", "Shift lead", "Greeter"):
        buyer.ats.applies(often, title=title)
    buyer.ats.applies(invited, stage="Interview", interview=buyer.clock.at(13, days=1))
    buyer.texts(often, least=2)
    buyer.texts(invited, "your interview is")
    held = buyer.reads(often, "Held", A_DAY)
    buyer.silent(often, 2, "Two a day are two")
    buyer.clock.on(23)  # the next morning, and not 24 hours later
    (third,) = buyer.texts(often, least=3)[2:]
    buyer.clock.on(3)
    buyer.reads(invited, "Reminder", A_STAGE)
    buyer.silent(invited, 1, "A stage says one thing")
    check("Held until" in held, f"The receipt says: {held}")
    return (
        f"the third text of a day was held (“{A_DAY}”) and left the next morning ({third.id});"
        f" the second of a stage was not sent (“{A_STAGE}”)."
    )


def _sunday(buyer: Buyer) -> str:
    """The policy allows Sunday mornings now; the law of Texas does not."""
    buyer.clock.to(9, days=SUNDAY)
    home, texas = person("Zora Bell"), person("Abel Cruz", place=DALLAS)
    for who in (home, texas):
        buyer.ats.applies(who)
    (text,) = buyer.texts(home)
    said = buyer.reads(texas, "Thanks", "Held until Sun 12:", "Texas")
    buyer.silent(texas, 0, "In Texas it is Sunday morning")
    buyer.clock.on(2)
    (later,) = buyer.texts(texas)
    return (
        f"On Sunday at nine, which it allows too, {text.id} left in Reno; in Dallas it was held"
        f" (“{_law(said)}”) until {later.id} left after twelve."
    )


def _law(said: str) -> str:
    """The sentence with the rule in it."""
    return "Rule: " + said.partition("Rule: ")[2].partition(".")[0]
