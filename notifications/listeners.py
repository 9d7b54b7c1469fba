"""What the domain's facts mean for notifications."""


def subscribe() -> None:
    """Subscribe to every fact that a notification follows from."""
