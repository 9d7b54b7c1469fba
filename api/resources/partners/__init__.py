"""Partners: invites, partnerships, grants, and what a partner sees."""

from api.resources.partners import (
    grants,
    invites,
    links,
    overview,
    progress,
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
    *who_sees.urlpatterns,
]
