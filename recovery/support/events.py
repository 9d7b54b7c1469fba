"""Facts about requests for support: who is to be told, and when to look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SupportOpened:
    """A member asked for support; at these instants somebody must look again, asked or not."""

    request_id: UUID
    asker_id: UUID
    second_wave_at: datetime
    no_answer_at: datetime
    closes_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class SupportAsked:
    """These helpers are to be told now: pairs of an ask's id and its helper's."""

    request_id: UUID
    asker_id: UUID
    asks: tuple[tuple[UUID, UUID], ...]
    closes_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class SupportAnswered:
    """A helper said whether they can be there, or said something else than before."""

    ask_id: UUID
    request_id: UUID
    asker_id: UUID
    answer: str
    closes_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class SupportReplied:
    """The asker or a helper wrote to the other, who may read it."""

    message_id: UUID
    ask_id: UUID
    request_id: UUID
    recipient_id: UUID
    closes_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class SupportUnanswered:
    """Ten minutes went by and nobody can be there; the asker is shown the lines again."""

    request_id: UUID
    asker_id: UUID
    closes_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class SupportClosed:
    """A request ended; nothing is to be looked at again."""

    request_id: UUID
    asker_id: UUID
    at: datetime
