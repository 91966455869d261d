"""What the pages in the list are about, taken from the seeded company. Runs beside the product."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db.models import Count, Exists, OuterRef
from django.urls import reverse

from followthrough.accounts import sign_in
from followthrough.accounts.models import Member, Organization, Role, User
from followthrough.audit import facts
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo.seed import company
from followthrough.governance.models import AddressBlock
from followthrough.journeys import drafts, library, proposals, versions
from followthrough.journeys.models import Assignment, MessageMap
from followthrough.messages.models import Ask, Message, Receipt
from followthrough.people import invitations, links
from followthrough.people.models import Application, Candidate, Connection, ContactPoint
from followthrough.runs.models import Batch, BulkMove
from followthrough.runs.replay import shadow
from followthrough.runs.replay.whom import Whom
from tests import lives

Keys = dict[str, Any]  # what stands in an address, by name


def candidate() -> Keys:
    """Whoever has the longest conversation, and something that waits for a person."""
    counted = Message.objects.exclude(candidate=None).values_list("candidate")
    by_length = counted.annotate(length=Count("id")).order_by("-length", "candidate")
    waiting = Handoff.objects.filter(resolved_at=None).values("candidate")
    return {"key": (by_length.filter(candidate__in=waiting).first() or by_length.first())[0]}


def asked() -> Keys:
    """Somebody at the demo's page who was asked to come, and has not answered yet."""
    answered = Message.objects.filter(direction="in", at__gt=OuterRef("opened_at"))
    theirs = answered.filter(candidate=OuterRef("application__candidate"))
    waiting = Ask.objects.filter(~Exists(theirs), state="open", application__candidate__locale="en")
    latest = waiting.order_by("-opened_at").first()
    return {"application": latest.application.external_id} if latest else {}


def handoff() -> Keys:
    """What waits for a person, rather after somebody has written, and can be answered."""
    waiting = Handoff.objects.filter(resolved_at=None, reason="unclear").order_by("opened_at", "id")
    return {"key": (waiting.exclude(message_id=None).first() or waiting.first()).id}


def receipt() -> Keys:
    """The latest of a message that had to wait, with every check."""
    return {"key": Receipt.objects.filter(verdict="hold").order_by("-at").first().id}


def somebody() -> Keys:
    """A candidate by key, as an address asks for one."""
    return {"candidate": candidate()["key"]}


def batch() -> Keys:
    """The latest messages that wait, or waited, for a yes; some, if there were none yet."""
    made = Batch.objects.order_by("-id").first()
    organization = Organization.objects.get(slug=company.SLUG)
    return {"key": (made or lives.a_batch(organization, people=3)).id}


def message_map() -> Keys:
    """The map with the most versions."""
    return {"key": _changed_map().id}


def rule() -> Keys:
    """The first assignment rule."""
    return {"key": Assignment.objects.order_by("position").first().id}


def new_rule() -> Keys:
    """What is filled in for a rule that gives one map to everybody at a site."""
    there = Application.objects.exclude(requisition__site=None).values_list("requisition__site")
    busiest = there.annotate(count=Count("id")).order_by("-count", "requisition__site").first()
    return {"map": _changed_map().id, "site": busiest[0]}


def quiet_map() -> Keys:
    """A map from the library that nobody is in: what is done to it changes nothing for others."""
    organization = Organization.objects.get(slug=company.SLUG)
    map, new = MessageMap.objects.get_or_create(
        organization=organization, slug="quiet", defaults={"name": "Campus events"}
    )
    if new:
        document = library.document("campus-event-leads")
        versions.publish(map=map, document=document, author_id="", at=clock.now())
    return {"key": map.id}


def map_in_shadow() -> Keys:
    """A map as what may be put in shadow."""
    return {"kind": "map", "key": _changed_map().id}


def replay() -> Keys:
    """The newest version tried on a month, with an answer."""
    map = _changed_map()
    (newest,) = versions.latest([map.id]).values()
    document = versions.document(newest)
    made = shadow.start(map, document, days=30, by="member:tests", at=clock.now())
    shadow.replay(made.id)
    return {"key": made.id}


def replay_on_others() -> Keys:
    """A map that nobody is in, tried on the people of another."""
    map, others = MessageMap.objects.get(id=quiet_map()["key"]), Whom(_changed_map().id)
    (newest,) = versions.latest([map.id]).values()
    document, at = versions.document(newest), clock.now()
    made = shadow.start(map, document, days=30, by="member:tests", at=at, whom=others)
    shadow.replay(made.id)
    return {"key": made.id}


def touch() -> Keys:
    """One that asks something."""
    return message_map() | {"touch": "interview_confirm"}


def stage() -> Keys:
    return message_map() | {"stage": "interview"}


def first_version() -> Keys:
    return {"key": _changed_map().id, "number": 1}


def draft() -> Keys:
    """The same map, with a draft of its next version."""
    found = _changed_map()
    kept = drafts.open(found, by="", at=clock.now())
    kept.document = {**kept.document, "settle": "PT2M", "description": "Said otherwise"}
    kept.save()
    return {"key": found.id}


def map_proposal() -> Keys:
    """A version of it that waits for a second person."""
    found = _changed_map()
    MessageMap.objects.filter(id=found.id).update(second_roles=["owner", "operations"])
    older = versions.document(found.versions.get(number=1).id)
    made = proposals.waiting(found) or proposals.propose(
        map=found, document=older, author_id="", note="As it was", running="now", at=clock.now()
    )
    return {"key": made.id}


def map_move() -> Keys:
    """A move to it that is over."""
    version = _changed_map().versions.latest("number")
    made = BulkMove.objects.create(
        organization_id=version.organization_id, map=version.map, to_version=version, why="now",
        by="", state="cancelled", done=3, total=7, created_at=clock.now(), ended_at=clock.now(),
    )  # fmt: skip
    return {"key": made.id}


def _changed_map() -> MessageMap:
    return MessageMap.objects.annotate(count=Count("versions")).order_by("-count", "id")[0]


def everything() -> Keys:
    """All sending, as something that can be stopped."""
    return {"kind": "organization", "key": Organization.objects.get(slug=company.SLUG).id}


def first_policy() -> Keys:
    return {"number": 1}


def connection() -> Keys:
    return {"key": Connection.objects.earliest("id").id}


def member() -> Keys:
    """Somebody who works for part of the company."""
    return {"key": Member.objects.get(user__email=company.PRIYA.email).id}


def reset() -> Keys:
    """What a mail with a link to a new password has in its address."""
    user = User.objects.get(email=company.PRIYA.email)
    return {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}


def no_reset() -> Keys:
    return {"uidb36": "1", "key": "nobody-was-given-this"}


def invitation() -> Keys:
    """What the link of somebody who is invited has in its address."""
    organization = Organization.objects.get(slug=company.SLUG)
    made = invitations.invite(
        organization=organization, email="ada@northwind.example", name="Ada Obi",
        role=Role.RECRUITER, by=facts.SYSTEM,
    )  # fmt: skip
    return {"token": made.token}


def own_page() -> Keys:
    """The link of somebody who can be reached by text and by mail."""
    return {"token": links.token(links.OF_CANDIDATE, _reachable(0).id)}


def stopped_page() -> Keys:
    """The link of somebody who has texted STOP."""
    blocked = AddressBlock.objects.filter(lifted_at=None, channel="sms").values("address_key")
    theirs = ContactPoint.objects.filter(kind="phone", address_key__in=blocked)
    found = theirs.order_by("id").first()
    return {"token": links.token(links.OF_CANDIDATE, found.candidate_id)} if found else own_page()


def chooser() -> Keys:
    """The link of somebody else, who chooses."""
    return {"token": links.token(links.OF_CANDIDATE, _reachable(1).id)}


def _reachable(number: int) -> Candidate:
    """Of those with a number and a mail address that nothing is known against, one."""
    blocked = AddressBlock.objects.filter(lifted_at=None).values("address_key")
    kinds = Candidate.objects.annotate(kinds=Count("contact_points__kind", distinct=True))
    free = kinds.filter(kinds=2).exclude(contact_points__address_key__in=blocked)
    return free.order_by("id")[number]


def nobody() -> Keys:
    """A key that no row has."""
    return {"key": uuid7()}


def token() -> Keys:
    """A token that nobody was given."""
    return {"token": "nobody-was-given-this"}


# --- who comes -----------------------------------------------------------------------------------


def wait_for_a_person(count: int) -> None:
    """Open handoffs for so many candidates who have none, and can be reached."""
    blocked = AddressBlock.objects.filter(lifted_at=None).values("address_key")
    reached = Candidate.objects.filter(contact_points__usable=True, handoffs=None)
    free = reached.exclude(contact_points__address_key__in=blocked).distinct().order_by("id")
    for one in free[:count]:
        handoffs.open(
            organization_id=one.organization_id, candidate_id=one.id,
            application_id=one.applications.earliest("id").id, reason="unclear", at=clock.now(),
        )  # fmt: skip


def link() -> str:
    """The path of a one-time link for the company's owner."""
    return _link(User.objects.get(email=company.OWNER.email))


def colleague() -> dict[str, str]:
    """The email and the password of somebody who has chosen one."""
    user = User.objects.get(email=company.TOMAS.email)
    password = "four words make it"
    user.set_password(password)
    user.save()
    return {"email": user.email, "password": password}


def outsider_link() -> str:
    """The path of a one-time link for somebody who belongs to no organization."""
    return _link(User.objects.create(email="outsider@elsewhere.example", name="Sam Outside"))


def _link(user: User) -> str:
    return reverse("sign-in-link", kwargs={"token": sign_in.make_link(user)})
