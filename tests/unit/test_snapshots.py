"""Snapshots: kept cheaply, brought back part by part, never over anything, and every damage named."""

from __future__ import annotations

import hashlib
import zipfile
from contextlib import closing

import pytest
from proof_kit import book_bytes, finished_register, opens

from addin import snapshots
from addin.errors import HostError, IntegrityError, NotOurBook, Unavailable
from addin.journal import SqliteJournal
from addin.logic.chain import Head
from addin.snapshots import MANIFEST, Store
from addin.verify import verify

AT = "2026-10-05T12:00:00+00:00"


@pytest.fixture(name="made")
def fixture_made(tmp_path):
    """A register with some work, its workbook and its store."""
    service = finished_register(tmp_path)
    yield service, Store(tmp_path / "snapshots")
    service.close()


def keep(service, store, label="button", at=AT, **more):
    known = {"at": at, "why": "Before import", "by": "a.khan", "head": service.journal.head()}
    return store.keep(label, service.workbook, service.journal, **{**known, **more})


def size_of(store):
    return sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file())


def parts_of(path):
    with zipfile.ZipFile(path) as package:
        return {info.filename: (package.read(info), info.date_time, info.external_attr) for info in package.infolist()}


class TestKeep:
    def test_says_when_by_whom_why_and_up_to_where(self, made):
        """The manifest answers the questions an auditor asks."""
        service, store = made
        kept = keep(service, store, "Month end!")
        head = service.journal.head()
        assert kept.name == f"20261005T120000-{head.seq:07d}-Month-end"
        assert (kept.by, kept.why, kept.seq, kept.head) == ("a.khan", "Before import", head.seq, head.hash)
        assert store.list() == (kept,)
        assert store.get(kept.name) == kept

    def test_two_of_the_same_moment_have_two_names(self, made):
        """No snapshot takes the place of another."""
        service, store = made
        names = [keep(service, store).name for _ in range(3)]
        assert len(set(names)) == 3
        assert len(store.list()) == 3

    def test_the_next_one_costs_little(self, made, tmp_path):
        """What did not change is kept once: a few rows put into a long sheet cost a few chunks."""
        service, store = made
        lines = [f"<row r='{n}'>{hashlib.sha256(str(n).encode()).hexdigest() * 3}</row>" for n in range(12_000)]
        sizes = []
        for version in range(4):
            lines[5_000:5_000] = [f"<row>new {version} {n}</row>" for n in range(version)]
            with zipfile.ZipFile(service.workbook, "w", zipfile.ZIP_DEFLATED) as package:
                package.writestr("xl/worksheets/sheet1.xml", "".join(lines))
            kept = keep(service, store)
            sizes.append(size_of(store))
            store.restore(kept.name, tmp_path / f"{version}.xlsm")
            assert (tmp_path / f"{version}.xlsm").read_bytes() == service.workbook.read_bytes()
        assert all(part.listed for part in kept.parts)
        assert sizes[-1] - sizes[0] < sizes[0] / 5

    def test_the_journal_is_copied_while_it_is_open(self, made, tmp_path):
        """What is committed is in the copy, also what still lies in the write-ahead log."""
        service, store = made
        kept = keep(service, store)
        store.restore(kept.name, tmp_path / "back.sqlite")
        report = verify(tmp_path / "back.sqlite")
        assert (report.ok, report.head) == (True, service.journal.head())

    def test_a_killed_keep_leaves_no_half_snapshot(self, made, monkeypatch):
        """The manifest comes last: without it the chunks are nobody's, and the next keep works."""
        service, store = made
        placed = snapshots._place

        def dies(path, content, **more):
            if path.name.endswith(MANIFEST):
                raise OSError(28, "No space left on device")
            placed(path, content, **more)

        monkeypatch.setattr(snapshots, "_place", dies)
        with pytest.raises(HostError, match="No space left"):
            keep(service, store)
        monkeypatch.undo()
        assert store.list() == ()
        assert not list(store.folder.rglob("*.tmp"))
        kept = keep(service, store)
        assert store.check(kept.name) == ()

    def test_a_damaged_workbook_is_not_kept(self, made):
        """Nothing is kept of a workbook that cannot be read."""
        service, store = made
        service.workbook.write_bytes(b"PK\x03\x04 no more")
        with pytest.raises(HostError, match="is damaged"):
            keep(service, store)
        service.workbook.unlink()
        with pytest.raises(HostError, match="cannot be read"):
            keep(service, store)


class TestRestore:
    def test_every_part_comes_back_equal(self, made, tmp_path):
        """Contents, dates and attributes of each part are those of the original; so is the whole file here."""
        service, store = made
        kept = keep(service, store)
        done = store.restore(kept.name, tmp_path / "back.xlsm")
        assert done.files == (tmp_path / "back.xlsm",)
        assert parts_of(done.files[0]) == parts_of(service.workbook)
        assert done.same_bytes
        assert done.files[0].read_bytes() == service.workbook.read_bytes()

    def test_a_folder_gets_both(self, made, tmp_path):
        """A new folder holds a register that verifies."""
        service, store = made
        kept = keep(service, store)
        store.restore(kept.name, tmp_path / "back")
        assert sorted(path.name for path in (tmp_path / "back").iterdir()) == ["casebook.xlsm", "journal.sqlite"]
        assert verify(tmp_path / "back").ok

    @pytest.mark.parametrize("name", ["back.xlsm", "back.sqlite", "back"])
    def test_never_over_anything(self, made, tmp_path, name):
        """What is there stays as it is."""
        service, store = made
        kept = keep(service, store)
        (tmp_path / name).write_bytes(b"mine")
        with pytest.raises(HostError, match="there already"):
            store.restore(kept.name, tmp_path / name)
        assert (tmp_path / name).read_bytes() == b"mine"

    def test_an_older_version_comes_back_as_it_was(self, made, tmp_path):
        """Later versions do not disturb earlier ones."""
        service, store = made
        kept, before = keep(service, store), service.workbook.read_bytes()
        opens(service, "ADR", "b.lowe")
        service.workbook.write_bytes(book_bytes(service))
        keep(service, store, at="2026-10-06T12:00:00+00:00")
        store.restore(kept.name, tmp_path / "back.xlsm")
        assert (tmp_path / "back.xlsm").read_bytes() == before


class TestCheck:
    def test_a_missing_chunk_is_named(self, made, tmp_path):
        """The part and the chunk are named, and nothing is written."""
        service, store = made
        kept = keep(service, store)
        store._chunk_path(kept.parts[0].chunks[0]).unlink()
        fault = store.check(kept.name)[0]
        assert (fault.what, fault.seq) == ("chunk", kept.seq)
        assert kept.parts[0].name in fault.message
        with pytest.raises(IntegrityError, match="is missing"):
            store.restore(kept.name, tmp_path / "back")
        assert not (tmp_path / "back").exists()

    @pytest.mark.parametrize("at", [0, 10, -1])
    def test_an_altered_chunk_is_named(self, made, at):
        """A changed byte of a chunk is found wherever it lies."""
        service, store = made
        kept = keep(service, store)
        path = store._chunk_path(kept.journal.chunks[0])
        content = bytearray(path.read_bytes())
        content[at] ^= 0x41
        path.write_bytes(content)
        assert [fault.what for fault in store.check(kept.name)] == ["chunk"]

    def test_a_chunk_under_a_false_name_is_named(self, made):
        """A whole chunk of other contents is found by its digest."""
        service, store = made
        kept = keep(service, store)
        one, other = (store._chunk_path(part.chunks[0]) for part in (kept.parts[0], kept.journal))
        one.write_bytes(other.read_bytes())
        assert "was altered" in store.check(kept.name)[0].message

    @pytest.mark.parametrize("change", [b"{", b'{"format": 1}', b'{"name": "other"}'])
    def test_a_damaged_manifest_is_named(self, made, change):
        """A manifest that makes no sense is a fault of that snapshot alone."""
        service, store = made
        kept, other = keep(service, store), keep(service, store)
        (store.folder / f"{kept.name}{MANIFEST}").write_bytes(change)
        assert [fault.what for fault in store.check(kept.name)] == ["manifest"]
        assert store.list() == (other,)

    def test_a_manifest_with_swapped_chunks_is_found(self, made):
        """The digest of a part is over its whole contents, so the order of chunks counts."""
        service, store = made
        kept = keep(service, store)
        path = store.folder / f"{kept.name}{MANIFEST}"
        part = next(part for part in (*kept.parts, kept.journal) if len(part.chunks) > 1)
        one, two = part.chunks[:2]
        text = path.read_text(encoding="utf-8").replace(one, "#").replace(two, one).replace("#", two)
        path.write_text(text, encoding="utf-8")
        assert "is not what was kept" in store.check(kept.name)[0].message

    @pytest.mark.parametrize("name", ["none", "../other", "a/b", ""])
    def test_an_unknown_name_is_refused(self, made, name):
        """A name is a name, never a path."""
        with pytest.raises(NotOurBook):
            made[1].get(name)

    def test_a_workbook_of_another_compressor_comes_back_part_by_part(self, made, tmp_path):
        """Where the zip was made otherwise, the file differs but each part is equal, and the answer says so."""
        service, store = made
        with zipfile.ZipFile(service.workbook) as old, zipfile.ZipFile(tmp_path / "new.xlsm", "w") as new:
            for info in old.infolist():
                new.writestr(info, old.read(info), compresslevel=1)
        (tmp_path / "new.xlsm").replace(service.workbook)
        kept = keep(service, store)
        done = store.restore(kept.name, tmp_path / "back.xlsm")
        assert not done.same_bytes
        assert {k: v[0] for k, v in parts_of(done.files[0]).items()} == {
            k: v[0] for k, v in parts_of(service.workbook).items()
        }

    def test_a_damaged_journal_is_not_kept(self, made):
        """A journal that cannot be copied whole stops the snapshot in words."""
        service, store = made
        service.close()
        path = service.folder / "journal.sqlite"
        journal = SqliteJournal(path)
        path.write_bytes(b"no database any more" * 400)
        with pytest.raises(Unavailable, match="could not be copied"), closing(journal):
            store.keep("x", service.workbook, journal, at=AT, why="", by="", head=Head())
        assert not store.list()
