"""The plain program's addresses."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from bench.plain import views

router = SimpleRouter(trailing_slash=False)
router.register("check-ins", views.CheckInViewSet, basename="check-in")
router.register("trackers", views.TrackerViewSet, basename="tracker")
urlpatterns = [path("api/v1/", include(router.urls)), path("api/v1/today", views.Today.as_view())]
