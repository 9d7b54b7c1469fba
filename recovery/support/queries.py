"""What a member is shown in a hard moment."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from recovery.kernel import sealing
from recovery.members.models import Member
from recovery.support import rules
from recovery.support.models import HardMomentPlan
from recovery.support.rules import CrisisResource
from recovery.support.texts import Moment

PLAN_LABEL = "hard_moment_plan"


@dataclass(frozen=True, slots=True)
class Plan:
    """The member's own words for a hard moment."""

    signs: tuple[str, ...] = ()
    what_helps: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    def as_lists(self) -> dict[str, list[str]]:
        """Return the four lists by name."""
        return {name: list(lines) for name, lines in asdict(self).items()}


class HelpReason(StrEnum):
    """Why help is shown."""

    NONE = "none"
    AFTER_USE = "after_use"
    HARD_DAY = "hard_day"
    SUPPORT_REQUEST = "support_request"
    NO_ANSWER_YET = "no_answer_yet"
    HELPING = "helping"  # to whoever was asked for support


@dataclass(frozen=True, slots=True)
class SafetyText:
    """One plain sentence about a danger to the body."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Help:
    """The member's own plan first, then lines to call, then what to watch out for."""

    reason: HelpReason = HelpReason.NONE
    intro: str = ""
    plan: Plan = Plan()
    safety: tuple[SafetyText, ...] = ()
    crisis_resources: tuple[CrisisResource, ...] = ()


NO_HELP = Help()


def plan_row(*, member: Member) -> HardMomentPlan | None:
    """Return the member's sealed plan, if they wrote one."""
    row: HardMomentPlan | None = HardMomentPlan.objects.owned_by(member.id).find()
    return row


def plan_of(*, row: HardMomentPlan | None, sealer: sealing.Sealer | None = None) -> Plan:
    """Return the plan opened; an empty one when there is none."""
    if row is None:
        return Plan()
    sealer = sealer or sealing.for_member(member_id=row.member_id)
    lists = json.loads(sealer.open(row.plan, label=PLAN_LABEL, row_id=row.member_id))
    return Plan(**{name: tuple(lines) for name, lines in lists.items()})


def help_for(
    *,
    member: Member,
    reason: HelpReason,
    categories: Iterable[str] = (),
    sealer: sealing.Sealer | None = None,
) -> Help:
    """Return what helps now; nothing, and no query, without a reason.

    The lines are those of the country that the member's time zone lies in.
    """
    if reason is HelpReason.NONE:
        return NO_HELP
    unanswered = reason is HelpReason.NO_ANSWER_YET
    intro = rules.no_answer_intro if unanswered else rules.help_intro
    return Help(
        reason=reason,
        intro=intro(language=member.locale),
        plan=plan_of(row=plan_row(member=member), sealer=sealer),
        safety=safety_of(member=member, categories=categories, moment=Moment.AFTER_USE),
        crisis_resources=rules.find(country=rules.country_of(zone=member.time_zone)),
    )


def help_for_helper(*, member: Member) -> Help:
    """Return what helps somebody who was asked for support: guidance, and lines of their own.

    Not those of the asker's country, which would tell where the asker is. No query.
    """
    return Help(
        reason=HelpReason.HELPING,
        intro=rules.helping_intro(language=member.locale),
        crisis_resources=rules.find(country=rules.country_of(zone=member.time_zone)),
    )


def safety_of(
    *, member: Member, categories: Iterable[str], moment: Moment
) -> tuple[SafetyText, ...]:
    """Return the safety texts of some categories at a moment, each once, in order."""
    found = {}
    for category in categories:
        text = rules.safety_text(category=category, moment=moment, language=member.locale)
        if text is not None:
            found[text[0]] = SafetyText(key=text[0], text=text[1])
    return tuple(found.values())
