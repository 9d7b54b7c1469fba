"""The table of contents of the schema: every area's models."""

from recovery.blocks.models import Block
from recovery.calendar.models import Pause, ZoneChange
from recovery.checkins.models import CheckIn, StreakRun
from recovery.encouragements.models import Encouragement
from recovery.goals.models import Goal, GoalProgress, GoalStep
from recovery.groups.models import (
    Group,
    GroupClimate,
    GroupInvite,
    GroupMembership,
    JoinRequest,
)
from recovery.kernel.models import Change, ChangeCounter, SealingKey
from recovery.members.models import (
    BackupCode,
    EmailCode,
    Member,
    RateBucket,
    RefreshToken,
    Session,
)
from recovery.partners.help_models import HelpTally
from recovery.partners.models import PartnerInvite, Partnership
from recovery.reports.models import Report, ReportLook
from recovery.sharing.models import AccessEntry, Grant
from recovery.sobriety.models import Clock, LimitTotals, Tracker, TrackerDay, TrackerFact
from recovery.support.models import HardMomentPlan

__all__ = [
    "AccessEntry",
    "BackupCode",
    "Block",
    "Change",
    "ChangeCounter",
    "CheckIn",
    "Clock",
    "EmailCode",
    "Encouragement",
    "Goal",
    "GoalProgress",
    "GoalStep",
    "Grant",
    "Group",
    "GroupClimate",
    "GroupInvite",
    "GroupMembership",
    "HardMomentPlan",
    "HelpTally",
    "JoinRequest",
    "LimitTotals",
    "Member",
    "PartnerInvite",
    "Partnership",
    "Pause",
    "RateBucket",
    "RefreshToken",
    "Report",
    "ReportLook",
    "SealingKey",
    "Session",
    "StreakRun",
    "Tracker",
    "TrackerDay",
    "TrackerFact",
    "ZoneChange",
]
