"""Parts of an address that are more than text."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.urls import register_converter

from api.parsing import EARLIEST, LATEST
from recovery.ownership.links import SIGNS


class LocalDateConverter:
    """A calendar date such as 2026-11-22 in an address."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the date. A date that does not exist has no address: 404."""
        found = date.fromisoformat(value)
        if not EARLIEST <= found < LATEST:
            raise ValueError("out of range")
        return found

    def to_url(self, value: date) -> str:
        """Return the address part."""
        return value.isoformat()


class IdConverter:
    """An id in an address. Upper case too: that is how iOS writes a UUID."""

    regex = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

    def to_python(self, value: str) -> UUID:
        """Return the id."""
        return UUID(value)

    def to_url(self, value: UUID) -> str:
        """Return the address part."""
        return str(value)


class ExportTokenConverter:
    """The key of a link that fetches an export."""

    regex = rf"[A-Za-z0-9_-]{{{SIGNS}}}"

    def to_python(self, value: str) -> str:
        """Return the key as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return the address part."""
        return value


def register() -> None:
    """Let addresses use ``<local_date:…>``, ``<id:…>`` and ``<export_token:…>``."""
    register_converter(LocalDateConverter, "local_date")
    register_converter(IdConverter, "id")
    register_converter(ExportTokenConverter, "export_token")
