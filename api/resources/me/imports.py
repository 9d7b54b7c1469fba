"""What is mine, brought in from elsewhere."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.archives import MEDIA_TYPE, Archive, ArchiveParser
from api.parsing import Input, Instant, Text, read_body
from api.requests import MemberRequest
from api.resources.help import SafetyTextOutput, safety_bodies
from api.resources.me.account import TAGS
from recovery.overview import services as overview
from recovery.ownership import queries
from recovery.ownership.archive import REASONS
from recovery.ownership.models import ImportJob, ImportState
from recovery.ownership.services import imports
from recovery.sobriety.models import Category


class ImportProblemOutput(serializers.Serializer[Any]):
    """Why an archive was refused."""

    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="For a person.")
    file = serializers.CharField(help_text="In which file; empty for the archive as a whole.")
    line = serializers.IntegerField(help_text="In which line; 0 for the file as a whole.")


class ImportOutput(serializers.Serializer[Any]):
    """An import on its way."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ImportState.choices)
    parts_done = serializers.IntegerField(help_text="How far it has come, of `parts_total`.")
    parts_total = serializers.IntegerField(help_text="0 until a worker has begun.")
    rows_added = serializers.IntegerField(help_text="Rows that were not here before.")
    rows_known = serializers.IntegerField(help_text="Rows that were here already, and stay.")
    created_at = Instant()
    finished_at = Instant(allow_null=True)
    problem = ImportProblemOutput(
        required=False, help_text="Left out unless the state is `refused`."
    )


class StartDateInput(Input):
    """A tracker as another app knew it."""

    name = Text(max_length=80, help_text="In the member's own words; stored sealed.")
    category = serializers.ChoiceField(choices=Category.choices)
    started_at = Instant(help_text="Since when it counts; not in the future.")


class StartDatesInput(Input):
    """Trackers that began elsewhere."""

    trackers = serializers.ListField(child=StartDateInput(), min_length=1, max_length=50)


class StartDatesOutput(serializers.Serializer[Any]):
    """The trackers that began, in the order of the dates."""

    tracker_ids = serializers.ListField(child=serializers.UUIDField())
    added = serializers.IntegerField(help_text="How many of them are new.")
    safety = SafetyTextOutput(
        many=True, help_text="What to know when stopping suddenly can be dangerous; often empty."
    )


def _shown(job: ImportJob) -> dict[str, Any]:
    body: dict[str, Any] = {
        name: getattr(job, name)
        for name in ("id", "state", "parts_done", "parts_total", "rows_added", "rows_known")
    }
    body |= {"created_at": job.created_at, "finished_at": job.finished_at}
    if job.problem_code:
        body["problem"] = {
            "code": job.problem_code,
            "detail": REASONS[job.problem_code],
            "file": job.problem_file,
            "line": job.problem_line,
        }
    return dict(ImportOutput(body).data)


class Imports(APIView):
    """Sending an archive in."""

    parser_classes = (ArchiveParser,)

    @extend_schema(
        operation_id="createImport",
        tags=TAGS,
        summary="Bring my data in from elsewhere",
        description=(
            "Takes an archive that an export made, here or on another server, of at most 20 MB; a "
            "worker checks all of it against its manifest and reads it into this account: "
            "trackers, check-ins, pauses, goals, commitments, reminders, the plan for a hard "
            "moment and, the first time, my settings. Partners, consents and groups stay where "
            "they are. What is here already stays, so the same archive twice changes nothing; of "
            "an archive that is not valid nothing is stored. 409 `import_under_way`."
        ),
        request={MEDIA_TYPE: OpenApiTypes.BINARY},
        responses={202: ImportOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        body = request.data
        read = body.read if isinstance(body, Archive) else _nothing
        job = imports.receive(member=request.user, read=read, now=timezone.now())
        return Response(_shown(job), status=202)


class Import(APIView):
    """One import."""

    @extend_schema(
        operation_id="getImport",
        tags=TAGS,
        summary="See how my import comes on",
        description="Where it stands, and why the archive was refused, if it was.",
        responses=ImportOutput,
    )
    def get(self, request: MemberRequest, import_id: UUID) -> Response:
        found = queries.import_of(member_id=request.user.id, import_id=import_id)
        return Response(_shown(found))


class StartDates(APIView):
    """Coming from another app."""

    @extend_schema(
        operation_id="importStartDates",
        tags=TAGS,
        summary="Begin trackers that count since a date",
        description=(
            "For people who come from another app: a clock for each date, all of them or none. "
            "Their days count from then on, and no use is counted. The same again changes nothing. "
            "For alcohol and benzodiazepines the answer carries a safety text, as when a tracker "
            "begins. 409 `too_many_trackers`."
        ),
        request=StartDatesInput,
        responses=StartDatesOutput,
    )
    def post(self, request: MemberRequest) -> Response:
        values = read_body(StartDatesInput, request)
        dates = [imports.StartDate(**one) for one in values["trackers"]]
        answer = overview.bring_start_dates(member=request.user, dates=dates, now=timezone.now())
        body = {
            "tracker_ids": [tracker.id for tracker in answer.trackers],
            "added": answer.added,
            "safety": safety_bodies(answer.safety),
        }
        return Response(StartDatesOutput(body).data)


def _nothing(size: int) -> bytes:
    return b""


urlpatterns = [
    path("me/import", Imports.as_view()),
    path("me/import/start-dates", StartDates.as_view()),
    path("me/import/<id:import_id>", Import.as_view()),
]
