"""Requests for support: asking, answering, writing to each other, closing."""

from django.urls import path

from api.resources.support_requests.views import (
    AnswerRequest,
    CloseRequest,
    Messages,
    RequestDetail,
    RequestList,
)

urlpatterns = [
    path("support-requests", RequestList.as_view()),
    path("support-requests/<id:request_id>", RequestDetail.as_view()),
    path("support-requests/<id:request_id>/answer", AnswerRequest.as_view()),
    path("support-requests/<id:request_id>/messages", Messages.as_view()),
    path("support-requests/<id:request_id>/close", CloseRequest.as_view()),
]
