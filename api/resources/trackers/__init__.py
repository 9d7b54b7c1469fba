"""Trackers: clocks, limits, uses and amounts."""
