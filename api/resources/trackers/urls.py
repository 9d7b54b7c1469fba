"""The addresses of trackers."""

from django.urls import path

from api.resources.trackers import facts, history, views

urlpatterns = [
    path("trackers", views.TrackerList.as_view()),
    path("trackers/<id:tracker_id>", views.TrackerDetail.as_view()),
    path("trackers/<id:tracker_id>/use-events", facts.UseEventList.as_view()),
    path("trackers/<id:tracker_id>/use-events/<id:event_id>", facts.UseEventDetail.as_view()),
    path(
        "trackers/<id:tracker_id>/use-events/<id:event_id>/restore",
        facts.UseEventRestore.as_view(),
    ),
    path("trackers/<id:tracker_id>/amounts", facts.AmountList.as_view()),
    path("trackers/<id:tracker_id>/amounts/<id:amount_id>", facts.AmountDetail.as_view()),
    path(
        "trackers/<id:tracker_id>/amounts/<id:amount_id>/restore",
        facts.AmountRestore.as_view(),
    ),
    path("trackers/<id:tracker_id>/episodes", history.EpisodeList.as_view()),
    path("trackers/<id:tracker_id>/milestones", history.MilestoneList.as_view()),
    path("trackers/<id:tracker_id>/calendar", history.Calendar.as_view()),
]
