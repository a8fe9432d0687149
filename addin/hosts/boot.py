"""xlwings, imported the way this project needs it: quickly, and without habits that hurt on Windows.

Everything in this project takes `xw` from here and never imports xlwings first elsewhere, because the first import
decides what it drags along.

1. pandas, numpy, polars, matplotlib, plotly and Pillow are kept out of xlwings' import, where they would cost up to
   three seconds and serve nothing on the path of a click. They stay importable afterwards.
2. The commercially licensed part, `xlwings.pro`, is not loaded.
3. On Windows, xlwings' own exit handler is unregistered (it force-kills Excel processes it takes for left-overs), and
   its endless retries while Excel is busy are cut to one attempt: our callers retry with a deadline.

These are internals of xlwings 0.37.8, the version this project pins; a test says when they move.
"""

from __future__ import annotations

import atexit
import contextlib
import sys
from collections.abc import Iterator
from typing import Any, Final

HEAVY: Final = ("pandas", "polars", "numpy", "matplotlib", "plotly", "PIL", "xlwings.pro")


@contextlib.contextmanager
def _kept_out(*names: str) -> Iterator[None]:
    """Let `import` of these modules fail for a while; those already loaded cost nothing and stay."""
    blocked = [name for name in names if name not in sys.modules]
    for name in blocked:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in blocked:
            if sys.modules.get(name, False) is None:
                del sys.modules[name]


with _kept_out(*HEAVY):
    import xlwings as xw
    from xlwings import base_classes, expansion

if sys.platform == "win32":
    from xlwings import _xlwindows

    atexit.unregister(_xlwindows.cleanup)
    _xlwindows.N_COM_ATTEMPTS = 1


def register_engine(engine: Any, *, activate: bool = False) -> None:
    """Make an engine known to xlwings under its name; a second one of the same name is ignored."""
    if engine.name not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=engine))
    if activate:
        xw.engines.engines_by_name[engine.name].activate()


def put_in_front(engine: Any) -> None:
    """Make an engine the one that xlwings means by "active": its own activate() compares with that one's instances."""
    known = next((one for one in xw.engines.engines if one.impl is engine), None)
    if known is None:
        known = xw.Engine(impl=engine)
        xw.engines.add(known)
    known.activate()


__all__ = ["HEAVY", "base_classes", "expansion", "put_in_front", "register_engine", "xw"]
