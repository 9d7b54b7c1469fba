"""Writes of the members area, one module per matter.

What other areas need is named here; the API imports the modules themselves.
"""

from recovery.members.services.accounts import move_days
from recovery.members.services.upkeep import purge

__all__ = ["move_days", "purge"]
