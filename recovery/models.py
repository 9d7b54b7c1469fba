"""The table of contents of the schema: every area's models."""

from recovery.blocks.models import Block
from recovery.calendar.models import Pause, ZoneChange
from recovery.checkins.models import CheckIn, StreakRun
from recovery.checkins.quiet_models import QuietSetting, QuietSpell, QuietTelling
from recovery.commitments.group_models import Cheer, GroupCommitment
from recovery.commitments.models import (
    Commitment,
    CommitmentEntry,
    CommitmentTally,
    CommitmentTerms,
    Confirmation,
)
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
    ErasedMember,
    Member,
    RateBucket,
    RefreshToken,
    Session,
)
from recovery.ownership.models import ExportJob, ExportPart, ImportJob, ImportPart
from recovery.partners.help_models import HelpTally
from recovery.partners.models import PartnerInvite, Partnership, PartnershipSide
from recovery.reports.models import Report, ReportLook
from recovery.sharing.models import AccessEntry, Grant
from recovery.sobriety.models import Clock, LimitTotals, Tracker, TrackerDay, TrackerFact
from recovery.support.models import (
    ContactCard,
    HardMomentPlan,
    SupportAsk,
    SupportMessage,
    SupportRequest,
)

__all__ = [
    "AccessEntry",
    "BackupCode",
    "Block",
    "Change",
    "ChangeCounter",
    "CheckIn",
    "Cheer",
    "Clock",
    "Commitment",
    "CommitmentEntry",
    "CommitmentTally",
    "CommitmentTerms",
    "Confirmation",
    "ContactCard",
    "EmailCode",
    "Encouragement",
    "ErasedMember",
    "ExportJob",
    "ExportPart",
    "Goal",
    "GoalProgress",
    "GoalStep",
    "Grant",
    "Group",
    "GroupClimate",
    "GroupCommitment",
    "GroupInvite",
    "GroupMembership",
    "HardMomentPlan",
    "HelpTally",
    "ImportJob",
    "ImportPart",
    "JoinRequest",
    "LimitTotals",
    "Member",
    "PartnerInvite",
    "Partnership",
    "PartnershipSide",
    "Pause",
    "QuietSetting",
    "QuietSpell",
    "QuietTelling",
    "RateBucket",
    "RefreshToken",
    "Report",
    "ReportLook",
    "SealingKey",
    "Session",
    "StreakRun",
    "SupportAsk",
    "SupportMessage",
    "SupportRequest",
    "Tracker",
    "TrackerDay",
    "TrackerFact",
    "ZoneChange",
]
