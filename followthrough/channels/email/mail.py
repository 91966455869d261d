"""Making a mail of an envelope."""

from __future__ import annotations

from email.utils import formataddr

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.html import escape, urlize

from followthrough.channels.contract import Envelope, Misconfigured, Rejected, Unreachable

# The text once more for programs that show HTML: only there a line can be for the inbox alone.
HTML = """<!doctype html>
<html><head><meta charset="utf-8"></head><body>
<div style="display:none;max-height:0;overflow:hidden">{preheader}</div>
<div style="white-space:pre-wrap;font-family:sans-serif">{body}</div>
</body></html>
"""
ALLOWED = {"List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To", "In-Reply-To", "References"}


def make_mail(envelope: Envelope) -> EmailMessage:
    """The mail, whole. Its Message-ID is made from the key: the same for the same touch.

    Raises Unreachable, Misconfigured or Rejected before anything is sent.
    """
    _check_headers(envelope)
    _check_address(envelope.to, Unreachable)
    config, address = envelope.sender.config, envelope.sender.address
    _check_address(address, Misconfigured)
    headers = dict(envelope.headers)
    reply_to = headers.pop("Reply-To", config.get("reply_to"))
    headers["Message-ID"] = f"<{envelope.key}@{address.rpartition('@')[2]}>"
    headers["Auto-Submitted"] = "auto-generated"  # RFC 3834: machines should not answer
    mail = EmailMultiAlternatives(
        subject=envelope.subject,
        body=envelope.body,
        from_email=formataddr((config.get("from_name", ""), address)),
        to=[envelope.to],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
    )
    if envelope.preheader:
        mail.attach_alternative(_html(envelope), "text/html")
    return mail


def _html(envelope: Envelope) -> str:
    body = urlize(envelope.body, nofollow=False, autoescape=True)
    return HTML.format(preheader=escape(envelope.preheader), body=body)


def _check_headers(envelope: Envelope) -> None:
    """A line break would begin a header, or a mail, of somebody else's making."""
    lines = [envelope.subject, *envelope.headers.values()]
    if any("\n" in line or "\r" in line for line in lines):
        raise Rejected("line_break_in_header")
    if not set(envelope.headers) <= ALLOWED:
        raise Rejected("header_not_allowed")
    if "<http:" in envelope.headers.get("List-Unsubscribe", ""):
        # RFC 8058 asks for HTTPS, and a link to nowhere would stop nothing.
        raise Misconfigured("unsubscribe_not_https", "Set FOLLOWTHROUGH_URL to an https address.")
    own = [str(envelope.sender.config.get(name, "")) for name in ("from_name", "reply_to")]
    if any("\n" in line or "\r" in line for line in own):
        raise Misconfigured("line_break_in_header")


def _check_address(address: str, error: type[Unreachable] | type[Misconfigured]) -> None:
    try:
        validate_email(address)
    except ValidationError as problem:
        raise error("not_an_address") from problem
