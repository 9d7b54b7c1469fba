"""What tests of the API share beside the cast."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def mail_is_on(settings: Any) -> None:
    """A server that sends e-mail, into a list."""
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
