"""Taking along what is mine, bringing it in elsewhere, going and coming back."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from recovery.ownership.services import working
from tests.contract.story.people import NEXT_PASSWORD, Story, client_of


def take_along(story: Story) -> None:
    """A copy, read into another account; start dates; a deletion that is taken back."""
    password = {"password": NEXT_PASSWORD}
    job = story.say(story.me, "createExport", asks="The password", gets="Waiting", body=password)
    _work()
    ready = story.say(story.me, "getExport", gets="Ready to be fetched", export_id=job["id"])
    story.say(story.me, "createExport", gets="The one that is open", body=password)
    token = ready["link"]["path"].rpartition("/")[2]
    archive: bytes = story.say(story.nobody, "fetchExport", token=token)
    story.later()
    brought = story.say(story.guest, "createImport", gets="Taken on", raw=archive)
    _work()
    story.say(story.guest, "getImport", gets="All of it is here", import_id=brought["id"])
    broken = story.say(story.guest, "createImport", raw=archive[:4000])
    _work()
    story.say(story.guest, "getImport", gets="Not an archive", import_id=broken["id"])
    dates: list[dict[str, Any]] = [
        {"name": "Cigarettes", "category": "nicotine", "started_at": "2024-03-01T06:00:00Z"}
    ]
    story.say(
        story.guest,
        "importStartDates",
        asks="Since a day in March",
        gets="It counts from then on",
        body={"trackers": dates},
    )
    story.later()
    story.say(
        story.me,
        "deleteMe",
        asks="With time to come back",
        gets="Seen by nobody from now on",
        body={**password, "wait_24_hours": True},
    )
    story.later()
    story.tokens = story.say(
        story.nobody,
        "restoreAccount",
        asks="The handle and the password",
        gets="Back, and signed in",
        body={"handle": "quiet_river", **password},
    )
    story.me = client_of(story.tokens)


def _work() -> None:
    """Let a worker do what waits; no time passes on a stopped clock."""
    working.work_off(now=timezone.now(), passed=lambda: 0.0)
