"""What a member reads before they consent, and what a viewer reads beside what they see.

A consent records the version of the text it was given under. Whoever changes a text below gives it
a new version; consents keep the old one. A text says all that shows, and a warning what somebody
can work out from it.
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


ENDS = (
    " This ends after 90 days unless you renew it, and at once when you take it back. While you "
    "pause this partner, nothing of it shows."
)


def _wording(scope: Scope, version: str, *, text: str, warning: str) -> Wording:
    return Wording(scope=scope, version=version, text=text + ENDS, warning=warning)


_ALL = (
    _wording(
        Scope.CHECK_IN_STATUS,
        "2026-11-22.2",
        text=(
            "Your partner sees your present date and whether you answered its check-in, and "
            "nothing of what you wrote in it."
        ),
        warning="A day without an answer shows as one, while it lasts.",
    ),
    _wording(
        Scope.CHECK_IN_STREAK,
        "2026-11-22",
        text=(
            "Your partner sees how many dates in a row have a check-in of yours, and the most "
            "that ever had. Nothing of what you wrote in them."
        ),
        warning=(
            "Who looks every day can tell from the count whether you answered, and that a row of "
            "dates ended."
        ),
    ),
    _wording(
        Scope.COMMITMENTS,
        "2026-11-22",
        text=(
            "Your partner sees the title of this commitment as you wrote it, how much of what you "
            "answered you kept, and, while your day lasts, whether today’s is kept or still open. "
            "No past dates, no notes, and not how often you gave no answer. If you chose that "
            "silence counts as not kept, it lowers what shows as kept."
        ),
        warning=(
            "A title can tell a lot: one that names a medicine tells about your treatment. When "
            "you answer that you did not keep it, what shows as kept goes down."
        ),
    ),
    _wording(
        Scope.GOALS,
        "2026-11-22",
        text=(
            "Your partner sees the title of this goal as you wrote it, whether it is active, "
            "achieved or set aside, how much of it is done, and whether that is ahead of, on, or "
            "later than your plan. Not why you want it, and none of what you log for it."
        ),
        warning=(
            "A title can tell a lot. If the goal counts something that you would rather keep to "
            "yourself, so does how much of it is done."
        ),
    ),
    _wording(
        Scope.SOBER_TIME,
        "2026-11-22",
        text=(
            "Your partner sees the name that you gave this tracker and on how many days since its "
            "start you were sober, in whole weeks. The number is renewed when a Monday begins for "
            "you, from what was on record by then, and never falls."
        ),
        warning=(
            "No use shows when you record it. But a number that stays the same for a week or "
            "longer can mean that there were days with use, and who counts along can notice."
        ),
    ),
    _wording(
        Scope.MILESTONES,
        "2026-11-22",
        text=(
            "Your partner sees the name that you gave this tracker and the milestones that you "
            "reached, from one day on, each once and with the date on which you first reached it. "
            "If you share the uses of this tracker too, those that you reached again show again. "
            "One that lies after a use that you record later no longer shows."
        ),
        warning=(
            "Each has its date. Who knows when you began can tell from one that comes late, or "
            "does not come, that the count began anew."
        ),
    ),
    _wording(
        Scope.SOBER_CLOCK,
        "2026-11-22.2",
        text=(
            "Your partner sees the name that you gave this tracker and its exact count: when the "
            "present stretch began, its days and seconds, the longest stretch, how many stretches "
            "there were, and on how many of all days you were sober."
        ),
        warning=(
            "The count is exact, so a reset shows: when you record a use, your partner can see "
            "that, and when. If you would rather not have that seen, do not share this."
        ),
    ),
    _wording(
        Scope.USE_EVENTS,
        "2026-11-22",
        text=(
            "Your partner sees the name that you gave this tracker and each use that you record "
            "for it, in a check-in too: its date, when it began and when you stopped, for the "
            "last 90 days. No amounts, no triggers, no notes. One that you take back is gone."
        ),
        warning=(
            "Every use that you record shows from then on, with those of the 90 days before. If "
            "you would rather choose what to tell, and when, do not share this."
        ),
    ),
    _wording(
        Scope.MOOD,
        "2026-11-22",
        text=(
            "Your partner sees the mood that you gave in the check-ins of your last 14 dates, "
            "date by date, and nothing else of them."
        ),
        warning=(
            "A date with a mood shows that you answered. A date without one is left out, and your "
            "partner may take it for a day on which you did not, so this tells much of what "
            "sharing your check-in status does, for two weeks."
        ),
    ),
    _wording(
        Scope.CRAVING,
        "2026-11-22",
        text=(
            "Your partner sees how strong a craving you gave in the check-ins of your last 14 "
            "dates, date by date, and nothing else of them."
        ),
        warning=(
            "A date with a craving shows that you answered. A date without one is left out, and "
            "your partner may take it for a day on which you did not, so this tells much of what "
            "sharing your check-in status does, for two weeks."
        ),
    ),
    _wording(
        Scope.QUIET_ALERTS,
        "2026-11-22",
        text=(
            "When you have been quiet and did not answer our own reminders either, your partner is "
            "told that you have been quiet, and no more. You hear 12 hours before, and can say "
            "not this time. If you left them a letter, they get it then."
        ),
        warning=(
            "It tells your partner that you gave no answer for some days. That can be a help and a "
            "burden, to both of you."
        ),
    ),
    _wording(
        Scope.SUPPORT_REQUESTS,
        "2026-11-22",
        text=(
            "When you ask for support, your partner is among those who are asked, with the words "
            "that you add, if they agreed to be asked. Nothing shows before you ask."
        ),
        warning=(
            "They see at that moment that you need support. You are not told whether they were "
            "reached, so it is no replacement for a crisis line."
        ),
    ),
    _wording(
        Scope.CONTACT,
        "2026-11-22",
        text=(
            "When you ask for support and your partner answers, they see how to reach you, as you "
            "wrote it down for that: a number, or a name elsewhere. Nothing shows before that."
        ),
        warning=(
            "What they have seen once they can keep. A number or a name elsewhere can tell who you "
            "are."
        ),
    ),
)

WORDINGS: dict[Scope, Wording] = {wording.scope: wording for wording in _ALL}

BEFORE_TAKING_BACK = (
    "Your partner is not told that you take something back, nor why, and afterwards sees the same "
    "as if you had never shared it. Still, someone who looks often can notice that something is "
    "gone. If that could make things difficult for you, you can narrow instead: keep sharing what "
    "says less and let the rest go, or let a consent expire. Or pause this partner for as long as "
    "you like. Taking everything back, or ending the partnership, is always yours to do."
)

BESIDE_WHAT_IS_SEEN = (
    "Shared with you in confidence: please do not pass it on. For each day on which you look, your "
    "partner can see that you did, and at what."
)
