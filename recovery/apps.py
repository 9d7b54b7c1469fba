from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    name = "recovery"

    def ready(self) -> None:
        """Let each area listen to the ones below it."""
        from recovery.calendar import listeners as calendar
        from recovery.checkins import listeners as checkins
        from recovery.commitments import listeners as commitments
        from recovery.partners import listeners as partners
        from recovery.sharing import listeners as sharing
        from recovery.sobriety import listeners as sobriety

        calendar.subscribe()
        partners.subscribe()
        sobriety.subscribe()
        checkins.subscribe()
        sharing.subscribe()
        commitments.subscribe()
