"""A running service, and one to start in the test's own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.run import serving
from tests.run.serving import Service


@pytest.fixture
def make_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Make services on one data folder; whatever they leave running is ended."""
    made: list[Service] = []
    with serving.database() as where:

        def make(**environment: str) -> Service:
            service = Service(folder=tmp_path, **{**where, **environment})
            made.append(service)
            return service

        yield make
        for service in made:
            if service.process is not None:
                service.clear_away()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests that leave it answering."""
    with serving.database() as where:
        service = Service(folder=tmp_path_factory.mktemp("service"), **where).start()
        try:
            yield service.ready()
        finally:
            service.clear_away()
