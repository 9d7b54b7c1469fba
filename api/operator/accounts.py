"""Who operates: made and ended by a superuser, never by a member."""

from __future__ import annotations

from django.contrib.auth.admin import UserAdmin


class OperatorAdmin(UserAdmin):  # type: ignore[type-arg]
    """Operators. Whoever is staff looks after reports; a superuser makes others staff."""

    list_display = ("username", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username",)
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("May enter", {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2", "is_staff")}),
    )
