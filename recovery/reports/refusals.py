"""What the reports area refuses, each with a stable code."""

from __future__ import annotations

from recovery.kernel.errors import Conflict

MOST_OPEN_REPORTS = 30


class TooManyOpenReports(Conflict):
    """Thirty reports of the member wait for the operator; no more until one is decided."""

    code = "too_many_open_reports"
    title = f"At most {MOST_OPEN_REPORTS} open reports"
