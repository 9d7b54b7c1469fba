"""Writing the plan for a hard moment."""

from __future__ import annotations

import json
from datetime import datetime

from recovery.kernel import changes, sealing
from recovery.members.models import Member
from recovery.support.models import HardMomentPlan
from recovery.support.queries import PLAN_LABEL, Plan, plan_row


def put_plan(*, member: Member, plan: Plan, now: datetime) -> HardMomentPlan:
    """Keep the member's plan, whole; it takes the place of the one before."""
    with changes.write(member_id=member.id, now=now) as log:
        row = plan_row(member=member) or HardMomentPlan(member=member, version=0)
        sealer = sealing.for_member(member_id=member.id)
        text = json.dumps(plan.as_lists(), ensure_ascii=False)
        row.plan = sealer.seal(text, label=PLAN_LABEL, row_id=member.id)
        row.version += 1
        row.updated_at = now
        row.save()
        log.add(
            table="hard_moment_plan",
            row_id=member.id,
            version=row.version,
            fields=list(plan.as_lists()),
        )
    return row


def remove_plan(*, member: Member, now: datetime) -> None:
    """Delete the plan. Raises Missing when there is none."""
    with changes.write(member_id=member.id, now=now) as log:
        row: HardMomentPlan = HardMomentPlan.objects.owned_by(member.id).one()
        row.delete()
        log.add(table="hard_moment_plan", row_id=member.id, version=row.version + 1, gone=True)
