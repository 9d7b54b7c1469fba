"""Writes on trackers and on the facts about them."""
