"""Two view sets and a home screen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers, viewsets
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.plain.models import CheckIn, Tracker


class TrackerSerializer(serializers.ModelSerializer):
    days_sober = serializers.SerializerMethodField()

    class Meta:
        model = Tracker
        exclude = ["user"]

    def get_days_sober(self, tracker: Tracker) -> int:
        return (timezone.now() - tracker.started_at).days


class CheckInSerializer(serializers.ModelSerializer):
    class Meta:
        model = CheckIn
        exclude = ["user"]
        read_only_fields = ["id", "local_date", "version"]


class NewestFirst(CursorPagination):
    page_size = 30
    ordering = "-local_date"


class TrackerViewSet(viewsets.ModelViewSet):
    serializer_class = TrackerSerializer

    def get_queryset(self) -> Any:
        return Tracker.objects.filter(user=self.request.user)


class CheckInViewSet(viewsets.ModelViewSet):
    serializer_class = CheckInSerializer
    pagination_class = NewestFirst
    lookup_field = "local_date"

    def get_queryset(self) -> Any:
        return CheckIn.objects.filter(user=self.request.user)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """PUT makes what is not there."""
        try:
            return super().update(request, *args, **kwargs)
        except Http404:
            serializer = self.get_serializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            serializer.save(user=request.user, local_date=kwargs["local_date"])
            return Response(serializer.data, status=201)


class Today(APIView):
    """Trackers, today's check-in, and a streak counted through the whole history."""

    def get(self, request: Request) -> Response:
        today = timezone.localdate()
        trackers = Tracker.objects.filter(user=request.user).order_by("created_at")
        mine = CheckIn.objects.filter(user=request.user)
        check_in = mine.filter(local_date=today).first()
        dates = set(mine.values_list("local_date", flat=True))
        return Response(
            {
                "server_time": timezone.now(),
                "local_date": today,
                "trackers": TrackerSerializer(trackers, many=True).data,
                "check_in": CheckInSerializer(check_in).data if check_in else None,
                "streak": {"current": _current(dates, today), "longest": _longest(dates)},
            }
        )


def _current(dates: set[date], today: date) -> int:
    day = today if today in dates else today - timedelta(days=1)
    count = 0
    while day in dates:
        count += 1
        day -= timedelta(days=1)
    return count


def _longest(dates: set[date]) -> int:
    longest = run = 0
    before: date | None = None
    for day in sorted(dates):
        run = run + 1 if before == day - timedelta(days=1) else 1
        longest, before = max(longest, run), day
    return longest
