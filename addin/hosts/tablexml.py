"""Tables and their filters as their parts describe them (ECMA-376 Part 1, 18.5 and 18.3.2)."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

from addin.errors import HostError
from addin.hosts.boot import base_classes
from addin.hosts.driver import TableInfo
from addin.hosts.grid import parse_area
from addin.hosts.package import MAIN
from addin.hosts.sheetxml import flag, unescaped

_Q: Final = f"{{{MAIN}}}"
_SIGNS: Final = {
    "equal": "=",
    "notEqual": "<>",
    "greaterThan": ">",
    "lessThan": "<",
    "greaterThanOrEqual": ">=",
    "lessThanOrEqual": "<=",
}


def read_table(root: etree._Element, part: str) -> TableInfo:
    """What a table part says.

    Raises:
        HostError: the table has no place.
    """
    rect = parse_area(root.get("ref", ""))
    if rect is None:
        raise HostError(f"The part {part} of the workbook is damaged: the table has no place.")
    filtered = root.find(f"{_Q}autoFilter")
    style = root.find(f"{_Q}tableStyleInfo")
    return TableInfo(
        name=root.get("displayName") or root.get("name") or "",
        rect=rect,
        header_rows=int(root.get("headerRowCount", "1")),
        totals_rows=int(root.get("totalsRowCount", "0")),
        columns=tuple(unescaped(c.get("name", "")) for c in root.iterfind(f"{_Q}tableColumns/{_Q}tableColumn")),
        has_filter=filtered is not None,
        criteria=_criteria(filtered) if filtered is not None else {},
        style=style.get("name") if style is not None else None,
    )


def _criteria(filtered: etree._Element) -> dict[int, dict[str, Any]]:
    """The filters of the columns that have one, by position from 1, as xlwings describes them."""
    found = {}
    for column in filtered.iterfind(f"{_Q}filterColumn"):
        if len(column):
            field = int(column.get("colId", "0")) + 1
            found[field] = _criterion(field, column[0])
    return found


def _criterion(field: int, item: etree._Element) -> dict[str, Any]:
    kind = etree.QName(item).localname
    if kind == "filters" and item.find(f"{_Q}dateGroupItem") is None:
        values = [f"={unescaped(value.get('val', ''))}" for value in item.iterfind(f"{_Q}filter")]
        if flag(item, "blank"):
            values.append("=")
        return _snapshot(field, "values", values)
    if kind == "customFilters":
        terms = [_SIGNS[term.get("operator", "equal")] + term.get("val", "").strip() for term in item]
        join = "and" if flag(item, "and") else "or"
        first, second = (*terms, None, None)[:2]
        return _snapshot(field, "comparison", first, second, join if second is not None else None)
    if kind == "top10":
        end = "bottom" if item.get("top") in ("0", "false") else "top"
        unit = "percent" if flag(item, "percent") else "items"
        return _snapshot(field, f"{end}_{unit}", item.get("val", ""))
    return _snapshot(field, "unknown")


def _snapshot(field: int, kind: str, first: Any = None, second: Any = None, join: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = base_classes.autofilter_criteria_snapshot(field, kind, first, second, join)
    return found
