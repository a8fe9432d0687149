"""What differs between two versions: by case, by column, whatever the order of rows."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from addin.logic.difference import ADDED, CHANGED, REMOVED, CellChange, Listing, differences

TITLES = ("Case", "Status", "Owner")


def listing(*rows, titles=TITLES):
    return {"Requests": Listing(titles, {row[0]: row for row in rows})}


def told(old, new):
    return [(change.case_id, change.what, change.cells) for change in differences(old, new)]


def test_equal_versions_differ_in_nothing():
    """No noise."""
    assert told(listing(("1", "New", "")), listing(("1", "New", ""))) == []
    assert told({}, {}) == []


def test_rows_are_added_removed_and_changed():
    """Each by its case; a changed row names its cells with old and new words."""
    old = listing(("1", "New", "a"), ("2", "New", "a"))
    new = listing(("3", "New", ""), ("1", "Closed", "a"))
    found = told(old, new)
    assert [(case, what) for case, what, _ in found] == [("1", CHANGED), ("2", REMOVED), ("3", ADDED)]
    assert found[0][2] == (CellChange("Status", "New", "Closed"),)


def test_a_column_that_only_one_version_has_shows_as_change():
    """An older workbook without a column lacks its words; an empty one is no change."""
    old = listing(("1", "New"), titles=("Case", "Status"))
    new = listing(("1", "New", "a"))
    assert told(old, new) == [("1", CHANGED, (CellChange("Owner", "", "a"),))]
    assert told(old, listing(("1", "New", ""))) == []


ROWS = st.dictionaries(st.sampled_from("ABCDEF"), st.tuples(st.sampled_from("xyz"), st.sampled_from(["", "p", "q"])))


def made(rows, order):
    """A version whose rows stand in this order."""
    return {"S": Listing(TITLES, {name: (name, *rows[name]) for name in order})}


@given(ROWS, ROWS)
def test_the_order_of_rows_makes_no_difference(one, two):
    """Sorted sheets tell the same, and both directions mirror each other."""
    forth = list(differences(made(one, list(one)), made(two, list(two))))
    assert forth == list(differences(made(one, sorted(one)), made(two, sorted(two, reverse=True))))
    back = list(differences(made(two, list(two)), made(one, list(one))))
    mirrored = {(row.case_id, cell.column, cell.new, cell.old) for row in back for cell in row.cells}
    assert {(row.case_id, cell.column, cell.old, cell.new) for row in forth for cell in row.cells} == mirrored
    assert {row.case_id for row in forth} == {
        name for name in one.keys() | two.keys() if one.get(name) != two.get(name)
    }
