"""Every address of the program."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from api import health
from api.operator.site import site as operator

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("", include("api.docs")),
    path("", include("api.account_page")),
    path("admin/", operator.urls),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("api/v1/", include("api.resources.today")),
    path("api/v1/", include("api.resources.support")),
    path("api/v1/", include("api.resources.support_requests")),
    path("api/v1/", include("api.resources.contact")),
    path("api/v1/", include("api.resources.pauses")),
    path("api/v1/", include("api.resources.check_ins.urls")),
    path("api/v1/", include("api.resources.trackers.urls")),
    path("api/v1/", include("api.resources.goals")),
    path("api/v1/", include("api.resources.commitments")),
    path("api/v1/", include("api.resources.encouragements")),
    path("api/v1/", include("api.resources.reports")),
    path("api/v1/", include("api.resources.auth")),
    path("api/v1/", include("api.resources.me")),
    path("api/v1/", include("api.resources.sessions")),
    path("api/v1/", include("api.resources.partners")),
    path("api/v1/", include("api.resources.invites")),
    path("api/v1/", include("api.resources.groups")),
    path("api/v1/", include("api.resources.blocks")),
    path("api/v1/", include("api.resources.access_log")),
    path("api/v1/", include("api.resources.devices")),
    path("api/v1/", include("api.resources.reminders")),
    path("api/v1/", include("api.resources.notifications")),
]
handler400 = "api.problems.bad_request"
handler404 = "api.problems.not_found"
handler500 = "api.problems.server_error"
