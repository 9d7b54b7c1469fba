"""What the groups area refuses, each with a stable code."""

from __future__ import annotations

from recovery.kernel.errors import Conflict, Denied, FieldError, Missing


class InviteNotUsable(Missing):
    """The one answer to every code that opens nothing, whatever the reason."""

    code = "invite_not_usable"
    title = "This invite cannot be used"

    def __init__(self) -> None:
        super().__init__("This invite cannot be used. Ask for a new one.")


class GuidelinesOutdated(Conflict):
    """The guidelines that were accepted are not those of now."""

    code = "guidelines_outdated"
    title = "The guidelines have changed"

    def __init__(self, *, current: int = 2) -> None:
        detail = f"Version {current} is the current one; show it and ask again."
        super().__init__(
            detail,
            errors=[FieldError(pointer="/guidelines_version", code="outdated", detail=detail)],
        )


class AliasTaken(Conflict):
    """Somebody in the group goes by this alias, capitals aside."""

    code = "alias_taken"
    title = "Somebody here goes by this alias"

    def __init__(self) -> None:
        detail = "Choose another alias for this group."
        super().__init__(detail, errors=[FieldError(pointer="/alias", code="taken", detail=detail)])


class JoinedAlready(Conflict):
    """They are a member of the group already."""

    code = "joined_already"
    title = "You are a member of this group"
    client_action = "drop"


class NotOpen(Conflict):
    """The group does not let somebody in this way."""

    code = "not_open"
    title = "This group is not joined this way"

    def __init__(self, detail: str = "Ask to be let in, or for an invite.") -> None:
        super().__init__(detail)


class AskedAlready(Conflict):
    """They wait for an answer, or got one less than a week ago."""

    code = "asked_already"
    title = "You have asked already"
    client_action = "drop"

    def __init__(self, *, declined: bool = False) -> None:
        if declined:
            super().__init__("You were not let in; a week after that answer you may ask again.")
        else:
            super().__init__("Your request waits for an answer; you can take it back.")


class GroupFull(Conflict):
    """The group has as many members as a group may have."""

    code = "group_full"
    title = "This group is full"


class TooManyGroups(Conflict):
    """They own, belong to or ask to join as many groups as one member may."""

    code = "too_many_groups"
    title = "Too many groups"


class TooManyGroupInvites(Conflict):
    """They have as many open invites to this group as one may."""

    code = "too_many_group_invites"
    title = "Too many invites are open already"


class OwnerNeeded(Conflict):
    """The owner cannot go or step back before somebody else is the owner."""

    code = "owner_needed"
    title = "A group needs an owner"

    def __init__(self) -> None:
        super().__init__("Make somebody else the owner first, or close the group.")


class ListensOnly(Conflict):
    """A listener is never counted on."""

    code = "listens_only"
    title = "A listener is never counted on"

    def __init__(self) -> None:
        super().__init__("They chose to listen only; choose another, or ask them to end that.")


RUNNERS_ONLY = "Only the owner and the facilitators do this; ask one of them."
OWNER_ONLY = "Only the owner does this; ask them."


class NotYourRole(Denied):
    """A member of the group, but in a role that does not do this; the detail says whose it is."""

    code = "not_your_role"
    title = "Your role in this group does not do this"

    def __init__(self, detail: str = RUNNERS_ONLY) -> None:
        super().__init__(detail)
