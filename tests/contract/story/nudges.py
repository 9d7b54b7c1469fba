"""Devices, reminders and the inbox."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from notifications import outbox
from notifications.wording import Kind
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from tests.contract.story.people import Story


def be_reminded(story: Story) -> None:
    """A phone, a reminder, and what it wrote in the inbox."""
    phone = {"installation_id": str(new_id())}
    said = {
        "platform": "android",
        "push_permission": "granted",
        "address": "fLm3xW0kQ5mB1y8uZc4d9A",
        "address_kind": "fid",
        "app_version": "2.4.0",
        "locale": "de-AT",
    }
    story.say(story.me, "putDevice", asks="An Android phone", gets="New", body=said, **phone)
    story.say(story.me, "putDevice", gets="The same, sent again", body=said, **phone)
    story.say(story.me, "listDevices", gets="One phone")
    story.say(story.me, "removeDevice", **phone)
    # "exact", for chance decides what is added to the time otherwise.
    evening = {"id": str(new_id()), "local_time": "20:00", "exact": True}
    at = {"reminder_id": evening["id"]}
    story.say(story.me, "createReminder", asks="At eight", gets="Every evening", body=evening)
    story.say(story.me, "createReminder", gets="The same, sent again", body=evening)
    story.say(story.me, "getReminder", gets="Every evening", **at)
    story.say(
        story.me,
        "updateReminder",
        asks="An hour later, on weekdays",
        gets="What stands now",
        body={"local_time": "21:00", "weekdays": [0, 1, 2, 3, 4]},
        **at,
    )
    story.say(story.me, "listReminders", gets="One reminder")
    now = timezone.now()
    outbox.promise(
        drafts=[
            outbox.Draft(
                member_id=Member.objects.get(handle="quiet_river").id,
                kind=Kind.CHECK_IN_REMINDER,
                dedupe_key="story",
                local_date=now.date(),
                subject_id=new_id(),
                expires_at=now + timedelta(hours=2),
            )
        ],
        now=now,
    )
    told = story.say(story.me, "listNotifications", gets="Two to read")["items"]
    story.later()
    which = {"notification_id": told[0]["id"]}
    story.say(story.me, "markNotificationRead", gets="Read", **which)
    story.say(story.me, "markNotificationOpened", gets="Opened", **which)
    story.say(
        story.me,
        "markNotificationsRead",
        asks="Both of them",
        gets="Nothing is left",
        body={"ids": [one["id"] for one in told]},
    )
    story.say(story.me, "deleteReminder", **at)
