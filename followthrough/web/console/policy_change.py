"""Changing the policy: a form that says what a change allows and does, and who must agree to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from followthrough.accounts.models import Member
from followthrough.core import clock
from followthrough.core.errors import Explained
from followthrough.governance import policies, proposals, rulepacks
from followthrough.governance.documents import PolicyDocument, PolicyError, Problem
from followthrough.governance.loosening import loosened
from followthrough.governance.models import Policy, PolicyProposal
from followthrough.governance.policies import NeedsSecondPerson
from followthrough.governance.policy import compiled
from followthrough.people import sites
from followthrough.runs import forecast
from followthrough.web.console import policy_effect, policy_form, policy_hours, policy_words
from followthrough.web.console.access import own
from followthrough.web.console.frame import tell
from followthrough.web.console.policy_form import CapForms, PolicyForm
from followthrough.web.console.policy_hours import HoursRow


class Preview(NamedTuple):
    """What the form says and would do. `problems` name what is wrong; then the rest is empty."""

    problems: Sequence[Problem] = ()
    summary: str = ""
    changes: Sequence[policy_words.Change] = ()
    looser: bool = False
    waits: bool = False  # for a second person, if it is published
    effect: policy_effect.Effect | None = None
    hours: Sequence[HoursRow] = ()  # where the law leaves less than the policy would
    notes: Sequence[str] = ()


class _Filled(NamedTuple):
    """The two parts of the form as somebody filled them in."""

    form: PolicyForm
    caps: Any

    def valid(self) -> bool:
        """Whether each part can be read; both are asked, so that every problem shows."""
        return all([self.form.is_valid(), self.caps.is_valid()])


def change(request: HttpRequest) -> HttpResponse:
    """The form; a POST shows what it would do, or publishes."""
    newest = policies.newest(_organization(request))
    if request.method != "POST":
        return _page(request, _empty(newest), newest)
    filled = _filled(request)
    act = request.POST.get("act", "preview")
    if act == "add" and filled.valid():
        return _page(request, _one_more(request, filled), newest)
    if act == "publish" and filled.valid():
        return _publish(request, filled, newest)
    return _page(request, filled, newest, preview=_preview(request, filled, newest))


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The part beside the form, while it is filled in."""
    newest = policies.newest(_organization(request))
    shown = _preview(request, _filled(request), newest)
    return render(request, "console/policies/preview.html", {"preview": shown})


def _organization(request: HttpRequest) -> UUID:
    return request.member.organization_id  # type: ignore[attr-defined]


def _empty(newest: Policy | None) -> _Filled:
    document = policies.document_of(newest)
    initial = policy_form.initial(
        document,
        number=newest.number if newest else 0,
        review_on=newest.review_on if newest else None,
    )
    return _Filled(
        PolicyForm(initial=initial), CapForms(initial=policy_form.caps(document), prefix="cap")
    )


def _filled(request: HttpRequest) -> _Filled:
    return _Filled(PolicyForm(request.POST), CapForms(request.POST, prefix="cap"))


def _one_more(request: HttpRequest, filled: _Filled) -> _Filled:
    """The same form with another row for a cap."""
    given = request.POST.copy()
    given["cap-TOTAL_FORMS"] = str(min(len(filled.caps.forms) + 1, 20))
    return _Filled(filled.form, CapForms(given, prefix="cap"))


def _page(
    request: HttpRequest,
    filled: _Filled,
    newest: Policy | None,
    *,
    preview: Preview | None = None,
) -> HttpResponse:
    wrong = preview is not None and bool(preview.problems)
    shown = {"form": filled.form, "caps": filled.caps, "preview": preview, "newest": newest}
    return render(request, "console/policies/change.html", shown, status=400 if wrong else 200)


# --- what it would do ----------------------------------------------------------------------------


def _preview(request: HttpRequest, filled: _Filled, newest: Policy | None) -> Preview:
    member: Member = request.member  # type: ignore[attr-defined]
    if not filled.valid():
        return Preview(problems=_wrong(filled))
    try:
        after = policies.check(_document(filled, newest), member.organization)
    except PolicyError as problem:
        return Preview(problems=problem.problems)
    before = policies.document_of(newest)
    looser = bool(loosened(before, after))
    return Preview(
        summary=policy_words.summary(after),
        changes=policy_words.changes(before, after),
        looser=looser,
        waits=looser and before.two_to_loosen,
        effect=_effect(member, after, newest),
        hours=_left(member, after),
        notes=policy_hours.run_together(after),
    )


def _left(member: Member, document: PolicyDocument) -> list[HoursRow]:
    """What the law leaves of the hours, where the organization is and it is less."""
    places = sites.places(member.organization_id, country=member.organization.country)
    rows = policy_hours.rows(compiled(document, packs=rulepacks.packs()), places)
    return [row for row in rows if row.stricter]


def _document(filled: _Filled, newest: Policy | None) -> dict[str, Any]:
    return filled.form.document(filled.caps.forms, policies.document_of(newest))


def _wrong(filled: _Filled) -> list[Problem]:
    """What the fields themselves say."""
    forms = [filled.form, *filled.caps.forms]
    return [
        Problem(_path(form, name), str(error), "")
        for form in forms
        for name, errors in form.errors.items()
        for error in errors
    ]


def _path(form: Any, name: str) -> str:
    return str(form.fields[name].label or name) if name in form.fields else ""


def _effect(
    member: Member, document: PolicyDocument, newest: Policy | None
) -> policy_effect.Effect:
    number = (newest.number if newest else 0) + 1
    found = forecast.compare(
        member.organization_id,
        policies.of(member.organization_id),
        compiled(document, number=number, packs=rulepacks.packs()),
        now=clock.now(),
    )
    return policy_effect.effect(found, member, zone=timezone.get_current_timezone_name())


# --- publishing ----------------------------------------------------------------------------------


def _publish(request: HttpRequest, filled: _Filled, newest: Policy | None) -> HttpResponse:
    """What it was made from is compared again under the lock: two may publish at once."""
    if filled.form.cleaned_data["base"] != (newest.number if newest else 0):
        return _refused(request, filled, newest, _meanwhile())
    try:
        _published(request, filled, newest)
    except policies.Outdated:
        newest = policies.newest(_organization(request))
        return _refused(request, filled, newest, _meanwhile())
    except policies.Unchanged:
        return _refused(request, filled, newest, _nothing_different())
    except PolicyError:
        return _page(request, filled, newest, preview=_preview(request, filled, newest))
    return redirect("policies")


def _meanwhile() -> str:
    return _("Somebody published another version meanwhile. Look at it, and change that one.")


def _nothing_different() -> str:
    return _("Nothing is different from the policy in force, so there is nothing to publish.")


def _refused(
    request: HttpRequest, filled: _Filled, newest: Policy | None, why: str
) -> HttpResponse:
    filled.form.add_error(None, why)
    return _page(request, filled, newest, preview=Preview(problems=_wrong(filled)))


def _published(request: HttpRequest, filled: _Filled, newest: Policy | None) -> None:
    """Publish; what allows more than one person may decide waits for a second."""
    member: Member = request.member  # type: ignore[attr-defined]
    given: Mapping[str, Any] = {
        "organization": member.organization,
        "document": _document(filled, newest),
        "author_id": str(member.id),
        "note": filled.form.cleaned_data["note"],
        "review_on": filled.form.cleaned_data["review_on"],
        "base": filled.form.cleaned_data["base"],
        "at": clock.now(),
    }
    try:
        with transaction.atomic():
            policy = policies.publish(**given)
    except NeedsSecondPerson:
        proposals.propose(**given)
        tell(request, _("It allows more, so it waits for a second person. Until then nothing "
                        "changes."))  # fmt: skip
    else:
        tell(request, _("Version %(n)s is in force.") % {"n": policy.number})


# --- the second person, and looking again --------------------------------------------------------


@require_POST
def approve(request: HttpRequest, key: UUID) -> HttpResponse:
    """Publish what waits, as the second person."""
    proposal = own(request, PolicyProposal, key)
    try:
        policy = proposals.approve(proposal, by=_who(request), at=clock.now())
    except Explained as problem:  # it cannot be, any more, and says why
        messages.error(request, str(problem))
    else:
        tell(request, _("Version %(n)s is in force.") % {"n": policy.number})
    return redirect("policies")


@require_POST
def close(request: HttpRequest, key: UUID) -> HttpResponse:
    """Refuse what waits, or withdraw one's own."""
    proposal = own(request, PolicyProposal, key)
    if proposals.close(proposal, by=_who(request), at=clock.now()):
        tell(request, _("It no longer waits. The policy in force is unchanged."))
    return redirect("policies")


@require_POST
def reviewed(request: HttpRequest) -> HttpResponse:
    """It was looked at and may stay; it is looked at again in half a year."""
    newest = policies.newest(_organization(request))
    if newest is not None:
        again_on = (clock.now() + policies.REVIEW).date()
        policies.review(newest, by=_who(request), again_on=again_on, at=clock.now())
        tell(request, _("Noted. You are asked again in half a year."))
    return redirect("policies")


def _who(request: HttpRequest) -> str:
    return str(request.member.id)  # type: ignore[attr-defined]


# --- beside the policy ---------------------------------------------------------------------------


class Waiting(NamedTuple):
    """A proposal that waits, as a member sees it."""

    proposal: PolicyProposal
    changes: Sequence[policy_words.Change]
    summary: str
    mine: bool
    stale: bool  # another version was published since it was written


def waiting(member: Member, newest: Policy | None) -> Waiting | None:
    """What waits for a second person."""
    proposal = proposals.waiting(member.organization_id)
    if proposal is None:
        return None
    before, after = policies.document_of(newest), PolicyDocument.read(proposal.document)
    return Waiting(
        proposal,
        policy_words.changes(before, after),
        policy_words.summary(after),
        mine=proposal.author_id == str(member.id),
        stale=proposal.base != (newest.number if newest else 0),
    )


def overdue(newest: Policy | None, today: date) -> bool:
    """Whether the policy in force should have been looked at again by now."""
    return bool(newest and newest.review_on and newest.review_on <= today)
