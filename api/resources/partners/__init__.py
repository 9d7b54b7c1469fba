"""Partners: invites, partnerships, grants, and what a partner sees."""

from api.resources.partners import grants, invites, links, progress

urlpatterns = [
    *invites.urlpatterns,
    *links.urlpatterns,
    *grants.urlpatterns,
    *progress.urlpatterns,
]
