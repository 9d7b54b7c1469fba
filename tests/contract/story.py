"""An app's way through the whole API: what the document's examples are recorded from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from api.auth import tokens
from notifications import outbox
from notifications.mail import send_due_codes
from notifications.wording import Kind
from recovery.kernel.ids import new_id
from recovery.members.models import Member, Session
from tests.conftest import MemberClient
from tests.contract.recording import Recorder

PASSWORD, NEXT_PASSWORD = "seven-stones-9", "nine-quiet-herons"
JOINING = {"time_zone": "Europe/Berlin", "accepts_terms": True, "is_adult": True}


def client_of(answer: dict[str, Any]) -> APIClient:
    """Return a client of the session that an answer began; its tokens never grow too old."""
    claims = tokens.read_access(answer["access"])
    return MemberClient(Session.objects.get(id=claims.session_id))


class Story:
    """Two people, one day in November. ``clock`` is the stopped clock that steps move on."""

    def __init__(self, recorder: Recorder, clock: Any) -> None:
        self.say = recorder.say
        self._clock = clock
        self.nobody = APIClient()

    def tell(self) -> None:
        """Go through every operation."""
        for part in (
            self._join,
            self._track,
            self._check_in,
            self._be_reminded,
            self._be_partners,
            self._look_after_the_account,
            self._leave,
        ):
            part()

    def later(self, **delta: int) -> None:
        """Let time pass, so that what follows has an instant of its own."""
        self._clock.shift(timedelta(**(delta or {"minutes": 1})))

    def _join(self) -> None:
        account = {
            "handle": "quiet_river",
            "password": PASSWORD,
            "day_start_hour": 4,
            "locale": "en",
            "device_name": "Blue phone",
            **JOINING,
        }
        joined = self.say(
            self.nobody,
            "register",
            asks="A member in Berlin whose days begin at four",
            gets="Signed in",
            body=account,
        )
        self.codes = joined["backup_codes"]
        self.first = client_of(joined)
        self.later()
        guest = self.say(
            self.nobody, "createGuest", asks="A guest", gets="Signed in", body={**JOINING}
        )
        self.guest = client_of(guest)
        self.later()
        joined = self.say(
            self.nobody,
            "logIn",
            asks="On another phone",
            gets="Signed in",
            body={"handle": "quiet_river", "password": PASSWORD, "device_name": "Old tablet"},
        )
        self.later()
        joined = self.say(
            self.nobody,
            "refreshTokens",
            asks="The refresh token that was given last",
            gets="The next ones",
            body={"refresh": joined["refresh"]},
        )
        self.tokens = joined
        self.me = client_of(joined)
        self.say(self.me, "getMe", gets="A member")
        self.later()
        self.say(
            self.me,
            "updateMe",
            asks="Days that begin at four, wherever the phone is",
            gets="What stands now",
            body={"day_start_hour": 4, "time_zone_mode": "fixed"},
        )

    def _track(self) -> None:
        self.wine = str(new_id())
        new = {
            "id": self.wine,
            "name": "Evenings without wine",
            "mode": "abstinence",
            "category": "alcohol",
            "started_at": "2026-09-04T20:00:00+02:00",
            "cost_per_day": "6.50",
            "currency": "EUR",
            "minutes_per_day": 90,
        }
        self.say(
            self.me,
            "createTracker",
            asks="A clock",
            gets="A clock, and what to know",
            body=new,
        )
        self.say(self.me, "createTracker", gets="The same, sent again", body=new)
        self.later()
        limited = self.say(
            self.me,
            "createTracker",
            asks="A limit",
            gets="A limit",
            body={
                "name": "Games",
                "mode": "reduction",
                "category": "gaming",
                "started_at": "2026-11-16T08:00:00+01:00",
                "limit": {"per": "week", "amount": "10", "unit": "hours"},
            },
        )
        self.games = limited["id"]
        self.later()
        self._report_a_use()
        self._log_amounts()
        self.say(self.me, "listTrackers", gets="A clock and a limit")
        self.say(self.me, "getTracker", gets="A clock", tracker_id=self.wine)
        self.say(
            self.me,
            "updateTracker",
            asks="Another name",
            gets="What stands now",
            tracker_id=self.wine,
            body={"name": "Wine"},
        )
        self.say(
            self.me, "listEpisodes", gets="Two stretches, one of them open", tracker_id=self.wine
        )
        self.say(
            self.me, "listMilestones", gets="What was earned, and the next", tracker_id=self.wine
        )
        self.say(
            self.me,
            "getTrackerCalendar",
            gets="Three dates",
            tracker_id=self.games,
            query={"from": "2026-11-20", "to": "2026-11-22"},
        )

    def _report_a_use(self) -> None:
        use = {
            "id": str(new_id()),
            "used_at": "2026-10-12T21:00:00+02:00",
            "resumed_at": "2026-10-13T07:00:00+02:00",
            "amount": "2",
            "trigger": "stress",
            "note": "After the move.",
        }
        at = {"tracker_id": self.wine}
        self.say(self.me, "reportUse", asks="Six weeks ago", gets="What stays", body=use, **at)
        self.say(self.me, "reportUse", gets="The same, sent again", body=use, **at)
        self.later()
        self.say(self.me, "listUseEvents", gets="One use", **at)
        self.say(self.me, "voidUseEvent", event_id=use["id"], **at)
        self.later()
        self.say(self.me, "restoreUseEvent", gets="It holds again", event_id=use["id"], **at)

    def _log_amounts(self) -> None:
        amount = {"id": str(new_id()), "local_date": "2026-11-21", "amount": "1.5"}
        at = {"tracker_id": self.games}
        self.say(self.me, "logAmount", asks="Ninety minutes", gets="Logged", body=amount, **at)
        self.say(self.me, "logAmount", gets="The same, sent again", body=amount, **at)
        self.later()
        self.say(self.me, "listAmounts", gets="One amount", **at)
        self.say(self.me, "voidAmount", amount_id=amount["id"], **at)
        self.later()
        self.say(self.me, "restoreAmount", gets="It holds again", amount_id=amount["id"], **at)

    def _check_in(self) -> None:
        self.say(
            self.me,
            "putHardMomentPlan",
            asks="My own words",
            gets="What stands now",
            body={
                "signs": ["I stop answering messages"],
                "what_helps": ["A walk by the river"],
                "people": ["My sister"],
                "reasons": ["Clear mornings"],
            },
        )
        self.say(self.me, "getHardMomentPlan", gets="My own words")
        self.later()
        pause = {"id": str(new_id()), "from_date": "2026-12-24", "to_date": "2026-12-27"}
        self.say(self.me, "createPause", asks="Four days", gets="Four days", body=pause)
        self.say(self.me, "createPause", gets="The same, sent again", body=pause)
        at = {"pause_id": pause["id"]}
        self.say(self.me, "getPause", gets="Four days", **at)
        self.say(
            self.me,
            "updatePause",
            asks="A day less",
            gets="Three days",
            body={"to_date": "2026-12-26"},
            **at,
        )
        self.say(self.me, "listPauses", gets="One pause")
        self.say(self.me, "deletePause", **at)
        self.later()
        said = {
            "time_zone": "Europe/Berlin",
            "answered_at": "2026-11-22T09:10:00+01:00",
            "edited_at": "2026-11-22T09:10:00+01:00",
            "pledged": True,
            "mood": 4,
            "feelings": ["calm"],
            "craving": 2,
            "confidence": 8,
            "triggers": [],
            "note": "Slept well.",
            "trackers": [
                {"tracker": self.wine, "state": "sober"},
                {"tracker": self.games, "state": "none", "amount": "1"},
            ],
        }
        today = {"local_date": "2026-11-22"}
        self.say(self.me, "putCheckIn", asks="A calm day", gets="A calm day", body=said, **today)
        self.say(self.me, "putCheckIn", gets="The same, sent again", body=said, **today)
        self.later()
        self.say(
            self.me,
            "putCheckIn",
            asks="Only “I'm here”, a day late",
            gets="“I'm here”",
            body={},
            local_date="2026-11-21",
        )
        self.later()
        self.say(
            self.me,
            "updateCheckIn",
            asks="It became hard",
            gets="What stands now, and what helps",
            body={"craving": 9, "confidence": 2, "triggers": ["loneliness"]},
            **today,
        )
        self.say(self.me, "getCheckIn", gets="One date", **today)
        self.say(self.me, "listCheckIns", gets="Two dates")
        self.say(self.me, "getCheckInStreak", gets="Two dates in a row")
        self.say(self.me, "deleteCheckIn", local_date="2026-11-21")
        self.say(self.nobody, "listCrisisResources", gets="New Zealand", query={"country": "NZ"})

    def _be_reminded(self) -> None:
        phone = {"installation_id": str(new_id())}
        said = {
            "platform": "android",
            "push_permission": "granted",
            "address": "fLm3xW0kQ5mB1y8uZc4d9A",
            "address_kind": "fid",
            "app_version": "2.4.0",
            "locale": "de-AT",
        }
        self.say(self.me, "putDevice", asks="An Android phone", gets="New", body=said, **phone)
        self.say(self.me, "putDevice", gets="The same, sent again", body=said, **phone)
        self.say(self.me, "listDevices", gets="One phone")
        self.say(self.me, "removeDevice", **phone)
        # "exact", for chance decides what is added to the time otherwise.
        evening = {"id": str(new_id()), "local_time": "20:00", "exact": True}
        at = {"reminder_id": evening["id"]}
        self.say(self.me, "createReminder", asks="At eight", gets="Every evening", body=evening)
        self.say(self.me, "createReminder", gets="The same, sent again", body=evening)
        self.say(self.me, "getReminder", gets="Every evening", **at)
        self.say(
            self.me,
            "updateReminder",
            asks="An hour later, on weekdays",
            gets="What stands now",
            body={"local_time": "21:00", "weekdays": [0, 1, 2, 3, 4]},
            **at,
        )
        self.say(self.me, "listReminders", gets="One reminder")
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
        told = self.say(self.me, "listNotifications", gets="One to read")["items"][0]
        self.later()
        which = {"notification_id": told["id"]}
        self.say(self.me, "markNotificationRead", gets="Read", **which)
        self.say(self.me, "markNotificationOpened", gets="Opened", **which)
        self.say(
            self.me,
            "markNotificationsRead",
            asks="One",
            gets="Nothing is left",
            body={"ids": [told["id"]]},
        )
        self.say(self.me, "deleteReminder", **at)

    def _be_partners(self) -> None:
        self.say(
            self.guest,
            "setCredentials",
            asks="A handle",
            gets="A member now",
            body={"handle": "tall_birch", "password": NEXT_PASSWORD},
        )
        other = self.guest
        chosen = {"id": str(new_id())}
        made = self.say(
            other, "createPartnerInvite", asks="An id of my choice", gets="Its code", body=chosen
        )
        self.say(other, "createPartnerInvite", gets="The same, sent again", body=chosen)
        self.say(other, "listPartnerInvites", gets="One that is open")
        code = {"code": made["code"]}
        self.say(self.nobody, "inspectInvite", asks="A code", gets="Who invites", body=code)
        self.later()
        link = self.say(self.me, "acceptInvite", asks="A code", gets="A partner", body=code)
        self.say(self.me, "acceptInvite", gets="The same, sent again", body=code)
        at = {"partner_id": link["id"]}
        grants = self.say(
            self.me,
            "replaceGrants",
            asks="One clock and the check-in status",
            gets="What I share now",
            body={
                "grants": [
                    {"scope": "sober_clock", "tracker": self.wine},
                    {"scope": "check_in_status"},
                ]
            },
            **at,
        )["grants"]
        self.say(self.me, "listGrants", gets="What I share", **at)
        self.later(days=1)
        self.say(self.me, "renewGrant", gets="Ninety days more", grant_id=grants[0]["id"], **at)
        self.say(self.guest, "listPartners", gets="One partner")
        self.say(self.guest, "getPartner", gets="A partner", **at)
        self.say(self.guest, "getPartnerProgress", gets="A clock and a status", **at)
        self.say(self.guest, "getToday", gets="A first day, with something newly shared")
        self.say(self.me, "getToday", gets="A clock and a limit")
        spare = self.say(other, "createPartnerInvite", body={})["invite"]["id"]
        self.say(other, "withdrawPartnerInvite", invite_id=spare)
        self.say(self.guest, "endPartnership", **at)

    def _look_after_the_account(self) -> None:
        self.say(self.me, "listSessions", gets="Two devices")
        password = {"password": PASSWORD}
        self.say(
            self.me,
            "setEmail",
            asks="An address",
            gets="Not proved yet",
            body={"email": "river@example.org", **password},
        )
        self.say(
            self.me,
            "verifyEmail",
            asks="The code that was mailed",
            gets="Proved",
            body={"code": self._mailed_code()},
        )
        self.say(
            self.nobody,
            "requestResetCode",
            asks="Whose password",
            gets="The same for every handle",
            body={"handle": "quiet_river"},
        )
        self.later()
        self.say(
            self.nobody,
            "resetPassword",
            asks="With a mailed code",
            body={
                "handle": "quiet_river",
                "new_password": NEXT_PASSWORD,
                "email_code": self._mailed_code(),
            },
        )
        self.later()
        self.say(
            self.nobody,
            "resetPassword",
            asks="With a backup code",
            body={
                "handle": "quiet_river",
                "new_password": PASSWORD,
                "backup_code": self.codes[0],
            },
        )
        self.later()
        again = {"handle": "quiet_river", **password}
        self.tokens = self.say(self.nobody, "logIn", body=again)
        self.me = client_of(self.tokens)
        self.say(
            self.me, "replaceBackupCodes", asks="The password", gets="Ten codes", body=password
        )
        self.say(
            self.me,
            "changePassword",
            asks="Another password",
            body={"password": PASSWORD, "new_password": NEXT_PASSWORD},
        )
        self.say(self.me, "removeEmail")

    def _mailed_code(self) -> str:
        send_due_codes(now=timezone.now())
        letter: str = mail.outbox[-1].body
        return next(word for word in letter.split() if word.isdigit() and len(word) == 8)

    def _leave(self) -> None:
        self.say(self.me, "endOtherSessions")
        self.say(self.me, "deleteTracker", tracker_id=self.games)
        self.say(self.me, "deleteHardMomentPlan")
        self.say(
            self.nobody,
            "logOut",
            asks="The refresh token that was given last",
            body={"refresh": self.tokens["refresh"]},
        )
        self.say(self.guest, "endSession", session_id=self._own_session(self.guest))

    def _own_session(self, client: APIClient) -> str:
        sessions = self.say(client, "listSessions")["items"]
        return next(str(one["id"]) for one in sessions if one["current"])
