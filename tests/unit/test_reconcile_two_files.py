"""Two files without any register: each line in one bucket, totals that foot, the same result whatever the order."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from addin.cli import main
from addin.logic.reconcile.equation import TERMS, Equation, Line
from addin.logic.reconcile.scope import Month, age_bucket, age_buckets
from addin.reconcile.lines import Answers
from addin.reconcile.profile import Profile, load_profile
from addin.reconcile.two_files import TwoFiles, compare_files

SAMPLES = Path(__file__).resolve().parents[2] / "workbooks" / "samples"
SHOP = """InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID
1001,10001,6,2026-10-01 08:26:00,2.555,17850.0
1002,10002,10,2026-10-01 09:00:00,1.25,17850.0
1003,10003,4,2026-10-02 09:00:00,3.00,17851.0
1004,10003,4,2026-10-02 10:00:00,3.00,17851.0
1005,10004,2,2026-10-09 10:00:00,7.00,17852.0
1006,10005,2,2026-10-02 10:00:00,7.00,17852.0
C2001,10001,-6,2026-10-05 08:00:00,2.555,17850.0
C2002,10002,-3,2026-10-05 08:00:00,1.25,17850.0
C2003,10003,-4,2026-10-05 08:00:00,3.00,17851.0
C2004,10004,-2,2026-10-05 08:00:00,7.00,17852.0
C2005,10005,-2,2026-10-05 08:00:00,6.50,17852.0
C2006,10006,-1,2026-10-05 08:00:00,6.50,17852.0
C2007,POST,-1,2026-10-05 08:00:00,9.99,17852.0
C2008,10001,-1,2026-10-05 08:00:00,0.001,
"""


def shop(folder: Path, text: str = SHOP) -> TwoFiles:
    path = folder / "shop.csv"
    path.write_text(text, encoding="utf-8")
    return compare_files(path, path, load_profile(str(SAMPLES / "earlier-sales.toml")), Answers(), None)


def test_every_refund_line_lands_in_one_bucket_and_totals_foot(tmp_path):
    """Exact, several, larger quantity, only later, other price, nothing, no product, no customer: each once."""
    found = shop(tmp_path)
    rows = {row.label: (row.worth, row.count, found.amount(row.minor)) for row in found.buckets("left")}
    assert rows == {
        "exact one": ("matched", 1, Decimal("15.33")),
        "several": ("proposed", 1, Decimal("12.00")),
        "larger quantity": ("proposed", 1, Decimal("3.75")),
        "only later sale": ("exception", 1, Decimal("14.00")),
        "other price": ("exception", 1, Decimal("13.00")),
        "no candidate": ("exception", 1, Decimal("6.50")),
        "non-product": ("set aside", 1, Decimal("9.99")),
        "no customer": ("set aside", 1, Decimal("0.001")),
    }
    assert found.is_whole()
    assert found.as_dict()["left"]["value"] == "74.571"


def test_a_sale_later_on_the_same_day_is_later(tmp_path):
    """Where the files tell the hour, a refund at eight is not of a sale at nine."""
    found = shop(tmp_path, SHOP.replace("1001,10001,6,2026-10-01 08:26:00", "1001,10001,6,2026-10-05 09:00:00"))
    assert [row.count for row in found.buckets("left") if row.label == "exact one"] == []
    assert [row.count for row in found.buckets("left") if row.label == "only later sale"] == [2]


def test_shuffled_lines_give_the_same_result(tmp_path):
    """The result's digest covers contents and verdicts of all lines, not their places."""
    head, *lines = SHOP.splitlines()
    first = shop(tmp_path).digest()
    assert shop(tmp_path, "\n".join([head, *reversed(lines)]) + "\n").digest() == first
    assert shop(tmp_path, SHOP.replace("-6,", "-5,")).digest() != first


def test_the_command_needs_no_register(tmp_path):
    """`reconcile RIGHT --left LEFT --profile FILE.toml --json` answers with buckets, totals and the equation."""
    path = tmp_path / "shop.csv"
    path.write_text(SHOP, encoding="utf-8")
    asked = ["reconcile", str(path), "--left", str(path), "--profile", str(SAMPLES / "earlier-sales.toml")]
    told = CliRunner().invoke(main, [*asked, "--json", "--out", str(tmp_path / "out")])
    assert told.exit_code == 0, told.output
    answer = json.loads(told.output)
    assert answer["whole"]
    assert sum(row["count"] for row in answer["left"]["buckets"]) == answer["left"]["lines"] == 8
    assert (tmp_path / "out" / "left.csv").read_bytes().startswith(b"\xef\xbb\xbfline,")
    plain = CliRunner().invoke(main, asked)
    assert "exact one" in plain.output


def test_a_text_that_looks_like_a_formula_stays_text(tmp_path):
    """The lines written out can be opened in a spreadsheet program: no reference of a stranger is a formula there."""
    path = tmp_path / "s.csv"
    line = "{},5200417400,2026-10-12,GBP,1.00\n"
    texts = ("=HYPERLINK(1)", "@SUM(A1)", "-1+1", "＝1+1", "RF-1")
    head = "Refund reference,Order number,Booking date,Currency,Amount\n"
    path.write_text(head + "".join(map(line.format, texts)), encoding="utf-8")
    found = compare_files(path, path, load_profile("generic"), Answers(), None)
    written = pl.read_csv(found.safe_csv("left"), infer_schema=False)["own_ref"].to_list()
    assert written == ["'=HYPERLINK(1)", "'@SUM(A1)", "'-1+1", "'=1+1", "RF-1"]


def test_any_export_against_any_other(tmp_path):
    """The provider's settlement against the bank: layouts are found by themselves, refunds alone take part."""
    found = compare_files(SAMPLES / "bank-camt053.xml", SAMPLES / "bank.sta", None, Answers(), Month.of("2026-10"))
    assert [(row.label, row.count) for row in found.buckets("left") if row.worth == "matched"] == [("T1", 2)]
    assert found.is_whole()


def test_a_question_is_an_answer_of_the_command_too(tmp_path):
    """Dates that can be read in two ways: exit code 1 and the question; with --dates it runs."""
    path = tmp_path / "s.csv"
    path.write_text("Order number,Booking date,Currency,Amount\n1,03/04/2026,GBP,1.00\n", encoding="utf-8")
    asked = ["reconcile", str(path), "--left", str(path)]
    assert "STM-DATES" in CliRunner().invoke(main, asked).output
    assert CliRunner().invoke(main, [*asked, "--dates", "dmy", "--json"]).exit_code == 0


cells = st.tuples(
    st.sampled_from(["", "A", "B", "C"]), st.sampled_from(["", "P", "Q"]), st.sampled_from(["", "1", "2"]),
    st.integers(-300, 300), st.sampled_from(["GBP", "EUR"]), st.integers(25, 40),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(cells, max_size=12), st.lists(cells, max_size=12))
def test_money_is_conserved(tmp_path_factory, left, right):
    """Whatever the lines: buckets foot to the file in count and value, and the equation of each currency is zero."""
    folder = tmp_path_factory.mktemp("r")
    for name, lines in (("left", left), ("right", right)):
        rows = [
            f"{own},{payment},{order},2026-{10 + day // 32}-{day % 31 + 1:02d},{currency},{pence / 100:.2f}"
            for own, payment, order, pence, currency, day in lines
        ]
        head = "Refund reference,Payment reference,Order number,Booking date,Currency,Amount"
        (folder / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    generic = load_profile("generic")
    assert isinstance(generic, Profile)
    found = compare_files(folder / "right.csv", folder / "left.csv", generic, Answers(), Month.of("2026-10"))
    assert found.is_whole()
    assert sum(row.count for row in found.buckets("left")) == len(left)
    assert sum(row.minor for row in found.buckets("right")) == sum(line[3] for line in right)


# The rules around it -------------------------------------------------------------------------------------------


def test_the_equation_adds_up_with_its_signs():
    """Register less out plus in less open plus differences plus unexplained less settled."""
    figures = {"register": (5, 500), "timing_out": (1, 100), "timing_in": (1, 50), "open": (1, 90),
               "differences": (0, -10), "unlogged": (2, 70), "settled": (6, 420)}  # fmt: skip
    found = Equation("GBP", 2, tuple(Line(term, *figures[term.key]) for term in TERMS))
    assert (found.count, found.minor, found.holds) == (0, 0, True)
    wrong = Equation("GBP", 2, tuple(Line(term, *{**figures, "settled": (6, 421)}[term.key]) for term in TERMS))
    assert (wrong.minor, wrong.holds, wrong.value("settled")) == (-1, False, Decimal("4.21"))


def test_a_month_is_read_and_knows_its_days():
    """Only a year and a month; days of both ends belong to it."""
    month = Month.of("2026-12")
    assert (month.holds(month.first), month.holds(month.last), month.holds(month.next.first)) == (True, True, False)
    assert month.next.text == "2027-01"
    with pytest.raises(ValueError, match="2026-11"):
        Month.of("11/2026")


def test_ages_fall_into_the_policys_groups():
    """0-2, 3-5, 6-14, over 14 days."""
    ends = (2, 5, 14)
    assert [age_bucket(days, ends) for days in (0, 2, 3, 5, 6, 14, 15)] == [
        "0-2 days", "0-2 days", "3-5 days", "3-5 days", "6-14 days", "6-14 days", "over 14 days",
    ]  # fmt: skip
    assert age_buckets(ends) == ("0-2 days", "3-5 days", "6-14 days", "over 14 days")
