"""Writes of the groups area."""

from recovery.groups.services.leaving import leave_all

__all__ = ["leave_all"]
