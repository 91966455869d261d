"""What a candidate chose for themselves, in words for members."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.core import clock
from followthrough.governance.decisions import Wish
from followthrough.governance.models import Wish as Row
from followthrough.web.console import sentences
from followthrough.web.console.sentences import Wall

CHOICES = {
    "everything": gettext_noop("They chose to get everything."),
    "interviews": gettext_noop("They chose to get only messages about interviews."),
    "stop": gettext_noop("They stopped all messages."),
    "pause": gettext_noop("They paused their messages until %(until)s."),
    "resume": gettext_noop("They ended the pause."),
    "silence_sms": gettext_noop("They turned texts off."),
    "silence_email": gettext_noop("They turned mails off."),
    "unsilence_sms": gettext_noop("They turned texts on."),
    "unsilence_email": gettext_noop("They turned mails on."),
    "only_about": gettext_noop("They chose to hear about one of their applications only."),
    "all_applications": gettext_noop("They chose to hear about all of their applications."),
    "undo": gettext_noop("They took their last choice back."),
    "start": gettext_noop("They wrote START: what they had turned off is on again."),
}
STANDING = {
    "interviews": gettext_noop("They get only messages about interviews"),
    "nothing": gettext_noop("They stopped all messages"),
}


def chose(row: Row, wall: Wall) -> str:
    """What they chose, as the timeline tells it."""
    until = sentences.moment(row.paused_until, wall.zone) if row.paused_until else ""
    return _(CHOICES.get(row.choice, row.choice)) % {"until": until}


def standing(wish: Wish | None, *, zone: str) -> list[str]:
    """What counts now of what they chose about all their messages; [] when they get everything."""
    if wish is None or wish.at is None:
        return []
    found = [_(STANDING[wish.wants])] if wish.wants in STANDING else []
    if wish.paused_until and wish.paused_until > clock.now():
        until = sentences.moment(wish.paused_until, zone)
        found.append(_("They paused their messages until %(until)s") % {"until": until})
    if wish.application_id:
        found.append(_("They hear about one of their applications only"))
    day = sentences.day(wish.at, zone)
    return [_("%(said)s (chosen on %(day)s).") % {"said": one, "day": day} for one in found]
