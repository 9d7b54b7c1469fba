"""What a member reads before they send a request for support.

Sending is the consent; the request records the version of this text. Whoever changes the text
gives it a new version.
"""

VERSION = "2026-11-22.2"
BEFORE_SENDING = (
    "Those who are asked see that you need support now, what you write here, and your handle, or "
    "your alias where you know each other from a group. Asked are the partners to whom you gave "
    "that consent and, if you name groups, those who run them, each only if they agreed to be "
    "asked and within hours that they chose: up to three at once, the others after 5 minutes. "
    "You see who answers, and nobody sees who else was asked, you included. If you ask again "
    "meanwhile, those who said that they can be there see that too. It ends when you close it, or "
    "after 24 hours; your text and all messages are deleted then."
)
