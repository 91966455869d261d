"""2, on their own page: less, later, nothing by text, and everything again; by a signed link."""

from __future__ import annotations

from urllib.parse import urlsplit

from followthrough.demo.tour.ats import Person, person
from followthrough.demo.tour.browser import Browser
from followthrough.demo.tour.buyer import STOPPED, Buyer
from followthrough.demo.tour.checks.optout_mail import papers
from followthrough.demo.tour.proof import check

EVERYTHING = "Everything about my application"
INTERVIEWS = "Only messages about interviews"
ONLY = "They chose to get only messages about interviews"
PAUSED = "They paused their messages"
CARRIER = "Your phone company stops these texts as well"


class Page:
    """Somebody's own page, looked at with no cookie."""

    def __init__(self, address: str, path: str) -> None:
        self._visitor, self.path = Browser(address), path

    def choose(self, words: str, says: str, **fields: str) -> None:
        """Press a button. Raises Failed unless the page then `says` so."""
        found = self._visitor.submit(self.path, words, **fields).text
        check(says in found, f"After “{words}” the page does not say “{says}”: {found[:600]}")

    def read(self) -> str:
        """What it says."""
        return self._visitor.page(self.path).text


def proves(buyer: Buyer) -> list[str]:
    """From a mail's link: only interviews, a pause, everything; and out by text, back by mail."""
    buyer.clock.by_day()
    who = person("Lucia Prado", mail=True)
    page = _page(buyer, who)
    return [
        f"Their page, by the link in a mail: {_less(buyer, who, page)}; {_later(buyer, who, page)}."
        f" {_elsewhere(buyer, who, page)}"
    ]


def _page(buyer: Buyer, who: Person) -> Page:
    """The page that the foot of a mail leads to. A link somebody made up leads nowhere."""
    (link,) = papers(buyer, who).links
    path = urlsplit(link).path
    made_up = path[:-4] + ("AAAA" if not path.endswith("AAAA") else "BBBB")
    status = Browser(buyer.console.address).get(made_up).status
    check(status == 404, f"A link with another signature is answered with {status}")
    return Page(buyer.console.address, path)


def _less(buyer: Buyer, who: Person, page: Page) -> str:
    """Only interviews: an offer stays away, an invitation comes."""
    page.choose(INTERVIEWS, "you get only messages about interviews")
    application = buyer.ats.applies(who, title="Greeter", stage="Offer")
    buyer.reads(who, "Offer", ONLY)
    buyer.ats.move(application, "Interview", interview=buyer.clock.at(15, days=2))
    (invitation,) = buyer.texts(who, "your interview is")
    buyer.silent(who, 1, "They chose interviews alone")
    return f"“{INTERVIEWS}”: no offer (“{ONLY}”), but the invitation ({invitation.id})"


def _later(buyer: Buyer, who: Person, page: Page) -> str:
    """Everything again, but not before tomorrow; ending the pause lets go what it held."""
    page.choose(EVERYTHING, "You get everything about your application")
    tomorrow = buyer.clock.at(12, days=1).date().isoformat()
    page.choose("Pause until this day", "Nothing is sent until", until=tomorrow)
    buyer.ats.applies(who, title="Cashier")
    buyer.reads(who, "Thanks", "Held", PAUSED)
    page.choose("End the pause now", "The pause is over")
    (thanks,) = buyer.texts(who, "we have your application for Cashier")
    return (
        f"“{EVERYTHING}”, paused until tomorrow: the next was held (“{PAUSED}”) and left when they"
        f" ended the pause ({thanks.id})"
    )


def _elsewhere(buyer: Buyer, who: Person, page: Page) -> str:
    """Out by text, which closes everything; on the page they open mail again, and mail alone."""
    buyer.answers(who, "STOP")
    buyer.texts(who, "no more messages")
    application = buyer.ats.applies(who, title="Shift lead", stage="Offer")
    buyer.reads(who, "Offer", STOPPED)
    page.choose(EVERYTHING, "You get everything about your application again")
    check(CARRIER in page.read(), f"The page does not say “{CARRIER}”: {page.read()[:600]}")
    buyer.ats.move(application, "Background check")
    (mail,) = buyer.mails(who, "For Shift lead we need")
    buyer.silent(who, 3, "Their phone company still stops texts")
    return (
        f"STOP by text stopped mails too; “{EVERYTHING}” on the page let “{mail.subject}” through,"
        f" and no text (“{CARRIER}”)."
    )
