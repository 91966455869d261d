"""What every model says about its data: class, retention and place.

A model carries `DATA = declare(...)`; the inventory, erasure, export and the log redactor are
made from it, and a test fails when a field is in no class.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DataClass(StrEnum):
    """How sensitive a field is."""

    KEY = "key"  # identifiers made by us or by the source, and links between rows
    OPERATIONAL = "operational"  # states, times, settings: about the work, not the person
    PERSONAL = "personal"  # says something about a person: erased with them
    SECRET = "secret"  # opens a door: never shown, exported or logged  # noqa: S105


class Retention(StrEnum):
    """What decides how long a row stays."""

    ORGANIZATION = "organization"  # as long as the organization has an account here
    CANDIDATE = "candidate"  # until the candidate's own period ends, or they are erased
    EVIDENCE = "evidence"  # proof of what was decided: its own, longer period
    TRANSIENT = "transient"  # working data: days


@dataclass(frozen=True)
class Declaration:
    """The classes of a model's fields, its retention and where it is kept."""

    classes: dict[str, DataClass]
    retention: Retention
    place: str

    def fields(self, data_class: DataClass) -> list[str]:
        """The names of the model's fields in `data_class`."""
        return [name for name, found in self.classes.items() if found is data_class]


def declare(
    *,
    retention: Retention,
    key: str = "",
    operational: str = "",
    personal: str = "",
    secret: str = "",
    place: str = "database",
) -> Declaration:
    """Declare a model's fields: each argument is a space-separated list of field names.

    Raises ValueError when a field stands in two classes.
    """
    classes: dict[str, DataClass] = {}
    for data_class, names in (
        (DataClass.KEY, key),
        (DataClass.OPERATIONAL, operational),
        (DataClass.PERSONAL, personal),
        (DataClass.SECRET, secret),
    ):
        for name in names.split():
            if name in classes:
                raise ValueError(f"The field {name!r} is declared twice: keep one of the two.")
            classes[name] = data_class
    return Declaration(classes=classes, retention=retention, place=place)
