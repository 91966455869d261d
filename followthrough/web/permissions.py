"""The permission matrix: who may open what.

Every URL and API route of the product stands here, once, or nobody opens it. Each line is an
ability: its code, what it lets people do in words, who has it, and the names of the URLs it opens.
What is *seen* on a page is narrowed further by the member's sites and teams (`people.scopes`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from followthrough.accounts.models import Role

COLUMNS = (
    Role.OWNER,
    Role.OPERATIONS,
    Role.RECRUITER,
    Role.COORDINATOR,
    Role.HIRING_MANAGER,
    Role.COMPLIANCE,
    Role.ATS_ADMIN,
    Role.READ_ONLY,
)


class Ability(NamedTuple):
    """Something that some roles may do."""

    code: str
    said: str | Promise
    roles: frozenset[str]
    urls: tuple[str, ...]


def _may(code: str, marks: str, said: str | Promise, *urls: str) -> Ability:
    """One line of the matrix; `marks` has ● or · for each of COLUMNS."""
    cells = marks.split()
    assert len(cells) == len(COLUMNS) and {"●", "·"} >= set(cells), f"{code}: {marks}"  # noqa: PT018
    roles = frozenset(role.value for role, mark in zip(COLUMNS, cells, strict=True) if mark == "●")
    return Ability(code, said, roles, urls)


# fmt: off
ABILITIES = (
    #                    own ops rec coo hir com ats see
    _may("today",       "●   ●   ●   ●   ●   ●   ●   ●", _("Open Today and their own account"),
         "today", "today-live", "settings", "roles", "organization", "switch-organization", "sign-out-elsewhere",
         "account_change_password", "account_set_password"),
    _may("candidates",  "●   ●   ●   ●   ●   ●   ·   ●", _("See candidates, what was said, interviews and receipts"),
         "candidates", "candidate", "candidate-live", "interviews",
         "inbox", "inbox-live", "handoff", "handoff-live", "candidate-why", "why-this-map", "receipts", "receipt",
         "may-we-send", "batches", "batch", "batch-live"),
    _may("evidence",    "●   ●   ·   ·   ·   ●   ·   ·", _("Take receipts along as a file"),
         "receipts-export"),
    _may("talk",        "●   ●   ●   ●   ·   ·   ·   ·", _("Answer candidates; take, assign and resolve handoffs"),
         "reply", "withdraw-reply", "take-handoff", "assign-handoff", "resolve-handoff", "reopen-handoff",
         "meant-stop", "did-not-mean-stop", "send-by-hand"),
    _may("release-batches", "●   ●   ●   ·   ·   ·   ·   ·", _("Decide about many messages that wait together for a yes"),
         "decide-batch", "stop-batch"),
    _may("opt-out",     "●   ●   ●   ●   ●   ●   ·   ·", _("Record that a candidate wants no more messages"),
         "record-opt-out"),
    _may("maps",        "●   ●   ●   ●   ●   ●   ●   ●", _("Read message maps and policies"),
         "maps", "map", "map-version", "map-yaml", "policies", "policy", "switches",
         "map-compare", "map-when", "map-proposal", "map-move", "map-move-live",
         "assignments", "unassigned", "preview-map", "replay", "replay-live"),
    _may("edit-maps",   "●   ●   ·   ·   ·   ·   ·   ·", _("Write and change message maps, as drafts, and try them on what happened"),
         "new-map", "new-map-from-yaml", "new-map-from-library", "edit-map", "add-touch", "undo-edit", "discard-draft",
         "draft-yaml", "replace-draft", "edit-settings", "edit-stage", "edit-touch", "act-on-touch", "touch-people",
         "start-replay", "cancel-replay"),
    _may("assign-maps", "●   ●   ·   ·   ·   ·   ●   ·", _("Change which applications get which map"),
         "new-assignment", "assignment", "move-assignment", "remove-assignment"),
    _may("assignment-people", "●   ●   ·   ·   ·   ·   ·   ·", _("See by name whom a change of the assignment rules would concern"),
         "new-assignment-people", "assignment-people"),
    _may("shadow",      "●   ●   ·   ·   ·   ·   ·   ·", _("Put a map or a connection in shadow, and switch it on"),
         "shadow"),
    _may("publish-maps","●   ●   ·   ·   ·   ·   ·   ·", _("Publish a message map, and move those under way"),
         "publish-map", "roll-back-map", "map-second-person",
         "cancel-move", "resume-move"),
    _may("agree-maps",  "●   ●   ·   ·   ·   ●   ·   ·", _("Agree to a version of a message map that waits for their role, or refuse it"),
         "approve-map", "close-map-proposal"),
    _may("policy",      "●   ●   ·   ·   ·   ●   ·   ·", _("Change the sending policy, and agree to a change"),
         "change-policy", "preview-policy", "policy-reviewed", "approve-policy", "close-proposal"),
    _may("stop",        "●   ●   ●   ●   ·   ●   ·   ·", _("Stop sending: everything, a channel, a map or a sender"),
         "stop"),
    _may("let-go",      "●   ●   ·   ·   ·   ●   ·   ·", _("Let what was stopped go on"),
         "let-go"),
    _may("connections", "●   ●   ·   ·   ·   ●   ●   ·", _("See the connections and what broke; put it back to work"),
         "connections", "connections-live", "connection", "connection-live", "put-back-event", "put-back-write-back", "put-all-back"),
    _may("prices",      "●   ●   ·   ·   ·   ·   ·   ·", _("Say what a text message costs"),
         "sender-price"),
    _may("secrets",     "●   ·   ·   ·   ·   ·   ●   ·", _("Show the secret address of a webhook"),
         "show-hook"),
    _may("organization","●   ·   ·   ·   ·   ●   ·   ·", _("Change the postal address at the foot of mails"),
         "postal-address"),
    _may("members",     "●   ·   ·   ·   ·   ·   ·   ·", _("Invite members; change their roles, sites and teams; end their access"),
         "members", "member", "invite", "renew-invitation", "withdraw-invitation", "end-access", "restore-access"),
    _may("develop",     "●   ●   ●   ●   ●   ●   ●   ●", _("See the pieces of the pages (only with FOLLOWTHROUGH_DEBUG)"),
         "components"),
    _may("demo",        "●   ●   ●   ●   ●   ●   ●   ●", _("Use the demo (only where the demo runs)"),
         "demo:home", "demo:ats", "demo:phone", "demo:live", "demo:move", "demo:interview", "demo:phone-number",
         "demo:write", "demo:read", "demo:clock", "demo:walk", "demo:trouble"),
)
# fmt: on

# Open before anybody has signed in. (django-allauth looks for its pages by these names.)
OPEN = frozenset({
    "account_login", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "invitation", "sign-in-link", "sign-out", "demo:ready",
})  # fmt: skip

# Candidates' pages, reached by a link in a message: the token in it is the credential, which each
# view reads before anything else, and it is of one person (people.links).
LINKED = frozenset({"preferences", "unsubscribe"})

# Called by machines with credentials of their own, which each view checks before it answers.
OWN_CREDENTIALS = frozenset({"demo:api-application", "demo:api-write-back"})

# Served by the door beside Django (config.asgi): whoever calls must have signed the body.
SIGNED = frozenset({"/hooks/ats/<token>", "/hooks/channel/<token>"})


def opened_by(url: str) -> Ability | None:
    """The ability that opens a URL, by its name."""
    return _BY_URL.get(url)


def of(role: str) -> frozenset[str]:
    """The codes of what a role may do."""
    return frozenset(one.code for one in ABILITIES if role in one.roles)


def roles(code: str) -> frozenset[str]:
    """Who has an ability."""
    return next(one.roles for one in ABILITIES if one.code == code)


def _by_url(abilities: Iterable[Ability]) -> dict[str, Ability]:
    return {url: one for one in abilities for url in one.urls}


_BY_URL = _by_url(ABILITIES)
