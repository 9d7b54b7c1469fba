"""A copy of all that is mine."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.archives import MEDIA_TYPE, FileView
from api.parsing import Input, Instant, read_body
from api.requests import MemberRequest
from api.resources.me.account import TAGS
from api.resources.me.secrets import optional_password_field
from recovery.ownership import queries
from recovery.ownership.models import ExportState
from recovery.ownership.services import exports


class ExportInput(Input):
    """The password again."""

    password = optional_password_field()


class ExportLinkOutput(serializers.Serializer[Any]):
    """Where the archive is fetched, without signing in, once."""

    path = serializers.CharField(help_text="On this server. Open it in a browser or save it.")
    expires_at = Instant(help_text="15 minutes from now; ask again for another.")


class ExportOutput(serializers.Serializer[Any]):
    """An export on its way."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ExportState.choices)
    parts_done = serializers.IntegerField(help_text="How far it has come, of `parts_total`.")
    parts_total = serializers.IntegerField(help_text="0 until a worker has begun.")
    byte_count = serializers.IntegerField(help_text="The size of the archive; 0 until it is ready.")
    created_at = Instant()
    expires_at = Instant(
        allow_null=True, help_text="When it goes, fetched or not: a day after it was ready."
    )
    link = ExportLinkOutput(required=False, help_text="Left out unless the state is `ready`.")


def _shown(found: queries.Export) -> dict[str, Any]:
    job = found.job
    body: dict[str, Any] = {
        "id": job.id,
        "state": found.state,
        "parts_done": job.parts_done,
        "parts_total": job.parts_total,
        "byte_count": job.byte_count,
        "created_at": job.created_at,
        "expires_at": job.expires_at,
    }
    if found.link is not None:
        body["link"] = {
            "path": reverse("fetch-export", args=[found.link.token]),
            "expires_at": found.link.expires_at,
        }
    return dict(ExportOutput(body).data)


class Exports(APIView):
    """Asking for a copy."""

    @extend_schema(
        operation_id="createExport",
        tags=TAGS,
        summary="Ask for a copy of all that is mine",
        description=(
            "A worker puts a ZIP archive of JSON together: everything that is mine, consents and "
            "the access log included, other people's words left out; `schema.json` in it says what "
            "each column is. Takes the password again, except of a guest. While one is under way "
            "or can be fetched, this answers 200 with that one. 403 `wrong_password`."
        ),
        request=ExportInput,
        responses={200: ExportOutput, 201: ExportOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        values = read_body(ExportInput, request)
        now = timezone.now()
        job, is_new = exports.ask(member=request.user, password=values["password"], now=now)
        return Response(_shown(queries.shown(job=job, now=now)), status=201 if is_new else 200)


class Export(APIView):
    """One copy."""

    @extend_schema(
        operation_id="getExport",
        tags=TAGS,
        summary="See how my copy comes on",
        description=(
            "Once it is ready each answer holds a fresh link. A link is good for one download; if "
            "that breaks off, ask here for another within 15 minutes."
        ),
        responses=ExportOutput,
    )
    def get(self, request: MemberRequest, export_id: UUID) -> Response:
        found = queries.export(member_id=request.user.id, export_id=export_id, now=timezone.now())
        return Response(_shown(found))


class Fetch(FileView):
    """The archive itself; the link is the key."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="fetchExport",
        tags=TAGS,
        auth=[],
        summary="Fetch my copy",
        description=(
            "Sends the archive, once; no access token is needed or looked at. 404 for a link that "
            "was used, is too old or never was one."
        ),
        responses={(200, MEDIA_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, token: str) -> StreamingHttpResponse:
        found = exports.fetch(token=token, now=timezone.now())
        response = StreamingHttpResponse(found.chunks, content_type=MEDIA_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{found.name}"'
        response["Content-Length"] = str(found.size)
        return response


urlpatterns = [
    path("me/export", Exports.as_view()),
    path("me/export/<id:export_id>", Export.as_view()),
    path("exports/<export_token:token>", Fetch.as_view(), name="fetch-export"),
]
