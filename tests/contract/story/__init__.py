"""An app's way through the whole API: what the document's examples are recorded from."""

from __future__ import annotations

from typing import Any

from tests.contract.recording import Recorder
from tests.contract.story import (
    boundaries,
    days,
    goals,
    groups,
    joining,
    kindness,
    nudges,
    own_data,
    partnership,
    promises,
    quiet,
    support,
)
from tests.contract.story.people import Story


def tell(recorder: Recorder, clock: Any) -> None:
    """Go through every operation, on a stopped clock that the steps move on."""
    story = Story(recorder, clock)
    joining.join(story)
    days.track(story)
    days.check_in(story)
    goals.set_goals(story)
    nudges.be_reminded(story)
    partnership.be_partners(story)
    groups.meet(story)
    boundaries.be_fellows(story)
    kindness.encourage(story)
    promises.promise(story)
    quiet.be_quiet(story)
    support.ask_for_support(story)
    joining.look_after_the_account(story)
    own_data.take_along(story)
    joining.leave(story)
