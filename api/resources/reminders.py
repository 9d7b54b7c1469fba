"""Reminders: when a member wants to be asked for the check-in."""

from __future__ import annotations

import re
from datetime import time
from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Flag, Id, Input, Instant, Whole, read_body
from api.requests import MemberRequest
from notifications import reminders
from notifications.models import Reminder, every_weekday

TAGS = ["Reminders"]


@extend_schema_field(OpenApiTypes.STR)
class WallTime(serializers.Field[time, Any, str, Any]):
    """A wall-clock time of day in hours and minutes, such as 20:00."""

    default_error_messages = {"invalid": "Give a time as HH:MM, from 00:00 to 23:59."}

    def to_internal_value(self, data: Any) -> time:
        """Return the time."""
        if not isinstance(data, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", data, re.A):
            self.fail("invalid")
        return time.fromisoformat(data)

    def to_representation(self, value: time) -> str:
        """Return the hours and minutes."""
        return value.strftime("%H:%M")


class ReminderInput(Input):
    """When to be reminded."""

    id = Id(
        required=False,
        help_text="An id of your choice, a UUIDv7, so that sending this again makes no second one.",
    )
    local_time = WallTime(help_text="The wall clock where the member is, `HH:MM`.")
    weekdays = serializers.ListField(
        child=Whole(min_value=0, max_value=6),
        min_length=1,
        max_length=7,
        default=every_weekday,
        help_text="Days of the week, 0 for Monday to 6 for Sunday; all of them by default.",
    )
    exact = Flag(
        default=False,
        help_text="On the minute. Otherwise it comes up to 20 minutes later, always by the same.",
    )


class ReminderChanges(Input):
    """What to change of a reminder; what is left out stays."""

    local_time = WallTime(required=False)
    weekdays = serializers.ListField(
        child=Whole(min_value=0, max_value=6), min_length=1, max_length=7, required=False
    )
    exact = Flag(required=False)


class ReminderOutput(serializers.Serializer[Any]):
    """When the member is reminded, and when next."""

    id = serializers.UUIDField()
    local_time = WallTime(help_text="The wall clock where the member is, `HH:MM`.")
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6))
    exact = serializers.BooleanField()
    next_due_at = Instant(
        help_text="When it comes next, unless the check-in of that date is there by then."
    )
    version = serializers.IntegerField()
    created_at = Instant()


class ReminderListOutput(serializers.Serializer[Any]):
    """All reminders, at most 20, by time of day."""

    items = ReminderOutput(many=True)


def reminder_body(reminder: Reminder) -> dict[str, Any]:
    """Return a ReminderOutput."""
    return dict(ReminderOutput(reminder).data)


class Reminders(APIView):
    """My reminders."""

    @extend_schema(
        operation_id="listReminders",
        tags=TAGS,
        summary="List my reminders",
        description="All of them, by time of day.",
        responses=ReminderListOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer all reminders."""
        mine = reminders.of(member_id=request.user.id).order_by("local_time", "id")
        return Response({"items": [reminder_body(one) for one in mine]})

    @extend_schema(
        operation_id="createReminder",
        tags=TAGS,
        summary="Remind me",
        description=(
            "Once a date at most, by the wall clock where the member is: it moves with a change of "
            "zone, keeps its time when clocks change, and does not come when the date's check-in "
            "is there or the date is paused. At most 20 (409 `too_many_reminders`). The same `id` "
            "sent again answers 200 with the first row, or 404 once it was deleted."
        ),
        request=ReminderInput,
        responses={201: ReminderOutput, 200: ReminderOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        """Ask to be reminded."""
        values = read_body(ReminderInput, request)
        reminder, is_new = reminders.create(
            member=request.user,
            reminder_id=values.get("id"),
            local_time=values["local_time"],
            weekdays=values["weekdays"],
            exact=values["exact"],
            now=timezone.now(),
        )
        return Response(reminder_body(reminder), status=201 if is_new else 200)


class OneReminder(APIView):
    """One of my reminders."""

    @extend_schema(
        operation_id="getReminder",
        tags=TAGS,
        summary="One reminder",
        description="One of my reminders.",
        responses=ReminderOutput,
    )
    def get(self, request: MemberRequest, reminder_id: UUID) -> Response:
        """Answer one reminder."""
        found = reminders.one_of(member_id=request.user.id, reminder_id=reminder_id)
        return Response(reminder_body(found))

    @extend_schema(
        operation_id="updateReminder",
        tags=TAGS,
        summary="Change a reminder",
        description="Its next time follows at once. A date that it was there for already is over.",
        request=ReminderChanges,
        responses=ReminderOutput,
    )
    def patch(self, request: MemberRequest, reminder_id: UUID) -> Response:
        """Change a reminder."""
        reminder = reminders.change(
            member=request.user,
            reminder_id=reminder_id,
            changed=read_body(ReminderChanges, request),
            now=timezone.now(),
        )
        return Response(reminder_body(reminder))

    @extend_schema(
        operation_id="deleteReminder",
        tags=TAGS,
        summary="Delete a reminder",
        description=(
            "What is on its way already is not sent any more. Sent again it is 204 again; 404 for "
            "what is not mine."
        ),
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, reminder_id: UUID) -> Response:
        """Stop reminding."""
        reminders.delete(member_id=request.user.id, reminder_id=reminder_id, now=timezone.now())
        return Response(status=204)


urlpatterns = [
    path("reminders", Reminders.as_view()),
    path("reminders/<id:reminder_id>", OneReminder.as_view()),
]
