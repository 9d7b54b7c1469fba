"""The addresses of check-ins."""

from django.urls import path, register_converter

from api.converters import LocalDateConverter
from api.resources.check_ins import views

register_converter(LocalDateConverter, "local_date")

urlpatterns = [
    path("check-ins", views.CheckInList.as_view()),
    path("check-ins/streak", views.Streak.as_view()),
    path("check-ins/<local_date:local_date>", views.CheckInDetail.as_view()),
]
