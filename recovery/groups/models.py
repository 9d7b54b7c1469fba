"""Groups, who belongs to them under which alias, and what leads into them.

Texts of a group (name, description, guidelines) and aliases are plain columns: they belong to the
group, which outlives its members. An alias is blanked the moment its member leaves.
"""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from recovery.groups.choices import (
    ClimateStep,
    Colour,
    Cost,
    Ending,
    Focus,
    JoinPolicy,
    JoinRequestState,
    MeetingFormat,
    Pathway,
    Role,
    Symbol,
)
from recovery.kernel.errors import Missing
from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedRow

RUN_BY = (Role.OWNER, Role.FACILITATOR)


class GroupQuerySet(models.QuerySet["Group"]):
    def open(self) -> Self:
        """Return the groups that have not closed."""
        return self.filter(closed_at__isnull=True)

    def visible_to(self, member_id: UUID) -> Self:
        """Return the open groups that are listed, and those that the member belongs to."""
        mine = GroupMembership.objects.active().of(member_id)
        return self.open().filter(Q(listed=True) | Q(id__in=mine.values("group_id")))

    def joined_by(self, member_id: UUID) -> Self:
        """Return the open groups that the member belongs to."""
        mine = GroupMembership.objects.active().of(member_id)
        return self.open().filter(id__in=mine.values("group_id"))


class Group(models.Model):
    """People who meet. While it is open it has exactly one owner; closed, it has no texts.

    ``owner`` names a membership, so that the database refuses an open group without one; that
    there is no second owner is a constraint of the memberships. ``climate_week`` is the Monday of
    the next week whose climate is to be computed, at ``climate_due_at``; both are empty while
    nobody takes part.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.NONE
    secrets = ("body_digest",)

    id = models.UUIDField(primary_key=True, default=new_id)
    owner = models.OneToOneField(
        "recovery.GroupMembership", on_delete=models.RESTRICT, null=True, related_name="+"
    )
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=2000, blank=True)
    focus = models.CharField(max_length=16, choices=Focus.choices)
    pathway = models.CharField(max_length=24, choices=Pathway.choices)
    format = models.CharField(max_length=12, choices=MeetingFormat.choices)
    cost = models.CharField(max_length=8, choices=Cost.choices, default=Cost.FREE)
    time_zone = models.CharField(max_length=64)
    guidelines = models.CharField(max_length=8000, blank=True)
    guidelines_version = models.IntegerField(default=1)
    join_policy = models.CharField(max_length=8, choices=JoinPolicy.choices)
    listed = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    body_digest = models.BinaryField(max_length=32, default=b"")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    climate_week = models.DateField(null=True)
    climate_due_at = models.DateTimeField(null=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, owner__isnull=False)
                | Q(closed_at__isnull=False, owner__isnull=True),
                name="an_open_group_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(name="", description="", guidelines="", climate_due_at__isnull=True),
                name="a_closed_group_has_no_texts",
            ),
            models.CheckConstraint(
                condition=Q(climate_week__isnull=True, climate_due_at__isnull=True)
                | Q(climate_week__isnull=False, climate_due_at__isnull=False),
                name="a_climate_week_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"],
                condition=Q(listed=True, closed_at__isnull=True),
                name="group_listed",
            ),
            models.Index(
                fields=["climate_due_at"],
                condition=Q(climate_due_at__isnull=False),
                name="group_climate_due",
            ),
        ]


class GroupMembershipQuerySet(models.QuerySet["GroupMembership"]):
    def of(self, member_id: UUID) -> Self:
        """Return the memberships of one account."""
        return self.filter(member_id=member_id)

    def active(self) -> Self:
        """Return the memberships that have not ended."""
        return self.filter(left_at__isnull=True)

    def running(self) -> Self:
        """Return the active memberships of owners and facilitators."""
        return self.active().filter(role__in=RUN_BY)


class GroupMembership(models.Model):
    """Somebody in a group: its id is what others see instead of an account.

    ``alias_key`` is the alias as it is compared (``rules.alias_key``): one of a kind among those
    who are here. That of somebody who left is free, for nothing of it is kept. ``climate_since`` is
    the date in the group's zone on which they chose to take part in its climate.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.SHARED
    secrets = ("body_digest",)
    blanked = ("alias", "alias_key")

    id = models.UUIDField(primary_key=True, default=new_id)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    # Empty once the account is gone: to the others a "former member", without an alias.
    member = models.ForeignKey(
        "recovery.Member", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    invite = models.ForeignKey(
        "recovery.GroupInvite", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    alias = models.CharField(max_length=30, blank=True)
    alias_key = models.CharField(max_length=90, blank=True)
    symbol = models.CharField(max_length=10, choices=Symbol.choices)
    colour = models.CharField(max_length=10, choices=Colour.choices)
    role = models.CharField(max_length=12, choices=Role.choices)
    shown = models.BooleanField(default=False)
    guidelines_version = models.IntegerField()
    climate_since = models.DateField(null=True)
    answers_support = models.BooleanField(default=False)
    support_from = models.TimeField(null=True)
    support_to = models.TimeField(null=True)
    version = models.IntegerField(default=1)
    body_digest = models.BinaryField(max_length=32, default=b"")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=16, choices=Ending.choices, default=Ending.NONE)

    objects = GroupMembershipQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "member"],
                condition=Q(left_at__isnull=True),
                name="one_active_membership_a_group",
            ),
            models.UniqueConstraint(
                fields=["group", "alias_key"],
                condition=Q(left_at__isnull=True),
                name="one_alias_a_group",
            ),
            models.UniqueConstraint(
                fields=["group"],
                condition=Q(left_at__isnull=True, role=Role.OWNER),
                name="one_owner_a_group",
            ),
            models.CheckConstraint(
                condition=(
                    Q(left_at__isnull=True, ending=Ending.NONE, member__isnull=False)
                    & ~Q(alias="")
                    & ~Q(alias_key="")
                )
                | (
                    Q(left_at__isnull=False, alias="", alias_key="", climate_since__isnull=True)
                    & ~Q(ending=Ending.NONE)
                ),
                name="who_left_has_no_alias",
            ),
            models.CheckConstraint(
                condition=Q(answers_support=False) | Q(role__in=RUN_BY),
                name="who_runs_a_group_answers",
            ),
            models.CheckConstraint(
                condition=Q(support_from__isnull=True, support_to__isnull=True)
                | Q(support_from__isnull=False, support_to__isnull=False),
                name="group_hours_have_two_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "joined_at", "id"], name="membership_by_group"),
            models.Index(fields=["member", "joined_at"], name="membership_by_member"),
        ]

    @property
    def runs_group(self) -> bool:
        """Owners and facilitators let in, remove and invite."""
        return self.role in RUN_BY

    @property
    def account_id(self) -> UUID:
        """The account of somebody who has not left, which a constraint says that there is."""
        if self.member_id is None:
            raise Missing()
        return self.member_id


class JoinRequest(OwnedRow):
    """Somebody asks to be let in, with what they would be known by; one open at a time.

    What was written is blanked once it is decided or taken back.
    """

    sealed = {"message": "join_requests.message"}

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    message = models.BinaryField(default=b"")
    alias = models.CharField(max_length=30, blank=True)
    symbol = models.CharField(max_length=10, choices=Symbol.choices)
    colour = models.CharField(max_length=10, choices=Colour.choices)
    listens = models.BooleanField(default=False)
    shown = models.BooleanField(default=False)
    guidelines_version = models.IntegerField()
    state = models.CharField(
        max_length=10, choices=JoinRequestState.choices, default=JoinRequestState.OPEN
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "member"],
                condition=Q(state=JoinRequestState.OPEN),
                name="one_open_request_a_group",
            ),
            models.CheckConstraint(
                condition=Q(state=JoinRequestState.OPEN, settled_at__isnull=True)
                | (Q(settled_at__isnull=False, alias="") & ~Q(state=JoinRequestState.OPEN)),
                name="a_settled_request_is_blank",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "created_at", "id"], name="request_by_group"),
            models.Index(fields=["member", "created_at"], name="request_by_member"),
        ]


class GroupInvite(OwnedRow):
    """A code that opens a group to whoever brings it, once; made by whoever runs the group."""

    export_rule = Export.SECRET_FREE
    secrets = ("code_hash",)

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    code_hash = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        indexes = [
            models.Index(fields=["group", "created_at", "id"], name="group_invite_by_group"),
            models.Index(fields=["member", "created_at"], name="group_invite_by_member"),
        ]


class GroupClimate(models.Model):
    """What a group may know of one of its weeks: a single figure, computed once, never again."""

    export_rule = Export.NONE
    erasure_rule = Erasure.NONE

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    week_from = models.DateField()
    answered = models.SmallIntegerField(choices=ClimateStep.choices)
    computed_at = models.DateTimeField()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["group", "week_from"], name="one_climate_a_week"),
            models.CheckConstraint(
                condition=Q(answered__in=ClimateStep.values), name="climate_in_steps_of_ten"
            ),
        ]
