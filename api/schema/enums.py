"""The names of the document's enums: one component for each, whatever fields use it."""

from __future__ import annotations

import enum
import inspect
from typing import Any

from drf_spectacular.drainage import warn

from api.resources.check_ins.inputs import TRIGGERS
from api.resources.commitments.inputs import OpenOn
from api.resources.encouragements import EncouragementDirection
from api.resources.me.quiet_alerts import SAID
from api.resources.reports import ReportState
from api.resources.support_requests.inputs import ANSWERS
from notifications import models as notifications
from notifications.pushes import AddressKind, Platform
from notifications.wording import Kind as NotificationKind
from recovery.checkins.models import Feeling
from recovery.checkins.quiet_models import QuietAnswer
from recovery.checkins.quiet_queries import QuietState
from recovery.commitments import models as commitments
from recovery.commitments.occurrences import OccurrenceState
from recovery.encouragements.models import EncouragementPreset
from recovery.goals.models import GoalCategory, GoalState
from recovery.goals.rules import Pace, ProgressBy
from recovery.groups import choices as groups
from recovery.members.models import EmailState, Locale, TimeZoneMode
from recovery.overview.consent import Preset
from recovery.overview.texts import NextStep
from recovery.ownership.models import ExportState, ImportState
from recovery.partners.help_models import HelpKind
from recovery.partners.models import InviteDirection, InviteState, InviteTarget
from recovery.reports.models import ReportOutcome, ReportReason, ReportSubject
from recovery.sharing.models import GrantState, Scope
from recovery.sobriety import models as sobriety
from recovery.sobriety.limits import LimitState
from recovery.support import models as support
from recovery.support.queries import HelpReason
from recovery.support.rules import Kind as CrisisKind

# Names of a generated client's types: changing one breaks every app that names it.
ENUMS: dict[str, type[enum.Enum]] = {
    "AddressKind": AddressKind,
    "Category": sobriety.Category,
    "CommitmentCadence": commitments.Cadence,
    "CommitmentEntryState": commitments.EntryState,
    "CommitmentKind": commitments.CommitmentKind,
    "CommitmentOpenOn": OpenOn,
    "CrisisResourceKind": CrisisKind,
    "DayState": sobriety.DayState,
    "Direction": EncouragementDirection,  # of requests for support too
    "EmailState": EmailState,
    "EncouragementPreset": EncouragementPreset,
    "FactSource": sobriety.FactSource,
    "ExportState": ExportState,
    "Feeling": Feeling,
    "GoalCategory": GoalCategory,
    "GoalPace": Pace,
    "GoalProgressBy": ProgressBy,
    "GoalState": GoalState,
    "GrantPreset": Preset,
    "GrantState": GrantState,
    "GrantScope": Scope,
    "HelpKind": HelpKind,
    "HelpReason": HelpReason,
    "ImportState": ImportState,
    "InviteDirection": InviteDirection,
    "InviteState": InviteState,
    "InviteTarget": InviteTarget,
    "LimitPer": sobriety.LimitPer,
    "LimitState": LimitState,
    "LimitUnit": sobriety.LimitUnit,
    "MemberLocale": Locale,
    "NextStep": NextStep,
    "NotificationKind": NotificationKind,
    "OccurrenceState": OccurrenceState,
    "Platform": Platform,
    "PushPermission": notifications.PushPermission,
    "QuietState": QuietState,
    "ReportOutcome": ReportOutcome,
    "ReportReason": ReportReason,
    "ReportState": ReportState,
    "ReportSubject": ReportSubject,
    "SaidState": sobriety.SaidState,
    "SupportAnswer": support.SupportAnswer,
    "SupportState": support.SupportState,
    "TimeZoneMode": TimeZoneMode,
    "TrackerMode": sobriety.TrackerMode,
    "Trigger": sobriety.Trigger,
    "GroupColour": groups.Colour,
    "GroupCost": groups.Cost,
    "GroupFocus": groups.Focus,
    "GroupFormat": groups.MeetingFormat,
    "GroupPathway": groups.Pathway,
    "GroupRole": groups.Role,
    "GroupSymbol": groups.Symbol,
    "JoinPolicy": groups.JoinPolicy,
    "JoinRequestState": groups.JoinRequestState,
}

# A check-in lists what weighed; "none" is an empty list there. Nobody answers "none".
SUBSETS = {
    "CheckInTrigger": (sobriety.Trigger, [value for value, _ in TRIGGERS]),
    "QuietAnswer": (QuietAnswer, [value for value, _ in SAID]),
    "SupportAnswerGiven": (support.SupportAnswer, [value for value, _ in ANSWERS]),
}

_BY_VALUES = {frozenset(one.value for one in kind): name for name, kind in ENUMS.items()} | {
    frozenset(values): name for name, (_, values) in SUBSETS.items()
}


def name_enums(node: Any, schemas: dict[str, Any]) -> Any:
    """Return a part of the document with its enums moved to named components.

    An enum that ENUMS does not list, or one with null, is warned of, which fails the build.
    """
    if isinstance(node, list):
        return [name_enums(inner, schemas) for inner in node]
    if not isinstance(node, dict):
        return node
    if not isinstance(node.get("enum"), list):
        return {key: name_enums(inner, schemas) for key, inner in node.items()}
    name = _BY_VALUES.get(frozenset(node["enum"]))
    if name is None:
        warn(f"api.schema.enums.ENUMS does not list the enum of {node['enum']}")
        return node
    schemas[name] = _component(name)
    beside = {key: node[key] for key in ("description", "default") if node.get(key) is not None}
    return {"$ref": f"#/components/schemas/{name}", **beside}


def _component(name: str) -> dict[str, Any]:
    kind, values = SUBSETS.get(name) or (ENUMS[name], [one.value for one in ENUMS[name]])
    component: dict[str, Any] = {"type": "string", "enum": values}
    # A class without a text of its own would show that of the class above it.
    if kind.__doc__ and kind.__doc__ != kind.__mro__[1].__doc__:
        component["description"] = inspect.cleandoc(kind.__doc__).split("\n\n")[0]
    return component
