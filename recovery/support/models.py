"""What a member wrote down for a hard moment, and their requests for support in one."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from recovery.blocks.models import Block
from recovery.groups.models import RUN_BY
from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet, OwnedRow
from recovery.partners.models import PartnershipSide
from recovery.sharing.models import Grant, Scope


class HardMomentPlan(models.Model):
    """The member's own words: signs, what helps, people, reasons. All of it sealed."""

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE
    sealed = {"plan": "hard_moment_plan"}

    member = models.OneToOneField(
        "recovery.Member", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    plan = models.BinaryField()
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"


class ContactCard(models.Model):
    """A number, or a handle elsewhere, by which those who answer may reach the member; sealed."""

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE
    sealed = {"text": "contact_cards.text"}

    member = models.OneToOneField(
        "recovery.Member", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    text = models.BinaryField()
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"


class SupportState(models.TextChoices):
    """Where a request for support stands; derived from its instants, never stored."""

    OPEN = "open"
    CLOSED = "closed"


class SupportRequestQuerySet(OwnedQuerySet):
    def open(self, now: datetime) -> Self:
        """Return the requests that go on: not closed, and not past their 24 hours."""
        return self.filter(closed_at__isnull=True, closes_at__gt=now)


class SupportRequest(OwnedRow):
    """That a member needs support now, and their consent to say so to those who are asked.

    The consent begins with the row, under the wording of ``wording_version``, and ends with
    ``closed_at``; the text goes then. ``series`` is the id of the first of those requests that
    each took the place of one still open, so that a helper who was told of an earlier one finds
    the present one. ``group_ids`` are the groups whose facilitators are asked too.
    """

    sealed = {"text": "support_requests.text"}

    text = models.BinaryField(default=b"")
    group_ids = models.JSONField(default=list)
    series = models.UUIDField(db_index=True)
    wording_version = models.CharField(max_length=20)
    second_wave_at = models.DateTimeField()
    others_asked_at = models.DateTimeField(null=True)
    no_answer_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar = SupportRequestQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(closed_at__isnull=True),
                name="one_open_support_request",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(text=b""),
                name="a_closed_support_request_keeps_no_text",
            ),
        ]
        indexes = [models.Index(fields=["member", "created_at"], name="support_request_by_member")]


class SupportAnswer(models.TextChoices):
    """What somebody who was asked for support says; ``none`` while they have said nothing."""

    NONE = "none"
    WILL_CONTACT_YOU = "will_contact_you"
    CAN_TALK_LATER = "can_talk_later"
    NOT_ABLE = "not_able"


# Those by which somebody is there, now or later.
HELPFUL = (SupportAnswer.WILL_CONTACT_YOU, SupportAnswer.CAN_TALK_LATER)


class SupportAskQuerySet(models.QuerySet["SupportAsk"]):
    def open(self, now: datetime) -> Self:
        """Return the asks of requests that go on, between two accounts that are there."""
        return self.filter(
            helper__isnull=False,
            request__closed_at__isnull=True,
            request__closes_at__gt=now,
            request__member__deleted_at__isnull=True,
            helper__deleted_at__isnull=True,
        )

    def seen_by_helpers(self, now: datetime) -> Self:
        """Return the asks of requests that go on that their helpers may see now."""
        return self.open(now).that_hold(now)

    def that_hold(self, now: datetime) -> Self:
        """Return the asks of which what they rest on still holds, whether or not they go on.

        For a partner the consent, with no pause on either side; for a facilitator that both are in
        the open group, and the role. No block in either direction. Hours decide whether somebody
        is told, never whether they may look.
        """
        granted = Grant.objects.showing(now).filter(
            partnership=OuterRef("partnership"),
            owner=OuterRef("request__member"),
            viewer=OuterRef("helper"),
            scope=Scope.SUPPORT_REQUESTS,
        )
        paused = PartnershipSide.objects.filter(
            partnership=OuterRef("partnership"),
            member=OuterRef("helper"),
            paused_at__isnull=False,
        )
        by_helper = Block.objects.standing(
            blocker=OuterRef("helper"), blocked=OuterRef("request__member")
        )
        as_partner = Q(partnership__isnull=False) & Exists(granted) & ~Exists(paused)
        as_facilitator = _both_in_the_group() & Q(membership__role__in=RUN_BY)
        found = self.filter(as_partner | as_facilitator, helper__deleted_at__isnull=True)
        return found.filter(~Exists(by_helper), ~Exists(_blocked_by_asker()))

    def seen_by_askers(self, now: datetime) -> Self:
        """Return the asks that their askers may see now: those that were answered.

        What a helper does afterwards (a block, a pause) hides nothing from the asker, who would
        notice; only what ends for both does.
        """
        linked = Q(partnership__isnull=False, partnership__ended_at__isnull=True)
        found = self.open(now).filter(linked | _both_in_the_group())
        return found.exclude(answer=SupportAnswer.NONE).filter(~Exists(_blocked_by_asker()))

    def of_former_members(self, now: datetime) -> Self:
        """Return the asks of requests that go on whose helpers answered and have no account now."""
        return self.filter(
            request__closed_at__isnull=True,
            request__closes_at__gt=now,
            request__member__deleted_at__isnull=True,
            helper__isnull=True,
        ).exclude(answer=SupportAnswer.NONE)


def _both_in_the_group() -> Q:
    return Q(
        membership__isnull=False,
        membership__left_at__isnull=True,
        membership__group__closed_at__isnull=True,
        asker_membership__left_at__isnull=True,
    )


def _blocked_by_asker() -> models.QuerySet[Block]:
    found: models.QuerySet[Block] = Block.objects.standing(
        blocker=OuterRef("request__member"), blocked=OuterRef("helper")
    )
    return found


class SupportAsk(models.Model):
    """That one helper was asked by one request: a partner, or a facilitator of a group.

    A facilitator is asked by ``membership``, and knows the asker by the alias of
    ``asker_membership``. ``asked_at`` is when the helper was last told; ``helped`` remembers that
    the answer was counted as help given. Never shown to the asker before there is an answer. A
    thread outlives the account of its helper, without one: a former member's (``leaving``).
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.SHARED
    # The asker's export must not tell whom they reached: the row is its helper's.
    owned_through = ("helper",)
    exported_where = {"answered_at__isnull": False}

    id = models.UUIDField(primary_key=True, default=new_id)
    request = models.ForeignKey(
        SupportRequest, on_delete=models.CASCADE, related_name="asks", db_index=False
    )
    helper = models.ForeignKey(
        "recovery.Member", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # A thread that stays has let go of it before it goes.
    partnership = models.ForeignKey(
        "recovery.Partnership", on_delete=models.CASCADE, null=True, related_name="+"
    )
    membership = models.ForeignKey(
        "recovery.GroupMembership", on_delete=models.CASCADE, null=True, related_name="+"
    )
    asker_membership = models.ForeignKey(
        "recovery.GroupMembership", on_delete=models.CASCADE, null=True, related_name="+"
    )
    wave = models.SmallIntegerField()
    asked_at = models.DateTimeField()
    answer = models.CharField(
        max_length=16, choices=SupportAnswer.choices, default=SupportAnswer.NONE
    )
    answered_at = models.DateTimeField(null=True)
    helped = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    objects = SupportAskQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["request", "helper"], name="one_ask_a_helper"),
            models.CheckConstraint(
                condition=Q(
                    partnership__isnull=False,
                    membership__isnull=True,
                    asker_membership__isnull=True,
                )
                | Q(
                    partnership__isnull=True,
                    membership__isnull=False,
                    asker_membership__isnull=False,
                )
                | Q(helper__isnull=True),
                name="an_ask_goes_to_a_partner_or_a_facilitator",
            ),
            models.CheckConstraint(
                condition=Q(answer=SupportAnswer.NONE, answered_at__isnull=True)
                | (~Q(answer=SupportAnswer.NONE) & Q(answered_at__isnull=False)),
                name="an_answer_has_its_instant",
            ),
        ]


class SupportMessage(OwnedRow):
    """A short text between the asker and one helper, sealed by its author; gone once it closes.

    ``withheld`` from a recipient who could not see the request when it was written, for good.
    """

    sealed = {"text": "support_messages.text"}
    # An export that showed it would tell who blocked whom.
    secrets = ("withheld",)

    ask = models.ForeignKey(SupportAsk, on_delete=models.CASCADE, related_name="messages")
    text = models.BinaryField()
    withheld = models.BooleanField(default=False)

    class Meta:
        app_label = "recovery"
