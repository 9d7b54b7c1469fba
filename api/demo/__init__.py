"""A group of made-up members with 120 days behind them, for app developers to look at.

Everything is said through the same services as a phone's requests, with the time passed in, so that
what is there afterwards could have come about by itself.
"""
