"""Joining, signing in and out, and passwords."""

from api.resources.auth import joining, passwords, restoring, signing

urlpatterns = [
    *joining.urlpatterns,
    *signing.urlpatterns,
    *restoring.urlpatterns,
    *passwords.urlpatterns,
]
