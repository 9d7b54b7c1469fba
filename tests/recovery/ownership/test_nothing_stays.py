"""A mark in every text of a member: after the erasure it is found nowhere, in no form."""

from __future__ import annotations

import base64
import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from notifications.models import Delivery, Device, Notification
from recovery.encouragements.models import Encouragement, EncouragementPreset
from recovery.goals.models import Goal
from recovery.kernel.models import Change, SealingKey
from recovery.members.models import EmailCode, EmailPurpose, ErasedMember, Member
from recovery.members.services import backup_codes
from recovery.ownership import parts
from recovery.ownership.models import ExportJob, ExportPart, ImportJob, ImportPart
from recovery.ownership.services import exports, working
from recovery.partners.models import Partnership
from recovery.reports.models import Report, ReportReason, ReportSubject
from recovery.sharing.models import AccessEntry, Scope
from recovery.support.models import SupportAsk, SupportMessage, SupportRequest
from tests.conftest import MemberClient
from tests.contract.world import PASSWORD, World, make_world
from tests.factories import make_session
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.working import Worker, until
from tests.recovery.ownership import marking
from tests.recovery.ownership.leaving import rows_of
from tests.recovery.ownership.lives import opened

HANDLE = "q7handle_x9w"
WORDS = (marking.MARK, HANDLE)


def marked(world: World) -> Member:
    """The owner of the world, with something in every table, and every text of it marked."""
    member = Member.objects.get(handle="owner")
    now = timezone.now()
    _fill_in(member, now=now)
    Member.objects.filter(id=member.id).update(handle=HANDLE)
    member.refresh_from_db()
    EmailCode.objects.create(
        member=member, purpose=EmailPurpose.VERIFY, created_at=now, expires_at=now
    )
    _say_over_http(MemberClient(make_session(member=member, now=now)))
    done, missed = marking.mark(member)
    assert missed == set(), "nothing of the member stands there, so nothing could be marked"
    assert len(done) > 60
    EmailCode.objects.create(
        handle=HANDLE, purpose=EmailPurpose.RESET, created_at=now, expires_at=now
    )
    return member


def _fill_in(member: Member, *, now: Any) -> None:
    """Give the owner what the world has nothing of."""
    link = Partnership.objects.active().of(member.id).select_related("first", "second").first()
    assert link is not None
    other = link.other(member.id)
    backup_codes.make(member=member)
    client = MemberClient(make_session(member=member, now=now))
    goal = Goal.objects.owned_by(member.id)[0]
    said = client.put(f"/api/v1/goals/{goal.id}/steps", {"steps": [{"title": "Begin"}]}, "json")
    assert said.status_code == 200, said.content
    for sender, recipient in ((member, other), (other, member)):
        Encouragement.objects.create(
            member=sender,
            recipient=recipient,
            partnership=link,
            preset=EncouragementPreset.NONE,
            sent_on=now.date(),
            created_at=now,
        )
    Report.objects.create(
        member=member,
        subject_kind=ReportSubject.MEMBER,
        subject_id=link.id,
        reason=ReportReason.OTHER,
        created_at=now,
    )
    request = SupportRequest.objects.owned_by(member.id)[0]
    ask, _ = SupportAsk.objects.get_or_create(
        request=request, helper=other, defaults={"partnership": link, "wave": 1, "asked_at": now}
    )
    SupportMessage.objects.create(member=member, ask=ask, text=b"", created_at=now)
    AccessEntry.objects.create(
        partnership=link, owner=member, viewer=other, scope=Scope.MOOD, seen_on=now.date()
    )
    told = Notification.objects.filter(member=member)[0]
    device = Device.objects.filter(member=member)[0]
    Delivery.objects.create(
        notification=told, device=device, next_attempt_at=now + timedelta(days=9)
    )
    for job, part in (
        (ExportJob.objects.owned_by(member.id)[0], ExportPart),
        (ImportJob.objects.owned_by(member.id)[0], ImportPart),
    ):
        part.objects.create(job=job, place=0, data=b"x")


def _say_over_http(client: APIClient) -> None:
    """Send the mark where members write, through the whole program."""
    mark = marking.MARK
    now = timezone.now()
    for method, path, body in (
        ("put", f"check-ins/{now.date()}", {"note": mark}),
        ("put", "hard-moment-plan", {"reasons": [mark]}),
        (
            "post",
            "trackers",
            {"name": mark, "mode": "abstinence", "category": "own", "started_at": now.isoformat()},
        ),
        ("post", "goals", {"title": mark, "why": mark, "category": "health"}),
    ):
        answer = getattr(client, method)(f"/api/v1/{path}", body, "json")
        assert answer.status_code in (200, 201), answer.content


def database_folder() -> Path:
    """Where SQLite keeps the tests' database, its log and its journal."""
    return Path(str(connection.settings_dict["NAME"])).parent


def nothing_is_left(member: Member, *, folders: list[Path]) -> None:
    """The marks, and the id, stand in no table, no dump and no file."""
    assert rows_of(member.id) == {}
    assert marking.in_tables(WORDS) == []
    ids = (str(member.id), member.id.hex)
    assert marking.in_tables(ids, but=("ErasedMember",)) == []
    assert marking.in_bytes(marking.dump(), WORDS) == []
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"])).name
        files = sorted(database_folder().glob(f"{name}*"))
        assert files
        for path in files:
            assert marking.in_bytes(path.read_bytes(), WORDS) == [], path.name
    assert marking.in_files(folders, WORDS) == []
    assert [path for path in folders if marking.in_files([path], ids)] == []


@pytest.mark.django_db(transaction=True)
def test_after_erasing_no_text_is_found_in_any_table_dump_file_or_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(0):
        member = marked(make_world())
        # The search finds what it looks for, and an export shows it to its owner.
        found = marking.in_tables(WORDS)
        assert {one.partition(":")[0] for one in found} >= {"Member", "GroupMembership", "Device"}
        assert marking.in_bytes(marking.dump(), WORDS)
        ExportJob.objects.all().delete()
        text = str(opened(_export(member)))
        assert text.count(marking.MARK) > 30
        client = MemberClient(make_session(member=member))
        gone = client.delete("/api/v1/me", {"password": PASSWORD}, "json")
        assert gone.status_code == 202, gone.content
        while working.work_off(now=timezone.now()):
            pass
    assert ErasedMember.objects.get().scrubbed_at is not None
    nothing_is_left(member, folders=[settings.BROKER_DIR])
    said = caplog.text + "".join(capfd.readouterr())
    assert marking.in_bytes(said.encode(), (*WORDS, str(member.id), member.id.hex)) == []


def _export(member: Member) -> bytes:
    from tests.recovery.ownership.lives import export_of

    return export_of(member, now=timezone.now(), password=PASSWORD)


@pytest.fixture(scope="module")
def fcm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackFcm]:
    """A loopback FCM for the workers."""
    with LoopbackFcm(folder=tmp_path_factory.mktemp("fcm")) as server:
        yield server


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_an_erasure_that_the_next_one_ends(
    tmp_path: Path, fcm: LoopbackFcm
) -> None:
    member = marked(make_world())
    # Enough that an erasure takes longer than a look at it.
    now = timezone.now()
    Change.objects.bulk_create(
        (
            Change(
                member=member,
                seq=1_000_000 + number,
                table=marking.MARK,
                row_id=marking.MARK,
                version=1,
                changed_at=now,
            )
            for number in range(40_000)
        ),
        batch_size=1000,
    )
    workers = []

    def start() -> Worker:
        workers.append(Worker(folder=tmp_path, broker_url="", fcm=fcm, options="--pool=solo"))
        return workers[-1]

    try:
        first = start()
        client = MemberClient(make_session(member=member))
        assert client.delete("/api/v1/me", {"password": PASSWORD}, "json").status_code == 202
        key = SealingKey.objects.filter(member_id=member.id)
        until(lambda: not key.exists(), what="the key was not destroyed", log=first.log)
        os.kill(first.process.pid, signal.SIGKILL)
        first.kill()
        assert rows_of(member.id), "it was over before the worker could be killed"
        assert Member.objects.filter(id=member.id).exists()
        second = start()
        erased = ErasedMember.objects.filter(member_id=member.id, scrubbed_at__isnull=False)
        until(erased.exists, what="the erasure was not taken up", log=second.log)
        second.stop()
    finally:
        for worker in workers:
            worker.clear_away()
    nothing_is_left(member, folders=[tmp_path])


@pytest.mark.django_db(transaction=True)
def test_an_export_in_pieces_leaves_no_plain_text_on_the_disk() -> None:
    member = marked(make_world())
    ExportJob.objects.all().delete()
    exports.ask(member=member, password=PASSWORD, now=timezone.now())
    working.work_off(now=timezone.now())
    raw = b"".join(bytes(part.data) for part in ExportPart.objects.all())
    assert len(raw) > 1000
    assert marking.in_bytes(raw, (*WORDS, "manifest.json")) == []
    assert parts.PART_BYTES < 1_000_000


@pytest.mark.parametrize("shift", range(6))
def test_the_search_finds_a_mark_in_every_form(shift: int) -> None:
    inside = "x" * shift + marking.MARK + "yyy"
    raw = inside.encode()
    for written in (
        raw,
        inside.encode("utf-16-le"),
        inside.encode("utf-16-be"),
        raw.hex().encode(),
        raw.hex().upper().encode(),
        base64.b64encode(raw),
        base64.urlsafe_b64encode(raw),
        marking.MARK.upper().encode(),
    ):
        assert marking.in_bytes(b"before " + written + b" behind", [marking.MARK]), written
    assert marking.in_bytes(b"zQ7 mark 9Xw", [marking.MARK]) == []
