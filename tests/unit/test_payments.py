"""Payment batches: who may send what, what the files look like, and that no refund ever leaves twice."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree
from refund_kit import agreed, approved, as_person, codes, money_service, move, request, the, values
from service_kit import assert_sound

from addin.errors import CasebookError, ConfigError
from addin.journal.retell import Retold
from addin.logic.case_type import CaseType
from addin.logic.events import Draft, Event
from addin.logic.outcome import Outcome, Status
from addin.logic.system_kinds import BATCH_MADE
from addin.payments import batches as making
from addin.payments import (
    list_batches,
    load_profile,
    make_batches,
    payable,
    profile_names,
    put_out,
    record_answers,
    root_of,
)
from addin.payments.pain001 import carried
from addin.payments.profiles import Column, Profile
from addin.service import RowRequest, Service, Work
from addin.settings import Debtor, Payments

#: The beginning of a CSV profile.
CSV = "title='x'\nformat='csv'\npays='original'\n"
DEBTOR = Debtor(name="House of Aurelle", account="GB82WEST12345698765432", bic="WESTGB2L")


class Killed(BaseException):
    """What stands for a process that ends in the middle of a step."""


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A register on disk, with Finance at the keyboard."""
    return as_person(money_service(tmp_path, payments=Payments(debtor=DEBTOR)), "f.osei")


def send(service: Service, *case_ids: str, profile: str = "", key: str = "", who: str = "f.osei") -> Outcome:
    """Make a batch of some refunds."""
    return make_batches(as_person(service, who), [RowRequest(case_id) for case_id in case_ids], profile, key)


def outbox(service: Service) -> list[str]:
    """What lies in the outbox, hidden files too."""
    return sorted(path.name for path in (service.folder / "outbox").iterdir())


def several(service: Service, number: int = 3, **texts: str) -> list[str]:
    """Approved refunds of different lines."""
    return [approved(service, line_id=str(line), refund_goods=f"{line}0.00", **texts) for line in range(1, number + 1)]


def rows_of(service: Service, name: str) -> list[list[str]]:
    """A CSV file's rows."""
    return list(csv.reader(io.StringIO((service.folder / "outbox" / name).read_text(encoding="utf-8"))))


class TestBatch:
    def test_a_batch_has_a_number_a_hash_and_control_totals(self, service):
        """Its event says how many refunds, how much, and the hash of the very file; its refunds carry its number."""
        cases = several(service)
        outcome = send(service, *cases)
        assert outcome.status is Status.DONE
        assert outcome.files == ("outbox/BAT-2026-000001-refunds.csv",)
        (made,) = service.journal.events(kinds=[BATCH_MADE.name])
        content = (service.folder / outcome.files[0]).read_bytes()
        assert made.data["sha256"] == hashlib.sha256(content).hexdigest()
        assert (made.data["count"], made.data["total"], made.data["cases"]) == (3, "GBP 60.00", cases)
        for case_id in cases:
            case = the(service, case_id)
            assert (case.status, case.text("batch_no")) == ("Submitted to PSP", "BAT-2026-000001")
            assert case.text("executed_by") == "f.osei"
        assert_sound(service.journal)

    def test_the_file_adds_up_to_its_trailer(self, service):
        """Header, one line a refund, a trailer with count and total."""
        send(service, *several(service))
        header, *lines, trailer = rows_of(service, "BAT-2026-000001-refunds.csv")
        assert header[2:4] == ["Refund", "Payment reference"]
        assert [line[2] for line in lines] == [f"RFD-2026-{n:06d}-1" for n in (1, 2, 3)]
        assert sum(Decimal(line[5]) for line in lines) == Decimal(trailer[5]) == Decimal("60.00")
        assert int(trailer[2]) == len(lines)

    def test_numbers_have_no_gaps_and_go_on_after_a_rebuild(self, service):
        """A batch that was refused whole uses no number; the chain tells the next one."""
        first, second = approved(service), approved(service, line_id="2")
        asked = request(service, line_id="3")
        assert not send(service, asked).ok
        send(service, first)
        assert send(service, second).files == ("outbox/BAT-2026-000002-refunds.csv",)
        retold = Retold()
        for event in service.journal.events():
            assert not list(retold.take(event.seq, event.at, event.case_id, event.kind, event.data))
        assert max(retold.issued["BAT", 2026]) == 2
        assert not list(retold.gaps())

    def test_good_rows_go_and_bad_ones_say_why(self, service):
        """A refund that is not approved stays; the others leave, in the order they were asked."""
        good, asked = approved(service), request(service, line_id="2")
        outcome = send(service, asked, good, "CASE-2026-999999")
        assert outcome.status is Status.PROBLEMS
        assert [row.ok for row in outcome.rows] == [False, True, False]
        assert codes(outcome) == {"MOVE-STATE", "CASE-UNKNOWN"}
        assert the(service, asked).status == "Requested"

    @pytest.mark.parametrize("who", ["a.khan", "s.moreau", "x.audit"])
    def test_only_finance_sends(self, service, who):
        """Neither who asked nor who approved makes a batch; the attempt is on record."""
        case_id = approved(service)
        outcome = send(service, case_id, who=who)
        assert "MOVE-ROLE" in codes(outcome)
        assert outbox(service) == []
        assert any(event.kind == "case.refused.v1" for event in service.journal.events(case_id=case_id))

    def test_a_refund_is_never_in_two_batches(self, service):
        """Sent again, it is refused by name; asked twice in one batch, it goes once."""
        case_id = approved(service)
        assert [row.ok for row in send(service, case_id, case_id).rows] == [True, False]
        again = send(service, case_id)
        assert codes(again) == {"MOVE-STATE"}
        assert outbox(service) == ["BAT-2026-000001-refunds.csv"]

    def test_a_key_makes_one_batch(self, service):
        """The same key and refunds answer what they answered; with other refunds the key is refused."""
        first, second = approved(service), approved(service, line_id="2")
        assert send(service, first, key="k1").ok
        head = service.journal.head()
        again = send(service, first, key="k1")
        assert again.ok
        assert "done before" in again.message
        assert codes(send(service, second, key="k1")) == {"KEY-01"}
        assert service.journal.head() == head
        assert len(outbox(service)) == 1

    def test_a_failed_refund_is_sent_again_as_another_attempt(self, service):
        """The provider sees a reference of its own for each attempt."""
        case_id = approved(service)
        send(service, case_id)
        move(service, "f.osei", "fail", case_id, reason="card closed")
        assert send(service, case_id).ok
        assert rows_of(service, "BAT-2026-000002-refunds.csv")[1][2] == "RFD-2026-000001-2"

    def test_a_batch_takes_so_many_refunds_and_one_currency(self, service):
        """More refunds make another batch; another currency does too."""
        policy = service.policy.amended(
            [replace(service.policy.row("payment.batch_lines"), value="2")], f"{service.policy.version}+1"
        )
        small = replace(service, policy=policy)
        cases = several(small)
        euro = approved(
            small, order_no="4000123457", refund_goods="EUR 5.00", captured_amount="EUR 9.00", orig_psp_reference="E-1"
        )
        outcome = send(small, *cases, euro)
        assert len(outcome.files) == 3
        assert [batch["total"] for batch in list_batches(small)] == ["GBP 30.00", "GBP 30.00", "EUR 5.00"]

    def test_guards_are_asked_again_when_it_is_sent(self, service):
        """A dispute that came after approval keeps the refund back."""
        case_id = approved(service)
        service.edit([RowRequest(case_id, values(dispute_open="Yes"))])
        assert "RFD-20" in codes(send(service, case_id))

    def test_the_list_says_how_the_refunds_of_each_batch_stand(self, service):
        """Number, totals and states, from the journal."""
        cases = several(service)
        send(service, *cases)
        move(service, "f.osei", "accept", cases[0], refund_psp_reference="REF-1")
        (batch,) = list_batches(service)
        assert batch["states"] == {"PSP accepted": 1, "Submitted to PSP": 2}
        assert not batch["waits"]


class TestFaults:
    def test_a_kill_before_the_commit_leaves_nothing(self, service, monkeypatch):
        """The file is hidden, the number comes back, the refunds stay approved; the next press cleans up."""
        case_id = approved(service)

        def killed(self: Work, draft: Draft, kind: CaseType | None = None) -> Event:
            if draft.kind == BATCH_MADE.name:
                raise Killed
            return real(self, draft, kind)

        real = Work.append
        with monkeypatch.context() as patch:
            patch.setattr(Work, "append", killed)
            with pytest.raises(Killed):
                send(service, case_id)
        assert the(service, case_id).status == "Approved"
        assert [name for name in outbox(service) if not name.startswith(".")] == []
        assert send(service, case_id).files == ("outbox/BAT-2026-000001-refunds.csv",)
        assert outbox(service) == ["BAT-2026-000001-refunds.csv"]

    def test_a_kill_after_the_commit_is_finished_by_the_next_press(self, service, monkeypatch):
        """The refunds are submitted; the file is put out whole, once."""
        case_id = approved(service)

        def killed(path: Path, target: Path) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(making, "_rename", killed)
            with pytest.raises(Killed):
                send(service, case_id)
        assert the(service, case_id).status == "Submitted to PSP"
        assert list_batches(service)[0]["waits"]
        assert put_out(service) == ("outbox/BAT-2026-000001-refunds.csv",)
        assert outbox(service) == ["BAT-2026-000001-refunds.csv"]
        (made,) = service.journal.events(kinds=[BATCH_MADE.name])
        content = (service.folder / str(made.data["file"])).read_bytes()
        assert hashlib.sha256(content).hexdigest() == made.data["sha256"]

    def test_a_file_that_was_taken_away_is_not_put_out_again(self, service):
        """Whoever uploads the file may move it; no later press makes it anew."""
        send(service, approved(service))
        (service.folder / "outbox" / "BAT-2026-000001-refunds.csv").unlink()
        assert put_out(service) == ()
        send(service, approved(service, line_id="2"))
        assert outbox(service) == ["BAT-2026-000002-refunds.csv"]

    def test_a_disk_that_is_full_submits_nothing(self, service, monkeypatch):
        """What cannot be written is said, and no refund has moved."""
        case_id = approved(service)

        def full(number: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(making.os, "fsync", full)
        with pytest.raises(CasebookError, match="No space left"):
            send(service, case_id)
        assert the(service, case_id).status == "Approved"

    def test_strange_files_in_the_outbox_are_left_alone(self, service):
        """Only hidden files of our own making are put out or thrown away."""
        strange = service.folder / "outbox" / ".upload.part"
        strange.write_text("of another program", encoding="utf-8")
        send(service, approved(service))
        assert strange.exists()


class TestAccounts:
    @pytest.mark.parametrize("version", ["09", "03"])
    def test_a_credit_transfer_follows_its_schema(self, service, version):
        """The message is valid ISO 20022; count, total, names and references are the batch's."""
        cases = [approved(service, line_id=str(line), **agreed()) for line in (1, 2)]
        outcome = send(service, *cases, profile=f"bank-pain001-{version}")
        assert outcome.ok, outcome.message
        document = etree.parse(service.folder / outcome.files[0])
        schema = files("sepaxml").joinpath("schemas", f"pain.001.001.{version}.xsd").read_bytes()
        etree.XMLSchema(etree.fromstring(schema)).assertValid(document)
        space = {"p": f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}"}

        def told(path: str) -> list[str]:
            return [node.text for node in document.iterfind(f".//p:{path}", space)]

        assert told("MsgId") == ["BAT-2026-000001"]
        assert told("CtrlSum") == ["100.00", "100.00"]
        assert told("EndToEndId") == ["RFD-2026-000001-1", "RFD-2026-000002-1"]
        assert told("IBAN")[1:] == ["GB82WEST12345698765432"] * 2
        assert document.find(".//p:InstdAmt", space).get("Ccy") == "GBP"

    def test_a_payer_must_be_named(self, tmp_path):
        """Without the house's own account nothing is sent."""
        service = money_service(tmp_path)
        case_id = approved(service, **agreed())
        with pytest.raises(CasebookError, match="whose account pays"):
            send(service, case_id, profile="bank-pain001-09")
        assert the(service, case_id).status == "Approved"

    def test_each_refund_goes_the_way_it_was_approved_for(self, service):
        """An account never goes into the provider's file, a card payment never to the bank."""
        card, account = approved(service), approved(service, line_id="2", **agreed())
        assert codes(send(service, account)) == {"PAY-01"}
        assert codes(send(service, card, profile="bank-pain001-09")) == {"PAY-01"}
        assert payable(service) == (card,)
        assert payable(service, "bank-pain001-03") == (account,)

    def test_no_account_stands_in_an_event(self, service):
        """Accounts and holders are in the vault and in the file, nowhere else."""
        send(service, approved(service, **agreed()), profile="bank-pain001-09")
        texts = "".join(link.text for link in service.journal.links())
        assert "WEST12345698765432" not in texts
        assert "98765432" not in texts
        assert "Marlow" not in texts

    def test_letters_that_banks_do_not_carry_are_replaced(self):
        """Accents go, other letters become dots, nothing is longer than allowed."""
        assert carried("Zoë Łukasz & Sons", 70) == "Zoe .ukasz . Sons"
        assert len(carried("x" * 200, 70)) == 70


class TestFiles:
    def test_nothing_that_looks_like_a_formula_leaves(self, service):
        """It is refused, since an altered text would be another one."""
        texts = agreed() | {"payee_name": "=HYPERLINK(1)"}
        case_id = approved(service, **texts)
        assert codes(send(service, case_id, profile="bank-pain001-09")) == {"PAY-02"}

    def test_every_profile_that_comes_with_it_can_be_read(self, service):
        """Each is whole, and one of them is the usual one."""
        names = profile_names(root_of(service))
        assert service.settings.payments.profile in names
        assert {load_profile(root_of(service), name).format for name in names} == {
            "csv", "pain.001.001.03", "pain.001.001.09",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("title = 'x'", "format"),
            ("title='x'\nformat='csv'\npays='original'", "lists its columns"),
            ("title='x'\nformat='csv'\npays='original'\ncolumns=[{title='A',value='iban'}]", "no value 'iban'"),
            (CSV + "file='../{batch_no}.csv'\ncolumns=[{value='amount'}]", "folder"),
            ("title='x'\nformat='pain.001.001.09'\npays='original'", "pays an account"),
            (CSV + "columns=[{value='amount'}]\ntrailer=[{value='amount'}]", "trailer"),
            ("title = ", "cannot be read"),
            ("title='x'\ncolour='red'\nformat='csv'\npays='original'\ncolumns=[{value='amount'}]", "colour"),
        ],
    )  # fmt: skip
    def test_a_wrong_profile_is_refused_in_words(self, tmp_path, text, says):
        """An unknown key, a missing column or a file name that leaves the folder is named."""
        (tmp_path / "payments").mkdir()
        (tmp_path / "payments" / "mine.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match=says):
            load_profile(tmp_path, "mine")

    def test_an_unknown_profile_names_the_known_ones(self, service):
        """Nothing is guessed."""
        with pytest.raises(ConfigError, match="provider-csv"):
            send(service, approved(service), profile="no-such")

    def test_a_profile_may_write_as_the_continent_does(self, service, monkeypatch):
        """Semicolons, decimal commas, days as they are written there, every cell in quotes."""
        mine = Profile(
            name="mine", title="x", format="csv", pays="original", delimiter=";", decimal=",", day="%d.%m.%Y",
            quote_all=True, header=False, file="{batch_no}.txt", encoding="latin-1",
            columns=(Column(value="amount"), Column(value="batch_day"), Column(text="R")),
        )  # fmt: skip
        monkeypatch.setattr(making, "load_profile", lambda root, name: mine)
        outcome = send(service, approved(service))
        assert (service.folder / outcome.files[0]).read_bytes() == b'"50,00";"23.11.2026";"R"\r\n'


class TestAnswers:
    HEADER = "Refund,Status,Refund reference,Booked on,ARN,Reason\r\n"

    def answer(self, service: Service, *lines: str) -> Outcome:
        """Record the provider's answer."""
        profile = load_profile(root_of(service), "provider-csv")
        return record_answers(service, profile, (self.HEADER + "\r\n".join(lines)).encode())

    def test_references_settlements_and_failures_are_recorded(self, service):
        """Each line makes the move it stands for; a settlement accepts first."""
        cases = several(service)
        send(service, *cases)
        outcome = self.answer(
            service,
            "RFD-2026-000001-1,accepted,REF-1,,,",
            f"RFD-2026-000002-1,SETTLED,REF-2,2026-11-23,{'7' * 23},",
            "RFD-2026-000003-1,failed,,,,card closed",
        )
        assert outcome.ok, outcome.message
        states = [the(service, case_id).status for case_id in cases]
        assert states == ["PSP accepted", "Settled", "PSP failed"]
        assert the(service, cases[1]).text("arn") == "7" * 23

    def test_the_same_file_twice_records_nothing_twice(self, service):
        """A second reading is answered as the first and leaves the chain as it is."""
        send(service, *several(service))
        lines = ("RFD-2026-000001-1,accepted,REF-1,,,", "RFD-2026-000002-1,settled,REF-2,2026-11-23,,")
        self.answer(service, *lines)
        head = service.journal.head()
        assert self.answer(service, *lines).ok
        assert service.journal.head() == head

    def test_what_does_not_fit_says_why_and_stops_nothing(self, service):
        """An unknown refund, an unknown word, another attempt, a number that a spreadsheet ate."""
        send(service, *several(service))
        outcome = self.answer(
            service,
            "RFD-2026-000099-1,accepted,REF-9,,,",
            "RFD-2026-000001-1,perhaps,REF-1,,,",
            "RFD-2026-000001-2,accepted,REF-1,,,",
            "RFD-2026-000002-1,settled,REF-2,2026-11-23,7.48124E+22,",
            "RFD-2026-000003-1,accepted,REF-3,,,",
        )
        assert outcome.status is Status.PROBLEMS
        assert {"PAY-07", "PAY-08", "PAY-09", "FLD-ID-NUMBER"} <= codes(outcome)
        assert [row.ok for row in outcome.rows] == [False] * 4 + [True]

    @pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf\r\n", b"Refund;Status\r\nRFD-1;accepted"])
    def test_a_file_that_is_no_answer_is_refused_whole(self, service, content):
        """Empty, or without the columns the profile names."""
        profile = load_profile(root_of(service), "provider-csv")
        assert codes(record_answers(service, profile, content)) <= {"PAY-05", "PAY-06"}
        assert not record_answers(service, profile, content).ok
