from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"

    def ready(self) -> None:
        """Make our Celery the one that hints go to, in the web process too; name address parts."""
        from api import converters
        from api.config import celery  # noqa: F401

        converters.register()
