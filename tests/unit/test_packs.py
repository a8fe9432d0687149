"""Audit packs: one signed ZIP, the same bytes again, signed off by another person, and every change to it found."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
import openpyxl
import pytest
from proof_kit import PEOPLE, Clock, book_bytes, fresh_folder, month_of_work, new_register, opens, settings

from addin.errors import ConfigError
from addin.journal import SqliteJournal
from addin.logic.key_history import doubt
from addin.logic.outcome import Status
from addin.logic.pack_rules import Step
from addin.pack_review import sign_off, sign_off_month
from addin.pack_tasks import add_key, head_lines, known_keys, make_full_copy, make_pack, protect_key, revoke_key
from addin.packs.check import check_pack
from addin.packs.keys import KeyRing, PublicKey, grouped, same_key
from addin.packs.manifest import Listed, decode, encode, sums
from addin.packs.passphrase import asking
from addin.service import Service
from addin.settings import FILE, Store
from addin.verify import verify

MONTH = datetime(2026, 11, 1, tzinfo=UTC)
AFTER = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)


@cache
def closed():
    """A register on disk whose November is closed: its folder and the name of its pack."""
    folder, clock = fresh_folder(), Clock(datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
    service = signing(new_register(folder / "journal.sqlite", clock))
    month_of_work(service, clock, MONTH)
    clock.to(AFTER)
    done = make_pack(service.acting(PEOPLE["s.moreau"]), "2026-11", "HGB-LOG")
    assert done.ok, done.message
    (folder / "casebook.xlsm").write_bytes(book_bytes(service))
    (folder / FILE).write_text('register_id = "reg-7f3a"\n[store]\nkeys = "keys"\n', encoding="utf-8")
    service.close()
    return folder, done.files[1]


def signing(service):
    """The same register with its keys in its own folder."""
    rules = service.settings.model_copy(update={"store": Store(keys="keys")})
    return Service(service.folder, rules, service.journal, service.actor, service.clock)


@pytest.fixture(name="register")
def fixture_register(tmp_path):
    """A copy of the closed register, open, at a later day."""
    shutil.copytree(closed()[0], tmp_path, dirs_exist_ok=True)
    rules = settings().model_copy(update={"store": Store(keys="keys")})
    clock = Clock(AFTER + timedelta(days=3))
    service = Service(tmp_path, rules, SqliteJournal(tmp_path / "journal.sqlite"), PEOPLE["s.moreau"], clock)
    yield service
    service.close()


@pytest.fixture(name="pack")
def fixture_pack(tmp_path):
    """A copy of the pack alone, in a folder of its own."""
    target = tmp_path / "elsewhere" / "renamed.bin"
    target.parent.mkdir()
    return Path(shutil.copy(closed()[0] / closed()[1], target))


def contents(path):
    """The files of a pack by name."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed_again(path, files, **more):
    """A ZIP of these files as another program writes it."""
    with zipfile.ZipFile(path, "w", **more) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return path


def places(report):
    return {(fault.what, fault.place) for fault in report.faults}


class TestMaking:
    def test_holds_workbook_tables_manifest_signature_and_words(self, pack):
        """Everything that is needed to read and to check it is in the one file."""
        names = list(contents(pack))
        assert names[:6] == [
            "manifest.json", "manifest.sig", "public.pem", "SHA256SUMS", "README.txt", "month-end-2026-11.xlsx",
        ]  # fmt: skip
        book = openpyxl.load_workbook(io.BytesIO(contents(pack)["month-end-2026-11.xlsx"]), read_only=True)
        titles = [path[7:-4] for path in names[6:]]
        assert titles == [
            name.lower().replace(" ", "-") for name in book.sheetnames if name.lower().replace(" ", "-") in titles
        ]
        assert {"cases", "cut-off", "refunds", "claims", "change-log"} <= set(titles)

    def test_its_workbook_is_the_one_beside_it_and_opens(self, pack):
        """The same bytes lie in packs/ by themselves, and another program reads them."""
        folder, name = closed()
        inside = contents(pack)["month-end-2026-11.xlsx"]
        assert inside == (folder / name).with_suffix(".xlsx").read_bytes()
        book = openpyxl.load_workbook(io.BytesIO(inside), data_only=True)
        assert book["Control totals"]["B4"].value == "All agree"
        assert book["Cover"]["A2"].value == "Month-end audit workbook"
        fingerprint = decode(contents(pack)["manifest.json"]).signer
        assert grouped(fingerprint) in " ".join(str(cell.value) for cell in book["Cover"]["B"])

    def test_tables_as_text_hold_what_the_sheets_hold(self, pack):
        """As many rows, ISO dates, plain amounts; a text that a program would calculate stands behind an apostrophe."""
        files = contents(pack)
        book = openpyxl.load_workbook(io.BytesIO(files["month-end-2026-11.xlsx"]), data_only=True)
        for name in ("cases", "refunds", "change-log"):
            (path,) = (path for path in files if path.endswith(f"-{name}.csv"))
            lines = files[path].decode("utf-8-sig").splitlines()
            sheet = book[name.replace("-", " ").capitalize()]
            assert len(lines) - 1 == sheet.max_row - 5
        assert b"137.50" in next(content for path, content in files.items() if path.endswith("-refunds.csv"))

    def test_a_closed_month_made_again_is_the_same_file(self, register):
        """Whoever asks and whenever: months later, other events, another person, without the private key."""
        before = (register.folder / closed()[1]).read_bytes()
        opens(register.acting(PEOPLE["a.khan"]), "OST", order_no="4000400077")
        shutil.rmtree(register.folder / "keys")
        (register.folder / closed()[1]).unlink()
        again = make_pack(register.acting(PEOPLE["f.osei"]), "2026-11")
        assert again.ok, again.message
        assert "the same to the byte" in again.message
        assert (register.folder / closed()[1]).read_bytes() == before

    def test_a_month_that_would_be_told_differently_is_refused(self, register):
        """Changed settings never replace what was closed."""
        register.settings = register.settings.model_copy(update={"lock_password": "another"})
        again = make_pack(register, "2026-11")
        assert (again.status, again.problems[0].code) == (Status.REFUSED, "PACK-CHANGED")
        assert (
            hashlib.sha256((register.folder / closed()[1]).read_bytes()).hexdigest()
            == check_pack(closed()[0] / closed()[1]).sha256
        )

    def test_a_draft_says_so_and_closes_nothing(self, register):
        """A month that is not over may be made as often as one likes; each file stays."""
        files = [make_pack(register, "2026-12").files[1] for _ in range(2)]
        assert files == ["packs/month-end-2026-12-draft.zip", "packs/month-end-2026-12-draft-v2.zip"]
        report = verify(register.folder / files[0])
        assert report.ok
        assert "This pack is a draft" in report.notes[0]

    def test_verifies_alone_in_another_folder_under_another_name(self, pack):
        """Nothing is needed but the file; the key can be demanded."""
        signer = decode(contents(pack)["manifest.json"]).signer
        for key in ("", signer, grouped(signer[:16]).upper()):
            report = verify(pack, key=key)
            assert (report.ok, report.what) == (True, "audit pack")
        assert places(verify(pack, key="0" * 64)) == {("key", "public.pem")}

    def test_openssl_agrees(self, pack, tmp_path):
        """The signature and the digests can be checked with tools that are not ours, as README.txt says."""
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not here")
        with zipfile.ZipFile(pack) as package:
            package.extractall(tmp_path / "out")
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin"]
        command += ["-in", "manifest.json", "-sigfile", "manifest.sig"]
        done = subprocess.run(command, cwd=tmp_path / "out", capture_output=True, text=True, check=False)
        assert "Verified Successfully" in done.stdout
        for line in (tmp_path / "out/SHA256SUMS").read_text().splitlines():
            digest, name = line.split("  ", 1)
            assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest


class TestChecking:
    def test_packed_again_by_another_program_is_still_sound(self, pack, tmp_path):
        """Other dates, order and compression change nothing that was signed."""
        files = dict(sorted(contents(pack).items()))
        assert verify(packed_again(tmp_path / "a.zip", files)).ok
        assert verify(packed_again(tmp_path / "b.zip", files, compression=zipfile.ZIP_BZIP2)).ok

    @pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.999])
    def test_half_downloaded_is_said(self, pack, share):
        """A file that was cut short is told from one that was altered."""
        content = pack.read_bytes()
        pack.write_bytes(content[: int(len(content) * share)])
        (fault,) = verify(pack).faults
        assert fault.what == "damaged"
        assert "cut short" in fault.message

    @pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", "public.pem", "SHA256SUMS", "README.txt"])
    @pytest.mark.parametrize("how", ["changed", "gone"])
    def test_each_small_file_counts(self, pack, tmp_path, name, how):
        """Changed or gone, it is named."""
        files = contents(pack)
        if how == "gone":
            del files[name]
        else:
            files[name] = files[name].replace(files[name][5:6], bytes([files[name][5] ^ 1]), 1)
        report = verify(packed_again(tmp_path / "x.zip", files))
        assert not report.ok
        assert {fault.place for fault in report.faults} == {name}

    def test_a_manifest_that_still_reads_is_the_place(self, pack, tmp_path):
        """One letter of the house's name: only the signature can tell; the digests say which of both it was."""
        files = contents(pack)
        files["manifest.json"] = files["manifest.json"].replace(b"Example House", b"Example Mouse")
        (fault,) = verify(packed_again(tmp_path / "x.zip", files)).faults
        assert (fault.what, fault.place) == ("signature", "manifest.json")
        assert "manifest.sig" in fault.message

    def test_a_changed_cell_is_named_by_sheet_cell_and_both_values(self, pack, tmp_path):
        """The CSV file, whose digest still fits, tells what stood there."""
        files = contents(pack)
        book = openpyxl.load_workbook(io.BytesIO(files["month-end-2026-11.xlsx"]))
        sheet = book["Refunds"]
        column = [cell.value for cell in sheet[5]].index("Refund") + 1
        cell = next(row[column - 1] for row in sheet.iter_rows(min_row=6) if row[column - 1].value == 137.5)
        cell.value = 1137.5
        target = io.BytesIO()
        book.save(target)
        files["month-end-2026-11.xlsx"] = target.getvalue()
        report = verify(packed_again(tmp_path / "x.zip", files))
        found = {fault.what: fault for fault in report.faults}
        assert {"file", "rows", "row"} <= set(found)
        assert cell.coordinate in found["row"].message
        assert "'1137.5'" in found["row"].message
        assert "'137.5'" in found["row"].message
        assert {fault.place for fault in report.faults if fault.what == "row"} == {"month-end-2026-11.xlsx: Refunds"}

    def test_a_changed_line_of_a_csv_file_is_named(self, pack, tmp_path):
        """The sheet tells what stood there."""
        files = contents(pack)
        files["csv/05-refunds.csv"] = files["csv/05-refunds.csv"].replace(b"137.50", b"37.50")
        report = verify(packed_again(tmp_path / "x.zip", files))
        assert ("file", "csv/05-refunds.csv") in places(report)
        assert ("row", "csv/05-refunds.csv: Refunds") in places(report)

    def test_what_was_put_in_or_doubled_is_named(self, pack, tmp_path):
        """A file nobody signed, and two files of one name."""
        files = contents(pack)
        report = verify(packed_again(tmp_path / "x.zip", {**files, "csv/zz.csv": b"x", "../evil.txt": b"x"}))
        assert places(report) == {("added", "csv/zz.csv"), ("added", "../evil.txt")}
        path = packed_again(tmp_path / "y.zip", files)
        with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as package:
            package.writestr("csv/01-cases.csv", files["csv/01-cases.csv"])
        assert ("doubled", "csv/01-cases.csv") in places(verify(path))

    def test_signed_anew_with_another_key_only_holds_until_it_is_compared(self, pack, tmp_path, register):
        """Who has no key of the register can make a pack that holds together, but no register ever made it."""
        forged = forge(contents(pack), tmp_path)
        assert verify(forged).ok
        assert places(verify(forged, key=decode(contents(pack)["manifest.json"]).signer)) == {("key", "public.pem")}
        register.close()
        report = verify(register.folder, forged)
        assert {fault.what for fault in report.faults} == {"foreign", "key"}

    def test_a_bomb_is_not_inflated(self, pack, tmp_path):
        """A file that would grow beyond what the manifest announces is dropped at that point."""
        files = contents(pack)
        files["csv/01-cases.csv"] = b"0" * 60_000_000
        report = verify(packed_again(tmp_path / "x.zip", files, compression=zipfile.ZIP_DEFLATED))
        assert "longer than it was" in next(f.message for f in report.faults if f.place == "csv/01-cases.csv")


def forge(files, folder):
    """The same pack with one amount changed, every digest made anew, signed with a key of the forger's own."""
    files["csv/05-refunds.csv"] = files["csv/05-refunds.csv"].replace(b"137.50", b"37.50")
    key = KeyRing(folder / "forger").create()
    old = decode(files["manifest.json"])
    listed = tuple(
        Listed(file.name, len(files[file.name]), hashlib.sha256(files[file.name]).hexdigest()) for file in old.files
    )
    new = msgspec.structs.replace(old, files=listed, signer=key.public.fingerprint, public_key=key.public.raw.hex())
    files["manifest.json"] = encode(new)
    files["manifest.sig"] = key.sign(files["manifest.json"])
    files["public.pem"], files["SHA256SUMS"] = key.public.pem, sums(listed)
    return packed_again(folder / "forged.zip", files)


class TestSignOff:
    def accept(self, register, who, reason="Read, sample of 5 looked at", name=None, step=Step.ACCEPT):
        path = register.folder / (name or closed()[1])
        return sign_off(register.acting(PEOPLE[who]), path, reason, step)

    @pytest.mark.rule("PCK-02")
    def test_the_preparer_does_not_review(self, register):
        """Preparer and reviewer are two people."""
        assert self.accept(register, "s.moreau").problems[0].code == "PCK-02"

    @pytest.mark.rule("PCK-03")
    def test_a_coordinator_does_not_review(self, register):
        """Only Senior QA, Finance or an auditor."""
        assert self.accept(register, "a.khan").problems[0].code == "PCK-03"

    def test_another_person_accepts_and_it_is_an_event(self, register):
        """The event names the pack by its manifest; the register stays sound."""
        done = self.accept(register, "f.osei")
        assert done.ok, done.message
        event = next(register.journal.events(done.seq - 1))
        assert (event.kind, event.actor, event.data["period"]) == ("pack.accepted.v1", "f.osei", "2026-11")
        assert event.data["manifest"] == check_pack(register.folder / closed()[1]).manifest_sha256

    @pytest.mark.rule("PCK-05")
    def test_a_pack_is_accepted_once_and_may_be_returned_after(self, register):
        """Returned with a reason, it may be accepted again."""
        assert self.accept(register, "f.osei").ok
        assert self.accept(register, "f.osei").problems[0].code == "PCK-05"
        assert self.accept(register, "f.osei", "Sheet Claims: gap unexplained", step=Step.RETURN).ok
        assert self.accept(register, "f.osei").ok

    @pytest.mark.rule("PCK-06")
    def test_a_pack_is_returned_with_a_reason(self, register):
        """Whoever gets it back must know why."""
        assert self.accept(register, "f.osei", " ", step=Step.RETURN).problems[0].code == "PCK-06"

    @pytest.mark.rule("PCK-04")
    def test_a_draft_is_not_accepted(self, register):
        """Its month is not over."""
        draft = make_pack(register, "2026-12").files[1]
        assert self.accept(register, "f.osei", name=draft).problems[0].code == "PCK-04"

    @pytest.mark.rule("PCK-07")
    def test_preparer_reviewer_and_acceptor_are_three_people(self, register):
        """Each is told by name what they did before; the reviewer may still return the pack."""
        assert "Sylvie Moreau prepared" in self.accept(register, "s.moreau", step=Step.REVIEW).message
        assert self.accept(register, "f.osei", step=Step.REVIEW).ok
        refused = self.accept(register, "f.osei")
        assert refused.problems[0].code == "PCK-07"
        assert "signed this pack off as its reviewer" in refused.message
        assert self.accept(register, "x.audit").ok
        assert self.accept(register, "f.osei", "A gap is unexplained", step=Step.RETURN).ok

    @pytest.mark.rule("PCK-08")
    def test_a_pack_is_signed_off_once_until_it_is_returned(self, register):
        """Returning it takes the sign-off away."""
        assert self.accept(register, "f.osei", step=Step.REVIEW).ok
        assert self.accept(register, "x.audit", step=Step.REVIEW).problems[0].code == "PCK-08"
        assert self.accept(register, "x.audit", "Not yet", step=Step.RETURN).ok
        assert self.accept(register, "x.audit", step=Step.REVIEW).ok

    def test_a_review_is_signed_with_the_reviewers_own_key(self, register):
        """Verify checks the signature: one of another key, or over another pack, is a fault at its event."""
        assert self.accept(register, "f.osei", step=Step.REVIEW).ok
        (event,) = register.journal.events(kinds=["pack.reviewed.v1"])
        assert known_keys(register)[event.data["key"]].owner == "f.osei"
        report = verify(register.folder)
        assert report.ok, report.sentence()
        register.record("pack.reviewed.v1", {**event.data, "manifest": "00" * 32})
        faults = verify(register.folder).faults
        assert [(fault.what, fault.seq) for fault in faults] == [("signature", register.journal.head().seq)]

    def test_the_month_finds_its_latest_pack(self, register):
        """A button knows a month, not a file; a month without a pack says so."""
        reviewer = register.acting(PEOPLE["f.osei"])
        assert sign_off_month(reviewer, "2026-11", "Read", Step.REVIEW).ok
        assert sign_off_month(reviewer, "2026-10", "Read", Step.REVIEW).problems[0].field == "period"

    @pytest.mark.rule("PCK-01")
    def test_an_altered_or_foreign_pack_is_not_accepted(self, register, tmp_path):
        """What this register did not make cannot be signed off in it."""
        files = contents(register.folder / closed()[1])
        forged = forge(dict(files), tmp_path)
        files["csv/05-refunds.csv"] += b"x"
        altered = packed_again(tmp_path / "altered.zip", files)
        for path in (forged, altered):
            done = sign_off(register.acting(PEOPLE["f.osei"]), path, "Fine", Step.ACCEPT)
            assert {problem.code for problem in done.problems} == {"PCK-01"}


class TestKeys:
    def test_a_file_may_be_under_a_passphrase(self, tmp_path):
        """The right one opens it, a wrong one and none are told; the key is the same as before it was protected."""
        plain = KeyRing(tmp_path / "keys")
        key = plain.create()
        mine = key.public.fingerprint
        assert plain.protect(mine, "north gate")
        assert b"ENCRYPTED" in (plain.folder / f"{mine}.key.pem").read_bytes()
        assert (plain.folder / f"{mine}.key.pem").stat().st_mode & 0o077 == 0
        opened = KeyRing(plain.folder, ask=lambda _: "north gate").find(mine)
        assert opened.sign(b"x") == key.sign(b"x")
        with pytest.raises(ConfigError, match="none was given"):
            plain.find(mine)
        with pytest.raises(ConfigError, match="does not open"):
            KeyRing(plain.folder, ask=lambda _: "south gate").find(mine)
        locked = plain.create("north gate").public.fingerprint
        assert KeyRing(plain.folder, ask=lambda _: "north gate").find(locked).public.fingerprint == locked

    def test_a_pack_is_signed_with_a_key_under_a_passphrase(self, register, monkeypatch):
        """The environment may give the passphrase where nobody can be asked; without it nothing is made."""
        preparer = register.acting(PEOPLE["s.moreau"])
        assert protect_key(preparer, "north gate").ok
        with pytest.raises(ConfigError, match="CASEBOOK_KEY_PASSPHRASE"):
            make_pack(preparer, "2026-12")
        with asking(lambda _: "north gate"):
            assert make_pack(preparer, "2026-12").ok
        monkeypatch.setenv("CASEBOOK_KEY_PASSPHRASE", "north gate")
        assert make_pack(preparer, "2026-12").ok
        assert protect_key(register.acting(PEOPLE["x.audit"]), "north gate").problems[0].code == "KEY-06"

    def test_the_private_half_is_for_its_owner_alone(self, tmp_path):
        """Rights on the file, nothing of it anywhere else; a damaged file is named."""
        ring = KeyRing(tmp_path / "keys")
        key = ring.create()
        (path,) = ring.folder.iterdir()
        assert path.stat().st_mode & 0o077 == 0
        assert ring.find(key.public.fingerprint).public == key.public
        assert ring.find("0" * 64) is None

    def test_signing_is_repeatable_and_binds_every_byte(self, tmp_path):
        """RFC 8032: the same bytes have the same signature, other bytes have another."""
        key = KeyRing(tmp_path).create()
        signature = key.sign(b"head 12")
        assert key.sign(b"head 12") == signature
        public = PublicKey.of(key.public.raw.hex())
        assert public.has_signed(b"head 12", signature)
        assert not public.has_signed(b"head 13", signature)
        assert not public.has_signed(b"head 12", signature[:-1] + bytes([signature[-1] ^ 1]))
        with pytest.raises(ValueError, match="32 bytes"):
            PublicKey.of("ab")

    def test_a_new_key_replaces_the_old_one_whose_packs_stay_good(self, register):
        """Rotation is an event; old packs verify for good, also against the register."""
        before = known_keys(register)
        assert add_key(register, "Yearly change").ok
        now = known_keys(register)
        (old,) = [now[fingerprint] for fingerprint in before]
        assert old.replaced == register.journal.head().seq
        assert sum(key.current for key in now.values()) == 1
        register.close()
        report = verify(register.folder, register.folder / closed()[1])
        assert report.ok, report.faults
        assert "The register knows the key that signed this pack, and trusts it." in report.notes

    def test_a_revoked_key_signs_nothing_any_more(self, register):
        """What it signed before stays good unless the revocation reaches back."""
        (fingerprint,) = known_keys(register)
        assert revoke_key(register, fingerprint[:16], "").problems[0].code == "KEY-04"
        assert revoke_key(register.acting(PEOPLE["a.khan"]), fingerprint, "x").problems[0].code == "KEY-03"
        assert revoke_key(register, "12", "x").problems[0].code == "KEY-01"
        assert revoke_key(register, fingerprint, "x", "yesterday").problems[0].code == "KEY-05"
        assert revoke_key(register, fingerprint, "Laptop left in a train").ok
        assert revoke_key(register, fingerprint, "again").problems[0].code == "KEY-02"
        done = make_pack(register, "2026-12")
        assert decode(contents(register.folder / done.files[1])["manifest.json"]).signer != fingerprint
        register.close()
        assert verify(register.folder, register.folder / closed()[1]).ok

    def test_a_revocation_that_reaches_back_takes_the_trust_away(self, register):
        """A key that was copied before the pack was made proves nothing about it."""
        (fingerprint,) = known_keys(register)
        assert revoke_key(register, fingerprint, "Copied in November", "2026-11-15T00:00:00+00:00").ok
        register.close()
        report = verify(register.folder, register.folder / closed()[1])
        assert [fault.what for fault in report.faults] == ["key"]
        assert "not trusted from 2026-11-15" in report.faults[0].message

    def test_a_fingerprint_is_named_by_enough_of_it(self):
        """Spaces and capitals do not count; less than 16 characters are not enough."""
        assert same_key("AB12 " * 4, "ab12" * 16)
        assert not same_key("ab12", "ab12" * 16)
        assert doubt({}, "ab", at="", seq=0) == "no event of this register ever added that key"

    def test_the_head_can_be_sent_and_compared_later(self, register, tmp_path):
        """The message holds a witness line that verify takes."""
        text = head_lines(register)
        line = next(line for line in text.splitlines() if "\t" in line)
        assert line.split("\t")[1] == register.journal.head().hash
        (tmp_path / "sent.txt").write_text(line + "\n", encoding="ascii")
        register.close()
        assert verify(register.folder, witness=tmp_path / "sent.txt").ok


def words_of(path):
    """Every word of a workbook's cells."""
    book = openpyxl.load_workbook(path, read_only=True)
    return {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}


def test_a_full_copy_names_people_and_says_that_it_is_no_pack(register):
    """Senior QA reads who did what; the pack shows initials, and making the copy is an event."""
    done = make_full_copy(register, "2026-11")
    assert done.ok, done.message
    path = register.folder / done.files[0]
    assert path.name == "month-end-2026-11-full.xlsx"
    shown = words_of(path)
    assert any(word.startswith("Full copy: people by name") for word in shown)
    assert any(f"({register.actor.id})" in word for word in shown)
    event = list(register.journal.events())[-1]
    assert (event.kind, event.data["sha256"]) == ("pack.copied.v1", hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_full_copy_is_only_for_those_whose_work_needs_it(register):
    """A coordinator is refused; a month that is none is said so."""
    refused = make_full_copy(register.acting(PEOPLE["a.khan"]), "2026-11")
    assert [problem.code for problem in refused.problems] == ["PACK-FULL"]
    assert [problem.code for problem in make_full_copy(register, "November").problems] == ["PACK-PERIOD"]
