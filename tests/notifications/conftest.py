"""Phones, reminders and a loopback FCM for the cast."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.loopback.fcm import LoopbackFcm


@pytest.fixture(scope="session")
def fcm_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackFcm]:
    """One loopback FCM for the whole run; making its key takes a moment."""
    folder: Path = tmp_path_factory.mktemp("fcm")
    with LoopbackFcm(folder=folder) as server:
        yield server


@pytest.fixture
def fcm(fcm_server: LoopbackFcm, settings: Settings) -> Iterator[LoopbackFcm]:
    """The loopback FCM, empty, with push switched on."""
    settings.FIREBASE_CREDENTIALS = fcm_server.credentials_file
    settings.FCM_BASE_URL = fcm_server.base_url
    yield fcm_server
    with fcm_server.lock:
        fcm_server.accepted.clear()
        fcm_server.received.clear()
        fcm_server.scripts.clear()
        fcm_server.everywhere = None
        fcm_server.token_behaviour = "ok"
