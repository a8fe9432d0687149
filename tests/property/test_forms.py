"""Laws of forms: storing and showing lose nothing, and no cell, however odd, brings a form down."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from addin.logic.calendar import LONDON, resolve_local
from addin.logic.events import canonical
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.values import CURRENCIES, Money, cell_length, clean_id, clean_text, formula_like
from addin.register.cells import comparable, outgoing, same

CHOICES = ("Lost", "Damaged in transit", "3PL", "Rücksendung")

texts = st.text(max_size=80)
kept_texts = texts.map(lambda text: clean_text(text).strip()).filter(clean_id)
ids = (
    st.text(max_size=30)
    .map(clean_id)
    .filter(lambda text: text and "\n" not in text and "\t" not in text and not formula_like(text))
)
amounts = st.integers(-(10**14), 10**14).map(Money.from_minor)
foreign = st.builds(Money.from_minor, st.integers(-(10**11), 10**11), st.sampled_from(sorted(CURRENCIES - {"GBP"})))
numbers = st.decimals(-(10**9), 10**9, places=4, allow_nan=False)
days = st.dates(date(2000, 1, 1), date(2100, 12, 31))
instants = st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
parts = st.text(st.characters(exclude_characters=";\n\r\x85\u2028\u2029"), max_size=20).map(
    lambda text: clean_text(text).strip()
)
VALUES: dict[FieldKind, st.SearchStrategy[Value]] = {
    FieldKind.TEXT: kept_texts,
    FieldKind.NOTE: kept_texts,
    FieldKind.ID: ids,
    FieldKind.CHOICE: st.sampled_from(CHOICES),
    FieldKind.FLAG: st.booleans(),
    FieldKind.COUNT: st.integers(-(10**9), 10**9),
    FieldKind.NUMBER: numbers,
    FieldKind.MONEY: amounts | foreign,
    FieldKind.DAY: days,
    FieldKind.INSTANT: instants,
    FieldKind.LIST: st.lists(parts.filter(clean_id), min_size=1, max_size=8).map(tuple),
}
cells = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(st.characters(codec=None), max_size=60)
    | st.dates()
    | st.datetimes()
    | st.datetimes(timezones=st.timezones())
    | st.from_regex(r"[(£€$A-Z]{0,4}[-0-9., ]{1,20}[)A-Z€-]{0,4}", fullmatch=True)
    | st.from_regex(r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}([ T][0-9]{1,2}:[0-9]{2})?", fullmatch=True)
)


def field(kind: FieldKind) -> Field:
    """A field of a kind."""
    return Field(name="it", title="It", kind=kind, choices=CHOICES if kind is FieldKind.CHOICE else ())


def test_every_kind_has_values() -> None:
    """A new kind of field must be given its laws here."""
    assert VALUES.keys() == set(FieldKind)


@pytest.mark.parametrize("kind", FieldKind)
@given(data=st.data())
def test_storing_loses_nothing(kind: FieldKind, data: st.DataObject) -> None:
    """Value -> stored -> value is identity, and the stored form has exactly one text."""
    value = data.draw(VALUES[kind])
    stored = field(kind).encode(value)
    back = field(kind).decode(stored)
    assert (back, type(back)) == (value, type(value))
    assert canonical(stored) == canonical(field(kind).encode(back))


@pytest.mark.parametrize("kind", FieldKind)
@given(data=st.data())
def test_what_is_shown_reads_back_as_the_same_value(kind: FieldKind, data: st.DataObject) -> None:
    """Value -> cell -> value is identity, also after the cell went through a program's floats and datetimes."""
    it, value = field(kind), data.draw(VALUES[kind])
    if kind is FieldKind.INSTANT:
        assert isinstance(value, datetime)
        assume(len(resolve_local(value.astimezone(LONDON).replace(tzinfo=None))) == 1)
    if kind in (FieldKind.TEXT, FieldKind.NOTE):
        assert isinstance(value, str)
    shown = it.show(value)
    assert it.read(shown) == (value, None)
    assert it.read(outgoing(shown)) == (value, None)
    assert same(outgoing(shown), shown)


@given(instants)
def test_an_instant_of_the_doubled_hour_is_asked_for_never_guessed(instant: datetime) -> None:
    """What a cell shows either reads as the instant it was or as a question."""
    value, problem = field(FieldKind.INSTANT).read(field(FieldKind.INSTANT).show(instant))
    assert value == instant or (problem is not None and problem.code == "FLD-CLOCK")


@pytest.mark.parametrize("kind", FieldKind)
@given(cell=cells)
@example(cell="1e400")
@example(cell=10**400)
@example(cell="9" * 5_000)
@example(cell=Decimal("1E+999999"))
@example(cell=Decimal("1E-999999"))
@example(cell="\ud800")
@example(cell=datetime(9999, 12, 31, 23, 59, 59, 999_999))
@example(cell="9999-12-31T23:59:59.999999+00:00")
def test_no_cell_brings_a_form_down(kind: FieldKind, cell: object) -> None:
    """Any cell is a value that can be stored, shown and told, or one problem in words; never an exception."""
    it = field(kind)
    value, problem = it.read(cell)  # type: ignore[arg-type]
    assert value is None or problem is None
    if problem is not None:
        assert problem.code.startswith("FLD-")
        assert cell_length(str(problem)) < 600
        return
    assert it.decode(it.encode(value)) == value
    canonical(it.encode(value))
    it.words(value)
    comparable(it.show(value))


@given(st.text(st.characters(codec=None)))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    """What was cleaned is clean, and can stand in a workbook."""
    assert clean_id(clean_id(text)) == clean_id(text)
    assert clean_text(clean_text(text)) == clean_text(text)
    clean_text(text).encode("utf-8")
