"""What is said about a tracker: uses and amounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, page
from api.parsing import read_body, read_query
from api.requests import MemberRequest
from api.resources.help import after_use_body, help_body
from api.resources.trackers import inputs
from api.resources.trackers.outputs import facts as outputs
from api.resources.trackers.outputs.readings import clock_body, limit_summary_body
from recovery.calendar.queries import today_of
from recovery.kernel import sealing
from recovery.members.models import Member
from recovery.overview import services as overview
from recovery.sobriety import queries
from recovery.sobriety.models import Tracker, TrackerFact, Trigger
from recovery.sobriety.services import amounts, uses


class UseEventList(APIView):
    """The uses said about a tracker."""

    @extend_schema(
        operation_id="listUseEvents",
        tags=["Trackers"],
        summary="The uses said about a tracker",
        description="Newest first, voided ones included.",
        parameters=[PageQuery],
        responses=outputs.UseEventPageOutput,
    )
    def get(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Answer a page of use events."""
        sealer = sealing.for_member(member_id=request.user.id)
        body = partial(outputs.use_event_body, sealer=sealer)
        return _page(request, tracker_id, of=queries.use_events, body=body)

    @extend_schema(
        operation_id="reportUse",
        tags=["Trackers"],
        summary="Say that I used",
        description=(
            "The answer leads with the sober days that stay, then help; the fresh clock comes "
            "behind. The same id and body again answers 200 with the first event."
        ),
        request=inputs.UseEventInput,
        responses={201: outputs.UseReportOutput, 200: outputs.UseReportOutput},
    )
    def post(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Record a use."""
        member, now = request.user, timezone.now()
        body = read_body(inputs.UseEventInput, request)
        answer = overview.report_use(
            member=member,
            tracker_id=tracker_id,
            event_id=body.get("id"),
            used_at=body["used_at"],
            resumed_at=body.get("resumed_at"),
            amount=body.get("amount"),
            trigger=Trigger(body["trigger"]),
            note=body["note"],
            now=now,
        )
        return Response(
            {
                "after_use": after_use_body(answer.after_use),
                "help": help_body(answer.help, now=now),
                **_use(member, answer.tracker, answer.event, now=now),
            },
            status=201 if answer.created else 200,
        )


class UseEventDetail(APIView):
    """One use event."""

    @extend_schema(
        operation_id="voidUseEvent",
        tags=["Trackers"],
        summary="Take a use event back",
        description="It counts for nothing any more and can be restored. Again: 204 too.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, tracker_id: UUID, event_id: UUID) -> Response:
        """Void a use event."""
        uses.take_back(
            member=request.user,
            tracker_id=tracker_id,
            event_id=event_id,
            now=timezone.now(),
        )
        return Response(status=204)


class UseEventRestore(APIView):
    """Undoing the void of a use event."""

    @extend_schema(
        operation_id="restoreUseEvent",
        tags=["Trackers"],
        summary="Let a voided use event hold again",
        description="Nothing happens when it holds already.",
        request=None,
        responses=outputs.UseRestoredOutput,
    )
    def post(self, request: MemberRequest, tracker_id: UUID, event_id: UUID) -> Response:
        """Restore a use event."""
        member, now = request.user, timezone.now()
        tracker, fact = uses.give_back(
            member=member, tracker_id=tracker_id, event_id=event_id, now=now
        )
        return Response(_use(member, tracker, fact, now=now))


class AmountList(APIView):
    """The amounts logged for a reduction tracker."""

    @extend_schema(
        operation_id="listAmounts",
        tags=["Trackers"],
        summary="The amounts logged for a tracker",
        description="Newest first, voided ones included.",
        parameters=[PageQuery],
        responses=outputs.AmountPageOutput,
    )
    def get(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Answer a page of amounts."""
        return _page(request, tracker_id, of=queries.amounts, body=outputs.amount_body)

    @extend_schema(
        operation_id="logAmount",
        tags=["Trackers"],
        summary="Log an amount",
        description="Amounts on one date add up. Going over the limit ends and resets nothing.",
        request=inputs.AmountInput,
        responses={201: outputs.AmountLoggedOutput, 200: outputs.AmountLoggedOutput},
    )
    def post(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Log an amount."""
        member, now = request.user, timezone.now()
        body = read_body(inputs.AmountInput, request)
        tracker, fact, created = amounts.log_amount(
            member=member,
            tracker_id=tracker_id,
            amount_id=body.get("id"),
            local_date=body["local_date"],
            amount=body["amount"],
            now=now,
        )
        answer = _amount(member, tracker, fact, now=now)
        return Response(answer, status=201 if created else 200)


class AmountDetail(APIView):
    """One amount."""

    @extend_schema(
        operation_id="voidAmount",
        tags=["Trackers"],
        summary="Take an amount back",
        description="It counts for nothing any more and can be restored. Again: 204 too.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, tracker_id: UUID, amount_id: UUID) -> Response:
        """Void an amount."""
        amounts.take_back(
            member=request.user,
            tracker_id=tracker_id,
            amount_id=amount_id,
            now=timezone.now(),
        )
        return Response(status=204)


class AmountRestore(APIView):
    """Undoing the void of an amount."""

    @extend_schema(
        operation_id="restoreAmount",
        tags=["Trackers"],
        summary="Let a voided amount hold again",
        description="Nothing happens when it holds already.",
        request=None,
        responses=outputs.AmountLoggedOutput,
    )
    def post(self, request: MemberRequest, tracker_id: UUID, amount_id: UUID) -> Response:
        """Restore an amount."""
        member, now = request.user, timezone.now()
        tracker, fact = amounts.give_back(
            member=member, tracker_id=tracker_id, amount_id=amount_id, now=now
        )
        return Response(_amount(member, tracker, fact, now=now))


def _page(
    request: MemberRequest,
    tracker_id: UUID,
    *,
    of: Callable[..., QuerySet[TrackerFact]],
    body: Callable[..., dict[str, Any]],
) -> Response:
    """Answer a page of what was said about a tracker, each with whether it still holds."""
    query = read_query(PageQuery, request)
    tracker = queries.tracker_of(member_id=request.user.id, tracker_id=tracker_id)
    found, cursor = page(
        of(tracker=tracker),
        limit=query["limit"],
        cursor=query.get("cursor"),
        order_field="recorded_at",
    )
    voided = queries.voided_among(facts=found)
    items = [body(fact=fact, voided=fact.id in voided) for fact in found]
    return Response({"items": items, "next_cursor": cursor})


def _use(member: Member, tracker: Tracker, fact: TrackerFact, *, now: datetime) -> dict[str, Any]:
    """Return a UseRestoredOutput: the event as it is now, and the clock."""
    sealer = sealing.for_member(member_id=member.id)
    voided = bool(queries.voided_among(facts=[fact]))
    today = today_of(member=member, now=now)
    return {
        "use_event": outputs.use_event_body(fact=fact, sealer=sealer, voided=voided),
        "clock": clock_body(tracker=tracker, now=now, today=today),
    }


def _amount(
    member: Member, tracker: Tracker, fact: TrackerFact, *, now: datetime
) -> dict[str, Any]:
    """Return an AmountLoggedOutput: the amount as it is now, and the limit."""
    voided = bool(queries.voided_among(facts=[fact]))
    today = today_of(member=member, now=now)
    return {
        "amount": outputs.amount_body(fact=fact, voided=voided),
        "limit_summary": limit_summary_body(tracker=tracker, now=now, today=today),
    }
