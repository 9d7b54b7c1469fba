"""The program's settings for workers under test, with a quick clock and short leases."""

from api.config.settings import *  # noqa: F403

TICK_SECONDS = 1
LEASE_SECONDS = 4
