"""Makes the ribbon tab out of the table of actions: the customUI part of the add-in, as text.

Every control that does something calls one macro, `RibbonPress`, and carries the action's id as its tag; so a new row
in the table of actions is a new button in the ribbon, and nothing here needs to know it. A sheet with many moves shows
them in a menu, one submenu for each case type where the sheet holds several.

Icons are named by Office's own names (imageMso, from Microsoft's published lists of Office control identifiers). Excel
leaves the picture out when it does not know a name; which it knows, only Excel can show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import quoteattr

from addin.logic.case_type import COMMON_MOVES
from addin.macros.actions import Action
from addin.register.layout import QUEUES, types_on
from addin.register.package import RIBBON_NAMESPACE

#: The macro that every control calls; in Casebook.bas.
CALLBACK: Final = "RibbonPress"
#: The groups of the tab, and the sheets whose actions stand in each, in this order.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Desk": ("Desk",),
    "Case": ("Case",),
    "Customer": ("Requests", "Returns", "Refunds", "Claims"),
    "Warehouse": ("Stock", "Quality"),
    "Control": ("Escalations", "Improvement"),
    "Record": ("Reconcile", "Dashboard", "Rules", "Audit", "Snapshots"),
}
#: The picture of a sheet's menu.
SHEET_ICONS: Final[Mapping[str, str]] = {
    "Requests": "ReviewNewComment",
    "Returns": "Undo",
    "Refunds": "AccountingFormat",
    "Claims": "FileNew",
    "Stock": "TableInsert",
    "Quality": "ReviewAcceptChange",
    "Escalations": "HighImportance",
    "Improvement": "Spelling",
}
#: The picture of an action, by the command it runs; a move of a case has none, so that its menu reads as a list.
COMMAND_ICONS: Final[Mapping[str, str]] = {
    "read_message": "FileOpen",
    "take_proposals": "AcceptInvitation",
    "dismiss_proposals": "DeclineInvitation",
    "refresh": "Refresh",
    "take_snapshot": "Camera",
    "verify_register": "ReviewProtectWorkbook",
    "make_month_end": "FileSaveAs",
    "show_case": "FindDialog",
    "open_case": "FindDialog",
    "save_case": "FileSave",
    "move_case": "MacroPlay",
    "make_letters": "FileNew",
    "add_rows": "TableInsert",
}
#: Sheets of one case type with many moves: the submenus they stand in, each with its moves; the last takes the rest.
CHAPTERS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "Claims": {
        "Claim file": frozenset({"gather", "open_tracer", "approve", "file", "request_info", "answer"}),
        "Outcome": frozenset(),
    },
}
#: How many buttons of a sheet that is no queue stand by themselves; the others are in a menu.
_ALONE: Final = 5
_HINT_LIMIT: Final = 1024  # [MS-CUSTOMUI] ST_LongString
_MOVE: Final = "move_rows"
_LETTERS: Final = "make_letters"
_COMMON: Final = frozenset(move.verb for move in COMMON_MOVES)
_QUEUES: Final = frozenset(sheet.name for sheet in QUEUES)


def ribbon_xml(table: Iterable[Action]) -> str:
    """The customUI14 part: one tab, its groups, a button or menu entry for every action that is drawn on a sheet."""
    by_sheet: dict[str, list[Action]] = {}
    for action in table:
        if action.drawn:
            by_sheet.setdefault(action.sheet, []).append(action)
    placed = {sheet for sheets in GROUPS.values() for sheet in sheets}
    groups = {**GROUPS, "More": tuple(sheet for sheet in by_sheet if sheet not in placed)}
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        f'<customUI xmlns="{RIBBON_NAMESPACE}">',
        "<ribbon><tabs>",
        '<tab id="tabCasebook" label="Casebook">',
    ]
    for label, sheets in groups.items():
        body = [line for sheet in sheets for line in _sheet(sheet, by_sheet.get(sheet, ()))]
        if body:
            lines += [f'<group id="grp{label}" label={quoteattr(label)}>', *body, "</group>"]
    return "\n".join([*lines, "</tab>", "</tabs></ribbon>", "</customUI>", ""])


def _sheet(sheet: str, rows: Sequence[Action]) -> Iterator[str]:
    """A sheet's controls: its main buttons, then a menu when it is a queue, else the other buttons."""
    if not rows:
        return
    if sheet not in _QUEUES:
        alone = len(rows) if len(rows) <= _ALONE + 1 else _ALONE
        yield from (_button(action, large=action.primary) for action in rows[:alone])
        if rows[alone:]:
            yield _opened_menu(f"mnu{sheet}", "More", f"What else can be done on the sheet {sheet}.", "", large=False)
            yield from (_button(action) for action in rows[alone:])
            yield "</menu>"
        return
    yield _opened_menu(f"mnu{sheet}", sheet, f"What can be done on the sheet {sheet}.", SHEET_ICONS.get(sheet, ""))
    moves = [action for action in rows if action.command == _MOVE]
    yield from (_button(action) for action in rows if action.primary)
    yield from _moves(sheet, moves)
    yield f'<menuSeparator id="sep{sheet}"/>'
    others = [action for action in rows if action.command != _MOVE and not action.primary]
    yield from (_button(action) for action in others if action.command != _LETTERS)
    if letters := [action for action in others if action.command == _LETTERS]:
        yield _opened_menu(f"mnu{sheet}Letters", "Letters", "Letters, and the set for the carrier.", "", large=False)
        yield from (_button(action) for action in letters)
        yield "</menu>"
    yield "</menu>"


def _moves(sheet: str, moves: Sequence[Action]) -> Iterator[str]:
    """The moves of a sheet: one submenu for each case type where it holds several, and one for what every case can."""
    kinds = [kind for kind in types_on(sheet) if any(kind.code in (action.states or {}) for action in moves)]
    common = [action for action in moves if action.verb in _COMMON]
    own = [action for action in moves if action.verb not in _COMMON]
    if sheet in CHAPTERS:
        yield from _chapters(sheet, own)
    elif len(kinds) < 2:
        yield from (_button(action) for action in own)
    else:
        for kind in kinds:
            hint = f"Moves of a case of the type '{kind.name}'."
            yield _opened_menu(f"mnu{sheet}{kind.code}", kind.name, hint, "", large=False)
            yield from (_button(action, kind.code) for action in own if kind.code in (action.states or {}))
            yield "</menu>"
    if common:
        yield _opened_menu(f"mnu{sheet}Common", "Every case", "Moves that every case has.", "", large=False)
        yield from (_button(action) for action in common)
        yield "</menu>"


def _chapters(sheet: str, own: Sequence[Action]) -> Iterator[str]:
    """The moves of a sheet in the submenus that `CHAPTERS` names."""
    named = frozenset[str]().union(*CHAPTERS[sheet].values())
    last = [*CHAPTERS[sheet]][-1]
    for number, (label, verbs) in enumerate(CHAPTERS[sheet].items(), start=1):
        within = [one for one in own if one.verb in verbs or (label == last and one.verb not in named)]
        yield _opened_menu(f"mnu{sheet}{number}", label, f"{label}: moves of the sheet {sheet}.", "", large=False)
        yield from (_button(action) for action in within)
        yield "</menu>"


def _opened_menu(control: str, label: str, hint: str, icon: str, *, large: bool = True) -> str:
    attributes = {"id": control, "label": label, "screentip": hint}
    attributes |= {"imageMso": icon} if icon else {}
    attributes |= {"size": "large"} if large else {}
    return _open("menu", attributes)


def _button(action: Action, within: str = "", *, large: bool = False) -> str:
    """A button; `within` tells apart the entries of an action that stands in several submenus."""
    attributes = {
        "id": f"btn_{action.id.replace('.', '_')}" + (f"_{within}" if within else ""),
        "label": action.label,
        "tag": action.id,
        "onAction": CALLBACK,
        "screentip": action.hint[:_HINT_LIMIT],
    }
    icon = COMMAND_ICONS.get(action.command, "")
    attributes |= {"imageMso": icon} if icon else {}
    attributes |= {"size": "large"} if large else {}
    return _open("button", attributes, closed=True)


def _open(name: str, attributes: Mapping[str, str], *, closed: bool = False) -> str:
    body = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{body}{'/' if closed else ''}>"
