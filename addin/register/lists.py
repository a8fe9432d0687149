"""The drop-down lists: which there are, under which names, and where they stand on the very hidden sheet `_lists`.

Every list is a defined name, so that validations need no positions; the Case sheet finds the list of a field by
`list_<field name>`. A field whose choices differ between sheets has a name per sheet besides. Words that the
policy lists are those of the day on which the workbook was made; a later word can be typed, and the rules know it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from addin.logic.cases import case_types
from addin.logic.forms import Field, FieldKind
from addin.logic.policy import Policy
from addin.register.desk import CASE_MOVES_COLUMN, CASE_MOVES_ROWS, CASE_TEXTS_COLUMN, CASE_TEXTS_ROWS
from addin.register.layout import QUEUES, types_on

YES_NO: Final = ("Yes", "No")
MOVES: Final = "list_case_moves"
TEXTS: Final = "list_case_texts"
PEOPLE: Final = "list_owner"
ANSWERS: Final = "list_yes_no"
#: The names of all case types, as the Desk shows them.
TYPES: Final = "list_type_names"


@dataclass(frozen=True)
class Lists:
    """Every drop-down list of a workbook by its defined name."""

    people: Sequence[str]
    policy: Policy

    @cached_property
    def items(self) -> Mapping[str, tuple[str, ...]]:
        """The entries of each list, by name; a list without entries is left out."""
        found: dict[str, tuple[str, ...]] = {ANSWERS: YES_NO}
        found[TYPES] = tuple(kind.name for kind in case_types().values())
        for sheet in QUEUES:
            codes = tuple(kind.code for kind in types_on(sheet.name))
            if codes:
                found[type_list(sheet.name)] = codes
            for name, choices in self._choices(f for kind in types_on(sheet.name) for f in kind.fields.values()):
                found[field_list(name, sheet.name)] = choices
        every = self._choices(field for kind in case_types().values() for field in kind.fields.values())
        found |= {field_list(name): choices for name, choices in every}
        if self.people:
            found[PEOPLE] = tuple(dict.fromkeys(self.people))
        return found

    @cached_property
    def places(self) -> Mapping[tuple[str, ...], int]:
        """The column in which equal lists stand once; the columns of the shown case's moves and texts stay free."""
        taken = (CASE_MOVES_COLUMN, CASE_TEXTS_COLUMN)
        free = (column for column in range(1, 10_000) if column not in taken)
        return dict(zip(dict.fromkeys(self.items.values()), free, strict=False))

    def names(self) -> dict[str, str]:
        """What each defined name refers to."""
        moves = _area(CASE_MOVES_COLUMN, CASE_MOVES_ROWS)
        texts = _area(CASE_TEXTS_COLUMN, CASE_TEXTS_ROWS)
        return {
            MOVES: moves,
            TEXTS: texts,
            **{name: _area(self.places[found], len(found)) for name, found in self.items.items()},
        }

    def source(self, field: Field, sheet: str) -> str:
        """The list a queue column offers, as a validation names it; "" for none."""
        name = PEOPLE if field.name == "owner" else field_list(field.name, sheet)
        return f"={name}" if name in self.items else ""

    def _listed(self, rows: str) -> tuple[str, ...]:
        """The words of a listing row, or with a star those of all its rows whose name is offered: "service.*.name"."""
        table, several, part = rows.partition(".*.")
        if not several:
            return self.policy.items(rows)
        names = [name for name in self.policy.names(table) if self._is_offered(f"{table}.{name}.offered")]
        return tuple(self.policy.text(f"{table}.{name}.{part}") for name in names)

    def _is_offered(self, row: str) -> bool:
        return not self.policy.has(row) or self.policy.flag(row)

    def _choices(self, fields: Iterable[Field]) -> list[tuple[str, tuple[str, ...]]]:
        found: dict[str, dict[str, None]] = {}
        for field in fields:
            words = self._listed(field.listed) if field.listed else field.choices
            if field.kind is FieldKind.FLAG:
                found[field.name] = dict.fromkeys(YES_NO)
            elif words:
                found.setdefault(field.name, {}).update(dict.fromkeys(words))
        return [(name, tuple(choices)) for name, choices in found.items()]


def type_list(sheet: str) -> str:
    """The name of the list of type codes of a sheet."""
    return f"list_{sheet.lower()}__type"


def field_list(name: str, sheet: str = "") -> str:
    """The name of a field's list; with a sheet, the list of that sheet's types alone."""
    return f"list_{sheet.lower()}__{name}" if sheet else f"list_{name}"


def _area(column: int, rows: int) -> str:
    letters = column_letters(column)
    return f"=_lists!${letters}$2:${letters}${1 + rows}"


def column_letters(column: int) -> str:
    """A column's letters: 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
