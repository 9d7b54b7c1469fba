"""Sealed texts open for their member, label and row, and for nothing else."""

from __future__ import annotations

import secrets

import pytest
from django.conf import LazySettings

from recovery.kernel import sealing
from recovery.kernel.models import SealingKey
from recovery.members.models import Member


def test_a_sealed_text_opens_again(alice: Member) -> None:
    sealer = sealing.for_member(member_id=alice.id)
    blob = sealer.seal("My sister's number", label="plan", row_id=1)
    assert b"sister" not in blob
    again = sealing.for_member(member_id=alice.id)
    assert again.open(blob, label="plan", row_id=1) == "My sister's number"


def test_the_same_text_is_never_sealed_alike(alice: Member) -> None:
    sealer = sealing.for_member(member_id=alice.id)
    assert sealer.seal("x", label="plan", row_id=1) != sealer.seal("x", label="plan", row_id=1)


def test_a_blob_moved_to_another_row_label_or_member_does_not_open(
    alice: Member, bob: Member
) -> None:
    blob = sealing.for_member(member_id=alice.id).seal("mine", label="plan", row_id=1)
    for member, label, row_id in ((alice, "plan", 2), (alice, "note", 1), (bob, "plan", 1)):
        with pytest.raises(sealing.CannotOpen):
            sealing.for_member(member_id=member.id).open(blob, label=label, row_id=row_id)


def test_a_changed_byte_is_noticed(alice: Member) -> None:
    sealer = sealing.for_member(member_id=alice.id)
    blob = bytearray(sealer.seal("mine", label="plan", row_id=1))
    blob[-1] ^= 1
    with pytest.raises(sealing.CannotOpen):
        sealer.open(bytes(blob), label="plan", row_id=1)


def test_a_new_key_in_front_of_the_ring_leaves_old_texts_readable(
    alice: Member, settings: LazySettings
) -> None:
    blob = sealing.for_member(member_id=alice.id).seal("mine", label="plan", row_id=1)
    settings.SEALING_KEYS = {"k2": secrets.token_bytes(32), **settings.SEALING_KEYS}
    sealer = sealing.for_member(member_id=alice.id)
    assert sealer.open(blob, label="plan", row_id=1) == "mine"


def test_with_the_wrong_ring_the_program_refuses_to_start(
    alice: Member, settings: LazySettings
) -> None:
    sealing.check_ring()
    (name,) = settings.SEALING_KEYS
    for ring in ({name: secrets.token_bytes(32)}, {"other": secrets.token_bytes(32)}):
        settings.SEALING_KEYS = ring
        with pytest.raises(sealing.CannotOpen):
            sealing.check_ring()


def test_without_the_members_key_nothing_opens(alice: Member) -> None:
    SealingKey.objects.filter(member_id=alice.id).delete()
    with pytest.raises(sealing.CannotOpen):
        sealing.for_member(member_id=alice.id)


def test_a_digest_knows_a_body_again_and_differs_between_members(
    alice: Member, bob: Member
) -> None:
    body = {"name": "Wine", "amount": 1}
    mine = sealing.for_member(member_id=alice.id)
    assert mine.digest(body) == mine.digest({"amount": 1, "name": "Wine"})
    assert mine.digest(body) != mine.digest({**body, "amount": 2})
    assert mine.digest(body) != sealing.for_member(member_id=bob.id).digest(body)


def test_a_secret_is_one_members_for_one_purpose_and_row_and_no_bodys_digest(
    alice: Member, bob: Member
) -> None:
    mine = sealing.for_member(member_id=alice.id)
    secret = mine.secret(purpose="door", row_id=7)
    assert secret == mine.secret(purpose="door", row_id=7)
    others = (
        mine.secret(purpose="door", row_id=8),
        mine.secret(purpose="gate", row_id=7),
        sealing.for_member(member_id=bob.id).secret(purpose="door", row_id=7),
        *(mine.digest(body) for body in (["door", "7"], "door|7", {"door": 7})),
    )
    assert secret not in others
