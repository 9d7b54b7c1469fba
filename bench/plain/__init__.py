"""The yardstick: what one writes first with Django REST framework, and nothing more.

Stock ``ModelViewSet``, ``ModelSerializer`` and simplejwt; the same columns, the same database
settings, the same server. It has no zones, no consent, no sealing, no history of changes, no
replays: what those cost is what the comparison shows.
"""
