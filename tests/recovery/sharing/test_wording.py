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


@pytest.mark.parametrize("scope", [Scope.MOOD, Scope.CRAVING])
def test_what_is_given_date_by_date_says_that_it_tells_of_answers_too(scope: Scope) -> None:
    wording = WORDINGS[scope]
    assert "last 14 dates" in wording.text
    assert "check-in status" in wording.warning
    assert "left out" in wording.warning


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope.SOBER_TIME, "days with use"),  # a number that stands still can tell
        (Scope.MILESTONES, "the count began anew"),
        (Scope.CHECK_IN_STREAK, "whether you answered"),
        (Scope.COMMITMENTS, "did not keep it"),
        (Scope.USE_EVENTS, "Every use"),
        (Scope.CONTACT, "can keep"),
        (Scope.QUIET_ALERTS, "no answer"),
        (Scope.SUPPORT_REQUESTS, "no replacement for a crisis line"),
    ],
)
def test_a_warning_says_what_somebody_can_work_out(scope: Scope, said: str) -> None:
    assert said in WORDINGS[scope].warning


def test_notes_are_not_among_what_can_be_shared_nor_is_everything() -> None:
    assert not {"note", "notes", "everything", "all"} & set(Scope.values)
    assert "no notes" in WORDINGS[Scope.COMMITMENTS].text
    assert "no notes" in WORDINGS[Scope.USE_EVENTS].text


def test_the_text_before_taking_back_offers_a_pause() -> None:
    assert "pause this partner" in BEFORE_TAKING_BACK
    assert all("pause this partner" in wording.text for wording in WORDINGS.values())
