"""The access log names routes, never what a member asked for."""

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch

from api.access_log import AccessLog


def answer(route: str | None):
    def respond(request: HttpRequest) -> HttpResponse:
        if route is not None:
            request.resolver_match = ResolverMatch(answer, (), {}, route=route)
        return HttpResponse(status=200)

    return respond


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture, settings):
    settings.ACCESS_LOG = True
    caplog.set_level(logging.INFO, logger="api.access")
    return caplog


def test_it_is_off_unless_asked_for(settings):
    settings.ACCESS_LOG = False
    with pytest.raises(MiddlewareNotUsed):
        AccessLog(answer("livez"))


def test_a_line_has_the_route_and_neither_path_nor_query(lines):
    request = RequestFactory().get("/api/v1/check-ins/2026-03-29?note=private")
    AccessLog(answer("api/v1/check-ins/<local_date>"))(request)
    [line] = [record.getMessage() for record in lines.records]
    assert line.startswith("GET api/v1/check-ins/<local_date> 200 ")
    assert "2026" not in line
    assert "private" not in line


def test_an_unknown_path_is_not_repeated(lines):
    AccessLog(answer(None))(RequestFactory().get("/private"))
    assert [record.getMessage().split(" 200")[0] for record in lines.records] == ["GET no route"]


def test_looking_for_help_leaves_no_line(lines):
    AccessLog(answer("api/v1/crisis-resources"))(RequestFactory().get("/x"))
    assert not lines.records
