"""Who may do what: every operation of the router by every relation to the owner of the things.

An address without a row fails. A forbidden thing and one that is not there look the same.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from api.archives import MEDIA_TYPE
from recovery.kernel.ids import new_id
from recovery.sharing.models import Scope
from tests.contract.document import operations
from tests.contract.world import PARTNERS, PASSWORD, ROLES, SIGNED_IN, World
from tests.partnering import without_request_id

pytestmark = pytest.mark.django_db

SIGNED_OUT = {"anonymous": 401, "operator": 401, "ended_session": 401, "deleted_member": 401}
CODES = {
    "anonymous": "not_signed_in",
    "operator": "not_signed_in",
    "ended_session": "session_ended",
    "deleted_member": "account_deleted",
}
Row = dict[str, int]


def anybody(status: int) -> Row:
    """The same for everybody; no token is looked at."""
    return dict.fromkeys(ROLES, status)


def own(status: int, **others: int) -> Row:
    """Whoever is signed in, on what is theirs."""
    return {**dict.fromkeys(SIGNED_IN, status), **SIGNED_OUT, **others}


def mine(status: int) -> Row:
    """The owner; for all others it is not there."""
    return own(404, owner=status)


def linked(status: int) -> Row:
    """Both sides of a partnership; for all others it is not there."""
    return own(404, **dict.fromkeys(("owner", *PARTNERS), status))


def grouped(status: int, *, owner: int = 0, facilitator: int = 403, others: int = 403) -> Row:
    """Those in a group; for all others it is not there, also for who has left."""
    return own(
        404,
        owner=owner or status,
        group_facilitator=facilitator,
        group_member=others,
        group_listener=others,
    )


ROWS: dict[str, Row] = {
    "register": anybody(201),
    "createGuest": anybody(201),
    "logIn": anybody(200),
    "refreshTokens": anybody(200),
    "logOut": anybody(204),
    "requestResetCode": anybody(409),  # the tests' server sends no e-mail
    "resetPassword": anybody(403),  # the code is wrong
    "changePassword": own(204, guest=409),
    "getMe": own(200),
    "updateMe": own(200),
    "setCredentials": own(409, guest=200),
    "replaceBackupCodes": own(200, guest=409),
    "setEmail": own(409),
    "removeEmail": own(204),
    "verifyEmail": own(403),  # the code is wrong
    "deleteMe": own(202),
    "restoreAccount": anybody(200),
    "createExport": own(201, owner=200),
    "getExport": mine(200),
    "fetchExport": anybody(200),
    "createImport": own(202),
    "getImport": mine(200),
    "importStartDates": own(200),
    "listSessions": own(200),
    "endOtherSessions": own(204),
    "endSession": mine(204),
    "getAccessLog": own(200),
    "getToday": own(200),
    "listTrackers": own(200),
    "createTracker": own(201),
    "getTracker": mine(200),
    "updateTracker": mine(200),
    "deleteTracker": mine(204),
    "listUseEvents": mine(200),
    "reportUse": mine(201),
    "voidUseEvent": mine(204),
    "restoreUseEvent": mine(200),
    "listAmounts": mine(200),
    "logAmount": mine(201),
    "voidAmount": mine(204),
    "restoreAmount": mine(200),
    "listEpisodes": mine(200),
    "listMilestones": mine(200),
    "getTrackerCalendar": mine(200),
    "listCheckIns": own(200),
    "getCheckInStreak": own(200),
    "getCheckIn": mine(200),
    "putCheckIn": own(201, owner=200),
    "updateCheckIn": mine(200),
    "deleteCheckIn": mine(204),
    "listCommitments": own(200),
    "createCommitment": own(201),
    "getCommitment": mine(200),
    "updateCommitment": mine(200),
    "deleteCommitment": mine(204),
    "listOccurrences": mine(200),
    "listCommitmentEntries": mine(200),
    "getCommitmentEntry": mine(200),
    "putCommitmentEntry": mine(200),
    "withdrawCommitmentEntry": mine(204),
    "confirmCommitmentEntry": own(404, partner_with_commitments=200),  # confirmed already
    "withdrawConfirmation": own(404, partner_with_commitments=204),
    "listGroupCommitments": grouped(200, facilitator=200, others=200),
    "createGroupCommitment": grouped(200, facilitator=400, others=400),  # it is the owner's
    "removeGroupCommitment": mine(204),
    "cheerGroupCommitment": grouped(409, facilitator=201, others=201),  # not for oneself
    "listPauses": own(200),
    "createPause": own(201),
    "getPause": mine(200),
    "updatePause": mine(200),
    "deletePause": mine(204),
    "listGoals": own(200),
    "createGoal": own(201),
    "getGoal": mine(200),
    "updateGoal": mine(200),
    "deleteGoal": mine(204),
    "replaceGoalSteps": mine(200),
    "listGoalProgress": mine(200),
    "logGoalProgress": mine(201),
    "voidGoalProgress": mine(204),
    "getHardMomentPlan": mine(200),
    "putHardMomentPlan": own(200),
    "deleteHardMomentPlan": mine(204),
    "listCrisisResources": anybody(200),
    "listSupportRequests": own(200),
    "createSupportRequest": own(201),
    "getSupportRequest": own(404, owner=200, partner_with_support_requests=200),
    "answerSupportRequest": own(404, partner_with_support_requests=200),
    "sendSupportMessage": own(404, owner=201, partner_with_support_requests=201),
    "closeSupportRequest": mine(200),
    "getContact": mine(200),
    "putContact": own(200),
    "deleteContact": mine(204),
    "listPartnerInvites": own(200),
    "createPartnerInvite": own(201),
    "withdrawPartnerInvite": mine(204),
    "acceptPartnerInvite": mine(201),
    "declinePartnerInvite": mine(204),
    "inspectInvite": anybody(200),
    "acceptInvite": own(201, **dict.fromkeys(("owner", *PARTNERS), 404)),
    "listPartners": own(200),
    "getPartner": linked(200),
    "endPartnership": linked(204),
    "getPartnerSettings": linked(200),
    "updatePartnerSettings": linked(200),
    "pausePartner": linked(200),
    "resumePartner": linked(200),
    "putQuietLetter": linked(200),
    "getQuietLetter": mine(200),
    "deleteQuietLetter": mine(204),
    "getPartnerQuiet": linked(200),
    "getQuietAlerts": own(200),
    "putQuietAlerts": own(200),
    "answerQuietAlert": own(200),
    "listGrants": linked(200),
    "replaceGrants": linked(200),
    "renewGrant": mine(200),
    "renewGrants": linked(200),
    "getPartnerProgress": linked(200),
    "previewForPartner": linked(200),
    "getPartnersOverview": own(200),
    "getWhoSeesMe": own(200),
    "listEncouragements": linked(200),
    "sendEncouragement": linked(201),
    "listReceivedEncouragements": own(200),
    "thankForEncouragement": mine(200),
    "getHelpGiven": own(200),
    "listReports": own(200),
    "createReport": mine(201),  # of an encouragement that the owner was given
    "listBlocks": own(200),
    "createBlock": own(404, owner=201, partner_without_grants=201),
    "deleteBlock": mine(204),
    "listGroups": own(200),
    "createGroup": own(201),
    "getGroup": grouped(200, facilitator=200, others=200),
    "updateGroup": grouped(200, facilitator=200),
    "closeGroup": grouped(204),
    "transferGroup": grouped(200),
    "listGroupMembers": grouped(200, facilitator=200, others=200),
    # It is not listed, so nobody else can find it to join or ask.
    "joinGroup": grouped(409, facilitator=409, others=409),
    "createJoinRequest": grouped(409, facilitator=409, others=409),
    "changeGroupRole": grouped(200),
    "removeGroupMember": grouped(204, facilitator=204),
    "updateGroupMembership": grouped(200, facilitator=200, others=200),
    "leaveGroup": grouped(204, owner=409, facilitator=204, others=204),
    "listJoinRequests": grouped(200, facilitator=200),
    "withdrawJoinRequest": mine(204),
    "approveJoinRequest": grouped(200, facilitator=200),
    "declineJoinRequest": grouped(204, facilitator=204),
    "listGroupInvites": grouped(200, facilitator=200),
    "createGroupInvite": grouped(201, facilitator=201),
    "withdrawGroupInvite": grouped(204, facilitator=404),  # the owner's own invite
    "getGroupClimate": grouped(200, facilitator=200, others=200),
    "listDevices": own(200),
    "putDevice": own(201, owner=200),
    "removeDevice": mine(204),
    "listReminders": own(200),
    "createReminder": own(201),
    "getReminder": mine(200),
    "updateReminder": mine(200),
    "deleteReminder": mine(204),
    "listNotifications": own(200),
    "markNotificationRead": mine(200),
    "markNotificationOpened": mine(200),
    "markNotificationsRead": own(200),
}
JOINING = {"time_zone": "Europe/Berlin", "accepts_terms": True, "is_adult": True}
PROOF = {"password": PASSWORD}
ARCHIVE = b"PK\x03\x04"  # as an archive begins; a worker looks at the rest
LOOK = {"alias": "Newcomer", "symbol": "kite", "colour": "teal"}
GROUP = {"name": "New", "focus": "any", "format": "hybrid", "time_zone": "UTC", "me": LOOK}
TRACKER = {"name": "New", "mode": "abstinence", "category": "gaming"}


def body_of(operation_id: str, world: World) -> dict[str, Any] | bytes | None:
    """Return a body that the operation accepts from whoever may send it."""
    now = timezone.now()
    yesterday = (now - timedelta(days=1)).date().isoformat()
    bodies: dict[str, dict[str, Any] | bytes] = {
        "register": {"handle": "newcomer", **PROOF, **JOINING},
        "createGuest": JOINING,
        "logIn": {"handle": "owner", **PROOF},
        "refreshTokens": {"refresh": world.refresh},
        "logOut": {"refresh": world.refresh},
        "requestResetCode": {"handle": "owner"},
        "resetPassword": {
            "handle": "owner",
            "new_password": "nine-quiet-herons",
            "backup_code": "AAAA-AAAA-AAAA-AAAA",
        },
        "changePassword": {**PROOF, "new_password": "nine-quiet-herons"},
        "updateMe": {"day_start_hour": 3},
        "setCredentials": {"handle": "newcomer", **PROOF},
        "replaceBackupCodes": PROOF,
        "putQuietAlerts": {"days": 3},
        "answerQuietAlert": {"answer": "im_okay"},
        "setEmail": {"email": "river@example.org", **PROOF},
        "verifyEmail": {"code": "00000000"},
        "deleteMe": PROOF,
        "restoreAccount": {"handle": "owner", **PROOF},
        "createExport": PROOF,
        "createImport": ARCHIVE,
        "importStartDates": {
            "trackers": [{"name": "New", "category": "gaming", "started_at": now.isoformat()}]
        },
        "createTracker": {**TRACKER, "started_at": now.isoformat()},
        "updateTracker": {"name": "Other"},
        "reportUse": {"used_at": now.isoformat()},
        "logAmount": {"local_date": yesterday, "amount": "1"},
        "putCheckIn": {},
        "updateCheckIn": {"mood": 3},
        "createCommitment": {"title": "A call", "cadence": "daily"},
        "updateCommitment": {"title": "Two calls"},
        "putCommitmentEntry": {"state": "kept"},
        "createGroupCommitment": {"commitment": world.things.get("commitment_id", "")},
        "createPause": {"from_date": (now + timedelta(days=50)).date().isoformat()},
        "updatePause": {"to_date": (now + timedelta(days=90)).date().isoformat()},
        "createGoal": {"title": "Walk", "category": "health", "target": "50"},
        "updateGoal": {"state": "set_aside"},
        "replaceGoalSteps": {"steps": [{"title": "Begin"}]},
        "logGoalProgress": {"local_date": yesterday, "amount": "1"},
        "sendEncouragement": {"preset": "thinking_of_you"},
        "createReport": {
            "subject_kind": "encouragement",
            "subject": world.things.get("encouragement_id"),
            "reason": "pressure",
        },
        "putHardMomentPlan": {"signs": ["Short answers"]},
        "createSupportRequest": {"text": "Please call"},
        "answerSupportRequest": {"answer": "will_contact_you"},
        "sendSupportMessage": {"text": "Here", "to": world.things.get("thread_id")},
        "putContact": {"text": "Ring twice"},
        "createPartnerInvite": {},
        "inspectInvite": {"code": world.invite_code},
        "acceptInvite": {"code": world.invite_code},
        "replaceGrants": {"grants": [{"scope": "check_in_status"}]},
        "updatePartnerSettings": {"takes_text": True},
        "putQuietLetter": {"text": "Please ring me."},
        "createBlock": {"partner": world.partnerships.get("partner_without_grants")},
        "createGroup": GROUP,
        "updateGroup": {"description": "Other"},
        "transferGroup": {"member": world.things.get("group_member_id", "")},
        "joinGroup": {**LOOK, "guidelines_version": 1},
        "changeGroupRole": {"role": "facilitator"},
        "updateGroupMembership": {"shown": True},
        "createJoinRequest": {**LOOK, "guidelines_version": 1},
        "createGroupInvite": {},
        "putDevice": {"platform": "ios"},
        "createReminder": {"local_time": "21:00"},
        "updateReminder": {"local_time": "22:00"},
        "markNotificationsRead": {"ids": [world.things["notification_id"]]},
    }
    return bodies.get(operation_id)


def ask(world: World, operation_id: str, *, role: str, path: str | None = None) -> Any:
    """Return the answer of an operation on the owner's things; nothing stays of it."""
    send = getattr(world.clients[role], operations()[operation_id].method)
    address = path or world.path(operation_id, role=role)
    body = body_of(operation_id, world)
    with world.undone():
        if isinstance(body, bytes):
            return send(address, body, content_type=MEDIA_TYPE)
        return send(address) if body is None else send(address, body, format="json")


def test_every_operation_has_a_row() -> None:
    assert sorted(ROWS) == sorted(operations())
    bodies = {name for name, one in operations().items() if "requestBody" in one.body}
    assert bodies == {name for name in ROWS if body_of(name, EMPTY) is not None}


EMPTY = World({}, {"notification_id": ""}, {}, "", "", date.min)


@pytest.mark.parametrize("operation_id", sorted(ROWS))
def test_each_gets_what_the_table_says(world: World, operation_id: str) -> None:
    answers = {role: ask(world, operation_id, role=role) for role in ROLES}
    found = {role: answer.status_code for role, answer in answers.items()}
    assert found == ROWS[operation_id], {
        role: answer.content for role, answer in answers.items() if answer.status_code >= 400
    }
    for role, code in CODES.items():
        if found[role] == 401:
            assert answers[role].json()["code"] == code


# A phone belongs to whoever signed in last: putting it is never forbidden.
BY_ID = sorted({name for name, one in operations().items() if "_id}" in one.path} - {"putDevice"})


@pytest.mark.parametrize("operation_id", BY_ID)
def test_what_is_forbidden_looks_like_what_is_not_there(world: World, operation_id: str) -> None:
    path = world.path(operation_id)
    for name, value in {**world.things, **world.partnerships}.items():
        missing = path.replace(value, str(new_id()))
        if missing == path:
            continue
        forbidden = ask(world, operation_id, role="stranger", path=path)
        absent = ask(world, operation_id, role="owner", path=missing)
        nothing = ask(world, operation_id, role="stranger", path=missing)
        assert forbidden.status_code == absent.status_code == nothing.status_code == 404, name
        assert without_request_id(forbidden) == without_request_id(absent)
        assert without_request_id(forbidden) == without_request_id(nothing)
        unlike = {"X-Request-Id"}
        assert {k: v for k, v in forbidden.items() if k not in unlike} == {
            k: v for k, v in absent.items() if k not in unlike
        }


def test_a_partner_sees_the_scopes_that_were_granted_and_no_more(world: World) -> None:
    seen = {
        role: {
            name
            for name, shown in ask(world, "getPartnerProgress", role=role).json().items()
            if isinstance(shown, list) and shown
        }
        for role in PARTNERS
    }
    nothing_there = {"quiet_alerts", "support_requests", "contact"}
    nobody = ("partner_without_grants", "partner_paused", "partner_blocked")
    assert seen == {role: set() for role in nobody} | {
        f"partner_with_{scope}": {"sober_clocks" if scope == "sober_clock" else scope.value}
        - nothing_there
        for scope in Scope
    }
