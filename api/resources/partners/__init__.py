"""Partners: invites, partnerships, grants, and what a partner sees."""

from api.resources.partners import (
    grants,
    invites,
    links,
    overview,
    progress,
    quiet,
    received,
    settings,
    who_sees,
)

urlpatterns = [
    *invites.urlpatterns,
    *overview.urlpatterns,
    *links.urlpatterns,
    *received.urlpatterns,
    *settings.urlpatterns,
    *grants.urlpatterns,
    *progress.urlpatterns,
    *quiet.urlpatterns,
    *who_sees.urlpatterns,
]
