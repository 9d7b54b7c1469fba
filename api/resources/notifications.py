"""The inbox: what a member has been told, with or without push."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, page
from api.parsing import Id, Input, Instant, read_body, read_query
from api.requests import MemberRequest
from notifications import inbox
from notifications.models import Notification
from notifications.wording import Kind

TAGS = ["Notifications"]
MOST_IDS = 100


class NotificationIdsInput(Input):
    """Which notifications were read."""

    ids = serializers.ListField(
        child=Id(), min_length=1, max_length=MOST_IDS, help_text="At most 100."
    )


class NotificationOutput(serializers.Serializer[Any]):
    """One thing that the member was told."""

    id = serializers.UUIDField(help_text="The `notification_id` that a push carries.")
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in Kind])
    text_key = serializers.CharField(help_text="For an app that has its own texts.")
    title = serializers.CharField()
    body = serializers.CharField()
    local_date = serializers.DateField(
        allow_null=True, help_text="The date that it is about, if any."
    )
    subject = serializers.UUIDField(
        allow_null=True,
        help_text=(
            "The id of what it is about, by `kind`: a reminder, a commitment, an invite, a"
            " partnership, an encouragement, a request for support, a group (`group_request` too:"
            " its requests tell who waits), an export, a session."
        ),
    )
    partnership = serializers.UUIDField(
        allow_null=True, help_text="The partnership that it came out of, if any."
    )
    created_at = Instant()
    read_at = Instant(allow_null=True)
    opened_at = Instant(allow_null=True)


class NotificationPageOutput(serializers.Serializer[Any]):
    """One page of the inbox, newest first."""

    items = NotificationOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    unread_count = serializers.IntegerField(help_text="Of the whole inbox, not of this page.")


class UnreadCountOutput(serializers.Serializer[Any]):
    """How many notifications are left to read."""

    unread_count = serializers.IntegerField()


def notification_body(notification: Notification, *, locale: str) -> dict[str, Any]:
    """Return a NotificationOutput, in the language of a locale."""
    text = inbox.text_of(notification=notification, locale=locale)
    shown = {
        "id": notification.id,
        "kind": notification.kind,
        "text_key": text.text_key,
        "title": text.title,
        "body": text.body,
        "local_date": notification.local_date,
        "subject": notification.subject_id,
        "partnership": notification.partnership_id,
        "created_at": notification.created_at,
        "read_at": notification.read_at,
        "opened_at": notification.opened_at,
    }
    return dict(NotificationOutput(shown).data)


class Notifications(APIView):
    """My inbox."""

    @extend_schema(
        operation_id="listNotifications",
        tags=TAGS,
        summary="My inbox",
        description=(
            "Newest first, kept 90 days. It is complete without push. What came from a partner is"
            " gone as soon as the partnership has ended, you blocked them, or what it rests on was"
            " taken back; the number of what is unread agrees."
        ),
        parameters=[PageQuery],
        responses=NotificationPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer a page of the inbox."""
        query = read_query(PageQuery, request)
        member, now = request.user, timezone.now()
        found, cursor = page(
            inbox.of(member_id=member.id, now=now),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        return Response(
            {
                "items": [notification_body(one, locale=member.locale) for one in found],
                "next_cursor": cursor,
                "unread_count": inbox.unread_count(member_id=member.id, now=now),
            }
        )


class ReadNotification(APIView):
    """That one was read."""

    @extend_schema(
        operation_id="markNotificationRead",
        tags=TAGS,
        summary="I read this",
        description="The first time stays, however often it is said.",
        request=None,
        responses=NotificationOutput,
    )
    def post(self, request: MemberRequest, notification_id: UUID) -> Response:
        """Record that it was read."""
        found = inbox.mark_read(
            member_id=request.user.id, notification_id=notification_id, now=timezone.now()
        )
        return Response(notification_body(found, locale=request.user.locale))


class OpenedNotification(APIView):
    """That one led into the app."""

    @extend_schema(
        operation_id="markNotificationOpened",
        tags=TAGS,
        summary="I came through this",
        description=(
            "Send it when the app is opened by a push or an inbox entry; the answer has the text. "
            "It counts as read too. The first time stays."
        ),
        request=None,
        responses=NotificationOutput,
    )
    def post(self, request: MemberRequest, notification_id: UUID) -> Response:
        """Record that it was opened."""
        found = inbox.mark_opened(
            member_id=request.user.id, notification_id=notification_id, now=timezone.now()
        )
        return Response(notification_body(found, locale=request.user.locale))


class ReadNotifications(APIView):
    """That several were read."""

    @extend_schema(
        operation_id="markNotificationsRead",
        tags=TAGS,
        summary="I read these",
        description="Up to 100 at once. Ids that are not in my inbox are passed over.",
        request=NotificationIdsInput,
        responses=UnreadCountOutput,
    )
    def post(self, request: MemberRequest) -> Response:
        """Record that they were read."""
        values = read_body(NotificationIdsInput, request)
        left = inbox.mark_all_read(
            member_id=request.user.id, notification_ids=values["ids"], now=timezone.now()
        )
        return Response({"unread_count": left})


urlpatterns = [
    path("notifications", Notifications.as_view()),
    path("notifications/read", ReadNotifications.as_view()),
    path("notifications/<id:notification_id>/read", ReadNotification.as_view()),
    path("notifications/<id:notification_id>/opened", OpenedNotification.as_view()),
]
