"""A copy of all that is mine: whole, mine alone, fetched once, whatever is killed on the way."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from jsonschema import Draft202012Validator

from recovery.kernel.errors import Missing
from recovery.kernel.ids import new_id
from recovery.kernel.ownership import sealed_of, secrets_of
from recovery.members.models import Member
from recovery.members.refusals import WrongPassword
from recovery.ownership import leases, parts, queries, schema, walk
from recovery.ownership.models import ExportJob, ExportPart, ExportState
from recovery.ownership.services import exports, packing, working
from tests.factories import make_member
from tests.parallel import at_once
from tests.partnering import NOW, STATUS, make_partners, share
from tests.recovery.ownership.lives import PASSWORD, export_of, give_password, live, opened

pytestmark = pytest.mark.django_db

MODELS = walk.every_model()
LATER = NOW + timedelta(minutes=1)
COMMITTED = Path(__file__).parents[3] / "docs" / "export-schema.json"


@pytest.fixture
def guest(db: None) -> Member:
    """A member without a password, so that tests need none."""
    return make_member()


def ready(member: Member) -> ExportJob:
    """An export of the member that can be fetched."""
    job, _ = exports.ask(member=member, password="", now=NOW)
    working.work_off(now=NOW)
    job.refresh_from_db()
    assert job.state == ExportState.READY
    return job


def token_of(job: ExportJob) -> str:
    """The key of a fresh link."""
    link = queries.shown(job=job, now=NOW).link
    assert link is not None
    return link.token


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_every_binary_column_is_a_sealed_text_or_a_secret(model: Any) -> None:
    known = {*sealed_of(model), *secrets_of(model)}
    binary = {
        field.name for field in model._meta.concrete_fields if isinstance(field, models.BinaryField)
    }
    assert binary <= known
    assert not {*sealed_of(model)} & secrets_of(model)
    assert {*sealed_of(model)} <= binary


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_every_table_that_says_something_of_members_knows_whose_its_rows_are(model: Any) -> None:
    if model in walk.exported() or model in walk.erasure_order():
        assert not walk.owned_rows(model, member_id=new_id()).exists()


def test_the_schema_is_the_one_that_was_committed() -> None:
    says = json.dumps(schema.document(), indent=1, sort_keys=True) + "\n"
    assert COMMITTED.read_text(encoding="utf-8") == says, "./run manage export_schema"


def test_an_export_holds_everything_that_is_mine_in_the_words_of_its_schema(guest: Member) -> None:
    live(guest)
    found = opened(export_of(guest))
    Draft202012Validator.check_schema(found["schema.json"])
    said = {name: rows for name, rows in found.items() if name != "schema.json"}
    wrong = list(Draft202012Validator(found["schema.json"]).iter_errors(said))
    assert wrong == []
    assert set(said) == {*map(walk.file_of, walk.exported()), "manifest.json"}
    assert {row["name"] for row in said["tracker.json"]} == {"Evenings", "Games"}
    assert sorted(row["note"] for row in said["check_in.json"])[0].startswith("Written on 2026")
    assert [json.loads(row["plan"])["reasons"] for row in said["hard_moment_plan.json"]] == [
        ["Mornings"]
    ]
    assert {row["member"] for row in said["check_in.json"]} == {"me"}
    kinds = {row["kind"] for row in said["tracker_fact.json"]}
    assert kinds == {"started", "used", "limit_set", "amount_logged", "voided"}
    assert said["manifest.json"]["unreadable"] == 0


def test_the_manifest_names_every_file_with_its_digest_size_and_rows(guest: Member) -> None:
    live(guest)
    raw = export_of(guest)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = set(archive.namelist())
        contents = {name: archive.read(name) for name in names}
    listed = json.loads(contents["manifest.json"])["files"]
    assert {one["name"] for one in listed} == names - {"manifest.json"}
    for one in listed:
        content = contents[one["name"]]
        assert one["sha256"] == hashlib.sha256(content).hexdigest()
        assert one["bytes"] == len(content)
        rows = json.loads(content)
        assert one["rows"] == (len(rows) if isinstance(rows, list) else 0)


def test_no_hash_key_or_token_leaves(alice: Member) -> None:
    give_password(alice)
    found = opened(export_of(alice, password=PASSWORD))
    text = json.dumps({name: rows for name, rows in found.items() if name != "schema.json"})
    for hidden in ("argon2", "password", "token_hash", "wrapped", "body_digest", "code_hash"):
        assert hidden not in text
    assert found["member.json"][0]["handle"] == "alice"


def test_what_is_shared_shows_my_side_and_no_other_account(alice: Member, bob: Member) -> None:
    link = make_partners(alice, bob)
    share(alice, link, STATUS)
    share(bob, link, STATUS)
    give_password(alice)
    found = opened(export_of(alice, password=PASSWORD))
    assert [row["owner"] for row in found["grant.json"]] == ["me"]
    assert [row["id"] for row in found["partnership.json"]] == [str(link.id)]
    assert [row["member"] for row in found["partnership_side.json"]] == ["me"]
    text = json.dumps(found)
    assert str(bob.id) not in text
    assert "bob" not in json.dumps(
        {name: rows for name, rows in found.items() if "schema" not in name}
    )


def test_the_password_is_asked_for_again_except_of_a_guest(alice: Member) -> None:
    give_password(alice)
    with pytest.raises(WrongPassword):
        exports.ask(member=alice, password="something-else", now=NOW)
    assert not ExportJob.objects.exists()
    _, is_new = exports.ask(member=alice, password=PASSWORD, now=NOW)
    assert is_new


def test_while_one_is_open_asking_again_gives_that_one(guest: Member) -> None:
    first, is_new = exports.ask(member=guest, password="", now=NOW)
    again, is_new_again = exports.ask(member=guest, password="", now=LATER)
    assert (is_new, is_new_again, again.id) == (True, False, first.id)
    working.work_off(now=NOW)
    assert exports.ask(member=guest, password="", now=LATER)[0].id == first.id


def test_a_link_opens_one_download(guest: Member) -> None:
    job = ready(guest)
    token = token_of(job)
    assert len(b"".join(exports.fetch(token=token, now=LATER).chunks)) == job.byte_count
    with pytest.raises(Missing):
        exports.fetch(token=token, now=LATER)
    job.refresh_from_db()
    assert (job.state, job.due_at) == (ExportState.FETCHED, None)
    assert not ExportPart.objects.exists()
    assert queries.shown(job=job, now=LATER).link is None
    assert exports.ask(member=guest, password="", now=LATER)[1]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_come_with_one_link_one_gets_it(guest: Member) -> None:
    token = token_of(ready(guest))

    def fetch(_: int) -> int:
        try:
            return len(b"".join(exports.fetch(token=token, now=LATER).chunks))
        except Missing:
            return 0

    assert sum(size > 0 for size in at_once(fetch)) == 1


def test_a_download_that_breaks_off_may_be_begun_again_with_a_new_link(
    guest: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 512)
    job = ready(guest)
    token = token_of(job)
    download = exports.fetch(token=token, now=LATER)
    next(download.chunks)
    download.chunks.close()  # type: ignore[attr-defined]
    with pytest.raises(Missing):
        exports.fetch(token=token, now=LATER)
    job.refresh_from_db()
    again = exports.fetch(token=token_of(job), now=LATER)
    assert len(b"".join(again.chunks)) == job.byte_count


def test_a_process_that_died_while_sending_leaves_nothing_behind(guest: Member) -> None:
    exports.fetch(token=token_of(ready(guest)), now=NOW)
    working.work_off(now=NOW + exports.KEPT_AFTER_FETCH)
    assert not ExportPart.objects.exists()
    assert ExportJob.objects.get().state == ExportState.FETCHED


@pytest.mark.parametrize("after", [timedelta(minutes=15), timedelta(hours=24)])
def test_a_link_is_short_lived(guest: Member, after: timedelta) -> None:
    token = token_of(ready(guest))
    with pytest.raises(Missing):
        exports.fetch(token=token, now=NOW + after)


@pytest.mark.parametrize("place", [0, 20, 69])
def test_a_link_that_was_tampered_with_opens_nothing(guest: Member, place: int) -> None:
    token = token_of(ready(guest))
    for sign in "AQgw09_-":
        forged = token[:place] + sign + token[place + 1 :]
        if forged != token:
            with pytest.raises(Missing):
                exports.fetch(token=forged, now=NOW)
    for forged in ("", "x", token[:-1], token + "A", "é" * 70, "A" * 70):
        with pytest.raises(Missing):
            exports.fetch(token=forged, now=NOW)
    assert ExportJob.objects.get().state == ExportState.READY


def test_a_link_of_a_deleted_member_opens_nothing(guest: Member) -> None:
    token = token_of(ready(guest))
    Member.objects.filter(id=guest.id).update(deleted_at=NOW)
    with pytest.raises(Missing):
        exports.fetch(token=token, now=NOW)


def test_what_nobody_fetches_is_gone_after_a_day(guest: Member) -> None:
    job = ready(guest)
    after = job.expires_at
    assert after is not None
    assert queries.shown(job=job, now=after).state is ExportState.EXPIRED
    working.work_off(now=after)
    assert not ExportPart.objects.exists()
    assert ExportJob.objects.get().state == ExportState.EXPIRED
    assert exports.ask(member=guest, password="", now=after)[1]


def test_one_that_expired_unswept_stands_in_nobodys_way(guest: Member) -> None:
    job = ready(guest)
    assert job.expires_at is not None
    other, is_new = exports.ask(member=guest, password="", now=job.expires_at)
    assert is_new
    working.work_off(now=job.expires_at)
    assert set(ExportPart.objects.values_list("job_id", flat=True)) == {other.id}
    job.refresh_from_db()
    assert job.state == ExportState.EXPIRED


def test_the_pieces_are_sealed(guest: Member) -> None:
    live(guest)
    ready(guest)
    raw = b"".join(bytes(part.data) for part in ExportPart.objects.all())
    assert raw[:2] != b"PK"
    assert b"check_in.json" not in raw


def test_a_killed_workers_export_is_taken_up_from_the_beginning(
    guest: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    exports.ask(member=guest, password="", now=NOW)
    monkeypatch.setattr(parts, "PART_BYTES", 256)
    with monkeypatch.context() as broken:
        broken.setattr(schema, "document", killed)
        with pytest.raises(Killed):
            packing.work(watch=leases.Watch(now=NOW))
    job = ExportJob.objects.get()
    assert job.state == ExportState.WORKING
    assert 0 < job.parts_done <= job.parts_total
    assert ExportPart.objects.exists()
    working.work_off(now=NOW + timedelta(seconds=30))  # the lease still holds
    assert ExportJob.objects.get().state == ExportState.WORKING
    later = NOW + timedelta(minutes=2)
    working.work_off(now=later)
    link = queries.shown(job=ExportJob.objects.get(), now=later).link
    assert link is not None
    opened(b"".join(exports.fetch(token=link.token, now=later).chunks))


def test_a_worker_that_was_taken_for_dead_writes_no_more(guest: Member) -> None:
    exports.ask(member=guest, password="", now=NOW)
    taken = leases.take(ExportJob.objects.all(), column="due_at", watch=leases.Watch(now=NOW))
    assert taken is not None
    job, lease = taken
    working.work_off(now=NOW + timedelta(minutes=2))
    with pytest.raises(leases.Lost):
        packing._pack(job, lease)
    job.refresh_from_db()
    assert job.state == ExportState.READY


def test_one_that_never_succeeds_is_given_up_and_holds_up_no_other(
    guest: Member, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_password(alice)
    exports.ask(member=guest, password="", now=NOW)
    from recovery.kernel.models import SealingKey

    SealingKey.objects.filter(member_id=guest.id).delete()
    exports.ask(member=alice, password=PASSWORD, now=NOW)
    for tries in range(packing.MOST_TRIES + 1):
        working.work_off(now=NOW + tries * timedelta(minutes=2))
    states = dict(ExportJob.objects.values_list("member_id", "state"))
    assert states == {guest.id: ExportState.STOPPED, alice.id: ExportState.READY}


def test_a_text_that_does_not_open_is_null_and_counted(guest: Member) -> None:
    clock, _ = live(guest)
    clock.name = b"\x01" + bytes(40)
    clock.save(update_fields=["name"])
    found = opened(export_of(guest))
    assert found["manifest.json"]["unreadable"] == 1
    assert None in [row["name"] for row in found["tracker.json"]]


def test_an_export_costs_the_same_number_of_queries_whatever_the_history(
    guest: Member, django_assert_max_num_queries: Any
) -> None:
    live(guest)
    exports.ask(member=guest, password="", now=NOW)
    # Three a table (rows, progress) and some for pieces, claims and the end.
    with django_assert_max_num_queries(3 * len(walk.exported()) + 30):
        working.work_off(now=NOW)
    assert ExportJob.objects.get().state == ExportState.READY
