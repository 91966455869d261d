"""Somebody signs in: Django says so by a signal, and their places note it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from followthrough.accounts.models import Member, User
from followthrough.core import clock


@receiver(user_logged_in)
def arrived(user: User, **_: Any) -> None:
    """They were seen now, in each organization they work in."""
    Member.objects.filter(user=user).update(seen_at=clock.wall())
