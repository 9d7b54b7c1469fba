"""Deleting my account, and coming back while there is time."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from api.parsing import Flag, Input, Instant, read_body
from api.requests import MemberRequest
from api.resources.me.account import TAGS, Me
from api.resources.me.secrets import optional_password_field
from recovery.ownership.services import deletion


class DeletionInput(Input):
    """The password again, and whether there shall be time to come back."""

    password = optional_password_field()
    wait_24_hours = Flag(
        default=False,
        help_text="Keep what is mine for 24 hours, seen by nobody, so that `auth/restore` can take "
        "this back. Otherwise it is erased at once.",
    )


class DeletionOutput(serializers.Serializer[Any]):
    """What happens now."""

    deleted_at = Instant(help_text="Since then nobody sees anything of me.")
    erase_at = Instant(
        help_text="When erasing begins. It takes seconds as a rule and 24 hours at most."
    )
    restorable_until = Instant(
        allow_null=True, help_text="Until when `auth/restore` takes this back; null for never."
    )


class MeOrNobody(Me):
    """My account, and the end of it."""

    @extend_schema(
        operation_id="deleteMe",
        tags=TAGS,
        summary="Delete my account",
        description=(
            "From this answer on every session is over, no push arrives, partnerships have ended "
            "and groups are left. Everything that is mine is then erased; others keep no more than "
            "a former member. Takes the password again, except of a guest. Remove all local data. "
            "403 `wrong_password`; 409 `cannot_be_restored` for a guest who would wait."
        ),
        request=DeletionInput,
        responses={202: DeletionOutput},
    )
    def delete(self, request: MemberRequest) -> Response:
        values = read_body(DeletionInput, request)
        found = deletion.delete(member=request.user, now=timezone.now(), **values)
        return Response(DeletionOutput(found).data, status=202)


urlpatterns = [path("me", MeOrNobody.as_view())]
