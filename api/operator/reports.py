"""The queue of reports, one report as little as is needed of it, and who looked."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin, SimpleListFilter, display
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from recovery.kernel.errors import Conflict, Missing, Unavailable
from recovery.reports import queries, rules, services
from recovery.reports.models import Report, ReportLook, ReportOutcome
from recovery.reports.queries import Opened

LATE = "over 24 h"
# What a snapshot says, in words; the rest is shown as it is named.
SAID = {"known_as": "Known as", "preset": "Chosen words", "text": "Own words"}


class Decision(forms.Form):
    """What an operator does about a report."""

    outcome = forms.ChoiceField(widget=forms.RadioSelect)
    note = forms.CharField(
        required=False,
        max_length=2000,
        label="Note for other operators",
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )

    def __init__(self, report: Report, *args: Any) -> None:
        super().__init__(*args)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)  # noqa: S101
        outcome.choices = [(one.value, one.label) for one in services.outcomes_of(report=report)]


class StateFilter(SimpleListFilter):
    """Open reports, unless others are asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return what may be asked for beside the open ones."""
        return [("resolved", "Decided"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        """Yield the choices, the first of which is the open ones."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "Open"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        """Return the reports that are asked for."""
        if self.value() == "all":
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() != "resolved")


class ForOperators(ModelAdmin):  # type: ignore[type-arg]
    """Any operator may look; nothing is added, edited or deleted by hand."""

    actions = None
    heading: str

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Answer the list."""
        return super().changelist_view(request, {"title": self.heading, **(extra_context or {})})

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Any operator may."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Any operator may."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False


class ReportAdmin(ForOperators):
    """The queue: what waits longest comes first, and nothing that was written is in it."""

    heading = "Reports, the longest wait first"
    list_display = ("waits", "about", "reason", "outcome")
    list_display_links = ("waits",)
    list_filter = (StateFilter,)
    ordering = ("created_at", "id")

    def get_urls(self) -> list[URLPattern]:
        """Return the queue and one report; there is no history and no deleting."""
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.changelist_view), name="recovery_report_changelist"),
            path("<uuid:report_id>/", wrap(self.one), name="recovery_report_change"),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """Return the queue."""
        return queries.queue()

    @display(description="Waits for")
    def waits(self, report: Report) -> str:
        """Return how long a report has waited, marked when that is too long."""
        if report.resolved_at is not None:
            return "decided"
        return _waits(report, now=timezone.now())

    @display(description="About")
    def about(self, report: Report) -> str:
        """Return what kind of thing was reported."""
        return report.get_subject_kind_display()

    def one(self, request: HttpRequest, report_id: UUID) -> HttpResponse:
        """Show one report, recorded first; or decide on it."""
        operator, now = request.user.get_username(), timezone.now()
        if request.method == "POST":
            return self._decide(request, report_id, operator=operator, now=now)
        try:
            opened = services.look(report_id=report_id, operator=operator, now=now)
        except Missing:
            raise Http404 from None
        except Unavailable as refusal:
            return HttpResponse(refusal.detail, status=503, content_type="text/plain")
        return self._page(request, opened, Decision(opened.report), now=now)

    def _decide(
        self, request: HttpRequest, report_id: UUID, *, operator: str, now: datetime
    ) -> HttpResponse:
        here = HttpResponseRedirect(request.path)
        report = queries.queue().filter(id=report_id).first()
        if report is None:
            raise Http404
        decision = Decision(report, request.POST)
        if not decision.is_valid():
            messages.error(request, "Choose what was done; a note has 2,000 signs at most.")
            return here
        try:
            services.resolve(
                report_id=report_id,
                operator=operator,
                outcome=ReportOutcome(decision.cleaned_data["outcome"]),
                note=decision.cleaned_data["note"],
                now=now,
            )
        except Conflict as refusal:
            messages.error(request, refusal.detail)
            return here
        except Missing:
            raise Http404 from None
        messages.success(request, "The report is decided.")
        return HttpResponseRedirect(reverse("admin:recovery_report_changelist"))

    def _page(
        self, request: HttpRequest, opened: Opened, decision: Decision, *, now: datetime
    ) -> HttpResponse:
        report = opened.report
        context = {
            **self.admin_site.each_context(request),
            "title": "A report",
            "opts": self.opts,
            "report": report,
            "waits": _waits(report, now=now),
            "snapshot": [
                (SAID.get(name, name.capitalize()), text)
                for name, text in opened.snapshot.items()
                if text
            ],
            "text": opened.text,
            "note": opened.operator_note,
            "decision": decision,
        }
        return TemplateResponse(request, "operator/report.html", context)


class LookAdmin(ForOperators):
    """Every look at a report; read only."""

    heading = "Who looked at which report"
    list_display = ("at", "operator", "what", "report_id")
    list_display_links = None
    list_filter = ("operator", "what")
    date_hierarchy = "at"

    def get_urls(self) -> list[URLPattern]:
        """Return the list; one look has no page of its own."""
        wrap = self.admin_site.admin_view
        return [path("", wrap(self.changelist_view), name="recovery_reportlook_changelist")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportLook]:
        """Return all looks, the latest first."""
        return queries.looks()


def _waits(report: Report, *, now: datetime) -> str:
    said = rules.age_text(rules.age(reported_at=report.created_at, now=now))
    if rules.waits_too_long(reported_at=report.created_at, now=now):
        return format_html("{} <strong>({})</strong>", said, LATE)
    return said
