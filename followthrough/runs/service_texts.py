"""The few texts that are not in any message map: opt-out and opt-in confirmations, and HELP."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

SUBJECT = _("About your messages from {{ company }}")
TEXTS = {
    "opted_out": _(
        "{{ company }}: you will get no more messages from us here."
        " Your application stays as it is. Text START if you want them again."
    ),
    "opted_in": _(
        "{{ company }}: you will get messages about your application here again."
        " Text STOP to stop them."
    ),
    "help": _(
        "{{ company }}: these messages are about your job application and are sent automatically."
        " Write to us here and a person will read it. Text STOP to stop them."
    ),
}


def contents(name: str) -> dict[str, dict[str, str]]:
    """The text called `name` in every language we have, as a touch's content."""
    found = {}
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            found[code] = {"subject": str(SUBJECT), "body": str(TEXTS[name])}
    return found
