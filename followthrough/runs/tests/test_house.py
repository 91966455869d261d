"""What one worker does for the whole installation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from followthrough.runs import house

pytestmark = pytest.mark.django_db


def test_sessions_that_ran_out_are_forgotten() -> None:
    for key, left in (("gone", -1), ("here", 1)):
        ends = timezone.now() + timedelta(minutes=left)
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    house.forget_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["here"]
