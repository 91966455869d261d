"""Stop sending: the kill switches, each with what it would stop, and who stopped what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from followthrough.core import clock
from followthrough.governance.models import Freeze
from followthrough.runs import switches
from followthrough.runs.switches import CHANNEL, MAP, ORGANIZATION, SENDER, Switch
from followthrough.web.console import names, policy_words
from followthrough.web.console.access import may, own
from followthrough.web.console.frame import tell

SOON = timedelta(hours=24)
MOST = 10_000  # messages that are counted
LENGTHS: Sequence[tuple[str, str | Promise]] = (  # in minutes
    ("", gettext_lazy("Until somebody lets it go on")),
    ("60", gettext_lazy("For an hour")),
    ("240", gettext_lazy("For four hours")),
    ("1440", gettext_lazy("For a day")),
)
KINDS = {
    ORGANIZATION: gettext_lazy("Everything"),
    CHANNEL: gettext_lazy("A channel"),
    MAP: gettext_lazy("A message map"),
    SENDER: gettext_lazy("A sender"),
}


def named(switch: Switch) -> str:
    """`All sending`, `Text messages`, `The map “Store associates”`."""
    if switch.kind == ORGANIZATION:
        return _("All sending")
    if switch.kind == CHANNEL:
        return policy_words.channel(switch.name)
    said = _("The map “%(name)s”") if switch.kind == MAP else _("The sender “%(name)s”")
    return said % {"name": switch.name}


class Row(NamedTuple):
    """Something that can be stopped, in words; `by` is who stopped it, or ''."""

    switch: Switch
    kind: str | Promise
    name: str
    by: str

    @property
    def stopped(self) -> Freeze | None:
        return self.switch.stopped


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Everything that can be stopped, what is stopped first."""
    found = switches.every(request.member.organization_id)  # type: ignore[attr-defined]
    who = names.of_members(one.stopped.by for one in found if one.stopped)
    rows = [Row(one, KINDS[one.kind], named(one), _by(one, who)) for one in found]
    shown = {
        "stopped": [row for row in rows if row.stopped],
        "running": [row for row in rows if not row.stopped],
    }
    return render(request, "console/switches.html", {"rows": shown})


def _by(switch: Switch, who: names.Names) -> str:
    return names.named(switch.stopped.by, who) if switch.stopped else ""


def stop(request: HttpRequest, kind: str, key: UUID) -> HttpResponse:
    """Ask once more, saying how much it would stop; a POST stops it."""
    organization_id: UUID = request.member.organization_id  # type: ignore[attr-defined]
    switch = switches.find(organization_id, kind, key)
    if switch is None:
        raise Http404("There is no such thing to stop.")
    if request.method == "POST":
        return _stop(request, switch)
    until = clock.now() + SOON
    shown = {
        "switch": switch,
        "name": named(switch),
        "waiting": switches.waiting(switch, organization_id, until=until, most=MOST),
        "most": MOST,
        "lengths": LENGTHS,
    }
    return render(request, "console/switch.html", shown)


def _stop(request: HttpRequest, switch: Switch) -> HttpResponse:
    now = clock.now()
    freeze = switches.stop(
        switch,
        member=request.member,  # type: ignore[attr-defined]
        until=_until(request.POST.get("length", ""), now),
        note=request.POST.get("note", "").replace("\x00", "").strip()[:300],
        at=now,
    )
    ours = freeze.begun_at == now  # what a colleague stopped is not undone by the way
    undo = reverse("let-go", args=(freeze.id,)) if ours and may(request, "let-go") else ""
    tell(
        request,
        _("%(what)s: stopped. Nothing leaves meanwhile.") % {"what": named(switch)},
        undo=undo,
    )
    return redirect("switches")


def _until(length: str, now: datetime) -> datetime | None:
    known = {value for value, _said in LENGTHS if value}
    return now + timedelta(minutes=int(length)) if length in known else None


@require_POST
def let_go(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let it go on: what waited is decided at once."""
    freeze = own(request, Freeze.objects.filter(why=switches.WHY), key)
    released = switches.go(freeze, member=request.member, at=clock.now())  # type: ignore[attr-defined]
    if released is None:
        tell(request, _("It was let go already: nothing was changed."))
    else:
        tell(request, _went_on(released))
    return redirect("switches")


def _went_on(released: int) -> str:
    if not released:
        return _("It goes on. No message was waiting for it.")
    text = ngettext(
        "It goes on. %(n)s message that waited is decided now.",
        "It goes on. %(n)s messages that waited are decided now.",
        released,
    )
    return text % {"n": released}
