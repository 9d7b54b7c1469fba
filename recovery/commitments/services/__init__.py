"""Promising, answering, confirming, and promising before a group."""
