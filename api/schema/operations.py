"""One operation of the document, as drf-spectacular reads it off a view."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from api.parsing import Amount, Input


class Schema(AutoSchema):
    """How this project's inputs and outputs are written down."""

    def _get_serializer_name(
        self, serializer: Any, direction: Any, bypass_extensions: bool = False
    ) -> str:
        """Return the class's own name: inputs and outputs are different classes here."""
        name: str = super()._get_serializer_name(serializer, direction, bypass_extensions)
        return name.removesuffix("Request")

    def _get_request_body(self, direction: Any = "request") -> Any:
        """Return the body that is taken; deleting an account takes one too, for the password."""
        taken = self.method
        if taken == "DELETE":
            self.method = "POST"
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = taken

    def _map_serializer(
        self, serializer: Any, direction: Any, bypass_extensions: bool = False
    ) -> Any:
        """Return the schema; an input refuses the fields that it does not know."""
        schema = super()._map_serializer(  # type: ignore[no-untyped-call]
            serializer, direction, bypass_extensions
        )
        if isinstance(serializer, Input):
            schema["additionalProperties"] = False
        return schema

    def _map_serializer_field(
        self, field: Any, direction: Any, bypass_extensions: bool = False
    ) -> Any:
        """Return a field's schema, with patterns that say exactly what is sent."""
        schema = super()._map_serializer_field(  # type: ignore[no-untyped-call]
            field, direction, bypass_extensions
        )
        if isinstance(field, serializers.DecimalField) and "pattern" in schema:
            schema["pattern"] = decimal_pattern(field)
        return schema

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        """Note what the validators hold to; a form or nothing is one type, not a choice of two."""
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        if {"type": "string", "maxLength": 0} in schema.get("oneOf", []):
            form = schema.pop("oneOf")[0]
            if not re.search(form["pattern"], ""):
                inner = form["pattern"].removeprefix("^").removesuffix("$")
                form["pattern"] = f"^({inner})?$"
            schema.update(form)


def decimal_pattern(field: serializers.DecimalField) -> str:
    """Return the form of an exact decimal: any places up to the most in, all of them out."""
    places = field.decimal_places
    whole = rf"\d{{1,{field.max_whole_digits}}}"
    if isinstance(field, Amount):
        return rf"^{whole}(\.\d{{1,{places}}})?$"
    return rf"^{whole}\.\d{{{places}}}$"
