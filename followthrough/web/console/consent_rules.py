"""What the fields of an ATS are taken to say about consent, for the page of its connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.intake import consents
from followthrough.intake.consents import Rule
from followthrough.intake.mappings import BadMapping
from followthrough.people.models import Connection
from followthrough.web.console import sentences

SCOPES = {
    "everything": gettext_noop("everything"),
    "family": gettext_noop("the job family they applied for"),
    "requisition": gettext_noop("the job they applied for"),
}
FORMS = {
    "application_form": gettext_noop("An application form: it never lifts an opt-out"),
    "form_with_number": gettext_noop(
        "A fresh box beside the address: new consent, unless they texted STOP"
    ),
}


class Shown(NamedTuple):
    """A rule in words."""

    field: str
    granted: Sequence[str]
    revoked: Sequence[str]
    how: str
    about: str
    form: str
    text: str


def shown(source: Connection) -> dict[str, Any]:
    """The rules, or what is wrong with them; whether the ATS says it in so many words anyway."""
    try:
        rules = [_shown(one) for one in consents.of(source)]
    except BadMapping as problem:
        return {"consent_problem": str(problem), "consent_rules": []}
    return {"consent_rules": rules, "consent_explicit": source.kind == "generic"}


def _shown(rule: Rule) -> Shown:
    channels = _(" and ").join(_(sentences.CHANNELS[one]) for one in rule.channels)
    about = [_(SCOPES[rule.scope]), *map(sentences.label, rule.purposes)]
    return Shown(
        rule.field, rule.granted, rule.revoked, channels, ", ".join(about), _(FORMS[rule.form]),
        rule.text,
    )  # fmt: skip
