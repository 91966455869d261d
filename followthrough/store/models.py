"""The base of every model."""

from typing import Any

import orjson
from django.db import models

from followthrough.core.ids import uuid7


class JsonText(models.TextField):
    """JSON that the database keeps as it was written, and never looks into.

    A `jsonb` is taken apart on the way in, is larger, and is put together again on the way out.
    """

    def from_db_value(self, value: str | None, *_: object) -> Any:
        return None if value is None else orjson.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else orjson.dumps(value, default=str).decode()


class Row(models.Model):
    """A row whose key sorts by the time it was made.

    Every concrete model declares `DATA` (see `core.declared`); a test holds that.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
