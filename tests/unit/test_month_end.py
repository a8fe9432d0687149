"""The month-end audit workbook: what a month was, said twice, without a customer in it."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from proof_kit import PEOPLE, Clock, fresh_folder, month_of_work, new_register, opens, presses, read, refund_story

from addin.logic.events import digests, iso
from addin.month_end import Month, build, month_tables
from addin.month_end.controls import FIRST_ROW, HEADER_ROW
from addin.month_end.period import Period
from addin.month_end.privacy import Mask
from addin.month_end.sample import draw, score, seed
from addin.month_end.story import tell
from addin.month_end.table import Col, Holds, Table, plain
from addin.register import package
from addin.service import RowRequest

MONTH = datetime(2026, 11, 1, tzinfo=UTC)
AFTER = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
ORDER = (
    "Cover", "How to read", "Control totals", "Dashboard", "Cases", "Cut-off", "Approvals", "Late changes", "Refunds",
    "Payment batches", "Closed periods", "Claims", "Carrier returns", "Quality checks", "Overrides", "Address changes",
    "Special deliveries", "Stock differences", "CCTV log", "Deviations", "Exceptions", "Sample",
    "Change log", "Rules", "Files",
)  # fmt: skip


@dataclass
class Made:
    """A month that was built: its workbook as bytes, and what the builder answered."""

    content: bytes
    month: Month

    def __getattr__(self, name):
        return getattr(self.month, name)


def pack_of(service, **more):
    known = {"period": "2026-11", "now": AFTER, "preparer": PEOPLE["s.moreau"], "auditor_word": "HGB-LOG"}
    given = {"folder": Path(tempfile.mkdtemp(dir=fresh_folder())), **known, **more}
    month = build(service.journal, service.kinds, service.settings, service.policy, **given)
    return Made(month.workbook.read_bytes(), month)


@cache
def worked():
    """A register with a month of work in memory."""
    clock = Clock(datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
    service = new_register(None, clock)
    month_of_work(service, clock, MONTH)
    return service


@cache
def pack():
    return pack_of(worked(), files={"CLM-2026-000001-v1.docx": "ab" * 32})


@cache
def sheets():
    """Every sheet of the pack as its program would show it: the stored results of formulas."""
    book = openpyxl.load_workbook(io.BytesIO(pack().content), data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def table(name):
    """A table of the pack as a list of rows by title."""
    rows = sheets()[name]
    titles = rows[HEADER_ROW - 1]
    return [
        dict(zip(titles, row, strict=True)) for row in rows[FIRST_ROW - 1 :] if any(cell is not None for cell in row)
    ]


def control(label):
    return next(row for row in table("Control totals") if row["Control"] == label)


class TestPeriod:
    @pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-1", "October", "2026-10-01", "1999-10", "2026/10"])
    def test_only_a_month_is_a_month(self, text):
        """Anything else is refused with the form to write it in."""
        with pytest.raises(ValueError, match="write the year and the month as 2026-10"):
            Period.of(text, AFTER)

    def test_a_month_that_has_not_begun_is_refused(self):
        """Nothing can be told of the future."""
        with pytest.raises(ValueError, match="has not begun"):
            Period.of("2027-01", AFTER)

    def test_a_month_begins_and_ends_at_londons_midnight(self):
        """October 2026 begins in summer time and ends in winter time."""
        month = Period.of("2026-10", AFTER)
        assert (iso(month.start), iso(month.end)) == ("2026-09-30T23:00:00+00:00", "2026-11-01T00:00:00+00:00")
        assert (month.draft, month.title, month.cut_off_day) == (False, "October 2026", date(2026, 10, 31))

    def test_a_month_before_the_register_is_refused(self):
        """A register tells nothing of the time before its first event."""
        with pytest.raises(ValueError, match="no event before the end of 2026-08"):
            pack_of(worked(), period="2026-08")


class TestPack:
    def test_sheets_stand_in_reading_order(self):
        """From the cover to the files, in the order in which an auditor reads."""
        assert tuple(sheets()) == ORDER

    def test_equal_input_makes_equal_bytes(self):
        """A month told again is the same file."""
        assert pack_of(worked(), files={"CLM-2026-000001-v1.docx": "ab" * 32}).content == pack().content

    def test_later_events_change_no_table(self):
        """What happened after the cut-off list does not show in a closed month."""
        clock = Clock(datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
        service = new_register(None, clock)
        month_of_work(service, clock, MONTH)
        before = pack_of(service)
        clock.to(AFTER + timedelta(days=2))
        opens(service, "OST", order_no="4000400002")
        presses(service, "cancel", "CASE-2026-000004", reason="Late")
        after = pack_of(service, now=AFTER)
        assert after.content == before.content

    def test_holds_no_macros_and_every_sheet_is_locked(self):
        """It opens anywhere, and cells are not changed by accident."""
        parts = package.read_parts(pack().content)
        assert not any("vba" in name.lower() for name in parts)
        where = package.sheet_parts(parts)
        assert all(b"<sheetProtection" in parts[part] for part in where.values())
        assert b"lockStructure" in parts["xl/workbook.xml"]
        assert b'algorithmName="SHA-512"' in parts[where["Cover"]]

    def test_every_control_agrees(self):
        """Each computed figure equals its formula's result."""
        lines = [row for row in table("Control totals") if row["Check"]]
        assert len(lines) > 50
        assert [row["Control"] for row in lines if row["Check"] != "OK"] == []
        assert sheets()["Control totals"][3][1] == "All agree"

    def test_opening_plus_new_less_ended_is_closing(self):
        """The movement of cases adds up."""
        start, new, back, left, end = (
            control(label)["Computed"]
            for label in (
                "Open as the month began", "New in the month", "Reopened and still open", "Ended in the month",
                "Open at the cut-off",
            )
        )  # fmt: skip
        assert (start, new, back, left, end) == (4, 20, 0, 1, 23)
        assert start + new + back - left == end == int(pack().totals["Open at the cut-off"])

    def test_the_cover_states_head_period_rule_and_seed(self):
        """Whoever holds the cover can tell which chain, which month and which sample it was."""
        words = " ".join(str(cell) for row in sheets()["Cover"] for cell in row if cell)
        assert pack().totals["head"] in words
        assert "reg-7f3a" in words
        assert "2026-11|HGB-LOG|v1" in words
        assert "clock of Europe/London" in words
        assert worked().policy.fingerprint() in words

    def test_a_month_that_is_not_over_is_a_draft_on_every_sheet(self):
        """A draft says so where it is read, and in its name."""
        draft = pack_of(worked(), now=datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
        assert (draft.draft, draft.file_name) == (True, "month-end-2026-11-draft.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(draft.content))
        for sheet in book:
            top = " ".join(str(cell) for row in sheet.iter_rows(max_row=4, values_only=True) for cell in row if cell)
            assert "DRAFT: November 2026 is not over" in top, sheet.title

    def test_an_empty_month_is_told_and_dated(self):
        """A month without a single event still has its pack."""
        clock = Clock(datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
        service = new_register(None, clock)
        empty = pack_of(service)
        assert empty.totals["New in the month"] == "0"
        book = openpyxl.load_workbook(io.BytesIO(empty.content), data_only=True)
        assert "No event in this month." in book["Change log"]["A3"].value
        assert book["Control totals"]["B4"].value == "All agree"
        assert "November 2026" in book["Cover"]["A3"].value


class TestTables:
    def test_state_is_that_of_the_cut_off(self):
        """A case that ended later is still open in the pack."""
        clock = Clock(datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
        service = new_register(None, clock)
        clock.to(MONTH + timedelta(days=9))
        case = opens(service, "OST", order_no="4000200001")
        clock.to(MONTH + timedelta(days=31))
        presses(service, "cancel", case, reason="Asked twice")
        story = tell(service.journal, Period.of("2026-11", AFTER), 3)
        assert story.case(case).status == "New"
        assert [(c.event.case_id, c.what) for c in story.crossings] == [(case, "Cancelled")]

    def test_a_delivery_shows_what_was_asked_what_was_booked_and_what_came(self):
        """Three facts side by side: the morning was asked, the afternoon booked and told, and it came late by that."""
        clock = Clock(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
        service = new_register(None, clock)
        plan = {"booked_from": "25/11/2026 13:00", "booked_to": "25/11/2026 17:00", "booked_why": "The road is closed"}
        case = opens(service, "SPD", **plan)
        for verb, texts in {
            "check": {}, "approve": {}, "book": {"booking_ref": "BK-1", "change_told": "Agreed by phone"},
            "confirm": {"confirmation": "c.pdf", "cs_told": "Yes"}, "despatch": {"tracking": "1Z12345E6800002067"},
        }.items():  # fmt: skip
            presses(service, verb, case, **texts)
        clock.to(datetime(2026, 11, 25, 19, 0, tzinfo=UTC))
        presses(service, "late", case, delivered_at="25/11/2026 17:20")
        tables = month_tables(service.journal, service.kinds, service.settings, service.policy, "2026-11", AFTER)[1]
        (found,) = [one for one in tables if one.name == "Special deliveries"]
        titles = (
            "Asked: to",
            "Booked: service",
            "Booked: to",
            "Told of it",
            "Came at",
            "Minutes late",
            "Cost",
            "Approved",
        )
        assert [found.values(title)[0] for title in titles] == [
            datetime(2026, 11, 25, 13), "UPS Express", datetime(2026, 11, 25, 17), "yes",
            datetime(2026, 11, 25, 17, 20), 20, Decimal("28.50"), "AK",
        ]  # fmt: skip

    def test_an_instant_is_never_shown_a_minute_early(self):
        """A third of a day has no end in decimals: it is rounded up, since programs cut the seconds off."""
        for hour in range(24):
            cell = plain(datetime(2026, 11, 27, hour, 20))
            since = (Decimal(cell) % 1) * 86_400 - (hour * 3_600 + 20 * 60)
            assert 0 <= since < Decimal("0.01"), cell

    def test_cut_off_lists_both_borders(self):
        """Openings and endings close to either midnight, with the month they count to."""
        found = {(row["Case"], row["Border"], row["What"], row["In this month"]) for row in table("Cut-off")}
        assert found == {
            ("CASE-2026-000004", "Start", "Opened", "No"),
            ("CASE-2026-000001", "Start", "Cancelled", "Yes"),
            ("CASE-2026-000005", "Start", "Opened", "Yes"),
            ("CASE-2026-000025", "End", "Opened", "No"),
        }

    def test_approvals_name_requester_approver_and_executor(self):
        """Three people by their initials, and no finding where the rules held."""
        row = table("Approvals")[0]
        assert [row[title] for title in ("Step", "Requested", "Approved", "Executed", "Finding")] == [
            "Approved", "AK", "SM", "FO", None,
        ]  # fmt: skip
        assert row["Value"] == 137.5

    def test_refunds_show_where_reconciliation_stands(self):
        """Amount, people, reference, settlement and codes of each refund."""
        rows = {row["Case"]: row for row in table("Refunds")}
        assert rows["CASE-2026-000005"]["Reconciliation"] == "Matched"
        assert rows["CASE-2026-000006"]["Codes"] == "R13"
        assert rows["CASE-2026-000008"]["Codes"] == "R09"
        assert control("Settled: pounds")["Computed"] == 274.5

    def test_exceptions_list_what_an_auditor_asks_first(self):
        """Overdue, refused, altered by hand, late and unreconciled, each with its place."""
        kinds = {row["Kind"] for row in table("Exceptions")}
        assert {"Overdue legal date", "Refused press", "Cell altered by hand", "Late entry", "Claim date missed",
                "Aged, not reconciled", "R09 refund", "R13 refund"} <= kinds  # fmt: skip

    def test_an_override_is_listed_with_its_rule_and_reason(self):
        """A rule that a role passed stands with what it says and why it was passed."""
        clock = Clock(datetime(2026, 11, 2, 8, 0, tzinfo=UTC))
        service = new_register(None, clock)
        case = opens(service, "RFD", legal_basis="CCR cancel")
        presses(service, "confirm_qc", case, "s.moreau", "Seen by me at the dock")
        book = openpyxl.load_workbook(io.BytesIO(pack_of(service).content), data_only=True)
        rows = list(book["Overrides"].iter_rows(min_row=FIRST_ROW, values_only=True))
        assert rows
        assert {row[5] for row in rows} <= {"RFD-11", "RFD-12", "RFD-13", "RFD-14"}
        assert {row[7] for row in rows} == {"Seen by me at the dock"}

    def test_a_reopened_case_is_a_late_change(self):
        """What happens to a case after its end is listed with both states."""
        clock = Clock(datetime(2026, 11, 2, 8, 0, tzinfo=UTC))
        service = new_register(None, clock)
        case = opens(service, "OST", order_no="4000200001")
        presses(service, "cancel", case, reason="Asked twice")
        presses(service, "reopen", case, "s.moreau", "It was another order")
        made = pack_of(service)
        book = openpyxl.load_workbook(io.BytesIO(made.content), data_only=True)
        row = next(book["Late changes"].iter_rows(min_row=FIRST_ROW, values_only=True))
        assert row[3:6] == (case, "Cancelled", "its end")
        assert made.totals["Open at the cut-off"] == "1"

    def test_the_log_holds_every_event_of_the_month_with_its_hash(self):
        """Each event can be found in the journal by its hash."""
        log = {row["Event"]: row["Hash"] for row in table("Change log")}
        month = [e for e in worked().journal.events() if "2026-11-01" <= e.at < "2026-12-01"]
        assert log == {event.seq: event.hash for event in month}

    def test_rules_say_what_nobody_has_verified(self):
        """Assumptions are counted and marked."""
        assert any(row["Verified by"] == "not verified yet" for row in table("Rules"))
        assert len(table("Rules")) == len(worked().policy.rows)

    def test_files_are_listed_with_their_digest(self):
        """The letters of the register's folder, as they were handed in."""
        assert table("Files") == [{"File": "CLM-2026-000001-v1.docx", "SHA-256": "ab" * 32}]

    def test_the_digest_of_rows_stands_on_sheet_and_control(self):
        """One digest, in both places, and another when a row changes."""
        for name in ("Cases", "Refunds", "Change log"):
            stated = re.search(r"SHA-256 of the rows: ([0-9a-f]{64})", " ".join(filter(None, sheets()[name][2])))[1]
            assert stated in control(f"{name}: rows")["Note"]
        columns = (Col("A"), Col("B", 10, Holds.MONEY))
        one, other = (Table("T", "", columns, [("x", Decimal(amount))], "B") for amount in ("1.00", "1.01"))
        assert one.digest() != other.digest()
        assert (one.total(), one.values("B")) == (Decimal("1.00"), [Decimal("1.00")])


class TestMoney:
    """Payment batches and accounting months have sheets of their own (domain rules for a month-end file)."""

    @staticmethod
    @cache
    def told():
        """October: two refunds settled, one paid with a batch; then October is closed, touched, and opened again."""
        clock = Clock(datetime(2026, 10, 1, 8, 0, tzinfo=UTC))
        service = new_register(None, clock)
        first = refund_story(service, clock, "4000300001", "100.00", steps=6)
        clock.to(MONTH - timedelta(days=20, hours=-8))
        other = refund_story(service, clock, "4000300002", "100.00", steps=6)
        batch = {"batch_no": "BAT-2026-000001", "file": "outbox/BAT-2026-000001.csv", "sha256": "ab" * 32, "count": 2,
                 "total": "GBP 200.00", "cases": [first, other]}  # fmt: skip
        clock.to(MONTH - timedelta(days=5, hours=-8))
        late = refund_story(service, clock, "4000300003", "50.00", steps=5)
        clock.to(MONTH + timedelta(days=2))
        service.record("payment.batch_made.v1", batch)
        service.record("period.closed.v1", {"period": "2026-10", "words": "all zero"}, reason="Over")
        clock.on(hours=1)
        presses(service, "note", first, "b.lowe", "Bank asked about it", comms="Told the desk")
        presses(service, "settle", late, "f.osei", "Paid on the last day", settled_date="2026-10-31")
        service.record("period.reopened.v1", {"period": "2026-10", "asker": "s.moreau"}, reason="A line was missed")
        clock.on(hours=1)
        presses(service, "note", other, "b.lowe", "Open again", comms="Told the desk")
        book = openpyxl.load_workbook(io.BytesIO(pack_of(service).content), data_only=True)
        rows = {name: list(book[name].iter_rows(min_row=FIRST_ROW, values_only=True)) for name in
                ("Payment batches", "Closed periods")}  # fmt: skip
        return rows, first, late, batch

    def test_a_batch_says_what_was_asked_for_and_how_it_stands(self):
        """Number, count, total and file from its event; the refunds as they stood at the cut-off."""
        rows, *_, batch = self.told()
        (row,) = rows["Payment batches"]
        assert (row[0], row[4], row[5], row[7], row[8]) == (
            batch["batch_no"], 2, 200, batch["file"], batch["sha256"],
        )  # fmt: skip
        assert row[6] == "Sent again later 2"  # these two never bore the number of this batch

    def test_what_touches_a_closed_month_is_a_row_of_its_own(self):
        """Closing, a change of a refund booked in it, a late item, reopening; nothing once it is open again."""
        rows, first, late, _ = self.told()
        found = [(row[2], row[3].split(":")[0], row[4]) for row in rows["Closed periods"]]
        assert found == [
            ("2026-10", "AK closed the month 2026-10", None),
            ("2026-10", "Change of a refund that is booked in 2026-10", first),
            ("2026-10", "Late item", late),
            ("2026-10", "AK reopened the closed month 2026-10, asked for by SM", None),
        ]


class TestPrivacy:
    def test_nothing_personal_reaches_the_pack(self):
        """No value of a personal field stands anywhere in the file."""
        service = worked()
        named = [digest for event in service.journal.events() for digest in digests(event.data)]
        sealed = service.journal.vault(named).values()
        assert sealed
        with zipfile.ZipFile(io.BytesIO(pack().content)) as file:
            text = " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
        for entry in sealed:
            value = entry.value.strip('"[]')
            if len(value) > 6:
                assert value not in text
        assert "jane.doe" not in text
        assert "07700" not in text
        assert "SW1A 1AA" not in text
        assert "Jane" not in text

    def test_staff_are_shown_by_initials_alone(self):
        """Neither accounts nor names of staff stand in any cell."""
        words = " ".join(str(cell) for rows in sheets().values() for row in rows for cell in row if cell)
        for account, person in PEOPLE.items():
            assert account not in words
            assert person.name not in words

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("write to jane.doe@example.co.uk today", "write to [email] today"),
            ("call 07700 900123 or +44 20 7946 0958", "call [phone] or [phone]"),
            ("order 0041029384 and 4000123456 stay", "order 0041029384 and 4000123456 stay"),
            ("to SW1A 1AA, from ec2v7hh", "to SW1A, from EC2V"),
            ("Mrs Jane Doe-Smith rang", "[name] rang"),
            ("card 4111 1111 1111 1111", "card [PAN ****1111]"),
            ("a.khan told Amira Khan", "AK told AK"),
            ("CASE-2026-000001 and 1Z999AA10123456784 stay", "CASE-2026-000001 and 1Z999AA10123456784 stay"),
            ("", ""),
        ],
    )
    def test_free_text_is_redacted(self, typed, shown):
        """What tells who or how to reach somebody goes; numbers of orders, cases and parcels stay."""
        assert Mask(PEOPLE).text(typed) == shown

    @pytest.mark.parametrize(
        "typed",
        [
            "a.khan noted on CASE-2026-000001", "RFD-2026-000012 follows CASE-2026-000001", "Amira Khan rang",
            "plain words", "CASE-2026-0000017 is none", "x@y.example", "Dr Who", "12", "CASE-2026-000001, SW1A 1AA",
            "  edges  ", "a.khan",
        ],
    )  # fmt: skip
    def test_texts_without_a_risk_take_a_short_way_to_the_same_end(self, typed, monkeypatch):
        """A text of words and our own numbers is told as the whole treatment tells it."""
        short = Mask(PEOPLE).text(typed)
        monkeypatch.setattr("addin.month_end.privacy._RISKY", re.compile(""))
        assert short == Mask(PEOPLE).text(typed)

    def test_people_with_the_same_initials_are_told_apart(self):
        """A number keeps two people two people."""
        mask = Mask(PEOPLE, ["amy.kent"])
        assert {mask.who("a.khan"), mask.who("amy.kent")} == {"AK", "AK2"}
        assert mask.who("") == ""
        assert mask.who("zoe.new") == "ZN"


class TestSample:
    def test_is_the_same_in_every_language(self):
        """Checked by hand with sha256sum: seed, bar, case number."""
        numbers = [f"CASE-2026-{n:06d}" for n in range(1, 201)]
        found = draw(numbers, [], "2026-10|HGB-LOG|v1")
        assert [case_id[-6:] for case_id, _ in found.others[:5]] == ["000059", "000027", "000166", "000097", "000178"]
        assert seed("2026-10", " HGB-LOG ") == "2026-10|HGB-LOG|v1"
        assert found.others[0][1] == score("2026-10|HGB-LOG|v1", "CASE-2026-000059")

    def test_key_items_stand_first_and_are_not_drawn_again(self):
        """What is worth the policy's amount is in every sample."""
        rows = table("Sample")
        assert (rows[0]["Rank"], rows[0]["Case"]) == ("Key item", "CASE-2026-000015")
        assert [row["Case"] for row in rows].count("CASE-2026-000015") == 1
        assert len(rows) == len(table("Cases"))

    def test_without_a_word_the_sample_says_that_it_could_be_foreseen(self):
        """The auditor's word is what makes a sample theirs."""
        book = openpyxl.load_workbook(io.BytesIO(pack_of(worked(), auditor_word="").content))
        assert "could be foreseen" in book["Sample"]["A2"].value


def test_a_formula_in_a_reason_stays_text():
    """What people type never becomes a formula of the pack."""
    clock = Clock(datetime(2026, 11, 2, 8, 0, tzinfo=UTC))
    service = new_register(None, clock)
    case = opens(service, "OST", order_no="4000200001")
    service.edit([RowRequest(case, read("OST", {"root_cause": "Carrier"}), '=HYPERLINK("http://x","y")')])
    book = openpyxl.load_workbook(io.BytesIO(pack_of(service).content))
    cells = [cell for row in book["Change log"].iter_rows() for cell in row if str(cell.value).startswith("=HYPER")]
    assert cells
    assert all(cell.data_type == "s" for cell in cells)
