"""Files into the register: cases by rule, facts to open cases, nothing twice, nothing half, and where files go."""

from __future__ import annotations

import csv
from dataclasses import replace

import msgspec
import pytest
from import_kit import NOW, job, number, parcel, text_file
from msgspec import structs
from service_kit import SETTINGS, Clock, assert_sound

from addin.arrivals import import_file, import_inbox, run
from addin.imports.job import do_job
from addin.journal import SqliteJournal
from addin.logic.outcome import Status
from addin.service import RowRequest, Service, begin

BACK = {"status": "Returned to sender"}


@pytest.fixture
def service(tmp_path, monkeypatch):
    """A register in memory with an inbox on disk; files are read in this process."""
    monkeypatch.setattr(run, "read_file", do_job)
    (tmp_path / "inbox").mkdir()
    one = Service(tmp_path, SETTINGS, SqliteJournal(None), SETTINGS.actors()["a.khan"], Clock(NOW))
    begin(one, "ab12")
    return one


def drop(service, content, name="ups.csv"):
    path = service.folder / "inbox" / name
    path.write_bytes(content)
    return path


def where(service):
    inbox = service.folder / "inbox"
    return {folder.name: sorted(p.name for p in folder.iterdir()) for folder in inbox.iterdir() if folder.is_dir()}


def events(service, kind):
    return list(service.journal.events(kinds=[kind]))


def test_rows_that_a_rule_speaks_of_become_cases(service):
    """Each says which file and line it comes from, and by which rule."""
    drop(service, text_file([parcel(1, **BACK), parcel(2), parcel(3, scan="18/11/2026 06:10", shipped="17/11/2026")]))
    outcome = import_inbox(service)
    assert outcome.status is Status.DONE
    assert "3 rows, 3 accepted, 0 to review, 0 rejected, 0 repeated. 2 cases opened" in outcome.message
    first, second = service.journal.cases()
    assert (first.type, first.text("tracking"), first.text("channel")) == ("CRP", number(1), "Import")
    assert second.type == "OST"
    opened = next(service.journal.events(case_id=first.case_id))
    assert opened.reason.endswith("From ups.csv, line 2 (IMP-01).")
    assert_sound(service.journal)


def test_a_file_leaves_one_event_with_its_control_totals(service):
    """Name, digest, counts, sums, and the cases it opened."""
    drop(service, text_file([parcel(1, **BACK, value="1250.00"), parcel(2, tracking="")]))
    import_inbox(service)
    data = events(service, "import.taken.v1")[0].data
    assert (data["file"], data["profile"], data["kind"]) == ("ups.csv", "ups-tracking", "tracking")
    assert (data["rows"], data["accepted"], data["rejected"], data["opened_count"]) == (2, 1, 1, 1)
    assert data["controls"]["sum of Declared value"] == "GBP 1,250.00"
    assert data["opened"] == ["CASE-2026-000001"]


def test_the_same_file_again_does_nothing(service):
    """Under any name; it is moved away all the same."""
    content = text_file([parcel(1, **BACK)])
    drop(service, content)
    import_inbox(service)
    drop(service, content, "copy.csv")
    head = service.journal.head()
    outcome = import_inbox(service)
    assert outcome.ok
    assert "copy.csv was imported before (event" in outcome.message
    assert service.journal.head() == head
    assert where(service)["done"][-1].endswith("copy.csv") or "copy.csv" in " ".join(where(service)["done"])


def test_the_same_row_in_another_file_does_nothing_again(service):
    """Also after the case it opened is closed."""
    drop(service, text_file([parcel(1, **BACK)]))
    import_inbox(service)
    case = service.journal.cases()[0]
    assert service.press("cancel", [RowRequest(case.case_id, reason="Test")]).ok
    drop(service, text_file([parcel(1, **BACK), parcel(9)]), "tomorrow.csv")
    outcome = import_inbox(service)
    assert "No case opened" in outcome.message
    assert len(service.journal.cases()) == 1


def test_a_case_that_is_open_for_it_is_told_and_no_second_one_opened(service):
    """Whoever opened it, and however."""
    given = {"order_no": "5200418001", "tracking": number(1)}
    service.open_cases([RowRequest("", given, opens="OST")])
    drop(service, text_file([parcel(1, scan="18/11/2026 06:10", shipped="17/11/2026", promised="20/12/2026")]))
    outcome = import_inbox(service)
    assert "No case opened, 1 case filled in" in outcome.message
    case = service.journal.cases()[0]
    assert case.text("tracking_status") == "IN_TRANSIT"
    assert case.text("tracking_text") == "In Transit"


def test_what_a_person_typed_stays_and_the_difference_is_noted_once(service):
    """However often the file says otherwise."""
    given = {"tracking": number(1), "subtype": "DNR", "service": "Express"}
    service.open_cases([RowRequest("", given, opens="UPC")])
    header = ["Tracking Number", "Status", "Last Scan", "Service"]
    for minute in ("10", "20", "30"):
        row = [number(1), "In Transit", f"23/11/2026 06:{minute}", "Standard"]
        drop(service, text_file([row], header))
        assert import_inbox(service).ok
    case = service.journal.cases()[0]
    assert case.text("service") == "Express"
    notes = events(service, "case.noted.v1")
    assert len(notes) == 1
    assert "Service is Standard and not Express" in notes[0].reason


def test_an_older_file_does_not_turn_a_status_back(service):
    """Yesterday's export, imported after today's."""
    service.open_cases([RowRequest("", {"tracking": number(1), "order_no": "1"}, opens="OST")])
    drop(service, text_file([parcel(1, status="Out for delivery", scan="23/11/2026 08:00")]))
    import_inbox(service)
    drop(service, text_file([parcel(1, status="Arrival Scan", scan="22/11/2026 08:00")]), "yesterday.csv")
    import_inbox(service)
    assert service.journal.cases()[0].text("tracking_status") == "OUT_FOR_DELIVERY"


def test_a_row_that_the_rules_of_a_case_refuse_is_told_and_the_others_stand(service):
    """Bulk is row by row, here too."""
    header = ["SKU", "Bin", "On Hand", "Counted", "Order Short"]
    rows = [["A-1", "B-1", "5", "4", ""], ["A-2", "B-2", "5", "4", "=1+1"]]
    drop(service, text_file(rows, header), "stock.csv")
    outcome = import_inbox(service)
    assert outcome.status is Status.PROBLEMS
    assert len(service.journal.cases(types=["INV"])) == 1


def test_what_was_taken_and_what_was_refused_go_their_ways(service):
    """With the instant in the name, a list beside the one and a reason beside the other."""
    drop(service, text_file([parcel(1, **BACK), parcel(2, status="???")]), "good.csv")
    drop(service, b"\xd0\xcf\x11\xe0" + bytes(600), "old.xlsx")
    (service.folder / "inbox" / "notes.docx").write_bytes(b"x")
    outcome = import_inbox(service)
    assert outcome.status is Status.PROBLEMS
    stamp = "20261123T120000Z"
    assert where(service) == {
        "done": [f"{stamp}-good.csv", f"{stamp}-good.csv.result.csv"],
        "refused": [f"{stamp}-old.xlsx", f"{stamp}-old.xlsx.why.txt"],
    }
    why = (service.folder / "inbox" / "refused" / f"{stamp}-old.xlsx.why.txt").read_text()
    assert "encrypted, or of the old .xls kind" in why
    assert events(service, "import.refused.v1")[0].data["code"] == "IMP-PROTECTED"
    assert (service.folder / "inbox" / "notes.docx").exists()


def test_the_list_of_rows_says_what_was_done_and_holds_no_formula(service):
    """A person opens it in a spreadsheet program."""
    rows = [parcel(1, **BACK), parcel(2, status="=cmd|' /C calc'!A0"), parcel(3, tracking="=1+1"), parcel(4), parcel(5)]
    drop(service, text_file(rows))
    outcome = import_inbox(service)
    text = (service.folder / outcome.files[0]).read_text(encoding="utf-8-sig")
    lines = list(csv.reader(text.splitlines()))
    assert lines[0] == ["Line", "Verdict", "What", "Why", "Done"]
    assert [line[1] for line in lines[1:]] == ["open", "review", "reject"]
    assert not [cell for line in lines for cell in line if cell[:1] in "=+-@" and cell]


def test_a_file_for_somebody_else_stays_in_the_inbox(service):
    """A statement waits there for its own button."""
    drop(service, b"psp_reference,amount\nX1,10.00\n", "statement.csv")
    outcome = import_inbox(service)
    assert outcome.status is Status.REFUSED
    assert "left in the inbox" in outcome.message
    assert (service.folder / "inbox" / "statement.csv").exists()
    assert events(service, "import.refused.v1") == []


def test_an_empty_inbox_says_what_to_do(service):
    """Also when there is no such folder."""
    assert "folder inbox" in import_inbox(service).message
    (service.folder / "inbox").rmdir()
    assert import_inbox(service).status is Status.REFUSED


def test_a_file_outside_the_inbox_stays_where_it_is(service, tmp_path):
    """The list of its rows goes to the inbox's folder for what was taken."""
    path = tmp_path / "elsewhere.csv"
    path.write_bytes(text_file([parcel(1, **BACK)]))
    outcome = import_file(service, path, "tracking")
    assert path.exists()
    assert outcome.files == ("inbox/done/20261123T120000Z-elsewhere.csv.result.csv",)


def test_a_file_of_another_kind_than_named_is_refused(service, tmp_path):
    """Not guessed to be something else."""
    path = tmp_path / "x.csv"
    path.write_bytes(text_file([parcel(1)]))
    assert "IMP-" in import_file(service, path, "stock").problems[0].code
    assert service.journal.cases() == []


def test_a_file_with_too_many_unreadable_rows_is_refused_whole(service):
    """It is probably another export; nothing of it is taken."""
    bad = [parcel(n, tracking="") for n in range(2, 7)]
    drop(service, text_file([parcel(1, **BACK), *bad]))
    outcome = import_inbox(service)
    assert outcome.problems[0].code == "IMP-REJECTED"
    assert "5 of 6 rows" in outcome.message
    assert service.journal.cases() == []


def test_a_file_that_would_flood_the_register_is_refused_whole(service):
    """Last month's export makes every parcel look lost."""
    service.policy = service.policy.amended(
        [replace(service.policy.row("import.most_cases"), value="2")], "test"
    )  # fmt: skip
    drop(service, text_file([parcel(n, **BACK) for n in range(1, 4)]))
    outcome = import_inbox(service)
    assert outcome.problems[0].code == "IMP-FLOOD"
    assert service.journal.cases() == []


def test_an_old_export_is_told(service):
    """Its newest entry is days old."""
    service.clock.on(days=5)
    drop(service, text_file([parcel(1, status="Delivered")]))
    assert "23/11/2026: is it today's export?" in import_inbox(service).message


def test_a_fault_on_the_way_leaves_nothing_half(service, monkeypatch):
    """Neither cases nor the file's event: the transaction is one."""
    drop(service, text_file([parcel(1, **BACK)]))
    head = service.journal.head()

    def fail(*_):
        raise RuntimeError("the power went")

    monkeypatch.setattr(run, "_event", fail)
    with pytest.raises(RuntimeError):
        import_inbox(service)
    assert service.journal.head() == head
    assert service.journal.cases() == []
    assert (service.folder / "inbox" / "ups.csv").exists()


def test_a_row_that_breaks_its_contract_is_refused(service, monkeypatch):
    """What comes out of the reading process is checked again."""

    def forged(content, job):
        answer = do_job(content, job)
        return structs.replace(answer, wanted=({"row": 2, "tracking": number(1), "status": "X", "status_text": "X",
                                                     "approver": "me"},))  # fmt: skip

    monkeypatch.setattr(run, "read_file", forged)
    drop(service, text_file([parcel(1, **BACK)]))
    assert import_inbox(service).problems[0].code == "IMP-CONTRACT"


def test_names_that_mislead_are_shown_plainly(service):
    """A mark of direction in a name makes cod.exe of exe.doc."""
    drop(service, text_file([parcel(1, **BACK)]), "ups\u202evsc.csv")
    outcome = import_inbox(service)
    assert "upsvsc.csv" in outcome.message
    assert "\u202e" not in outcome.message


def test_the_job_and_the_answer_hold_no_float():
    """What goes between the processes is text, whole numbers and yes or no."""
    answer = do_job(text_file([parcel(1, **BACK, value="12.50")]), job())
    assert b"12.50" in msgspec.json.encode(answer)
    assert not any(isinstance(value, float) for row in answer.wanted for value in row.values())


def test_a_death_between_commit_and_filing_is_healed_by_the_next_import(service, monkeypatch):
    """The file still lies in the inbox; it is known, so that it is filed and nothing is done twice."""
    drop(service, text_file([parcel(1, **BACK)]))

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("addin.arrivals.places.Place.done", die)
        with pytest.raises(KeyboardInterrupt):
            import_inbox(service)
    assert len(service.journal.cases()) == 1
    assert "imported before" in import_inbox(service).message
    assert len(service.journal.cases()) == 1
    assert not (service.folder / "inbox" / "ups.csv").exists()


ORDERS = "Order No,WMS Status,OMS Status,Status Since,Order Date,SKU\n"


@pytest.mark.parametrize(
    ("written", "words"), [("0", "Copy it again."), ("41029384", "Zeros at the start were perhaps lost: 0041029384?")]
)
def test_no_case_is_opened_for_a_number_that_is_no_order(service, written, words):
    """A program that counted with the order number spoiled it: the line is told, with what may have happened."""
    rows = f"{written},Picking,Processing,20/11/2026 05:10,19/11/2026,BAG-0117\n"
    drop(service, (ORDERS + rows + "5200418101,Picking,Processing,20/11/2026 05:10,19/11/2026,\n").encode(), "wms.csv")
    outcome = import_inbox(service)
    assert outcome.status is Status.PROBLEMS
    assert "1 case opened" in outcome.message
    assert f"Line 2: {written} does not look like an order number; no case was opened. {words}" in outcome.message
    assert [case.text("order_no") for case in service.journal.cases()] == ["5200418101"]


def test_a_parcel_with_an_odd_reference_is_still_told(service):
    """The tracking number is enough to find the parcel; the odd order number is a doubt in the reason."""
    drop(service, text_file([parcel(1, order="ORD-77", **BACK)]))
    assert import_inbox(service).ok
    (case,) = service.journal.cases()
    opened = next(service.journal.events(case_id=case.case_id))
    assert "ORD-77 does not look like an order number" in opened.reason
