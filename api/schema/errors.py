"""The error answers of every operation: which statuses, and with which codes."""

from __future__ import annotations

from typing import Any

from api import problems
from api.auth import tokens
from api.problems import Problem
from notifications.reminders import TooManyReminders
from recovery.checkins.services import DeletedSince
from recovery.commitments.refusals import OwnCommitment, TooManyCommitments, WithdrawnSince
from recovery.encouragements.refusals import AlreadyEncouragedToday, TakesNoText
from recovery.goals.refusals import NoTarget, TooManyGoals
from recovery.groups import refusals as groups
from recovery.kernel import errors
from recovery.members import refusals as members
from recovery.ownership import refusals as ownership
from recovery.partners.refusals import InviteNotUsable, TooManyOpenInvites
from recovery.reports.refusals import TooManyOpenReports
from recovery.sobriety.refusals import TooManyTrackers, WrongMode
from recovery.support import refusals as support

REQUEST_ID = "5b1f0e2a9c3d4f7e8a6b0c1d2e3f4a5b"
WHILE_LIMITED = errors.TooMany(retry_after=30)
TAKEN = errors.IdTaken()

SIGNED_IN = (
    tokens.BadToken(),
    tokens.TokenExpired(),
    members.SessionOver(),
    members.ReuseDetected(),
    members.AccountDeleted(),
    members.DeletionPending(),
)
# What an operation refuses beside what follows from its body, path and security.
OF_OPERATION: dict[str, tuple[errors.Refusal, ...]] = {
    "register": (members.HandleTaken(), WHILE_LIMITED),
    "createGuest": (WHILE_LIMITED,),
    "logIn": (members.WrongCredentials(), members.DeletionPending(), WHILE_LIMITED),
    "refreshTokens": tuple(one for one in SIGNED_IN if not isinstance(one, tokens.TokenExpired)),
    "changePassword": (members.WrongPassword(), members.StillGuest(), WHILE_LIMITED),
    "resetPassword": (members.WrongCode(), WHILE_LIMITED),
    "requestResetCode": (members.EmailOff(), WHILE_LIMITED),
    "setCredentials": (
        members.HandleTaken(),
        members.AlreadyMember(),
        members.WrongPassword(),
        WHILE_LIMITED,
    ),
    "replaceBackupCodes": (members.WrongPassword(), members.StillGuest(), WHILE_LIMITED),
    "setEmail": (
        members.WrongPassword(),
        members.StillGuest(),
        members.EmailOff(),
        WHILE_LIMITED,
    ),
    "verifyEmail": (members.WrongCode(), WHILE_LIMITED),
    "deleteMe": (members.WrongPassword(), ownership.CannotBeRestored(), WHILE_LIMITED),
    "restoreAccount": (members.WrongCredentials(), WHILE_LIMITED),
    "createExport": (members.WrongPassword(), WHILE_LIMITED),
    "createImport": (
        ownership.NotAnArchive(),
        ownership.ArchiveTooLarge(),
        ownership.ImportUnderWay(),
    ),
    "importStartDates": (TooManyTrackers(),),
    "createTracker": (TooManyTrackers(), errors.Missing()),
    "createPause": (errors.Missing(),),
    "updateTracker": (WrongMode(),),
    "reportUse": (WrongMode(),),
    "restoreUseEvent": (WrongMode(),),
    "voidUseEvent": (WrongMode(),),
    "listUseEvents": (WrongMode(),),
    "logAmount": (WrongMode(),),
    "restoreAmount": (WrongMode(),),
    "voidAmount": (WrongMode(),),
    "listAmounts": (WrongMode(),),
    "listEpisodes": (WrongMode(),),
    "listMilestones": (WrongMode(),),
    "putCheckIn": (DeletedSince(),),
    "createCommitment": (TooManyCommitments(), errors.Missing()),
    "putCommitmentEntry": (WithdrawnSince(),),
    "createGroupCommitment": (errors.Missing(),),
    "cheerGroupCommitment": (OwnCommitment(),),
    "getHardMomentPlan": (errors.Missing(),),
    "deleteHardMomentPlan": (errors.Missing(),),
    "getContact": (errors.Missing(),),
    "deleteContact": (errors.Missing(),),
    "sendSupportMessage": (support.AnswerFirst(), support.RequestClosed(), support.ThreadFull()),
    "createPartnerInvite": (TooManyOpenInvites(), errors.Missing()),
    "createBlock": (errors.Missing(),),
    "inspectInvite": (InviteNotUsable(), WHILE_LIMITED),
    "acceptInvite": (
        InviteNotUsable(),
        groups.GuidelinesOutdated(),
        groups.AliasTaken(),
        groups.GroupFull(),
        groups.TooManyGroups(),
    ),
    "createGroup": (groups.TooManyGroups(), errors.Missing()),
    "updateGroup": (groups.NotYourRole(),),
    "closeGroup": (groups.NotYourRole(),),
    "transferGroup": (groups.NotYourRole(), groups.ListensOnly()),
    "joinGroup": (
        groups.NotOpen(),
        groups.GuidelinesOutdated(),
        groups.JoinedAlready(),
        groups.AliasTaken(),
        groups.GroupFull(),
        groups.TooManyGroups(),
    ),
    "changeGroupRole": (groups.NotYourRole(), groups.ListensOnly()),
    "removeGroupMember": (groups.NotYourRole(),),
    "updateGroupMembership": (
        groups.NotYourRole(),
        groups.GuidelinesOutdated(),
        groups.AliasTaken(),
        groups.OwnerNeeded(),
    ),
    "leaveGroup": (groups.OwnerNeeded(),),
    "listJoinRequests": (groups.NotYourRole(),),
    "createJoinRequest": (
        groups.NotOpen(),
        groups.GuidelinesOutdated(),
        groups.JoinedAlready(),
        groups.AskedAlready(),
        groups.TooManyGroups(),
    ),
    "approveJoinRequest": (groups.NotYourRole(), groups.GroupFull(), groups.TooManyGroups()),
    "declineJoinRequest": (groups.NotYourRole(),),
    "listGroupInvites": (groups.NotYourRole(),),
    "createGroupInvite": (groups.NotYourRole(), groups.TooManyGroupInvites()),
    "withdrawGroupInvite": (groups.NotYourRole(),),
    "createGoal": (TooManyGoals(), errors.Missing()),
    "replaceGoalSteps": (TAKEN,),
    "logGoalProgress": (NoTarget(),),
    "sendEncouragement": (AlreadyEncouragedToday(), TakesNoText()),
    "createReport": (TooManyOpenReports(), errors.Missing()),
    "createReminder": (TooManyReminders(), errors.Missing()),
}
TITLES = {
    400: "The request is not valid.",
    401: "Sign in, or refresh the access token.",
    403: "Not allowed.",
    404: "Absent, or not for you to see: the two look the same.",
    409: "This contradicts what is stored.",
    413: "The body is larger than 64 KiB.",
    415: "The body is not JSON.",
    429: "Too many tries; wait for as long as `Retry-After` says.",
    503: "Not available just now; nothing was lost.",
}
ANY_OTHER = (
    problems.METHOD_NOT_ALLOWED,
    problems.NOT_ACCEPTABLE,
    problems.SERVER_ERROR,
)
# Answers that many operations give alike, named once.
ALIKE = {
    ("invalid", "malformed"): "NotValid",
    tuple(sorted(one.code for one in SIGNED_IN)): "NotSignedIn",
    ("not_found",): "NotFound",
    ("id_taken",): "IdTaken",
    ("body_too_large",): "BodyTooLarge",
    ("unsupported_media_type",): "UnsupportedMediaType",
    ("too_many",): "TooMany",
    ("unavailable",): "Unavailable",
}
NOT_VALID = Problem(
    400,
    "invalid",
    problems.INVALID.title,
    "/started_at: This lies in the future.",
    "fix",
    errors=[
        errors.FieldError(
            pointer="/started_at", code="in_the_future", detail="This lies in the future."
        )
    ],
)


def problems_of(operation: dict[str, Any], *, takes_id: bool) -> list[Problem]:
    """Return every problem that an operation may answer with, sorted by status and code."""
    found: list[Problem] = [problems.UNAVAILABLE]
    parameters = operation.get("parameters", [])
    if "requestBody" in operation:
        found += [problems.MALFORMED, NOT_VALID]
        found += [problems.BODY_TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE]
    if any(one["in"] == "query" for one in parameters):
        found += [problems.MALFORMED, NOT_VALID]
    if any(one["in"] == "path" for one in parameters):
        found.append(problems.NOT_FOUND)
    refusals = list(OF_OPERATION.get(operation["operationId"], ()))
    if operation["security"]:
        refusals += SIGNED_IN
    if takes_id:
        refusals.append(TAKEN)
    found += [problems.of_refusal(refusal) for refusal in refusals]
    by_code = {(one.status, one.code): one for one in found}
    return [by_code[key] for key in sorted(by_code)]


def answers(found: list[Problem], shared: dict[str, Any], *, helps: bool) -> dict[str, Any]:
    """Return the responses of an operation that say these problems, and ``default``.

    What many operations answer alike goes to the shared responses, once; those that say where help
    is are others.
    """
    by_status: dict[int, list[Problem]] = {}
    for one in found:
        by_status.setdefault(one.status, []).append(one)
    responses = {}
    for status, of_status in by_status.items():
        codes = tuple(one.code for one in of_status)
        answer = _answer(TITLES[status], of_status, helps=helps)
        responses[str(status)] = _shared(ALIKE.get(codes), answer, shared, helps=helps)
    other = _answer("Any other error.", [*ANY_OTHER], helps=helps)
    responses["default"] = _shared("AnyOtherProblem", other, shared, helps=helps)
    return responses


def _shared(
    name: str | None, answer: dict[str, Any], shared: dict[str, Any], *, helps: bool
) -> dict[str, Any]:
    if name is None:
        return answer
    if helps:
        name = f"{name}WithHelp"
    shared[name] = answer
    return {"$ref": f"#/components/responses/{name}"}


def _answer(title: str, found: list[Problem], *, helps: bool) -> dict[str, Any]:
    codes = ", ".join(f"`{one.code}`" for one in found)
    answer: dict[str, Any] = {"description": f"{title} Codes: {codes}."}
    headers = {}
    if helps:
        headers["Link"] = {"$ref": "#/components/headers/HelpLink"}
    if any(name == "Retry-After" for one in found for name, _ in one.headers):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    if headers:
        answer["headers"] = headers
    examples = {one.code: {"$ref": f"#/components/examples/{example_name(one)}"} for one in found}
    schema = {"$ref": "#/components/schemas/Problem"}
    answer["content"] = {problems.CONTENT_TYPE: {"schema": schema, "examples": examples}}
    return answer


def example_name(problem: Problem) -> str:
    """Return the name of a problem's example: its code in camel case, such as notFound."""
    first, *rest = problem.code.split("_")
    return first + "".join(part.capitalize() for part in rest)


def example(problem: Problem) -> dict[str, Any]:
    """Return a problem as an example of the document."""
    return {"summary": problem.title, "value": problem.body(request_id=REQUEST_ID)}


RETRY_AFTER = {
    "description": "Seconds to wait before the next try.",
    "schema": {"type": "integer", "minimum": 1},
    "example": 30,
}
HELP_LINK = {
    "description": "Where crisis lines are, without signing in: show them whatever went wrong.",
    "schema": {"type": "string"},
    "example": problems.HELP_LINK[1],
}
PROBLEM = {
    "type": "object",
    "description": "What went wrong, and what the app should do next (RFC 9457).",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Where this code is explained.",
        },
        "title": {"type": "string", "description": "The same for every answer with this code."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What was wrong this time, for a person."},
        "code": {
            "type": "string",
            "description": "For programs. More codes come with time: treat one that you do not "
            "know by `client_action`.",
        },
        "request_id": {"type": "string", "description": "Also in the X-Request-Id header."},
        "client_action": {"$ref": "#/components/schemas/ClientAction"},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/FieldProblem"},
            "description": "What is wrong with single fields; often empty.",
        },
    },
    "required": [
        *("type", "title", "status", "detail", "code", "request_id", "client_action", "errors")
    ],
}
FIELD_PROBLEM = {
    "type": "object",
    "description": "What is wrong with one field.",
    "properties": {
        "pointer": {
            "type": "string",
            "description": "A JSON pointer (RFC 6901) into the body, or the name of a "
            "parameter of the query or the path behind a slash; empty for the whole.",
        },
        "code": {"type": "string", "description": "For programs."},
        "detail": {"type": "string", "description": "For a person."},
    },
    "required": ["pointer", "code", "detail"],
}
ACTIONS = {
    "retry": "send the same later",
    "refresh": "fetch new tokens, then send it again",
    "sign_in": "sign in, then send it again",
    "fix": "ask the member to change something, or mend the app",
    "update": "the app is too old",
    "drop": "it will never work; stop trying",
}
CLIENT_ACTION = {
    "type": "string",
    "enum": list(ACTIONS),
    "description": " ".join(f"`{name}`: {text}." for name, text in ACTIONS.items()),
}
SCHEMAS = {"Problem": PROBLEM, "FieldProblem": FIELD_PROBLEM, "ClientAction": CLIENT_ACTION}
