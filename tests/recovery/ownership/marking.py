"""A mark in every text of a member, whatever table it stands in, and the search for what is left.

By construction: the tables are walked, so that a table of tomorrow is marked and searched too, or
fails the test because nothing of the member is in it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models

from recovery.kernel import sealing
from recovery.kernel.ownership import sealed_of
from recovery.members.models import Member
from recovery.ownership import walk

MARK = "zQ7mark9Xw"
# A hash is unique and has its length; a mark in front of it is found all the same.
HASH_BYTES = 32


def forms(text: str) -> dict[str, bytes]:
    """Return a text in the forms in which it might lie about."""
    found = {
        "plain": text.encode(),
        "UTF-16, little end first": text.encode("utf-16-le"),
        "UTF-16, big end first": text.encode("utf-16-be"),
        "hex": text.encode().hex().encode(),
        "hex in capitals": text.encode().hex().upper().encode(),
    }
    for shift in range(3):
        # In base64 a text looks different by where it begins; its inner part does not change.
        whole = base64.b64encode(b"\x00" * shift + text.encode() + b"\x00" * 3)
        found[f"base64 at {shift}"] = whole[4:-6] if shift else whole[:-7]
    return found


def rows_of(model: walk.Model, member: Member) -> models.QuerySet[Any]:
    """Return the rows of a table whose texts are the member's own."""
    if model is Member:
        return Member.objects.filter(id=member.id)
    typed = models.Q()
    for column in getattr(model, "handles", ()):
        typed |= models.Q(**{column: member.handle})
    first = models.Q(**{walk.owners_of(model)[0]: member.id})
    return model._base_manager.filter(first | typed if typed else first)


def text_columns(model: walk.Model) -> Iterator[models.Field[Any, Any]]:
    """Yield the columns that could hold words of a member."""
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) or field.choices:
            continue
        if isinstance(field, models.CharField) and (field.max_length or 0) < len(MARK):
            continue  # a language, a currency: too short for words
        if isinstance(field, models.CharField | models.JSONField | models.BinaryField):
            yield field


# By these the test signs in and opens what is sealed. The handle is a mark of its own.
LEFT_AS_IT_IS = {
    *("Member.handle", "Member.password", "Member.time_zone"),
    *("SealingKey.ring_id", "SealingKey.wrapped"),
}


def mark(member: Member) -> tuple[set[str], set[str]]:
    """Mark every text of the member; return the columns that were marked and those that were not.

    Of a table with nothing of the member in it no column is marked.
    """
    sealer = sealing.for_member(member_id=member.id)
    marked, missed = set(), set()
    for model in (*walk.erasure_order(), Member):
        row = rows_of(model, member).order_by("-pk").first()
        for field in text_columns(model):
            name = f"{model.__name__}.{field.name}"
            if name in LEFT_AS_IT_IS:
                continue
            if row is None:
                missed.add(name)
            else:
                value = _value(model, field, row, sealer)
                model._base_manager.filter(pk=row.pk).update(**{field.name: value})
                marked.add(name)
    return marked, missed


def _value(
    model: walk.Model, field: models.Field[Any, Any], row: Any, sealer: sealing.Sealer
) -> Any:
    label = sealed_of(model).get(field.name)
    if label is not None:
        return sealer.seal(MARK, label=label, row_id=row.pk)
    if isinstance(field, models.BinaryField):
        return MARK.encode() + bytes(HASH_BYTES - len(MARK))
    return [MARK] if isinstance(field, models.JSONField) else MARK


# --- the search ---------------------------------------------------------------------------------


def in_bytes(raw: bytes, texts: Iterable[str]) -> list[str]:
    """Return in which forms these texts stand in some bytes."""
    return [
        f"{text}: {name}"
        for text in texts
        for name, form in forms(text).items()
        if form in raw or form.lower() in raw.lower()
    ]


def in_tables(texts: Iterable[str], *, but: Iterable[str] = ()) -> list[str]:
    """Return where in the database these texts stand, in any column of any table."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model.__name__ in set(but):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  our own names
            for row in cursor:
                raw = b"\n".join(_raw(value) for value in row)
                found += [f"{model.__name__}: {one}" for one in in_bytes(raw, texts)]
    return found


def _raw(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def dump() -> bytes:
    """Return the whole database as its own dump writes it."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return "\n".join(connection.connection.iterdump()).encode()
    parts = []
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                parts += [bytes(piece) for piece in copy]
    return b"".join(parts)


def in_files(folders: Iterable[Path], texts: Iterable[str]) -> list[str]:
    """Return in which files of some folders these texts stand, in content or in name."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                raw = path.name.encode() + b"\n" + path.read_bytes()
                found += [f"{path.name}: {one}" for one in in_bytes(raw, texts)]
    return found
