"""What the members area refuses, each with a stable code.

``client_action`` says what an app should do when that is not what its kind of refusal implies.
"""

from __future__ import annotations

from recovery.kernel.errors import Conflict, Denied, NotSignedIn

KEEP = "Keep what has not been sent yet: it can be sent after signing in again."


class SessionOver(NotSignedIn):
    """The session was logged out, removed, ended by a new password, or is too old."""

    code = "session_ended"
    title = "This session has ended"

    def __init__(self) -> None:
        super().__init__(f"This session has ended; sign in again. {KEEP}")


class ReuseDetected(NotSignedIn):
    """A refresh token came back after its successor was used: somebody holds a copy."""

    code = "reuse_detected"
    title = "This session was ended to protect the account"

    def __init__(self) -> None:
        super().__init__(
            "An old refresh token was used again, so that somebody may hold a copy of it; the "
            f"session was ended. Sign in again. {KEEP}"
        )


class AccountDeleted(NotSignedIn):
    """The member deleted the account."""

    code = "account_deleted"
    title = "This account was deleted"

    def __init__(self) -> None:
        super().__init__(
            "This account was deleted, and nothing of it is kept here. What has not been sent "
            "cannot be sent any more; remove it from the device."
        )


class DeletionPending(NotSignedIn):
    """The member deleted the account and asked for a day in which to change their mind."""

    code = "deletion_pending"
    title = "This account is about to be erased"

    def __init__(self) -> None:
        super().__init__(
            "This account was deleted and will be erased within a day. Until then auth/restore "
            "brings it back. What has not been sent can be sent then: keep it on the device."
        )


class WrongCredentials(NotSignedIn):
    """No such handle, or not its password: one answer for both."""

    code = "wrong_credentials"
    title = "The handle or the password is not right"
    client_action = "fix"


class WrongPassword(Denied):
    """The password that was asked for again is not right; the session goes on."""

    code = "wrong_password"
    title = "The password is not right"
    client_action = "fix"


class WrongCode(Denied):
    """The code is wrong, used, too old or was tried too often; or there is no such member."""

    code = "wrong_code"
    title = "This code does not work"
    client_action = "fix"

    def __init__(self) -> None:
        super().__init__(
            "The code is not right, was used before, or is too old. Ask for a new one."
        )


class HandleTaken(Conflict):
    """Somebody else goes by this handle."""

    code = "handle_taken"
    title = "Somebody goes by this handle already"


class AlreadyMember(Conflict):
    """Only a guest can take a handle."""

    code = "already_member"
    title = "This account has a handle and a password already"
    client_action = "drop"


class StillGuest(Conflict):
    """A guest has no password to prove or to change."""

    code = "still_guest"
    title = "Choose a handle and a password first"


class EmailOff(Conflict):
    """This server sends no e-mail."""

    code = "email_off"
    title = "This server sends no e-mail"
    client_action = "drop"

    def __init__(self) -> None:
        super().__init__(
            "This server sends no e-mail, so an address cannot be proved here. Backup codes reset "
            "a password without one."
        )
