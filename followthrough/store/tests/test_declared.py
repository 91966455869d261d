"""Every field of every table says what kind of data it holds, or this fails."""

import pytest
from django.apps import apps

from followthrough.core.declared import Declaration

MODELS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if model.__module__.startswith("followthrough.")
]


def test_there_are_models_to_look_at():
    assert len(MODELS) > 20


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_declaration_covers_exactly_the_fields(model):
    declared = model.__dict__.get("DATA")
    assert isinstance(declared, Declaration), "declare DATA on the model itself"
    fields = {field.name for field in model._meta.local_concrete_fields}
    assert set(declared.classes) == fields, "declare each field once, and nothing else"
