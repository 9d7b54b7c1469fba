from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        """Listen to the facts that the domain publishes."""
        from notifications import listeners

        listeners.subscribe()
