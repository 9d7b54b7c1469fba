"""The home screen in one call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Instant, Query, Text, read_query
from api.requests import MemberRequest
from api.resources.check_ins.outputs import CheckInOutput, opened_body, streak_body
from api.resources.help import AfterUseOutput, HelpOutput, after_use_body, help_body
from api.resources.reminders import WallTime
from api.resources.trackers.outputs.trackers import TrackerOutput, tracker_body
from notifications.home import Home, home
from recovery.commitments.models import Commitment, CommitmentKind
from recovery.commitments.occurrences import Occurrence
from recovery.commitments.queries import title_of
from recovery.kernel.sealing import Sealer
from recovery.overview.today import Today, today
from recovery.sharing import queries as sharing
from recovery.sharing.models import Grant, Scope


class TodayQuery(Query):
    """Where the phone is."""

    time_zone = Text(
        max_length=64, required=False, help_text="The phone's IANA zone, for `zone_differs`."
    )


class TodayStreakOutput(serializers.Serializer[Any]):
    """The check-in streak on the home screen."""

    current = serializers.IntegerField()
    longest = serializers.IntegerField()
    answered_today = serializers.BooleanField()


class TodayReminderOutput(serializers.Serializer[Any]):
    """A reminder and when it comes next."""

    id = serializers.UUIDField()
    local_time = serializers.TimeField(format="%H:%M")
    next_due_at = Instant(allow_null=True)


class TodayCommitmentOutput(serializers.Serializer[Any]):
    """A commitment that waits for an answer today."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=CommitmentKind.choices)
    reminder_time = WallTime(allow_null=True)
    last_date = serializers.DateField(help_text="Until when: today, or the last date of a week.")
    needed = serializers.IntegerField(help_text="Dates to be kept until then.")
    kept = serializers.IntegerField(help_text="Dates kept of them.")


class NewlySharedOutput(serializers.Serializer[Any]):
    """What a partner began to share within the last seven days."""

    partner = serializers.UUIDField(help_text="The partnership's id.")
    handle = serializers.CharField(allow_null=True)
    alias = serializers.CharField(
        allow_null=True, help_text="Instead of a handle, if we met in a group."
    )
    scope = serializers.ChoiceField(choices=Scope.choices)
    granted_at = Instant()


class TodayOutput(serializers.Serializer[Any]):
    """Everything a home screen needs. After a use it leads with what stays."""

    server_time = Instant()
    local_date = serializers.DateField()
    local_day_ends_at = Instant()
    next_change_at = Instant(help_text="When to ask again: a number changes by itself then.")
    zone_differs = serializers.BooleanField(help_text="The phone is in another zone than I.")
    after_use = AfterUseOutput(many=True, help_text="For seven days after a use was recorded.")
    help = HelpOutput()
    trackers = TrackerOutput(many=True)
    check_in = CheckInOutput(required=False, help_text="Left out while today is unanswered.")
    streak = TodayStreakOutput()
    commitments = TodayCommitmentOutput(
        many=True, help_text="Those that wait for an answer today, oldest first."
    )
    reminders = TodayReminderOutput(many=True)
    newly_shared = NewlySharedOutput(many=True)
    unread_notifications = serializers.IntegerField()


class TodayDetail(APIView):
    """The home screen."""

    @extend_schema(
        operation_id="getToday",
        tags=["Today"],
        summary="Everything a home screen needs",
        description=(
            "Clocks, today's check-in, streak, open commitments, reminders, what partners newly "
            "share, unread count, and help when due. It reads no history."
        ),
        parameters=[TodayQuery],
        responses=TodayOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer the home screen."""
        query = read_query(TodayQuery, request)
        now = timezone.now()
        found = today(member=request.user, now=now, device_zone=query.get("time_zone"))
        return Response(
            today_body(found, home(member_id=request.user.id, now=now), now=now),
            headers={"Cache-Control": "private, no-cache"},
        )


def today_body(found: Today, notified: Home, *, now: datetime) -> dict[str, Any]:
    """Return a TodayOutput."""
    body: dict[str, Any] = {
        "server_time": now,
        "local_date": found.local_date,
        "local_day_ends_at": found.local_day_ends_at,
        "next_change_at": found.next_change_at,
        "zone_differs": found.zone_differs,
        "after_use": [after_use_body(leading) for leading in found.after_use],
        "help": help_body(found.help, now=now),
        "trackers": [
            tracker_body(tracker=tracker, sealer=found.sealer, now=now, today=found.local_date)
            for tracker in found.trackers
        ],
        "streak": streak_body(found.streak),
        "commitments": [
            _commitment_body(commitment, occurrence, sealer=found.sealer)
            for commitment, occurrence in found.commitments
        ],
        "reminders": [
            {
                "id": reminder.id,
                "local_time": reminder.local_time.strftime("%H:%M"),
                "next_due_at": reminder.next_due_at,
            }
            for reminder in notified.reminders
        ],
        "newly_shared": [_shared_body(grant) for grant in found.newly_shared],
        "unread_notifications": notified.unread,
    }
    if found.check_in is not None:
        body["check_in"] = opened_body(row=found.check_in, sealer=found.sealer)
    return body


def _commitment_body(
    commitment: Commitment, occurrence: Occurrence, *, sealer: Sealer
) -> dict[str, Any]:
    at = commitment.reminder_time
    return {
        "id": commitment.id,
        "title": title_of(commitment=commitment, sealer=sealer),
        "kind": commitment.kind,
        "reminder_time": at.strftime("%H:%M") if at else None,
        "last_date": occurrence.last,
        "needed": occurrence.required,
        "kept": occurrence.kept,
    }


def _shared_body(grant: Grant) -> dict[str, Any]:
    name = sharing.name_of_owner(grant)
    return {
        "partner": grant.partnership_id,
        "handle": name.handle,
        "alias": name.alias,
        "scope": grant.scope,
        "granted_at": grant.granted_at,
    }


urlpatterns = [path("today", TodayDetail.as_view())]
