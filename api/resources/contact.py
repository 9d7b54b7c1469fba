"""How I can be reached elsewhere, for those who answer when I need support."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Input, Instant, Text, read_body
from api.requests import MemberRequest
from recovery.support import contact
from recovery.support.models import ContactCard

TAGS = ["Support"]


class ContactInput(Input):
    """A number, or a handle elsewhere."""

    text = Text(max_length=200, help_text="Stored sealed.")


class ContactOutput(serializers.Serializer[Any]):
    """Where I can be reached, and when that was last written."""

    text = serializers.CharField()
    version = serializers.IntegerField()
    updated_at = Instant()


def contact_body(card: ContactCard) -> dict[str, Any]:
    """Return a ContactOutput."""
    shown = {
        "text": contact.text_of(card=card),
        "version": card.version,
        "updated_at": card.updated_at,
    }
    return dict(ContactOutput(shown).data)


class Contact(APIView):
    """My contact card."""

    @extend_schema(
        operation_id="getContact",
        tags=TAGS,
        summary="Where I can be reached",
        description="404 while nothing is written.",
        responses=ContactOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer the card."""
        return Response(contact_body(contact.card_of(member_id=request.user.id)))

    @extend_schema(
        operation_id="putContact",
        tags=TAGS,
        summary="Write where I can be reached",
        description=(
            "Shown only to a partner to whom I gave `contact`, and only once they answered a "
            "request for support of mine that they can be there. It takes the place of the one "
            "before."
        ),
        request=ContactInput,
        responses=ContactOutput,
    )
    def put(self, request: MemberRequest) -> Response:
        """Write the card."""
        body = read_body(ContactInput, request)
        card = contact.put_card(member=request.user, text=body["text"], now=timezone.now())
        return Response(contact_body(card))

    @extend_schema(
        operation_id="deleteContact",
        tags=TAGS,
        summary="Delete where I can be reached",
        description="404 while nothing is written.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest) -> Response:
        """Delete the card."""
        contact.remove_card(member=request.user, now=timezone.now())
        return Response(status=204)


urlpatterns = [path("me/contact", Contact.as_view())]
