"""Whatever is sent in for an archive: it is refused with a reason, and nothing of it is stored."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from recovery.members.models import Member
from recovery.ownership.archive import MOST_BYTES, REASONS
from recovery.ownership.models import ImportJob, ImportPart, ImportState
from recovery.ownership.refusals import ArchiveTooLarge, NotAnArchive
from recovery.ownership.services import importing, imports, working
from tests.contract.world import stored
from tests.factories import make_member
from tests.partnering import NOW
from tests.recovery.ownership.lives import archived, opened, packed, read_in, send

pytestmark = pytest.mark.django_db

Files = dict[str, Any]
Change = Callable[[Files], None]


@pytest.fixture(scope="module")
def archive(django_db_setup: None, django_db_blocker: Any) -> bytes:
    """The export of a life that is gone again, as if it came from elsewhere."""
    with django_db_blocker.unblock():
        return archived()


@pytest.fixture
def newcomer(db: None) -> Member:
    """Whose account it is read into."""
    return make_member(time_zone="UTC", now=NOW - timedelta(hours=1))


def repacked(archive: bytes, change: Change) -> bytes:
    """Return an archive with changed files, under a manifest that fits them."""
    files = opened(archive)
    change(files)
    return with_manifest(files)


def with_manifest(files: Files) -> bytes:
    """Return an archive of these files, one row a line, under a manifest that fits them."""
    raw = {
        name: content if isinstance(content, bytes) else written(content)
        for name, content in files.items()
        if name != "manifest.json"
    }
    manifest = files.get("manifest.json", {})
    if isinstance(manifest, dict):
        manifest = {
            **manifest,
            "files": [
                {
                    "name": name,
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "bytes": len(content),
                    "rows": 0,
                }
                for name, content in raw.items()
            ],
        }
        return packed({**raw, "manifest.json": json.dumps(manifest).encode()})
    return packed({**raw, "manifest.json": manifest})


def written(content: Any) -> bytes:
    """Return rows as an export writes them."""
    if not isinstance(content, list):
        return json.dumps(content).encode()
    if not content:
        return b"[]\n"
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in content)
    return f"[\n{lines}\n]\n".encode()


def first(file: str, /, **values: Any) -> Change:
    """A change of the first row of a file."""
    return lambda files: files[f"{file}.json"][0].update(values)


def with_files(**more: bytes) -> Change:
    """A change of whole files."""
    return lambda files: files.update({f"{name}.json": raw for name, raw in more.items()})


def nest(depth: int) -> bytes:
    """A row that nests deep."""
    return b'[\n{"id":' + b"[" * depth + b"]" * depth + b"}\n]\n"


BAD: dict[str, tuple[str, Change]] = {
    "another format": ("unknown_schema", lambda f: f["manifest.json"].update(format="other")),
    "a later version": ("unknown_schema", lambda f: f["manifest.json"].update(schema_version=2)),
    "true for a version": (
        "unknown_schema",
        lambda f: f["manifest.json"].update(schema_version="1"),
    ),
    "no JSON": ("bad_row", with_files(tracker=b"[\n{\n]\n")),
    "no list": ("bad_row", with_files(tracker=b"{}\n")),
    "no end": ("bad_row", with_files(tracker=b"[\n")),
    "a row that is none": ("bad_row", with_files(tracker=b"[\n5\n]\n")),
    "more after the end": ("bad_row", with_files(tracker=b"[\n]\n{}\n")),
    "a name twice": ("bad_row", with_files(tracker=b'[\n{"id":1,"id":2}\n]\n')),
    "NaN": ("bad_row", with_files(tracker=b'[\n{"id":NaN}\n]\n')),
    "a long number": ("bad_row", with_files(tracker=b'[\n{"id":' + b"9" * 5000 + b"}\n]\n")),
    "deep nesting": ("bad_row", with_files(tracker=nest(100_000))),
    "bad UTF-8": ("bad_row", with_files(tracker=b'[\n{"id":"\xff"}\n]\n')),
    "a line without end": ("too_large", with_files(tracker=b"[\n" + b"x" * 300_000)),
    "half a character": ("bad_value", first("tracker", name="\ud800")),
    "NUL": ("bad_value", first("tracker", name="a\x00b")),
    "a long text": ("bad_value", first("tracker", name="x" * 5000)),
    "no text": ("bad_value", first("tracker", name=5)),
    "an empty name": ("bad_value", first("tracker", name="")),
    "no id": ("bad_value", first("tracker", id="me")),
    "an unknown mode": ("bad_value", first("tracker", mode="both")),
    "no mode": ("bad_value", lambda f: f["tracker.json"][0].pop("mode")),
    "null for a mode": ("bad_value", first("tracker", mode=None)),
    "an instant without a zone": ("bad_value", first("tracker", started_at="2026-01-01T00:00:00")),
    "the year 1": ("bad_value", first("tracker", started_at="0001-01-01T00:00:00Z")),
    "tomorrow": ("in_the_future", first("tracker", started_at="2026-11-24T00:00:00Z")),
    "30 February": ("bad_value", first("check_in", local_date="2026-02-30")),
    "an unknown zone": ("bad_value", first("check_in", zone="Mars/Base")),
    "an unknown zone of mine": ("bad_value", first("member", time_zone="Mars/Base")),
    "a late day": ("bad_value", first("check_in", day_start_hour=9)),
    "a mood of 9": ("contradiction", first("check_in", mood=9)),
    "a mood beyond numbers": ("bad_value", first("check_in", mood=10**9)),
    "an unknown feeling": ("bad_value", first("check_in", feelings=["x"])),
    "feelings in feelings": ("bad_value", first("check_in", feelings=[["calm"]])),
    "no list of feelings": ("bad_value", first("check_in", feelings={"calm": 1})),
    "trackers that are none": ("bad_value", first("check_in", trackers=[{"tracker": 1}])),
    "a stranger's tracker": (
        "unknown_row",
        first(
            "check_in",
            trackers=[
                {
                    "tracker": "019aaa15-0001-7c31-9b1e-5f0a4c2d7e10",
                    "state": "sober",
                    "amount": None,
                }
            ],
        ),
    ),
    "a fact of no tracker": (
        "unknown_row",
        first("tracker_fact", tracker="019aaa15-0001-7c31-9b1e-5f0a4c2d7e10"),
    ),
    "a tracker that never began": (
        "contradiction",
        lambda f: f.update({"tracker_fact.json": []}),
    ),
    "a void of itself": (
        "contradiction",
        lambda f: (
            [row.update(target=row["id"]) for row in f["tracker_fact.json"] if row["target"]]
            and None
        ),
    ),
    "a start that says nothing": ("bad_value", first("tracker_fact", at=None)),
    "a date far from its instant": ("bad_value", first("tracker_fact", on_date="2025-01-01")),
    "a row twice": (
        "contradiction",
        lambda f: f["tracker.json"].append(f["tracker.json"][0]),
    ),
    "a pause that ends first": (
        "contradiction",
        first("pause", from_date="2026-11-02", to_date="2026-11-01"),
    ),
    "a plan that is none": ("bad_value", first("hard_moment_plan", plan="[1, 2]")),
    "a plan of other things": ("bad_value", first("hard_moment_plan", plan='{"x": []}')),
    "a plan that nests": ("bad_value", first("hard_moment_plan", plan="[" * 5000)),
    "a promise of nothing": ("contradiction", lambda f: f.update({"commitment_terms.json": []})),
    "a promise on no weekday": ("bad_value", first("commitment_terms", cadence="weekdays")),
    "a promise once in a century": (
        "bad_value",
        first("commitment_terms", cadence="once", from_date="1950-01-01", ends_on="2050-01-01"),
    ),
    "an entry of no commitment": (
        "unknown_row",
        first("commitment_entry", commitment="019aaa15-0001-7c31-9b1e-5f0a4c2d7e10"),
    ),
    "a goal that is due before": ("contradiction", first("goal", due_on="1999-01-01")),
    "sixty trackers": (
        "too_many",
        lambda f: many(f, 60),
    ),
}


def many(files: Files, count: int) -> None:
    """Make so many trackers out of the first one."""
    one = files["tracker.json"][0]
    start = next(row for row in files["tracker_fact.json"] if row["tracker"] == one["id"])
    for number in range(count):
        tracker_id = f"019aaa15-{number:04x}-7c31-9b1e-5f0a4c2d7e10"
        files["tracker.json"].append({**one, "id": tracker_id})
        fact = {**start, "id": tracker_id, "tracker": tracker_id}
        files["tracker_fact.json"].append(fact)


def nothing_stays_of(member: Member, archive: bytes, code: str) -> ImportJob:
    """An archive is refused for this reason, and nothing of it was stored."""
    before = {name: rows for name, rows in stored().items() if name != "recovery.ImportJob"}
    counters = before.pop("recovery.ChangeCounter")
    job = send(member, archive)
    assert (job.state, job.problem_code) == (ImportState.REFUSED, code)
    assert job.problem_code in REASONS
    after = {name: rows for name, rows in stored().items() if name != "recovery.ImportJob"}
    assert len(after.pop("recovery.ChangeCounter")) == len(counters)
    assert after == before
    return job


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_refuses_the_whole_archive(archive: bytes, newcomer: Member, name: str) -> None:
    code, change = BAD[name]
    nothing_stays_of(newcomer, repacked(archive, change), code)


def test_the_problem_says_in_which_file_and_line(archive: bytes, newcomer: Member) -> None:

    def spoil(files: Files) -> None:
        files["check_in.json"][4]["mood"] = "fine"

    job = nothing_stays_of(newcomer, repacked(archive, spoil), "bad_value")
    assert (job.problem_file, job.problem_line) == ("check_in.json", 6)


def test_what_is_not_known_here_is_left_out(archive: bytes, newcomer: Member) -> None:

    def later(files: Files) -> None:
        files["tracker.json"][0]["colour"] = "blue"
        files["of_a_later_release.json"] = [{"x": 1}]

    read_in(newcomer, repacked(archive, later))


def test_what_was_changed_on_the_way_is_refused(archive: bytes, newcomer: Member) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        files = {name: found.read(name) for name in found.namelist()}
    changed = {**files, "check_in.json": files["check_in.json"].replace(b'"mood":3', b'"mood":4')}
    nothing_stays_of(newcomer, packed(changed), "not_whole")
    nothing_stays_of(newcomer, packed({**files, "more.json": b"[]\n"}), "not_whole")
    without = {name: content for name, content in files.items() if name != "tracker.json"}
    nothing_stays_of(newcomer, packed(without), "not_whole")
    del files["manifest.json"]
    nothing_stays_of(newcomer, packed(files), "no_manifest")


@pytest.mark.parametrize(
    "name",
    [
        "../tracker.json",
        "/etc/passwd",
        "a/b.json",
        "C:\\x.json",
        "tracker.JSON",
        "é.json",
        "x" * 99,
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(newcomer: Member, name: str) -> None:
    nothing_stays_of(newcomer, packed({name: b"[]", "manifest.json": b"{}"}), "unknown_name")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(newcomer: Member) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for content in (b"[]", b"[1]"):
            archive.writestr("tracker.json", content)
        archive.writestr("manifest.json", b"{}")
    nothing_stays_of(newcomer, out.getvalue(), "unknown_name")


def test_a_bomb_is_refused_before_it_goes_off(newcomer: Member) -> None:
    bomb = packed({"tracker.json": bytes(200 * 1024 * 1024), "manifest.json": b"{}"})
    assert len(bomb) < 1_000_000
    nothing_stays_of(newcomer, bomb, "too_large")


def test_a_bomb_that_lies_about_its_size_is_refused(newcomer: Member) -> None:
    bomb = bytearray(packed({"tracker.json": bytes(50 * 1024 * 1024), "manifest.json": b"{}"}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = bomb.find(mark) + place
        bomb[at : at + 4] = struct.pack("<L", 100)
    nothing_stays_of(newcomer, bytes(bomb), "no_manifest")


def test_a_directory_of_too_many_files_is_refused(newcomer: Member) -> None:
    files = {f"f{number}.json": b"[]" for number in range(300)}
    nothing_stays_of(newcomer, packed(files), "too_large")


def test_other_ways_of_packing_are_refused(newcomer: Member) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("manifest.json", b"{}")
    nothing_stays_of(newcomer, out.getvalue(), "not_an_archive")


@pytest.mark.parametrize("size", [4, 40, 400, 4000])
def test_half_an_archive_is_refused(archive: bytes, newcomer: Member, size: int) -> None:
    nothing_stays_of(newcomer, archive[:size], "not_an_archive")


def test_an_archive_that_was_damaged_is_refused_or_read_whole(
    archive: bytes, newcomer: Member
) -> None:
    states = set()
    for place in range(4, len(archive), len(archive) // 40):
        raw = bytearray(archive)
        raw[place] ^= 0x55
        states.add(send(newcomer, bytes(raw)).state)
    assert ImportState.REFUSED in states
    assert states <= {ImportState.REFUSED, ImportState.DONE}


def test_what_is_no_archive_is_refused_at_once(newcomer: Member) -> None:
    for body in (b"", b"x", b"GIF89a", b"[]"):
        with pytest.raises(NotAnArchive):
            imports.receive(member=newcomer, read=io.BytesIO(body).read, now=NOW)
    assert not ImportJob.objects.exists()


def test_one_that_is_too_large_is_refused_at_once(newcomer: Member) -> None:
    body = io.BytesIO(b"PK\x03\x04" + bytes(MOST_BYTES))
    with pytest.raises(ArchiveTooLarge):
        imports.receive(member=newcomer, read=body.read, now=NOW)
    assert not ImportJob.objects.exists()
    assert not ImportPart.objects.exists()


def test_one_whose_sending_broke_off_is_thrown_away(newcomer: Member) -> None:
    def breaks(size: int) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imports.receive(member=newcomer, read=breaks, now=NOW)
    assert ImportJob.objects.get().state == ImportState.RECEIVING
    working.work_off(now=NOW + importing.RECEIVED_WITHIN)
    assert ImportJob.objects.get().state == ImportState.STOPPED
