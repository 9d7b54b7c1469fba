"""Handles, passwords and codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.kernel.errors import Invalid
from recovery.members import rules


@pytest.mark.parametrize("handle", ["abc", "a_b", "123", "quiet_river", "x" * 30, "_a_"])
def test_a_pseudonym_is_accepted(handle: str) -> None:
    rules.check_handle(handle)


@pytest.mark.parametrize(
    "handle",
    ["", "ab", "x" * 31, "Abc", "a-b-c", "a.b.c", "a b c", "äbc", "abc\n", "١٢٣", "___", "admin"],
)
def test_what_is_no_pseudonym_is_refused(handle: str) -> None:
    with pytest.raises(Invalid):
        rules.check_handle(handle)


@given(st.binary(min_size=10, max_size=10))
def test_a_backup_code_is_found_again_however_it_is_typed(raw: bytes) -> None:
    shown = rules.show_backup_code(raw)

    plain = shown.replace("-", "")
    assert rules.normal_code(shown) == plain
    assert rules.normal_code(shown.lower().replace("-", " ") + "\t") == plain


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_two_backup_codes_never_look_the_same(one: bytes, other: bytes) -> None:
    same = rules.show_backup_code(one) == rules.show_backup_code(other)

    assert same == (one == other)


@pytest.mark.parametrize("length", [10, 128])
def test_a_password_of_fair_length_is_accepted(length: int) -> None:
    rules.check_password_shape("x" * length, handle="alice", pointer="/password")


@pytest.mark.parametrize("length", [0, 9, 129])
def test_a_password_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.check_password_shape("x" * length, handle="alice", pointer="/new_password")
    assert refusal.value.errors[0].pointer == "/new_password"


def test_length_is_counted_as_people_see_it() -> None:
    # Ten letters, each with an accent of its own sign: twenty signs in one spelling, ten as hashed.
    rules.check_password_shape("e\u0301" * 10, handle="alice", pointer="/password")
    rules.check_password_shape("e\u0301" * 128, handle="alice", pointer="/password")
    with pytest.raises(Invalid):
        rules.check_password_shape("e\u0301" * 9, handle="alice", pointer="/password")
