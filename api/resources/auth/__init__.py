"""Joining, signing in and out, and passwords."""

from api.resources.auth import joining, passwords, signing

urlpatterns = [*joining.urlpatterns, *signing.urlpatterns, *passwords.urlpatterns]
