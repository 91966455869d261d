"""The demo's one-time sign-in links, and ending sessions."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from followthrough.accounts import one_time
from followthrough.accounts.models import SignInLink, User
from followthrough.core import clock


def make_link(user: User, *, minutes: int = 15) -> str:
    """A token that signs `user` in once within `minutes`. Only its hash is kept."""
    token = one_time.token()
    SignInLink.objects.create(
        user=user,
        token_hash=token.kept,
        expires_at=clock.wall() + timedelta(minutes=minutes),
    )
    return token.shown


def redeem(token: str) -> User | None:
    """The user the token belongs to, and the token is spent; None when it is not good (any more).

    One conditional UPDATE decides, so of two people with the same link only one gets in.
    """
    now = clock.wall()  # like sessions, links follow the real time
    link = SignInLink.objects.filter(token_hash=one_time.hashed(token))
    if not link.filter(used_at=None, expires_at__gt=now).update(used_at=now):
        return None
    return User.objects.filter(id__in=link.values("user_id"), is_active=True).first()


def end_sessions(user: User) -> None:
    """End every session of the user, wherever it is, from the next request on."""
    User.objects.filter(id=user.id).update(sessions_ended=F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])
