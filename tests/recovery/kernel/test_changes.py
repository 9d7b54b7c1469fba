"""Every write leaves a change row, in one order, or none at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from recovery.kernel import changes
from recovery.kernel.models import Change, ChangeCounter
from recovery.members.models import Member

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_changes_of_one_write_share_a_number(alice: Member) -> None:
    with changes.write(member_id=alice.id, now=NOW) as log:
        log.add(table="trackers", row_id="a", version=1, fields=["name"])
        log.add(table="limits", row_id="b", version=1)
    with changes.write(member_id=alice.id, now=NOW) as log:
        log.add(table="trackers", row_id="a", version=2, gone=True)
    rows = Change.objects.order_by("seq", "place").values_list("seq", "place", "table", "gone")
    assert list(rows) == [
        (1, 0, "trackers", False),
        (1, 1, "limits", False),
        (2, 0, "trackers", True),
    ]


def test_a_write_that_fails_leaves_nothing(alice: Member) -> None:
    def write_and_fail() -> None:
        with changes.write(member_id=alice.id, now=NOW) as log:
            log.add(table="trackers", row_id="a", version=1)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        write_and_fail()
    assert Change.objects.count() == 0
    assert ChangeCounter.objects.get(member=alice).change_seq == 0


def test_nothing_is_written_for_a_member_who_is_gone(alice: Member) -> None:
    ChangeCounter.objects.filter(member=alice).delete()
    with (
        pytest.raises(ChangeCounter.DoesNotExist),
        changes.write(member_id=alice.id, now=NOW),
    ):
        raise AssertionError("not reached")


@pytest.mark.django_db(transaction=True)
def test_parallel_writes_are_numbered_one_after_the_other(alice: Member) -> None:
    def write(number: int) -> None:
        try:
            with changes.write(member_id=alice.id, now=NOW) as log:
                log.add(table="trackers", row_id=number, version=1)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
    numbers = Change.objects.order_by("seq").values_list("seq", flat=True)
    assert list(numbers) == list(range(1, 17))
