from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"

    def ready(self) -> None:
        """Make our Celery the one that hints go to, in the web process too."""
        from api.config import celery  # noqa: F401
