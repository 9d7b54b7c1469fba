"""The member's own account."""

from api.resources.me import account, email, secrets

urlpatterns = [*account.urlpatterns, *email.urlpatterns, *secrets.urlpatterns]
