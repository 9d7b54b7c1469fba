"""Groups: found, made, joined and run; who is in them; their climate."""

from api.resources.groups import climate, groups, invites, members, requests

urlpatterns = [
    *groups.urlpatterns,
    *members.urlpatterns,
    *requests.urlpatterns,
    *invites.urlpatterns,
    *climate.urlpatterns,
]
