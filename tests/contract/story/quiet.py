"""One has been quiet: the setting, the answer, and what the other sees with the letter."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from recovery.calendar.queries import today_of
from recovery.checkins.quiet_models import QuietSpell, QuietTelling
from recovery.members.models import Member
from recovery.partners import queries as partners
from recovery.sharing.models import Grant, Scope
from recovery.sharing.services import CONSENT_LIFETIME
from tests.contract.story.people import Story


def be_quiet(story: Story) -> None:
    """They are partners; silence itself takes days, so its rows are made as the tick makes them."""
    (link,) = story.say(story.me, "listPartners")["items"]
    at = {"partner_id": link["id"]}
    letter = "If you hear that I am quiet: please ring me, and ring again."
    story.say(story.me, "putQuietAlerts", asks="After three days", gets="Chosen", body={"days": 3})
    story.say(story.me, "putQuietLetter", body={"text": letter}, **at)
    story.say(story.guest, "getPartnerQuiet", gets="Nothing of it", **at)
    me = story.me.signed_in.member  # type: ignore[attr-defined]
    spell = _announced(me)
    story.say(story.me, "getQuietAlerts", gets="Partners will hear")
    _tell(spell, link["id"])
    story.say(story.guest, "getPartnerQuiet", gets="Quiet, with a letter", **at)
    story.say(story.me, "getQuietAlerts", gets="Partners have heard")
    story.later()
    story.say(
        story.me, "answerQuietAlert", asks="I am there", gets="Over", body={"answer": "im_okay"}
    )


def _announced(me: Member) -> QuietSpell:
    now = timezone.now()
    return QuietSpell.objects.create(
        member=me,
        after=today_of(member=me, now=now),
        announced_at=now + timedelta(seconds=1),
    )


def _tell(spell: QuietSpell, partnership_id: str) -> None:
    now = timezone.now()
    linked = partners.partnerships_of(member_id=spell.member_id).get(id=partnership_id)
    Grant.objects.create(
        partnership=linked,
        owner_id=spell.member_id,
        viewer_id=linked.other_id(spell.member_id),
        scope=Scope.QUIET_ALERTS,
        wording_version="1",
        granted_at=now,
        expires_at=now + CONSENT_LIFETIME,
    )
    spell.told_at = now
    spell.save(update_fields=["told_at"])
    QuietTelling.objects.create(spell=spell, partnership=linked)
