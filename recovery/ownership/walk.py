"""Every table there is, with what its rules say: whose rows they are, and in which order they go.

Nothing here names a table. What is added tomorrow is exported and erased by what it declares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from recovery.kernel.ownership import Erasure, Export, secrets_of
from recovery.members.models import Member

Model = type[models.Model]
_DEFAULT_OWNER = ("member",)


@cache
def every_model() -> tuple[Model, ...]:
    """Return all models that state what becomes of their rows, by name."""
    found = [model for model in apps.get_models() if hasattr(model, "erasure_rule")]
    return tuple(sorted(found, key=lambda model: model.__name__))


def exported() -> list[Model]:
    """Return the models that an export shows rows of."""
    return [model for model in every_model() if rule_of(model) is not Export.NONE]


def rule_of(model: Model) -> Export:
    """Return how an export shows rows of this model."""
    rule: Export = model.export_rule  # type: ignore[attr-defined]
    return rule


def owners_of(model: Model) -> tuple[str, ...]:
    """Return the lookups that lead to the members whose row it is."""
    found: tuple[str, ...] = getattr(model, "owned_through", _DEFAULT_OWNER)
    return found


def owned_rows(model: Model, *, member_id: UUID) -> QuerySet[Any]:
    """Return the rows of a model that are a member's own."""
    mine = Q()
    for path in owners_of(model):
        mine |= Q(**{path: member_id})
    return model._base_manager.filter(mine)


def exported_rows(model: Model, *, member_id: UUID) -> QuerySet[Any]:
    """Return the rows of a model that a member's export shows."""
    conditions: dict[str, Any] = getattr(model, "exported_where", {})
    return owned_rows(model, member_id=member_id).filter(**conditions)


def file_of(model: Model) -> str:
    """Return the name of a model's file in an export: ``check_in.json``."""
    return f"{re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', model.__name__).lower()}.json"


def columns_of(model: Model) -> list[models.Field[Any, Any]]:
    """Return the columns that an export shows."""
    hidden = secrets_of(model)
    return [field for field in model._meta.concrete_fields if field.name not in hidden]


def points_to_member(field: models.Field[Any, Any]) -> bool:
    """Tell whether a column names a member."""
    return isinstance(field, models.ForeignKey) and field.related_model is Member


@cache
def erasure_order() -> tuple[Model, ...]:
    """Return the models whose rows may go with a member, those that point to others first.

    So a row that goes takes nothing along that was not deleted already, in portions. The member
    is not among them: they go last.
    """
    wanted = [model for model in every_model() if _is_erased(model)]
    placed: list[Model] = []
    seen: set[Model] = set()

    def place(model: Model) -> None:
        if model in seen:
            return
        seen.add(model)
        for other in wanted:
            if other is not model and model in _targets(other):
                place(other)
        placed.append(model)

    for model in wanted:
        place(model)
    return tuple(placed)


def _is_erased(model: Model) -> bool:
    return model is not Member and model.erasure_rule is not Erasure.NONE  # type: ignore[attr-defined]


def _targets(model: Model) -> set[Any]:
    return {field.related_model for field in _foreign_keys(model)}


def _foreign_keys(model: Model) -> Iterator[models.ForeignKey[Any, Any]]:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            yield field
