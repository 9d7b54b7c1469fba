"""Whatever three people do to each other, in any order: each sees the partners that they should.

Held against sets that follow the rules in words: a link counts for both until either ends it; a
block takes the other out of the blocker's sight alone; what the blocked one made under the block
was never there for the blocker.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.blocks import services as blocks
from recovery.blocks.services import Named
from recovery.kernel.errors import Missing
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners import queries, services, sides
from recovery.partners.models import Partnership
from recovery.sharing import queries as sharing
from tests.partnering import NOW, STATUS, share

PEOPLE = ("alice", "bob", "charlie")
PAIRS = [(one, other) for one in PEOPLE for other in PEOPLE if one != other]
ACTS = ("link", "link", "end", "block", "block", "unblock", "share", "pause", "resume")
# Mostly the same two, so that much happens between them.
ACTORS = [("alice", "bob"), ("bob", "alice")] * 3 + PAIRS
steps = st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(ACTORS)), min_size=4, max_size=14)


class Naive:
    """The rules in words."""

    def __init__(self) -> None:
        self.linked: dict[frozenset[str], str] = {}
        self.blocked: set[tuple[str, str]] = set()
        self.shared: set[tuple[str, str]] = set()
        self.paused: set[tuple[str, str]] = set()

    def sees(self, one: str, other: str) -> bool:
        """Whether the other is a partner in this one's eyes."""
        return frozenset((one, other)) in self.linked and (one, other) not in self.blocked

    def shows(self, one: str, other: str) -> bool:
        """Whether this one shows the other something."""
        return (
            self.sees(one, other)
            and self.sees(other, one)
            and (one, other) in self.shared
            and (one, other) not in self.paused
        )

    def link(self, one: str, other: str) -> bool:
        """The other brings a code of this one's."""
        pair = frozenset((one, other))
        if pair in self.linked or (other, one) in self.blocked:
            return False
        self.linked[pair] = one if (one, other) in self.blocked else ""
        return True

    def end(self, one: str, other: str) -> bool:
        """This one ends it."""
        if not self.sees(one, other):
            return False
        self._part(one, other)
        return True

    def block(self, one: str, other: str) -> bool:
        """This one blocks the other, which takes back what was shared."""
        self.blocked.add((one, other))
        self.shared.discard((one, other))
        return True

    def unblock(self, one: str, other: str) -> bool:
        """This one lifts the block."""
        if (one, other) not in self.blocked:
            return False
        self.blocked.discard((one, other))
        if self.linked.get(frozenset((one, other))) == one:
            self._part(one, other)
        return True

    def share(self, one: str, other: str) -> bool:
        """This one shares something."""
        if self.sees(one, other):
            self.shared.add((one, other))
        return self.sees(one, other)

    def pause(self, one: str, other: str) -> bool:
        """This one pauses."""
        if self.sees(one, other):
            self.paused.add((one, other))
        return self.sees(one, other)

    def resume(self, one: str, other: str) -> bool:
        """This one resumes."""
        if self.sees(one, other):
            self.paused.discard((one, other))
        return self.sees(one, other)

    def _part(self, one: str, other: str) -> None:
        del self.linked[frozenset((one, other))]
        for pair in ((one, other), (other, one)):
            self.shared.discard(pair)
            self.paused.discard(pair)


class Real:
    """The program; each act takes a minute."""

    def __init__(self, people: dict[str, Member]) -> None:
        self.people = people
        self.now = NOW
        self.blocks: dict[tuple[str, str], blocks.Block] = {}

    def act(self, name: str, one: str, other: str) -> bool:
        """Do it and return whether it was done."""
        self.now += timedelta(minutes=1)
        try:
            with transaction.atomic():
                return bool(getattr(self, name)(self.people[one], self.people[other]))
        except Missing:
            return False

    def link(self, one: Member, other: Member) -> bool:
        made = services.invite(member_id=one.id, invite_id=None, now=self.now)
        services.accept(member_id=other.id, code=made.code, now=self.now)
        return True

    def end(self, one: Member, other: Member) -> bool:
        services.end(member_id=one.id, partnership_id=self._between(one, other).id, now=self.now)
        return True

    def block(self, one: Member, other: Member) -> bool:
        key = (str(one.handle), str(other.handle))
        if key not in self.blocks:
            named = Named(member_id=other.id, named_by=new_id(), known_as="")
            self.blocks[key], _ = blocks.block(
                member_id=one.id, block_id=None, named=named, now=self.now
            )
        return True

    def unblock(self, one: Member, other: Member) -> bool:
        made = self.blocks.pop((str(one.handle), str(other.handle)), None)
        if made is not None:
            blocks.unblock(member_id=one.id, block_id=made.id, now=self.now)
        return made is not None

    def share(self, one: Member, other: Member) -> bool:
        share(one, self._between(one, other), STATUS, now=self.now)
        return True

    def pause(self, one: Member, other: Member) -> bool:
        sides.pause(member_id=one.id, partnership_id=self._between(one, other).id, now=self.now)
        return True

    def resume(self, one: Member, other: Member) -> bool:
        sides.resume(member_id=one.id, partnership_id=self._between(one, other).id, now=self.now)
        return True

    def _between(self, one: Member, other: Member) -> Partnership:
        found = queries.partnerships_of(member_id=one.id)
        return next(iter([link for link in found if link.other(one.id) == other]), Partnership())

    def sees(self, one: str, other: str) -> bool:
        """Whether the other is a partner in this one's eyes."""
        return self._between(self.people[one], self.people[other]).first_id is not None

    def shows(self, one: str, other: str) -> bool:
        """Whether this one shows the other something."""
        viewer = self.people[other]
        links = [link.id for link in Partnership.objects.active().of(viewer.id)]
        shown = sharing.shown_to(viewer_id=viewer.id, partnership_ids=links, now=self.now)
        return any(
            grant.owner_id == self.people[one].id for grants in shown.values() for grant in grants
        )


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=steps)
def test_each_sees_the_partners_that_they_should(
    alice: Member, bob: Member, charlie: Member, steps: list[tuple[str, tuple[str, str]]]
) -> None:
    with transaction.atomic():
        naive = Naive()
        real = Real({"alice": alice, "bob": bob, "charlie": charlie})
        for name, (one, other) in steps:
            assert real.act(name, one, other) == getattr(naive, name)(one, other)
            compare(real, naive, [(one, other), (other, one)])
        compare(real, naive, PAIRS)
        transaction.set_rollback(True)


def compare(real: Real, naive: Naive, pairs: list[tuple[str, str]]) -> None:
    """The program and the rules in words say the same of these."""
    for pair in pairs:
        assert (real.sees(*pair), real.shows(*pair)) == (naive.sees(*pair), naive.shows(*pair)), (
            pair
        )
