"""The addresses of check-ins."""

from django.urls import path

from api.resources.check_ins import views

urlpatterns = [
    path("check-ins", views.CheckInList.as_view()),
    path("check-ins/streak", views.Streak.as_view()),
    path("check-ins/<local_date:local_date>", views.CheckInDetail.as_view()),
]
