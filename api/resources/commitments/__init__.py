"""Commitments: what a member promises, how its dates went, and who confirms and cheers."""

from api.resources.commitments import confirmations, entries, groups, views

urlpatterns = [
    *views.urlpatterns,
    *entries.urlpatterns,
    *confirmations.urlpatterns,
    *groups.urlpatterns,
]
