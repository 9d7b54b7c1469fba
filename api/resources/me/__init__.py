"""The member's own account."""

from api.resources.me import deletion, email, exports, imports, secrets

urlpatterns = [
    *deletion.urlpatterns,
    *email.urlpatterns,
    *secrets.urlpatterns,
    *exports.urlpatterns,
    *imports.urlpatterns,
]
