"""2, by mail: an answer counts as well as a text, and one click in a mail program stops at once."""

from __future__ import annotations

from urllib.parse import urlsplit

from followthrough.demo.tour.ats import Person, person
from followthrough.demo.tour.browser import Browser
from followthrough.demo.tour.buyer import STOPPED, Buyer
from followthrough.demo.tour.mailbox import Mail
from followthrough.demo.tour.proof import check

PAPERS = "Background check"  # a stage whose message goes by mail
SUBJECT = "Which papers we need"
WISH = "Please take me off your list"
CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def proves(buyer: Buyer) -> list[str]:
    """An answer to a mail, lifted by START for texts alone; and one click."""
    buyer.clock.by_day()
    return [_answers(buyer), _clicks(buyer)]


def papers(buyer: Buyer, who: Person, *, title: str = "Store associate") -> Mail:
    """They apply, and are written a mail about it."""
    buyer.ats.applies(who, title=title, stage=PAPERS)
    return buyer.mails(who, f"For {title} we need")[0]


def _answers(buyer: Buyer) -> str:
    """Out by mail closes both; START by text opens the text, and mail stays closed."""
    who = person("Ines Duarte", mail=True)
    mail = papers(buyer, who)
    buyer.mails_back(who, WISH, mail)
    (confirmed,) = buyer.mails(who, "no more messages")
    call = buyer.ats.applies(who, title="Greeter", stage="Phone screen")
    buyer.reads(who, "Call", STOPPED)
    buyer.answers(who, "START")
    buyer.texts(who, "here again")
    buyer.ats.move(call, "Offer")
    (offer,) = buyer.texts(who, "your offer")
    buyer.ats.applies(who, title="Cashier", stage=PAPERS)
    buyer.reads(who, "List", STOPPED)
    _mailed(buyer, who, 2, "START by text opens the text, and no mail")
    return (
        f"“{WISH}” as an answer to “{mail.subject}”: confirmed by mail ({confirmed.subject}), and"
        f" texts stopped too. START by text: {offer.id} left, the next mail did not (“{STOPPED}”)."
    )


def _clicks(buyer: Buyer) -> str:
    """RFC 8058: looking at the link does nothing, a POST stops at once, and twice is once."""
    who = person("Karim Haddad", mail=True)
    link = papers(buyer, who).one_click
    check(link, "The mail has no List-Unsubscribe header with one click")
    path, program = urlsplit(link).path, Browser(buyer.console.address)
    looked = program.get(path).status
    second = papers(buyer, who, title="Greeter")
    answers = [program.post(path, CLICK, FORM).status for _ in range(2)]
    check(answers == [200, 200], f"One click, twice, was answered with {answers}")
    buyer.ats.applies(who, title="Cashier", stage="Offer")
    buyer.reads(who, "Offer", STOPPED)
    _mailed(buyer, who, 2, "Who has unsubscribed gets no more mail")
    buyer.silent(who, 0, "Alone on their addresses, they stopped texts as well")
    return (
        f"List-Unsubscribe: GET ({looked}) stopped nothing (“{second.subject}” still came), POST"
        " without a cookie did, and a second one changed nothing."
    )


def _mailed(buyer: Buyer, who: Person, count: int, why: str) -> None:
    """Raise Failed when somebody has more than the `count` mails they should have."""
    subjects = [one.subject for one in buyer.outside.mails.to(who.email)]
    check(len(subjects) <= count, f"{why}, but {who.name} was sent: {subjects}")
