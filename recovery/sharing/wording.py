"""What a member reads before they consent, and what a viewer reads beside what they see.

A consent records the version of the text it was given under. Whoever changes a text below gives it
a new version; consents keep the old one.
"""

from __future__ import annotations

from dataclasses import dataclass

from recovery.sharing.models import Scope


@dataclass(frozen=True, slots=True)
class Wording:
    """The consent text of one scope. ``warning`` is to be shown as clearly as ``text``."""

    scope: Scope
    version: str
    text: str
    warning: str


WORDINGS: dict[Scope, Wording] = {
    Scope.SOBER_CLOCK: Wording(
        scope=Scope.SOBER_CLOCK,
        version="2026-11-22",
        text=(
            "Your partner sees the name that you gave this tracker and its exact count: when the "
            "present stretch began, its days and seconds, the longest stretch, how many stretches "
            "there were, and on how many of all days you were sober. This ends after 90 days "
            "unless you renew it, and at once when you take it back."
        ),
        warning=(
            "The count is exact, so a reset shows: when you record a use, your partner can see "
            "that, and when. If you would rather not have that seen, do not share this."
        ),
    ),
    Scope.CHECK_IN_STATUS: Wording(
        scope=Scope.CHECK_IN_STATUS,
        version="2026-11-22",
        text=(
            "Your partner sees your present date and whether you answered its check-in, and "
            "nothing of what you wrote in it. This ends after 90 days unless you renew it, and at "
            "once when you take it back."
        ),
        warning="A day without an answer shows as one, while it lasts.",
    ),
}

BEFORE_TAKING_BACK = (
    "Your partner is not told that you take something back, nor why, and afterwards sees the same "
    "as if you had never shared it. Still, someone who looks often can notice that something is "
    "gone. If that could make things difficult for you, you can narrow instead: keep sharing what "
    "says less and let the rest go, or let a consent expire. Taking everything back, or ending the "
    "partnership, is always yours to do."
)

BESIDE_WHAT_IS_SEEN = (
    "Shared with you in confidence: please do not pass it on. For each day on which you look, your "
    "partner can see that you did, and at what."
)
