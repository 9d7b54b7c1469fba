"""What a group and its members can choose from."""

from __future__ import annotations

from django.db import models


class Focus(models.TextChoices):
    """What a group is about."""

    ANY = "any", "Whatever somebody is recovering from"
    SUBSTANCE = "substance", "Any substance"
    BEHAVIOUR = "behaviour", "Gambling, gaming, eating and other behaviours"
    MENTAL_HEALTH = "mental_health", "Mental health"
    FAMILY = "family", "Family and friends"


class Pathway(models.TextChoices):
    """The way of recovery that a group follows."""

    TWELVE_STEP = "twelve_step"
    SMART = "smart", "SMART Recovery"
    RECOVERY_DHARMA = "recovery_dharma"
    LIFERING = "lifering", "LifeRing"
    WOMEN_FOR_SOBRIETY = "women_for_sobriety"
    CELEBRATE_RECOVERY = "celebrate_recovery"
    SECULAR = "secular"
    OTHER = "other"
    NONE = "none", "No particular one"


class MeetingFormat(models.TextChoices):
    """Where a group meets."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


class Cost(models.TextChoices):
    """What it costs to take part."""

    FREE = "free"
    DONATION = "donation"
    PAID = "paid"


class JoinPolicy(models.TextChoices):
    """How somebody becomes a member. An invite's code works whatever the policy."""

    OPEN = "open", "Whoever wants to"
    APPROVAL = "approval", "Whoever asks and is let in"
    INVITE = "invite", "Whoever was invited"


class Role(models.TextChoices):
    """What somebody is in a group. A listener sees and cheers and is never asked or counted on.

    With one exception: when an owner's account goes and only listeners are left, the first of them
    becomes the owner, no listener any more, and is told; a group without anybody to run it could
    not even be closed.
    """

    OWNER = "owner"
    FACILITATOR = "facilitator"
    MEMBER = "member"
    LISTENER = "listener"


class Symbol(models.TextChoices):
    """What stands for somebody in a group; there are no pictures to upload."""

    ANCHOR = "anchor"
    BIRD = "bird"
    BOAT = "boat"
    BOOK = "book"
    BRIDGE = "bridge"
    CLOUD = "cloud"
    FLOWER = "flower"
    KITE = "kite"
    LANTERN = "lantern"
    LEAF = "leaf"
    MOON = "moon"
    MOUNTAIN = "mountain"
    SHELL = "shell"
    STAR = "star"
    SUN = "sun"
    TREE = "tree"


class Colour(models.TextChoices):
    """The colour of a symbol; which shade it is, an app decides."""

    BLUE = "blue"
    BROWN = "brown"
    GREEN = "green"
    GREY = "grey"
    ORANGE = "orange"
    PINK = "pink"
    PURPLE = "purple"
    RED = "red"
    TEAL = "teal"
    YELLOW = "yellow"


class Ending(models.TextChoices):
    """Why somebody is no longer a member; kept, so that a removal means something."""

    NONE = "none"
    LEFT = "left"
    REMOVED = "removed"
    CLOSED = "closed", "The group closed"
    ACCOUNT_DELETED = "account_deleted"


class JoinRequestState(models.TextChoices):
    """Where a request to be let in stands."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class InviteState(models.TextChoices):
    """Where an invite stands, as its maker sees it; derived, never stored."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class ClimateStep(models.IntegerChoices):
    """Per cent, in steps of ten; the first means "so much or less", the last "so much or more"."""

    TEN = 10
    TWENTY = 20
    THIRTY = 30
    FORTY = 40
    FIFTY = 50
    SIXTY = 60
    SEVENTY = 70
    EIGHTY = 80
    NINETY = 90
