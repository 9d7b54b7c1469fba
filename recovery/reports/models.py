"""Reports to the operator, and the record of every look at one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedRow


class ReportSubject(models.TextChoices):
    """What a report is about, and whose id names it."""

    MEMBER = "member", "A partner, named by the partnership"
    ALIAS = "alias", "A member of a group, named by their membership"
    ENCOURAGEMENT = "encouragement", "An encouragement"
    GROUP_TEXT = "group_text", "What a group says about itself, named by the group"


class ReportReason(models.TextChoices):
    """Why something is reported."""

    PRESSURE = "pressure", "Pressure, control or threats"
    HARASSMENT = "harassment", "Unwanted or hurtful contact"
    SEXUAL = "sexual", "Sexual advances or content"
    HATE = "hate", "Contempt for who somebody is"
    SELLING = "selling", "Selling or promoting something"
    USE_PROMOTED = "use_promoted", "Encourages use"
    PRIVACY = "privacy", "Tells what was said in confidence"
    IMPERSONATION = "impersonation", "Pretends to be somebody else"
    UNSAFE_ADVICE = "unsafe_advice", "Advice that can harm"
    SOMEBODY_IN_DANGER = "somebody_in_danger", "Somebody may be in danger"
    OTHER = "other", "Something else"


class ReportOutcome(models.TextChoices):
    """What an operator did about a report; ``none`` while it is open."""

    NONE = "none", "Not decided yet"
    NO_ACTION = "no_action", "Nothing had to be done"
    CONTENT_HIDDEN = "content_hidden", "What was reported is hidden"
    DEALT_WITH_ELSEWHERE = "dealt_with_elsewhere", "Dealt with outside this program"
    HANDLED_OTHERWISE = "handled_otherwise", "Handled in another way"


class Report(OwnedRow):
    """Something that a member asks the operator to look at.

    ``subject_id`` names it without a foreign key: it may go away while the report stays.
    ``snapshot`` is the least that shows what was reported, as it was then, sealed with the key of
    whoever it is about: when that member is erased, nobody can read it any more.
    """

    export_rule = Export.SECRET_FREE
    sealed = {"text": "reports.text"}
    secrets = ("snapshot", "operator_note")

    subject_kind = models.CharField(max_length=13, choices=ReportSubject.choices)
    subject_id = models.UUIDField()
    reason = models.CharField(max_length=18, choices=ReportReason.choices)
    text = models.BinaryField(default=b"")
    snapshot = models.BinaryField(default=b"")
    outcome = models.CharField(
        max_length=20, choices=ReportOutcome.choices, default=ReportOutcome.NONE
    )
    # What the operator wrote for other operators, sealed with the reporter's key: it goes with it.
    operator_note = models.BinaryField(default=b"")
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "subject_kind", "subject_id"],
                condition=Q(resolved_at__isnull=True),
                name="one_open_report_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(outcome="none", resolved_at__isnull=True)
                | (~Q(outcome="none") & Q(resolved_at__isnull=False)),
                name="a_resolved_report_has_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "created_at"], name="report_by_member"),
            models.Index(
                fields=["created_at"],
                condition=Q(resolved_at__isnull=True),
                name="open_report_by_age",
            ),
        ]

    @property
    def is_about_somebody(self) -> bool:
        """A group's texts belong to nobody; all else is somebody's."""
        return self.subject_kind != ReportSubject.GROUP_TEXT


class ReportLookKind(models.TextChoices):
    OPENED = "opened", "Opened the report"
    RESOLVED = "resolved", "Resolved the report"


class ReportLook(models.Model):
    """That an operator looked at a report; written before anything was shown.

    It names the report without a foreign key and holds nothing of any member, so that the trail of
    what operators did outlives the report.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.NONE

    report_id = models.UUIDField(db_index=True)
    operator = models.CharField(max_length=150)
    what = models.CharField(max_length=8, choices=ReportLookKind.choices)
    at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "recovery"
