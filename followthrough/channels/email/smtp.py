"""Django's SMTP backend, told apart: what certainly did not go out, and what may have.

A thread keeps its connection to a server for half a minute of idleness.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from followthrough.channels.contract import (
    Misconfigured,
    OutcomeUnknown,
    Rejected,
    SenderConfig,
    SendError,
    Throttled,
    Unreachable,
)
from followthrough.core.canonical import digest

PATIENCE = 3.0  # seconds for each step before the text is handed over
KEEP_IDLE = 30.0
AFTER = 60.0  # greylisting servers want minutes; the dispatcher backs off further
PORTS = {"starttls": 587, "tls": 465, "none": 25}

_mine = threading.local()


class _TooLate(Exception):
    """There is not enough time left to hand the text over and hear the answer."""


class _Phases:
    """Marks the moment from which a mail may be out, and begins none when time is short."""

    handing_over = False
    until = 0.0

    def data(self, msg: Any) -> tuple[int, bytes]:
        left = self.until - monotonic()
        if left < PATIENCE:
            raise _TooLate
        self.sock.settimeout(left)
        self.handing_over = True
        answer = super().data(msg)
        self.handing_over = False
        self.sock.settimeout(PATIENCE)
        return answer


class _Smtp(_Phases, smtplib.SMTP):
    pass


class _SmtpTls(_Phases, smtplib.SMTP_SSL):
    pass


class _Backend(EmailBackend):
    used = 0.0  # monotonic

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SmtpTls if self.use_ssl else _Smtp


def send(mail: EmailMessage, sender: SenderConfig, until: float) -> None:
    """Hand one mail over before `until` (monotonic seconds). Raises SendError."""
    backend = _open(sender)
    backend.connection.until = until
    try:
        with _telling_apart(backend.connection):
            backend.send_messages([mail])
    except SendError:
        _drop(sender)
        raise
    backend.used = monotonic()


def _open(sender: SenderConfig) -> _Backend:
    """This thread's connection to the sender's server, if it still answers; else a new one."""
    _close_idle()
    kept = _kept().get(_name(sender))
    if kept is not None and _answers(kept):
        return kept
    _drop(sender)
    backend = _backend(sender)
    with _telling_apart(None):
        backend.open()
    _kept()[_name(sender)] = backend
    return backend


def _backend(sender: SenderConfig) -> _Backend:
    config, security = sender.config, sender.config.get("security", "starttls")
    if not config.get("host") or security not in PORTS:
        raise Misconfigured("no_host" if security in PORTS else "bad_security")
    return _Backend(
        host=config["host"],
        port=int(config.get("port") or PORTS[security]),
        username=config.get("username", ""),
        password=sender.secrets.get("password", ""),
        use_tls=security == "starttls",
        use_ssl=security == "tls",
        timeout=PATIENCE,
        fail_silently=False,
    )


def _kept() -> dict[str, _Backend]:
    if not hasattr(_mine, "backends"):
        _mine.backends = {}
    return _mine.backends


def _name(sender: SenderConfig) -> str:
    return digest([str(sender.id), sender.config, sender.secrets])


def _answers(backend: _Backend) -> bool:
    try:
        return backend.connection.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _close_idle() -> None:
    for name, backend in list(_kept().items()):
        if monotonic() - backend.used > KEEP_IDLE:
            _close(_kept().pop(name))


def _drop(sender: SenderConfig) -> None:
    if backend := _kept().pop(_name(sender), None):
        _close(backend)


def _close(backend: _Backend) -> None:
    if backend.connection is not None:
        backend.connection.close()  # without a QUIT: the other side may be long gone


@contextmanager
def _telling_apart(connection: Any) -> Iterator[None]:
    try:
        yield
    except _TooLate as problem:
        raise Throttled("too_slow", after=AFTER) from problem
    except smtplib.SMTPRecipientsRefused as problem:
        ((code, text),) = problem.recipients.values()
        raise _refused(code, text, Unreachable) from problem
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused) as problem:
        raise _refused(problem.smtp_code, problem.smtp_error, Misconfigured) from problem
    except smtplib.SMTPDataError as problem:
        raise _refused(problem.smtp_code, problem.smtp_error, Rejected) from problem
    except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as problem:
        raise Misconfigured("smtp_security", type(problem).__name__) from problem
    except (smtplib.SMTPException, OSError) as problem:
        raise _lost(connection, problem) from problem


def _lost(connection: Any, problem: Exception) -> SendError:
    if connection is not None and connection.handing_over:
        return OutcomeUnknown("connection_lost", type(problem).__name__)
    return Throttled("no_connection", type(problem).__name__, after=AFTER)


_POLICY = re.compile(rb"5\.(?!1\.)\d+\.\d+")  # an enhanced status (RFC 3463) not about the address


def _refused(code: int, text: bytes | str, permanent: type[SendError]) -> SendError:
    """4xx: later. 5xx: `permanent`, but a recipient refused for policy is only a rejection."""
    name = f"smtp_{code}"
    if 400 <= code < 500:
        return Throttled(name, after=AFTER)
    raw = text if isinstance(text, bytes) else text.encode()
    if permanent is Unreachable and _POLICY.match(raw):
        return Rejected(name)
    return permanent(name)
