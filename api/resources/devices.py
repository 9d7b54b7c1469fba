"""Devices: where a member is signed in, and how pushes reach them there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Input, Instant, Pattern, Text, read_body
from api.requests import MemberRequest
from notifications import devices
from notifications.models import LONGEST_ADDRESS, Device, PushPermission
from notifications.pushes import AddressKind, Platform

TAGS = ["Devices"]


class DeviceInput(Input):
    """What an app says about its own installation."""

    platform = serializers.ChoiceField(choices=[(one.value, one.value) for one in Platform])
    push_permission = serializers.ChoiceField(
        choices=PushPermission.choices,
        default=PushPermission.UNKNOWN.value,
        help_text="What the member told the phone. While it is `denied` nothing is sent.",
    )
    address = Pattern(
        r"\A[!-~]*\Z",
        max_length=LONGEST_ADDRESS,
        default="",
        allow_blank=True,
        help_text="The Firebase installation id or registration token; empty while there is none.",
    )
    address_kind = serializers.ChoiceField(
        choices=[(one.value, one.value) for one in AddressKind],
        default=AddressKind.FID.value,
        help_text="`fid`: a Firebase installation id. `token`: a registration token.",
    )
    app_version = Text(max_length=32, default="", allow_blank=True)
    locale = Pattern(
        r"\A([A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*)?\Z",
        max_length=35,
        default="",
        allow_blank=True,
        help_text="The language of this app, as BCP 47; empty means the member's own.",
    )


class DeviceOutput(serializers.Serializer[Any]):
    """One installation of an app. Its address is never shown."""

    installation_id = serializers.UUIDField()
    platform = serializers.ChoiceField(choices=[(one.value, one.value) for one in Platform])
    push_permission = serializers.ChoiceField(choices=PushPermission.choices)
    address_kind = serializers.ChoiceField(choices=[(one.value, one.value) for one in AddressKind])
    has_address = serializers.BooleanField()
    app_version = serializers.CharField(allow_blank=True)
    locale = serializers.CharField(allow_blank=True)
    is_this_one = serializers.BooleanField(help_text="Whether this session runs on it.")
    created_at = Instant()
    seen_at = Instant()


class DeviceListOutput(serializers.Serializer[Any]):
    """All devices, at most ten, the one seen last first."""

    items = DeviceOutput(many=True)


def device_body(device: Device, *, session_id: UUID) -> dict[str, Any]:
    """Return a DeviceOutput."""
    shown = {
        "installation_id": device.installation_id,
        "platform": device.platform,
        "push_permission": device.push_permission,
        "address_kind": device.address_kind,
        "has_address": device.address != "",
        "app_version": device.app_version,
        "locale": device.locale,
        "is_this_one": device.session_id == session_id,
        "created_at": device.created_at,
        "seen_at": device.seen_at,
    }
    return dict(DeviceOutput(shown).data)


class Devices(APIView):
    """The devices that I am signed in on."""

    @extend_schema(
        operation_id="listDevices",
        tags=TAGS,
        summary="List my devices",
        description="Every installation that registered itself and was not removed or retired.",
        responses=DeviceListOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer all devices."""
        mine = devices.of(member_id=request.user.id).order_by("-seen_at", "installation_id")
        return Response({"items": [device_body(one, session_id=request.auth.id) for one in mine]})


class OneDevice(APIView):
    """One installation of an app."""

    @extend_schema(
        operation_id="putDevice",
        tags=TAGS,
        summary="Register this installation",
        description=(
            "Send it after signing in, at every start of the app and when the address changes. "
            "The installation is bound to this session and forgotten when the session ends, or "
            "after 60 days without a word. An installation or address that was somebody else's "
            "becomes mine: a phone belongs to whoever signed in last. At most ten devices; the "
            "one unseen for longest gives way."
        ),
        request=DeviceInput,
        responses={200: DeviceOutput, 201: DeviceOutput},
    )
    def put(self, request: MemberRequest, installation_id: UUID) -> Response:
        """Register an installation, or what has changed about it."""
        values = read_body(DeviceInput, request)
        device, is_new = devices.put(
            member_id=request.user.id,
            session_id=request.auth.id,
            installation_id=installation_id,
            registration=devices.Registration(
                address=values["address"],
                address_kind=AddressKind(values["address_kind"]),
                platform=Platform(values["platform"]),
                app_version=values["app_version"],
                locale=values["locale"],
                push_permission=PushPermission(values["push_permission"]),
            ),
            now=timezone.now(),
        )
        body = device_body(device, session_id=request.auth.id)
        return Response(body, status=201 if is_new else 200)

    @extend_schema(
        operation_id="removeDevice",
        tags=TAGS,
        summary="Remove a device",
        description=(
            "No push goes there any more, from this moment on. It stays signed in; end its "
            "session to sign it out. Sent again it is 204 again; 404 for what is not mine."
        ),
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, installation_id: UUID) -> Response:
        """Forget a device's address."""
        devices.remove(
            member_id=request.user.id, installation_id=installation_id, now=timezone.now()
        )
        return Response(status=204)


urlpatterns = [
    path("devices", Devices.as_view()),
    path("devices/<id:installation_id>", OneDevice.as_view()),
]
