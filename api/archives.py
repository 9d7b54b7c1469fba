"""Bodies that are ZIP archives: taken on piece by piece, and sent as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

MEDIA_TYPE = "application/zip"


@dataclass(frozen=True, slots=True)
class Archive:
    """A body that has not been read yet."""

    read: Callable[[int], bytes]


class ArchiveParser(BaseParser):
    """Hands a body on unread; whoever reads it bounds it."""

    media_type = MEDIA_TYPE

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the body."""
        return Archive(read=stream.read)


class FileView(APIView):
    """Sends a file whatever an app says that it accepts, and refuses in JSON."""

    # A look ahead, as browsers and mail programs have it, must not use a link up.
    http_method_names = ("get",)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Return how refusals are written."""
        return JSONRenderer(), JSONRenderer.media_type
