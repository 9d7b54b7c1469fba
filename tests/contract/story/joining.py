"""How somebody joins, and looks after the account until it is left."""

from __future__ import annotations

from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from notifications.mail import send_due_codes
from tests.contract.story.people import JOINING, NEXT_PASSWORD, PASSWORD, Story, client_of


def join(story: Story) -> None:
    """Try as a guest, register, sign in on another phone."""
    account = {
        "handle": "quiet_river",
        "password": PASSWORD,
        "day_start_hour": 4,
        "locale": "en",
        "device_name": "Blue phone",
        **JOINING,
    }
    joined = story.say(
        story.nobody,
        "register",
        asks="A member in Berlin whose days begin at four",
        gets="Signed in",
        body=account,
    )
    story.codes = joined["backup_codes"]
    story.later()
    guest = story.say(
        story.nobody, "createGuest", asks="A guest", gets="Signed in", body={**JOINING}
    )
    story.guest = client_of(guest)
    story.later()
    joined = story.say(
        story.nobody,
        "logIn",
        asks="On another phone",
        gets="Signed in",
        body={"handle": "quiet_river", "password": PASSWORD, "device_name": "Old tablet"},
    )
    story.later()
    joined = story.say(
        story.nobody,
        "refreshTokens",
        asks="The refresh token that was given last",
        gets="The next ones",
        body={"refresh": joined["refresh"]},
    )
    story.tokens = joined
    story.me = client_of(joined)
    story.say(story.me, "getMe", gets="A member")
    story.later()
    story.say(
        story.me,
        "updateMe",
        asks="Days that begin at four, wherever the phone is",
        gets="What stands now",
        body={"day_start_hour": 4, "time_zone_mode": "fixed"},
    )


def look_after_the_account(story: Story) -> None:
    """An e-mail, codes, other passwords."""
    story.say(story.me, "listSessions", gets="Two devices")
    password = {"password": PASSWORD}
    story.say(
        story.me,
        "setEmail",
        asks="An address",
        gets="Not proved yet",
        body={"email": "river@example.org", **password},
    )
    story.say(
        story.me,
        "verifyEmail",
        asks="The code that was mailed",
        gets="Proved",
        body={"code": _mailed_code(story)},
    )
    story.say(
        story.nobody,
        "requestResetCode",
        asks="Whose password",
        gets="The same for every handle",
        body={"handle": "quiet_river"},
    )
    story.later()
    story.say(
        story.nobody,
        "resetPassword",
        asks="With a mailed code",
        body={
            "handle": "quiet_river",
            "new_password": NEXT_PASSWORD,
            "email_code": _mailed_code(story),
        },
    )
    story.later()
    story.say(
        story.nobody,
        "resetPassword",
        asks="With a backup code",
        body={
            "handle": "quiet_river",
            "new_password": PASSWORD,
            "backup_code": story.codes[0],
        },
    )
    story.later()
    again = {"handle": "quiet_river", **password}
    story.tokens = story.say(story.nobody, "logIn", body=again)
    story.me = client_of(story.tokens)
    story.say(story.me, "replaceBackupCodes", asks="The password", gets="Ten codes", body=password)
    story.say(
        story.me,
        "changePassword",
        asks="Another password",
        body={"password": PASSWORD, "new_password": NEXT_PASSWORD},
    )
    story.say(story.me, "removeEmail")


def _mailed_code(story: Story) -> str:
    send_due_codes(now=timezone.now())
    letter: str = mail.outbox[-1].body
    return next(word for word in letter.split() if word.isdigit() and len(word) == 8)


def leave(story: Story) -> None:
    """Put things away and sign out."""
    story.say(story.me, "endOtherSessions")
    story.say(story.me, "deleteTracker", tracker_id=story.games)
    story.say(story.me, "deleteHardMomentPlan")
    story.say(
        story.nobody,
        "logOut",
        asks="The refresh token that was given last",
        body={"refresh": story.tokens["refresh"]},
    )
    story.say(story.guest, "endSession", session_id=_own_session(story, story.guest))


def _own_session(story: Story, client: APIClient) -> str:
    sessions = story.say(client, "listSessions")["items"]
    return next(str(one["id"]) for one in sessions if one["current"])
