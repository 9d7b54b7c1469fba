"""The addresses of trackers."""

from django.urls import path

from api.resources.trackers import facts, history, views

urlpatterns = [
    path("trackers", views.TrackerList.as_view()),
    path("trackers/<uuid:tracker_id>", views.TrackerDetail.as_view()),
    path("trackers/<uuid:tracker_id>/use-events", facts.UseEventList.as_view()),
    path("trackers/<uuid:tracker_id>/use-events/<uuid:event_id>", facts.UseEventDetail.as_view()),
    path(
        "trackers/<uuid:tracker_id>/use-events/<uuid:event_id>/restore",
        facts.UseEventRestore.as_view(),
    ),
    path("trackers/<uuid:tracker_id>/amounts", facts.AmountList.as_view()),
    path("trackers/<uuid:tracker_id>/amounts/<uuid:amount_id>", facts.AmountDetail.as_view()),
    path(
        "trackers/<uuid:tracker_id>/amounts/<uuid:amount_id>/restore",
        facts.AmountRestore.as_view(),
    ),
    path("trackers/<uuid:tracker_id>/episodes", history.EpisodeList.as_view()),
    path("trackers/<uuid:tracker_id>/milestones", history.MilestoneList.as_view()),
    path("trackers/<uuid:tracker_id>/calendar", history.Calendar.as_view()),
]
