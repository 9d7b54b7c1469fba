"""The group that the demo's members meet in, and what they go by there."""

from __future__ import annotations

from dataclasses import dataclass

from api.demo import cast
from recovery.groups.choices import (
    Colour,
    Focus,
    JoinPolicy,
    MeetingFormat,
    Pathway,
    Symbol,
)
from recovery.groups.services.entering import Profile
from recovery.groups.services.running import NewGroup

MADE_AGO = 84
GROUP = NewGroup(
    name="Tuesday by the water",
    description="An hour on Tuesdays, and somebody to write to on the other days.",
    guidelines="What is said here stays here. Nobody has to speak. No advice unless asked for.",
    focus=Focus.ANY,
    pathway=Pathway.NONE,
    format=MeetingFormat.HYBRID,
    time_zone="Europe/Dublin",
    join_policy=JoinPolicy.OPEN,
    listed=True,
)


@dataclass(frozen=True, slots=True)
class Face:
    """What somebody goes by in the group, and since when."""

    handle: str
    alias: str
    symbol: Symbol
    colour: Colour
    days_ago: int
    listens: bool = False

    @property
    def profile(self) -> Profile:
        """What they enter the group as."""
        return Profile(
            alias=self.alias,
            symbol=self.symbol,
            colour=self.colour,
            guidelines_version=1,
            shown=True,
            listens=self.listens,
        )


OWNER = Face(cast.HARBOUR.handle, "Harbour light", Symbol.LANTERN, Colour.BLUE, MADE_AGO)
FACES = (
    Face(cast.LANTERN.handle, "Paper boat", Symbol.BOAT, Colour.TEAL, 83),
    Face(cast.RIVER.handle, "Heron", Symbol.BIRD, Colour.GREY, 82),
    Face(cast.FERRY.handle, "Six o'clock", Symbol.SUN, Colour.ORANGE, 80),
    Face(cast.KETTLE.handle, "Second cup", Symbol.LEAF, Colour.BROWN, 75),
    Face(cast.FERN.handle, "Fern", Symbol.TREE, Colour.GREEN, 70),
    Face(cast.WINDOW.handle, "By the window", Symbol.CLOUD, Colour.PURPLE, 41, listens=True),
)
HELPER = FACES[0]  # facilitates, and is Heron's partner within the group
