"""Partners: invites, partnerships, grants, and what a partner sees."""

from api.resources.partners import grants, invites, links, progress, received, settings

urlpatterns = [
    *invites.urlpatterns,
    *links.urlpatterns,
    *received.urlpatterns,
    *settings.urlpatterns,
    *grants.urlpatterns,
    *progress.urlpatterns,
]
