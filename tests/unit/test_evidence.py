"""The store of evidence and the way into it: by path, out of the drop folder, and what verify finds afterwards."""

from __future__ import annotations

import hashlib
import os
import sys
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from proof_kit import REGISTER, finished_register

from addin import evidence_store
from addin.evidence import attach_files, copy_files, erase_file, files_of, take_dropped
from addin.evidence_store import EvidenceError, fault_of, keep_bytes, keep_file, place
from addin.folder import write_workbook
from addin.logic.evidence import Piece, joined, kind_of_name, known_kind, pieces, read_piece, safe_name
from addin.logic.outcome import Status
from addin.service import RowRequest, Service
from addin.settings import FILE
from addin.verify import verify

OWN = ("Invoice", "Photo of item", "Customer's right address")


@pytest.fixture(name="register")
def fixture_register(tmp_path):
    """A register with some work in it and a claim."""
    folder = tmp_path / "register"
    folder.mkdir()
    service = finished_register(folder)
    (folder / FILE).write_text(f'register_id = "{REGISTER}"\n', encoding="utf-8")
    yield service
    service.close()


@pytest.fixture(name="claim")
def fixture_claim(register):
    """The number of a new claim of that register."""
    given = {"order_no": "5200417305", "subtype": "LOST", "tracking": "1Z12345E0305271648"}
    return register.open_cases([RowRequest("", given, opens="UPC")]).rows[0].case_id


def dropped(register: Service, case_id: str, name: str, text: str = "content\n") -> Path:
    """A file in the drop folder of a case; `name` may name a folder of a kind too."""
    path = register.folder / "inbox" / "evidence" / case_id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def made(tmp_path: Path, name: str, content: bytes = b"content\n") -> Path:
    """A file somewhere on the computer."""
    path = tmp_path / name
    path.write_bytes(content)
    return path


def held(register: Service, case_id: str) -> tuple[Piece, ...]:
    """The pieces of a case as the journal has it."""
    case = register.journal.case(case_id)
    assert case is not None
    return pieces(case)


def faults(register: Service) -> list[str]:
    """What verify finds about evidence, once the workbook is up to date."""
    write_workbook(register)
    return [fault.message for fault in verify(register.folder).faults if fault.what == "evidence"]


class TestNames:
    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("invoice.pdf", "invoice.pdf"),
            ("../../casebook.toml", "casebook.toml"),
            ("C:\\Users\\x\\photo 1.jpg", "photo 1.jpg"),
            ("=cmd|calc.pdf", "cmd_calc.pdf"),
            ("gpj\u202efdp.exe", "gpjfdp.exe"),
            ("a;b.pdf", "a_b.pdf"),
            ("nul.txt", "_nul.txt"),
            ("...", "file"),
            ("x" * 200 + ".jpeg", "x" * 95 + ".jpeg"),
        ],
    )
    def test_a_name_is_made_safe_for_every_system(self, name, kept):
        """No path, no device, no direction marks, nothing a list or a formula would break on."""
        assert safe_name(name) == kept

    def test_a_kind_is_found_by_its_words(self):
        """Capitals, signs and blanks do not matter; the longest kind that a file's name begins with counts."""
        assert known_kind("photo OF item", OWN) == "Photo of item"
        assert known_kind("customers right address", OWN) == "Customer's right address"
        assert known_kind("holiday picture", OWN) == ""
        assert kind_of_name("Photo_of-item 3.jpg", OWN) == "Photo of item"
        assert kind_of_name("photo.jpg", OWN) == "Photo"
        assert kind_of_name("photo 12.jpg", OWN) == "Photo"
        assert kind_of_name("invoiced.pdf", OWN) == "Document"

    def test_a_piece_reads_back_from_its_text(self):
        """What the case holds is text; anything else in the list is no piece."""
        piece = Piece("a b.pdf", "Invoice", "0" * 64, 12, "2026-11-27T10:00:00+00:00")
        assert read_piece(piece.as_text()) == piece
        for wrong in ("a.pdf", "a | b | c | d | e", piece.as_text()[:-1]):
            assert read_piece(wrong) is None

    def test_equal_contents_join_once_and_others_get_names_of_their_own(self, register):
        """One content under two kinds keeps its name; another content never hides behind a used name."""
        now = register.clock()
        first = Piece("a.jpg", "Photo", "0" * 64, 1, "")
        both, added = joined([], [first, first, Piece("b.jpg", "Invoice", "0" * 64, 1, "")], now)
        assert [(one.name, one.kind) for one in both] == [("a.jpg", "Photo"), ("a.jpg", "Invoice")]
        _, again = joined(both, [*added, Piece("A.jpg", "Photo", "1" * 64, 1, "")], now + timedelta(days=1))
        assert [(one.name, one.at[:10]) for one in again] == [("A (2).jpg", "2026-10-06")]


class TestStore:
    def test_a_content_lies_under_its_hash_and_once(self, tmp_path):
        """Two files of one content are one content; its place tells its hash."""
        one, two = made(tmp_path, "a.pdf"), made(tmp_path, "b.pdf")
        kept = keep_file(tmp_path, one)
        assert kept == keep_file(tmp_path, two)
        assert kept.sha256 == hashlib.sha256(b"content\n").hexdigest()
        assert [path.name for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == [kept.sha256]

    def test_missing_and_altered_are_told_apart_and_healed_by_the_same_file(self, tmp_path):
        """Cut, altered at equal length, or gone: each is seen, and attaching the original again mends it."""
        source = made(tmp_path, "a.pdf", b"0123456789")
        kept = keep_file(tmp_path, source)
        path = place(tmp_path, kept.sha256)
        for spoil in (b"01234", b"012345678X"):
            path.write_bytes(spoil)
            assert fault_of(tmp_path, kept.sha256, kept.size) == "altered"
        path.unlink()
        assert fault_of(tmp_path, kept.sha256, kept.size) == "missing"
        keep_file(tmp_path, source)
        assert fault_of(tmp_path, kept.sha256, kept.size) == ""

    def test_memory_does_not_grow_with_the_file(self, tmp_path):
        """A file is hashed and copied piece by piece: 24 MB pass through less than 8."""
        source = made(tmp_path, "film.mp4")
        with source.open("r+b") as file:
            file.truncate(24 * 2**20)
        passed: list[int] = []
        tracemalloc.start()
        kept = keep_file(tmp_path, source, passed.append)
        fault_of(tmp_path, kept.sha256, kept.size)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert kept.size == sum(passed) == 24 * 2**20
        assert peak < 8 * 2**20

    def test_a_file_that_is_still_written_is_refused(self, tmp_path):
        """Half a film is evidence of nothing."""
        source = made(tmp_path, "film.mp4", b"x" * 100)

        def grow(_):
            with source.open("ab") as file:
                file.write(b"y")

        with pytest.raises(EvidenceError, match="changed while"):
            keep_file(tmp_path, source, grow)

    @pytest.mark.parametrize("name", ["empty.pdf", "absent.pdf", "folder"])
    def test_what_is_no_file_with_content_is_refused_in_words(self, tmp_path, name):
        """Empty, not there, a folder."""
        made(tmp_path, "empty.pdf", b"")
        (tmp_path / "folder").mkdir()
        with pytest.raises(EvidenceError, match=name):
            keep_file(tmp_path, tmp_path / name)

    @pytest.mark.skipif(
        sys.platform == "win32" or (hasattr(os, "getuid") and os.getuid() == 0),
        reason="needs a system and an account for which a folder can be read-only",
    )
    def test_a_read_only_folder_is_told(self, tmp_path):
        """Nothing is written, and the words say where to look."""
        (tmp_path / "evidence").mkdir(mode=0o500)
        with pytest.raises(EvidenceError, match="cannot be kept") as caught:
            keep_bytes(tmp_path, b"x", "a.pdf")
        assert "rights" in caught.value.hint

    def test_a_store_that_cannot_be_made_is_told_and_leaves_nothing(self, tmp_path):
        """A file stands where the store should be: words, no half content."""
        made(tmp_path, "evidence")
        with pytest.raises(EvidenceError, match="cannot be kept"):
            keep_bytes(tmp_path, b"x", "a.pdf")

    def test_a_full_disk_is_told_before_anything_is_copied(self, tmp_path, monkeypatch):
        """The free space is asked first, and some is left for the journal."""
        usage = type("Usage", (), {"free": 10 * 2**20})
        monkeypatch.setattr(evidence_store.shutil, "disk_usage", lambda _: usage)
        with pytest.raises(EvidenceError, match="10 MB left"):
            keep_file(tmp_path, made(tmp_path, "a.pdf"))
        assert not (tmp_path / "evidence").exists()


class TestAttach:
    def test_a_file_becomes_a_piece_of_its_case_with_an_event(self, register, claim, tmp_path):
        """Name, kind, size and hash stand in the event; the checklist no longer misses it; verify is green."""
        outcome = attach_files(register, claim, [made(tmp_path, "invoice 4711.pdf")])
        assert outcome.ok, outcome.message
        (piece,) = held(register, claim)
        (event,) = register.journal.events(case_id=claim, kinds=["evidence.attached.v1"])
        assert (piece.name, piece.kind, piece.size) == ("invoice 4711.pdf", "Invoice", 8)
        assert event.data["sha256"] == piece.sha256 == hashlib.sha256(b"content\n").hexdigest()
        assert "invoice 4711.pdf" in register.kinds.sentence(event)
        case = register.journal.case(claim)
        assert case is not None
        assert "Invoice" not in case.items("evidence_missing")
        assert faults(register) == []

    def test_each_file_is_judged_alone(self, register, claim, tmp_path):
        """A missing path and an empty file are told; the good one is attached, and attached once only."""
        good, empty = made(tmp_path, "a.pdf"), made(tmp_path, "b.pdf", b"")
        outcome = attach_files(register, claim, [good, tmp_path / "gone.pdf", empty], "invoice")
        assert outcome.status is Status.PROBLEMS
        assert [row.ok for row in outcome.rows] == [True, False, False]
        again = attach_files(register, claim, [good], "INVOICE")
        assert again.ok
        assert "attached before" in again.message
        assert len(held(register, claim)) == 1

    def test_a_case_holds_many_files(self, register, claim):
        """A hundred and fifty photos: each event still fits a cell of the Audit sheet, and the last one is there."""
        photos = [Piece(f"photo {n}.jpg", "Photo", f"{n:064x}", n + 1, "") for n in range(150)]
        assert register.attach(claim, photos).ok
        assert [one.name for one in held(register, claim)][-1] == "photo 149.jpg"
        longest = max(len(event.text) for event in register.journal.events(case_id=claim))
        assert longest < 32_767

    def test_an_unknown_kind_an_unknown_case_and_an_auditor_are_refused(self, register, claim, tmp_path):
        """The words name the kinds there are."""
        file = made(tmp_path, "a.pdf")
        wrong = attach_files(register, claim, [file], "selfie")
        assert (wrong.problems[0].code, "Proof of tender" in wrong.message) == ("EVD-KIND", True)
        assert attach_files(register, "CASE-2026-999999", [file]).problems[0].code == "CASE-UNKNOWN"
        auditor = register.acting(register.settings.actors()["x.audit"])
        assert attach_files(auditor, claim, [file]).problems[0].code == "MOVE-ROLE"
        register.press("cancel", [RowRequest(claim, {}, "opened twice")])
        assert attach_files(register, claim, [file]).problems[0].code == "EVD-FROZEN"
        assert held(register, claim) == ()

    def test_what_is_withdrawn_is_no_longer_evidence_and_its_content_stays(self, register, claim, tmp_path):
        """It takes a reason; the event names the file; verify does not ask for it any more."""
        attach_files(register, claim, [made(tmp_path, "a.pdf")], "Invoice")
        (piece,) = held(register, claim)
        assert register.withdraw(claim, "a.pdf", "").problems[0].code == "MOVE-REASON"
        assert register.withdraw(claim, "b.pdf", "x").problems[0].code == "EVD-NONE"
        assert register.withdraw(claim, "A.PDF", "another customer's").ok
        assert held(register, claim) == ()
        assert fault_of(register.folder, piece.sha256, piece.size) == ""
        place(register.folder, piece.sha256).unlink()
        assert faults(register) == []

    def test_verify_names_the_case_and_the_file_that_is_gone_or_altered(self, register, claim, tmp_path):
        """Each by itself; what is whole is not named, and a letter will not enclose them."""
        for name in ("a.pdf", "b.pdf", "c.pdf"):
            attach_files(register, claim, [made(tmp_path, name, name.encode())], "Invoice")
        first, second, third = held(register, claim)
        place(register.folder, first.sha256).unlink()
        place(register.folder, second.sha256).write_bytes(b"B.pdf")
        assert faults(register) == [
            f"The evidence file 'a.pdf' (Invoice) of {claim} is missing.",
            f"The evidence file 'b.pdf' (Invoice) of {claim} is altered.",
        ]
        case = register.journal.case(claim)
        assert case is not None
        whole, problems = files_of(register.folder, case)
        assert [one.piece for one in whole] == [third]
        assert [problem.code for problem in problems] == ["LET-FILE", "LET-FILE"]

    def test_evidence_is_copied_out_under_its_own_names(self, register, claim, tmp_path):
        """Never over a file that is there."""
        attach_files(register, claim, [made(tmp_path, "a.pdf")], "Invoice")
        assert copy_files(register, claim, tmp_path / "out").ok
        assert (tmp_path / "out" / "a.pdf").read_bytes() == b"content\n"
        assert copy_files(register, claim, tmp_path / "out").problems[0].code == "EVD-NAME"


class TestErasing:
    def erased(self, register: Service, case_id: str, name: str, who: str = "s.moreau", reason: str = "asked for"):
        """The outcome of erasing a file, as somebody."""
        return erase_file(register.acting(register.settings.actors()[who]), case_id, name, reason)

    def closed(self, register: Service, tmp_path: Path, code: str = "OST") -> str:
        """A cancelled case with a photo."""
        row = register.open_cases([RowRequest("", {"order_no": "5200417306"}, opens=code)]).rows[0]
        assert attach_files(register, row.case_id, [made(tmp_path, "photo.jpg")]).ok
        assert register.press("cancel", [RowRequest(row.case_id, {}, "asked twice")]).ok
        return row.case_id

    def test_an_erased_file_is_gone_with_its_content_and_verify_stays_green(self, register, tmp_path):
        """The event stays, the name in it too; nobody asks for the content any more."""
        case_id = self.closed(register, tmp_path)
        (piece,) = held(register, case_id)
        outcome = self.erased(register, case_id, "photo.jpg")
        assert outcome.ok, outcome.message
        assert held(register, case_id) == ()
        assert not place(register.folder, piece.sha256).exists()
        assert [event.kind for event in register.journal.events(case_id=case_id)][-1] == "evidence.erased.v1"
        assert faults(register) == []

    def test_a_content_that_another_case_holds_stays(self, register, claim, tmp_path):
        """Two cases, one photo: erasing it from one leaves the other's."""
        case_id = self.closed(register, tmp_path)
        assert attach_files(register, claim, [made(tmp_path, "photo.jpg")]).ok
        assert "which stays" in self.erased(register, case_id, "photo.jpg").message
        assert faults(register) == []
        assert len(held(register, claim)) == 1

    def test_an_open_case_a_claim_and_a_coordinator_erase_nothing(self, register, claim, tmp_path):
        """The work needs it, the law needs it, and it takes the role."""
        assert attach_files(register, claim, [made(tmp_path, "photo.jpg")]).ok
        assert self.erased(register, claim, "photo.jpg").problems[0].code == "EVD-HELD"
        register.press("cancel", [RowRequest(claim, {}, "found")])
        refused = self.erased(register, claim, "photo.jpg").problems[0]
        assert (refused.code, "claim" in refused.message) == ("EVD-HELD", True)
        case_id = self.closed(register, tmp_path)
        assert self.erased(register, case_id, "photo.jpg", "a.khan").problems[0].code == "MOVE-ROLE"
        assert self.erased(register, case_id, "photo.jpg", reason="").problems[0].code == "MOVE-REASON"
        assert self.erased(register, case_id, "selfie.jpg").problems[0].code == "EVD-NONE"
        assert len(held(register, case_id)) == 1


class TestDropFolder:
    def test_files_are_taken_by_folder_of_kind_or_by_name_and_put_away(self, register, claim):
        """Each becomes a piece, moves to inbox/done, and the next press finds nothing."""
        dropped(register, claim, "Proof of tender/scan 7.pdf", "1")
        dropped(register, claim, "invoice.pdf", "2")
        dropped(register, claim, "letter.pdf", "3")
        dropped(register, claim, "Thumbs.db", "no")
        outcome = take_dropped(register, [claim])
        assert outcome.ok, outcome.message
        assert {(one.name, one.kind) for one in held(register, claim)} == {
            ("scan 7.pdf", "Proof of tender"), ("invoice.pdf", "Invoice"), ("letter.pdf", "Document"),
        }  # fmt: skip
        done = [path.name for path in (register.folder / "inbox" / "done").rglob("*") if path.is_file()]
        assert sorted(done) == ["invoice.pdf", "letter.pdf", "scan 7.pdf"]
        assert take_dropped(register, [claim]).problems[0].code == "EVD-NOTHING"

    def test_what_cannot_be_taken_stays_and_is_told(self, register, claim):
        """A folder of no kind, a folder of no case: the file stays, the others go through."""
        wrong = dropped(register, claim, "Holiday/1.jpg")
        stray = dropped(register, "CASE-2026-999999", "2.jpg")
        dropped(register, claim, "invoice.pdf")
        outcome = take_dropped(register)
        assert outcome.status is Status.PROBLEMS
        assert {problem.code for problem in outcome.problems} == {"EVD-KIND", "EVD-CASE"}
        assert wrong.exists()
        assert stray.exists()
        assert [one.kind for one in held(register, claim)] == ["Invoice"]

    @pytest.mark.skipif(sys.platform == "win32", reason="making a link needs a right that tests do not have")
    def test_a_link_is_not_followed(self, register, claim):
        """The drop folder cannot be made to hand over the journal."""
        folder = dropped(register, claim, "a.pdf").parent
        (folder / "invoice.pdf").symlink_to(register.folder / "journal.sqlite")
        take_dropped(register)
        assert [one.name for one in held(register, claim)] == ["a.pdf"]

    def test_a_file_that_was_recorded_but_not_moved_is_taken_once(self, register, claim):
        """A kill between event and move: the next press moves it and attaches nothing twice."""
        dropped(register, claim, "invoice.pdf")
        take_dropped(register)
        dropped(register, claim, "invoice.pdf")
        assert "attached before" in take_dropped(register).message
        assert len(held(register, claim)) == 1

    def test_asking_for_a_case_makes_its_folder(self, register, claim):
        """So that a person only has to put files into it."""
        assert take_dropped(register, [claim]).problems[0].code == "EVD-NOTHING"
        assert (register.folder / "inbox" / "evidence" / claim).is_dir()


class TestTracking:
    def test_a_pasted_tracking_text_is_kept_as_a_file_at_opening(self, register):
        """The carrier deletes what it shows: the words are a piece of evidence from the first event on."""
        given = {"order_no": "5200417306", "tracking": "1Z12345E0305271648", "tracking_text": "Origin scan 19:12"}
        row = register.open_cases([RowRequest("", given, opens="UPC")]).rows[0]
        (piece,) = held(register, row.case_id)
        assert piece.kind == "Tracking snapshot"
        text = place(register.folder, piece.sha256).read_text(encoding="utf-8")
        assert "Origin scan 19:12" in text
        assert "1Z12345E0305271648" in text
        case = register.journal.case(row.case_id)
        assert case is not None
        assert case.text("tracking_snapshot") == piece.name
        assert case.text("due_what") != "Keep the tracking"

    def test_a_new_text_is_a_new_file_and_the_same_one_is_not(self, register):
        """Every change of the words is kept beside the older ones."""
        given = {"order_no": "5200417306", "tracking": "1Z12345E0305271648", "tracking_text": "Origin scan"}
        case_id = register.open_cases([RowRequest("", given, opens="UPC")]).rows[0].case_id
        register.edit([RowRequest(case_id, {"service": "Express"})])
        register.edit([RowRequest(case_id, {"tracking_text": "Origin scan; out for delivery"})])
        assert len({one.sha256 for one in held(register, case_id)}) == len(held(register, case_id)) == 2
        assert faults(register) == []

    def test_a_store_that_cannot_be_written_stops_no_claim(self, register):
        """The claim opens, and keeping the tracking stays due."""
        (register.folder / "evidence").write_text("in the way", encoding="utf-8")
        given = {"order_no": "5200417306", "tracking": "1Z12345E0305271648", "tracking_text": "Origin scan"}
        row = register.open_cases([RowRequest("", given, opens="UPC")]).rows[0]
        assert row.ok
        assert held(register, row.case_id) == ()
        case = register.journal.case(row.case_id)
        assert case is not None
        assert case.text("due_what") == "Keep the tracking"
