from __future__ import annotations

import pytest

from recovery.sharing.models import Grant, Scope
from recovery.sharing.wording import BEFORE_TAKING_BACK, BESIDE_WHAT_IS_SEEN, WORDINGS


@pytest.mark.parametrize("scope", Scope)
def test_every_scope_has_a_consent_text_that_says_how_long_and_how_to_stop(scope: Scope) -> None:
    wording = WORDINGS[scope]
    assert wording.scope == scope
    assert "90 days" in wording.text
    assert "take it back" in wording.text
    assert wording.warning
    field = Grant._meta.get_field("wording_version")
    assert len(wording.version) <= (field.max_length or 0)


def test_the_consent_to_a_clock_says_that_a_reset_shows() -> None:
    assert "a reset shows" in WORDINGS[Scope.SOBER_CLOCK].warning


def test_the_text_before_taking_back_is_honest_and_offers_less() -> None:
    assert "not told" in BEFORE_TAKING_BACK
    assert "can notice" in BEFORE_TAKING_BACK
    assert "narrow" in BEFORE_TAKING_BACK


def test_a_viewer_is_told_that_looking_is_recorded() -> None:
    assert "can see that you did" in BESIDE_WHAT_IS_SEEN
