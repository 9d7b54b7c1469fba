"""What two partners of the demo group did together: linked, consented, renewed, looked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID

from api.demo.life import Life, Step
from api.demo.people import Pair
from notifications import inbox
from recovery.overview import consent, progress
from recovery.partners import services as partners
from recovery.sharing import queries as given
from recovery.sharing import services as sharing
from recovery.sharing.models import Scope
from recovery.sharing.services import CONSENT_LIFETIME, Wanted

LINKED_AT = time(18)
BETWEEN_LOOKS = timedelta(days=9)


@dataclass(slots=True)
class Link:
    """A partnership of two of the group."""

    pair: Pair
    inviter: Life
    other: Life
    id: UUID = field(init=False)
    code: str = ""

    def steps(self, *, until: datetime) -> Iterator[Step]:
        """Yield what the two did up to an instant, in no order."""
        invited_at = self.inviter.instant(self.pair.days_ago, LINKED_AT)
        linked_at = invited_at + timedelta(hours=2)
        yield Step(invited_at, self._invite)
        yield Step(linked_at, self._accept)
        # The news of one made in the last days is still unread.
        yield Step(linked_at + timedelta(days=5), self._read_news)
        for owner in (self.inviter, self.other):
            yield Step(linked_at + timedelta(hours=1), partial(self._share, owner))
            renewed_at = linked_at + CONSENT_LIFETIME - timedelta(days=2)
            yield Step(renewed_at, partial(self._renew, owner))
        looked_at = linked_at + timedelta(days=1)
        while looked_at < until:
            for viewer in (self.inviter, self.other):
                yield Step(looked_at, partial(self._look, viewer))
            looked_at += BETWEEN_LOOKS

    def _invite(self, now: datetime) -> None:
        made = partners.invite(member_id=self.inviter.member.id, invite_id=None, now=now)
        self.code = made.code

    def _accept(self, now: datetime) -> None:
        made = partners.accept(member_id=self.other.member.id, code=self.code, now=now)
        self.id = made.partnership.id

    def _read_news(self, now: datetime) -> None:
        reader = self.inviter.member.id
        listed = list(inbox.of(member_id=reader, now=now).values_list("id", flat=True))
        inbox.mark_all_read(member_id=reader, notification_ids=listed, now=now)

    def _share(self, owner: Life, now: datetime) -> None:
        wanted = []
        if owner.person.handle in self.pair.show_status:
            wanted.append(Wanted(scope=Scope.CHECK_IN_STATUS))
        if owner.person.handle in self.pair.show_clocks:
            wanted += [
                Wanted(scope=Scope.SOBER_CLOCK, item_id=owner.tracker_ids[tracked.name])
                for tracked in owner.person.trackers
                if not tracked.limits
            ]
        if wanted:
            consent.share(owner_id=owner.member.id, partnership_id=self.id, wanted=wanted, now=now)

    def _renew(self, owner: Life, now: datetime) -> None:
        owner_id = owner.member.id
        for grant in given.given(owner_id=owner_id, partnership_id=self.id):
            sharing.renew(owner_id=owner_id, partnership_id=self.id, grant_id=grant.id, now=now)

    def _look(self, viewer: Life, now: datetime) -> None:
        progress.progress(viewer_id=viewer.member.id, partnership_id=self.id, now=now)
