"""Whoever adds a table says what happens to it when its member exports or erases their data."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from recovery.kernel.ownership import Erasure, Export

MODELS = [
    model
    for label in ("recovery", "notifications")
    for model in apps.get_app_config(label).get_models()
]


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_a_table_says_how_it_is_exported_and_erased(model: Any) -> None:
    assert isinstance(getattr(model, "export_rule", None), Export)
    assert isinstance(getattr(model, "erasure_rule", None), Erasure)


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_what_belongs_to_a_member_goes_with_the_member(model: Any) -> None:
    names_a_member = any(
        isinstance(field, models.ForeignKey | models.OneToOneField)
        and field.related_model.__name__ == "Member"
        for field in model._meta.get_fields()
        if field.concrete
    )
    if names_a_member:
        assert model.erasure_rule is not Erasure.NONE


def test_there_are_tables_to_ask() -> None:
    assert len(MODELS) > 20
