"""Every page a person can see. The tests look at each of them; `make screens` takes its pictures.

A new page is a line in PAGES: the name of its URL and, when the URL has parts, the function in
`examples.py` that finds them in the seeded company. A URL that answers to GET and is no page
stands in NOT_PAGES with the reason; a URL in neither turns `test_list.py` red.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from django.urls import reverse
from django.utils.http import urlencode

from tests.browser import arrivals, examples
from tests.browser.arrivals import Arrive
from tests.routes import routes

OWNER = "owner"  # has come by the one-time link, and has no password
COLLEAGUE = "colleague"  # signs in by address and password
OUTSIDER = "outsider"  # belongs to no organization
STRANGER = "stranger"  # has not signed in


def nothing() -> examples.Keys:
    return {}


def in_english() -> examples.Keys:
    """A candidate's page, whatever they speak."""
    return {"language": "en"}


@dataclass(frozen=True)
class Page:
    """One page in one state. `name` is that of its test and of its pictures."""

    url: str  # its name in the URL configuration
    keys: Callable[[], examples.Keys] = nothing
    name: str = ""
    query: Callable[[], examples.Keys] = nothing  # what stands behind the question mark
    who: str = OWNER
    status: int = 200
    arrive: Arrive = arrivals.plainly  # when it takes more than its address to see it

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.url.replace(":", "-"))

    def __str__(self) -> str:
        return self.name

    def path(self) -> str:
        """Its address in the product whose settings and database are in use."""
        path, query = reverse(self.url, kwargs=self.keys()), self.query()
        return f"{path}?{urlencode(query)}" if query else path


PAGES = (
    Page("today"),
    Page("today", name="keys", arrive=arrivals.keys),
    Page("inbox"),
    Page("inbox", name="inbox-done", query=lambda: {"tab": "done"}),
    Page("inbox", name="inbox-empty", query=lambda: {"whose": "mine", "reason": "unreachable"}),
    Page("handoff", examples.handoff),
    Page("candidates"),
    Page("candidates", name="candidates-nobody", query=lambda: {"q": "nobody is called this"}),
    Page("candidate", examples.candidate),
    Page("record-opt-out", examples.candidate),
    Page("interviews"),
    Page("interviews", name="interviews-none", query=lambda: {"from": "2036-01-07"}),
    Page("maps"),
    Page("map", examples.message_map),
    Page("map-version", examples.first_version),
    Page("map", examples.quiet_map, name="map-in-shadow", arrive=arrivals.in_shadow),
    Page("assignments"),
    Page("new-assignment"),
    Page("new-assignment", name="new-assignment-effect", arrive=arrivals.new_rule),
    Page("assignment", examples.rule),
    Page("assignment-people", examples.rule),
    Page("new-assignment-people", query=examples.new_rule),
    Page("move-assignment", examples.rule, query=lambda: {"to": 1}),
    Page("remove-assignment", examples.rule),
    Page("unassigned"),
    Page("shadow", examples.map_in_shadow),
    Page("publish-map", examples.draft),
    Page("roll-back-map", examples.first_version),
    Page("map-proposal", examples.map_proposal),
    Page("map-compare", examples.message_map),
    Page("map-when", examples.message_map, query=examples.somebody),
    Page("map-move", examples.map_move),
    Page("preview-map", examples.message_map),
    Page("preview-map", examples.message_map, name="preview-map-steps",
         query=lambda: {"ends": "rejected", "answers": "yes", "edit": 1}),
    Page("preview-map", examples.message_map, name="preview-map-of-somebody",
         query=lambda: examples.somebody() | {"language": "es"}),
    Page("start-replay", examples.message_map),
    Page("replay", examples.replay),
    Page("replay", examples.replay_on_others, name="replay-on-others"),
    Page("new-map"),
    Page("edit-map", examples.message_map),
    Page("edit-touch", examples.touch),
    Page("edit-stage", examples.stage),
    Page("edit-settings", examples.message_map),
    Page("replace-draft", examples.message_map),
    Page("policies"),
    Page("policy", examples.first_policy),
    Page("change-policy"),
    Page("switches"),
    Page("stop", examples.everything),
    Page("receipts"),
    Page("receipts", name="receipts-found",
         query=lambda: {"verdict": "hold", "reason": "hours", "unread": "blorp"}),
    Page("receipts", name="receipts-none", query=lambda: {"verdict": "fail", "reason": "poison"}),
    Page("receipt", examples.receipt),
    Page("batches"),
    Page("batch", examples.batch),
    Page("may-we-send"),
    Page("may-we-send", name="may-we-send-answered", query=examples.somebody),
    Page("connections"),
    Page("connection", examples.connection),
    Page("settings"),
    Page("organization"),
    Page("members"),
    Page("member", examples.member),
    Page("roles"),
    Page("invite"),
    Page("invite", name="invited", arrive=arrivals.inviting),
    Page("account_set_password", name="password-first"),
    Page("account_change_password", name="password-change", who=COLLEAGUE),
    Page("demo:home", query=examples.asked),
    Page("demo:ats", query=examples.asked),
    Page("demo:phone", query=examples.asked),
    # --- without having signed in ---
    Page("account_login", name="sign-in", who=STRANGER),
    Page("account_login", name="sign-in-ended", who=STRANGER,
         query=lambda: {"ended": "read", "next": "/candidates/"}),
    Page("account_login", name="sign-in-wrong", who=STRANGER, arrive=arrivals.guessing),
    Page("sign-in-link", examples.token, who=STRANGER),
    Page("account_reset_password", name="password-forgotten", who=STRANGER),
    Page("account_reset_password_done", name="password-sent", who=STRANGER),
    Page("account_reset_password_from_key", examples.reset, name="password-new", who=STRANGER),
    Page("account_reset_password_from_key", examples.no_reset, name="password-new-over",
         who=STRANGER),
    Page("invitation", examples.invitation, who=STRANGER),
    Page("invitation", examples.token, name="invitation-over", who=STRANGER, status=410),
    # --- candidates' own ---
    Page("preferences", examples.own_page, who=STRANGER, query=in_english),
    Page("preferences", examples.own_page, name="preferences-es", who=STRANGER,
         query=lambda: {"language": "es"}),
    Page("preferences", examples.stopped_page, name="preferences-stopped", who=STRANGER),
    Page("preferences", examples.chooser, name="preferences-paused", who=STRANGER,
         query=in_english, arrive=arrivals.pausing),
    Page("preferences", examples.chooser, name="preferences-wrong", who=STRANGER, status=400,
         query=in_english, arrive=arrivals.pausing_until_yesterday),
    Page("preferences", examples.token, name="preferences-nowhere", who=STRANGER, status=404),
    # --- what cannot be shown ---
    Page("sign-in-link", examples.token, name="error-401", who=STRANGER, status=401,
         arrive=arrivals.pressing),
    Page("today", name="error-403", who=OUTSIDER, status=403),
    Page("sign-in-link", examples.token, name="error-403-csrf", who=STRANGER, status=403,
         arrive=arrivals.pressing_without_cookies),
    Page("candidate", examples.nobody, name="error-404", status=404),
    Page("today", name="error-400", status=400, arrive=arrivals.by_another_name),
    Page("today", name="error-405", status=405, arrive=arrivals.opening_what_takes_forms),
    Page("account_login", name="error-429", who=STRANGER, status=429, arrive=arrivals.too_often),
    Page("today", name="error-500", status=500, arrive=arrivals.broken),
)  # fmt: skip

NOT_PAGES = {  # `*` stands for anything
    "*live": "a part of a page, sent anew when it has changed",
    "candidate-why": "a part of a candidate's page, asked for when it is unfolded there",
    "why-this-map": "a part of a candidate's page, asked for when it is unfolded there",
    "show-hook": "leads to the connection's page, unless a button asked for the address",
    "unsubscribe": "what mail programs post to; whoever opens it is led to the candidate's page",
    "map-yaml": "a file to download",
    "draft-yaml": "a file to download",
    "touch-people": "a part of a touch's form, asked for while a candidate's name is typed",
    "demo:ready": "tells the supervisor whether web and worker are up",
    "demo:api-application": "the simulated ATS's API",
}


def urls() -> set[str]:
    """The URLs of the product and the demo that answer to GET, by name."""
    return {one.name for one in routes() if one.shown}


def known(url: str) -> bool:
    """Whether the URL stands in one of the lists."""
    listed = {page.url for page in PAGES}
    return url in listed or any(fnmatchcase(url, pattern) for pattern in NOT_PAGES)
