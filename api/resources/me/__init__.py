"""The member's own account."""

from api.resources.me import deletion, email, exports, imports, quiet_alerts, secrets

urlpatterns = [
    *deletion.urlpatterns,
    *email.urlpatterns,
    *secrets.urlpatterns,
    *quiet_alerts.urlpatterns,
    *exports.urlpatterns,
    *imports.urlpatterns,
]
