"""What the ownership area refuses, each with a stable code."""

from __future__ import annotations

from recovery.kernel.errors import Conflict, Invalid


class ImportUnderWay(Conflict):
    """Another archive is being read into this account."""

    code = "import_under_way"
    title = "Another import is under way"
    client_action = "retry"


class NotAnArchive(Invalid):
    """The body is no ZIP archive."""

    code = "not_an_archive"
    title = "This is no ZIP archive"


class ArchiveTooLarge(Invalid):
    """The archive is larger than 20 MB."""

    code = "archive_too_large"
    title = "The archive is too large"


class CannotBeRestored(Conflict):
    """A guest cannot ask for time to come back: there is no password to come back with."""

    code = "cannot_be_restored"
    title = "A guest cannot come back, so there is nothing to wait for"
    client_action = "fix"
