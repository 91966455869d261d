"""Mails of the house itself to its members: an invitation, a new password."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

log = logging.getLogger(__name__)
FAULTS = (SMTPException, OSError)  # what a mail server that is away or refuses raises


def leaves() -> bool:
    """Whether mails are handed to a mail server, and so reach people."""
    return settings.MAIL == "smtp"


def written() -> bool:
    """Whether mails are at least written, as the demo does into files."""
    return settings.MAIL != "none"


def send(template: str, *, to: str, context: dict[str, Any]) -> bool:
    """Send `<template>_subject.txt` and `_message.txt`; returns whether it left for the person.

    A fault of the mail server is logged and gives False: the caller says so, with another way.
    """
    if not written():
        return False
    subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
    text = render_to_string(f"{template}_message.txt", context).strip() + "\n"
    try:
        send_mail(subject, text, None, [to])
    except FAULTS as fault:  # its words may hold the address
        log.error("A mail could not be handed to the mail server: %s.", type(fault).__name__)
        return False
    return leaves()
