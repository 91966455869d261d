"""How an application came into a version, in words: the one place that knows the codes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from followthrough.journeys.models import RunMove
from followthrough.runs import advance
from followthrough.runs.published import moves
from followthrough.web.console import sentences


def why(move: RunMove) -> str:
    """Why it is in the version that a move led to: a whole sentence."""
    if move.from_version_id is None:
        return _("It began there, assigned by %(rule)s.") % {"rule": sentences.rule(move.why)}
    if move.rule:
        return _("A rule gave it this map: by %(rule)s.") % {"rule": sentences.rule(move.why)}
    said = {
        advance.NEXT_STAGE: _("It moved there with its next stage."),
        moves.NOW: _("It was moved there."),
    }
    return said.get(move.why) or _("It was moved there: %(why)s.") % {"why": move.why}
