"""The group that the demo's members meet in, and what they did for each other there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID

from api.demo import cast
from api.demo.faces import FACES, GROUP, HELPER, OWNER, Face
from api.demo.life import Life, Step
from api.demo.links import Link
from api.demo.promises import Promises
from recovery.commitments.services import confirmations
from recovery.commitments.services import groups as before_a_group
from recovery.encouragements import services as encouragements
from recovery.encouragements.models import EncouragementPreset as Preset
from recovery.encouragements.services import Words
from recovery.groups.choices import Role
from recovery.groups.services import joining, running
from recovery.members.services import accounts
from recovery.overview import blocking, consent, encouraging
from recovery.partners import addressed, sides
from recovery.reports import services as reports
from recovery.reports.models import ReportReason, ReportSubject
from recovery.sharing.models import Scope
from recovery.sharing.services import Wanted
from recovery.support import contact
from recovery.support.models import SupportAnswer
from recovery.support.requests import answering, closing, opening

WALK = "A walk before supper"
CHEERED_EVERY = 9
CONFIRMED_EVERY = 4
ENCOURAGED_EVERY = 6
WORDS = (Preset.ONE_DAY_AT_A_TIME, Preset.GLAD_YOU_ARE_HERE, Preset.WELL_DONE)


@dataclass(slots=True)
class Circle:
    """The group and those in it."""

    lives: dict[str, Life]
    promises: dict[str, Promises]
    close: Link  # the two who show each other the most
    group_id: UUID = field(init=False)
    memberships: dict[str, UUID] = field(default_factory=dict)
    invite_id: UUID = field(init=False)
    inner_id: UUID = field(init=False)
    made_id: UUID = field(init=False)
    request_id: UUID = field(init=False)

    def steps(self) -> Iterator[Step]:
        """Yield what they did together, in no order."""
        river, ferry = self.lives[cast.RIVER.handle], self.lives[cast.FERRY.handle]
        helper = self.lives[HELPER.handle]
        yield Step(self._at(OWNER, time(11)), self._make)
        for face in FACES:
            yield Step(self._at(face, time(19)), partial(self._join, face))
        yield Step(self.lives[OWNER.handle].instant(79, time(20)), self._name_facilitator)
        yield Step(river.instant(50, time(12)), self._invite)
        yield Step(helper.instant(49, time(12)), self._accept)
        yield Step(river.instant(40, time(12)), self._promise_the_group)
        for ago in range(38, 1, -CHEERED_EVERY):
            yield Step(helper.instant(ago, time(13)), partial(self._cheer, HELPER.handle))
        for ago in range(30, 0, -ENCOURAGED_EVERY):
            yield Step(ferry.instant(ago, time(8)), partial(self._encourage, ferry, ago))
            yield Step(river.instant(ago - 1, time(9)), partial(self._encourage, river, ago))
        yield Step(river.instant(35, time(12)), self._become_close)
        for ago in range(34, 0, -CONFIRMED_EVERY):
            yield Step(river.instant(ago, time(22, 30)), partial(self._confirm, ago))
        own = self.promises[cast.RIVER.handle]
        yield Step(river.instant(2, time(9)), partial(own.ease, "Swim"))
        window = self.lives[cast.WINDOW.handle]
        yield Step(window.instant(12, time(18)), self._block)
        yield Step(self.lives[cast.FERN.handle].instant(1, time(18)), self._report)
        asked_at = ferry.instant(2, time(22))
        yield Step(asked_at, self._ask)
        yield Step(asked_at + timedelta(minutes=4), self._answer)
        yield Step(asked_at + timedelta(hours=9), self._close)

    def _at(self, face: Face, at: time) -> datetime:
        return self.lives[face.handle].instant(face.days_ago, at)

    def _make(self, now: datetime) -> None:
        mine, _ = running.create(
            member_id=self.lives[OWNER.handle].member.id,
            new=GROUP,
            me=OWNER.profile,
            group_id=None,
            now=now,
        )
        self.group_id = mine.group_id
        self._settle(OWNER, mine.id, now=now)

    def _join(self, face: Face, now: datetime) -> None:
        mine, _ = joining.join(
            member_id=self.lives[face.handle].member.id,
            group_id=self.group_id,
            profile=face.profile,
            membership_id=None,
            now=now,
        )
        self._settle(face, mine.id, now=now)

    def _settle(self, face: Face, membership_id: UUID, *, now: datetime) -> None:
        self.memberships[face.handle] = membership_id
        joining.change_own(
            member_id=self.lives[face.handle].member.id,
            group_id=self.group_id,
            changed={"in_climate": True},
            now=now,
        )

    def _name_facilitator(self, now: datetime) -> None:
        running.change_role(
            member_id=self.lives[OWNER.handle].member.id,
            group_id=self.group_id,
            membership_id=self.memberships[HELPER.handle],
            role=Role.FACILITATOR,
            now=now,
        )
        joining.change_own(
            member_id=self.lives[HELPER.handle].member.id,
            group_id=self.group_id,
            changed={"answers_support": True},
            now=now,
        )
        accounts.update_member(
            member=self.lives[HELPER.handle].member, now=now, receives_partner_invites=True
        )

    def _invite(self, now: datetime) -> None:
        made = addressed.invite(
            member_id=self.lives[cast.RIVER.handle].member.id,
            invite_id=None,
            group_id=self.group_id,
            to=self.memberships[HELPER.handle],
            now=now,
        )
        self.invite_id = made.invite.id

    def _accept(self, now: datetime) -> None:
        made = addressed.accept(
            member_id=self.lives[HELPER.handle].member.id, invite_id=self.invite_id, now=now
        )
        self.inner_id = made.partnership.id

    def _promise_the_group(self, now: datetime) -> None:
        made, _ = before_a_group.make(
            member=self.lives[cast.RIVER.handle].member,
            group_id=self.group_id,
            made_id=None,
            commitment_id=self.promises[cast.RIVER.handle].commitment_ids[WALK],
            now=now,
        )
        self.made_id = made.id

    def _cheer(self, handle: str, now: datetime) -> None:
        before_a_group.cheer(
            member=self.lives[handle].member,
            group_id=self.group_id,
            made_id=self.made_id,
            now=now,
        )

    def _encourage(self, sender: Life, days_ago: int, now: datetime) -> None:
        said, _ = encouraging.encourage(
            sender_id=sender.member.id,
            partnership_id=self.close.id,
            encouragement_id=None,
            words=Words(preset=WORDS[days_ago % len(WORDS)]),
            now=now,
        )
        other = self.close.inviter if sender is self.close.other else self.close.other
        encouragements.thank(member_id=other.member.id, encouragement_id=said.id, now=now)

    def _confirm(self, days_ago: int, now: datetime) -> None:
        own = self.promises[cast.RIVER.handle]
        if (WALK, days_ago) not in own.kept:
            return
        confirmations.confirm(
            partner_id=self.close.other.member.id,
            partnership_id=self.close.id,
            commitment_id=own.commitment_ids[WALK],
            local_date=own.life.today - timedelta(days=days_ago),
            now=now,
        )

    def _block(self, now: datetime) -> None:
        blocking.block_group_member(
            member_id=self.lives[cast.WINDOW.handle].member.id,
            block_id=None,
            group_id=self.group_id,
            membership_id=self.memberships[cast.FERN.handle],
            now=now,
        )

    def _report(self, now: datetime) -> None:
        reports.report(
            member=self.lives[cast.FERN.handle].member,
            report_id=None,
            kind=ReportSubject.GROUP_TEXT,
            subject_id=self.group_id,
            reason=ReportReason.OTHER,
            text="The text does not say that we also meet on holidays.",
            now=now,
        )

    def _become_close(self, now: datetime) -> None:
        """The two agree to be asked, and show each other more than before."""
        for life in (self.close.inviter, self.close.other):
            mine = {"answers_support": True, "may_be_woken": True, "takes_text": True}
            sides.change_settings(
                member_id=life.member.id, partnership_id=self.close.id, changed=mine, now=now
            )
            own = self.promises[life.person.handle]
            clocks = [life.tracker_ids[one.name] for one in life.person.trackers if not one.limits]
            consent.share(
                owner_id=life.member.id,
                partnership_id=self.close.id,
                wanted=[
                    *(Wanted(scope=scope) for scope in _WHOLE),
                    *(Wanted(scope=Scope.SOBER_CLOCK, item_id=one) for one in clocks),
                    *(Wanted(scope=Scope.MILESTONES, item_id=one) for one in clocks),
                    *(Wanted(scope=Scope.GOALS, item_id=one) for one in own.goal_ids.values()),
                    *(
                        Wanted(scope=Scope.COMMITMENTS, item_id=one)
                        for one in own.commitment_ids.values()
                    ),
                ],
                now=now,
            )
        contact.put_card(member=self.close.other.member, text="Signal: morning_ferry.42", now=now)
        sides.write_letter(
            member_id=self.close.inviter.member.id,
            partnership_id=self.close.id,
            text="If I go quiet: ring me, and let it ring. Soup helps. You need no reason to come.",
            now=now,
        )

    def _ask(self, now: datetime) -> None:
        request, _ = opening.open_request(
            member=self.close.other.member,
            request_id=None,
            text="The bill is on the table and I cannot sleep.",
            group_ids=[self.group_id],
            now=now,
        )
        self.request_id = request.id

    def _answer(self, now: datetime) -> None:
        helper_id = self.close.inviter.member.id
        answering.answer(
            helper_id=helper_id,
            request_id=self.request_id,
            said=SupportAnswer.WILL_CONTACT_YOU,
            now=now,
        )
        answering.write(
            author_id=helper_id,
            request_id=self.request_id,
            message_id=None,
            to=None,
            text="I am putting shoes on. Ten minutes.",
            now=now,
        )

    def _close(self, now: datetime) -> None:
        closing.close(member=self.close.other.member, request_id=self.request_id, now=now)


_WHOLE = (
    Scope.CHECK_IN_STATUS,
    Scope.CHECK_IN_STREAK,
    Scope.MOOD,
    Scope.QUIET_ALERTS,
    Scope.SUPPORT_REQUESTS,
    Scope.CONTACT,
)
