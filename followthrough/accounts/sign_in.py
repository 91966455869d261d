"""One-time sign-in links. Whoever holds the token is the user, once and for a few minutes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from followthrough.accounts.models import SignInLink, User
from followthrough.core import clock


def make_link(user: User, *, minutes: int = 15) -> str:
    """A token that signs `user` in once within `minutes`. Only its hash is kept."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        user=user,
        token_hash=_hash(token),
        expires_at=clock.wall() + timedelta(minutes=minutes),
    )
    return token


def redeem(token: str) -> User | None:
    """The user the token belongs to, and the token is spent; None when it is not good (any more).

    One conditional UPDATE decides, so of two people with the same link only one gets in.
    """
    now = clock.wall()  # like sessions, links follow the real time
    link = SignInLink.objects.filter(token_hash=_hash(token))
    if not link.filter(used_at=None, expires_at__gt=now).update(used_at=now):
        return None
    return User.objects.filter(id__in=link.values("user_id"), is_active=True).first()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
