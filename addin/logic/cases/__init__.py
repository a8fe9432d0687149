"""The case types, one file each: collected here by name, so that adding a file is all it takes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from addin.logic.case_type import COMMON_MOVES, CaseType
from addin.logic.events import Kind, KindTable
from addin.logic.evidence import ATTACHED, ERASED_FILE, WITHDRAWN
from addin.logic.hearing import COMMENTED, TEXT_MADE
from addin.logic.joining import EFFECT_KINDS
from addin.logic.machine import EDITED
from addin.logic.reversal import TAKEN_BACK

#: The order in which types stand in lists and on sheets; a type that is missing here comes last.
_ORDER = ("ADR", "SPD", "OST", "CTV", "QCT", "INV", "RQC", "CRP", "RFD", "UPC", "ESC", "HND", "DEV", "SOP", "AUD")


@cache
def case_types() -> Mapping[str, CaseType]:
    """Every case type by its code."""
    found: dict[str, CaseType] = {}
    for module in pkgutil.iter_modules(__path__):
        kind = importlib.import_module(f"{__name__}.{module.name}").CASE
        if kind.code in found:
            raise ValueError(f"Two case types have the code {kind.code}.")
        found[kind.code] = kind
    known = [code for code in _ORDER if code in found]
    return MappingProxyType({code: found[code] for code in (*known, *sorted(found.keys() - set(_ORDER)))})


def case_kinds() -> KindTable:
    """Every kind of event that cases have, with its audit sentence."""
    common = [
        EDITED,
        TAKEN_BACK,
        ATTACHED,
        WITHDRAWN,
        ERASED_FILE,
        *EFFECT_KINDS,
        COMMENTED,
        TEXT_MADE,
        *(Kind(move.event, move.says) for move in COMMON_MOVES),
    ]
    return KindTable.of([*common, *(kind for case_type in case_types().values() for kind in case_type.kinds())])
