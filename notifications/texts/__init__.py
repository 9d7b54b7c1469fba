"""What the inbox says of each kind, in every language; kinds.py puts them together.

No text names a person: a name that its owner changes or deletes must not live on in an inbox.
"""
