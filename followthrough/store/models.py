"""The base of every model."""

from django.db import models

from followthrough.core.ids import uuid7


class Row(models.Model):
    """A row whose key sorts by the time it was made.

    Every concrete model declares `DATA` (see `core.declared`); a test holds that.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
