"""How the workbook looks: its colours, its number formats, and the cell formats made of them.

Colours carry meaning (overdue, due today, waiting, done, yours to type), and a word always says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from addin.logic.forms import FieldKind
from addin.register.cells import COUNT_FORMAT, INSTANT_FORMAT, MONEY_FORMAT, TEXT_FORMAT, number_format
from addin.register.projection import DONE, DUE_TODAY, OVERDUE, WAITING

FONT: Final = "Calibri"
SIZE: Final = 11
INK: Final = "#1F2A37"
WHITE: Final = "#FFFFFF"
ACCENT: Final = "#A8501F"
INPUT: Final = "#FFF6DD"
GUARDED: Final = "#F3F4F6"
#: Columns that do not apply to a row's type.
VOID: Final = "#E5E7EB"
LINE: Final = "#E5E7EB"
QUIET: Final = "#6B7280"
CALM: Final = "#CBD2DB"

RED: Final = "#B23A2E"
AMBER: Final = "#F4C95D"
SLATE: Final = "#8D99AE"
GREEN: Final = "#5B8C5A"

#: Fill and text of each standing; the text colours keep a contrast of 4.5 : 1 for small bold letters where they can.
STANDING: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {OVERDUE: (RED, WHITE), DUE_TODAY: (AMBER, INK), WAITING: (SLATE, INK), DONE: (GREEN, WHITE)}
)

_NAMED: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "title": {"font_size": 16, "bold": True, "font_color": INK, "valign": "vcenter"},
        "hint": {"font_color": QUIET, "valign": "vcenter", "bottom": 2, "bottom_color": ACCENT},
        "message": {"bold": True, "font_color": ACCENT, "text_wrap": True, "valign": "vcenter", "locked": False},
        "header": {"bold": True, "font_color": WHITE, "bg_color": INK, "text_wrap": True, "valign": "top"},
        "label": {"font_color": QUIET, "valign": "vcenter"},
        "label_top": {"font_color": QUIET, "valign": "top", "text_wrap": True},
        "section": {"bold": True, "font_size": 13, "font_color": ACCENT, "valign": "vcenter"},
        "body": {"font_color": INK, "text_wrap": True, "valign": "top"},
        "help": {"font_color": QUIET, "text_wrap": True, "valign": "top", "font_size": 10},
        "input": {"bg_color": INPUT, "num_format": TEXT_FORMAT, "border": 1, "border_color": "#E8D9A8",
                  "valign": "vcenter", "locked": False},
        "input_box": {"bg_color": INPUT, "num_format": TEXT_FORMAT, "border": 1, "border_color": "#E8D9A8",
                      "valign": "top", "text_wrap": True, "locked": False},
        "tile_label": {"font_color": QUIET, "bg_color": GUARDED, "align": "left", "indent": 1, "valign": "vcenter"},
        "tile": {"font_size": 18, "bold": True, "font_color": INK, "bg_color": GUARDED, "align": "left", "indent": 1,
                 "valign": "vcenter", "num_format": COUNT_FORMAT},
        "link": {"font_color": ACCENT, "underline": 1, "valign": "top", "num_format": "General"},
        "plain": {"font_color": INK, "num_format": TEXT_FORMAT, "valign": "top"},
        "plain_wrap": {"font_color": INK, "num_format": TEXT_FORMAT, "valign": "top", "text_wrap": True},
        "instant": {"font_color": INK, "num_format": INSTANT_FORMAT, "valign": "top", "align": "left"},
        "number": {"font_color": INK, "num_format": COUNT_FORMAT, "valign": "top"},
        "money": {"font_color": INK, "num_format": MONEY_FORMAT, "valign": "top"},
        "money_bold": {"font_color": INK, "num_format": MONEY_FORMAT, "valign": "top", "bold": True, "top": 1,
                       "top_color": INK},
        "share": {"font_color": QUIET, "num_format": "0%", "valign": "top"},
        "open_question": {"font_color": ACCENT, "italic": True, "num_format": TEXT_FORMAT, "valign": "top"},
    }
)  # fmt: skip


class Look:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def __getitem__(self, name: str) -> Format:
        """A named format."""
        return self.of(**_NAMED[name])

    def named(self, name: str, **more: object) -> Format:
        """A named format with some properties of its own."""
        return self.of(**{**_NAMED[name], **more})

    def of(self, **properties: object) -> Format:
        """A cell format of these properties, in the workbook's font."""
        return self._cached({"font_name": FONT, "font_size": SIZE, **properties})

    def field(self, kind: FieldKind) -> Format:
        """The format of cells that hold a field of this kind."""
        code = number_format(kind)
        # One line a row: rows are filled press by press, and no program refits their heights everywhere.
        more: dict[str, object] = {}
        if kind in (FieldKind.DAY, FieldKind.INSTANT):
            more["align"] = "left"
        return self.of(num_format=code, valign="top", font_color=INK, **more)

    def rule(self, **properties: object) -> Format:
        """A format for a conditional format: only what it changes."""
        return self._cached(dict(properties))

    def _cached(self, properties: dict[str, object]) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]
