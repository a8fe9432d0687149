"""Calls into LibreOffice: its exceptions become this project's, in words, before they travel.

UNO's exceptions take no attributes but their own, so Python's context managers stumble over them on their way up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

from addin.errors import HostError, HostGone
from addin.hosts.unoboot import bridge

_Class = TypeVar("_Class", bound=type)
_PLACE: Final = re.compile(r"\s*at \./\S+$")  # where in its source LibreOffice refused
_GONE: Final = ("com.sun.star.lang.DisposedException", "com.sun.star.connection.NoConnectException")


def translated(cls: _Class) -> _Class:
    """Class decorator: a method that meets an exception of UNO raises `HostGone` or `HostError` instead."""
    for name, member in list(vars(cls).items()):
        if isinstance(member, property):
            getter, setter = (_guarded(part) if part else None for part in (member.fget, member.fset))
            setattr(cls, name, property(getter, setter, doc=member.__doc__))
        elif callable(member) and not name.startswith("__") and not isinstance(member, type):
            setattr(cls, name, _guarded(member))
    return cls


def _guarded(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def guarded(*args: Any, **keywords: Any) -> Any:
        try:
            return call(*args, **keywords)
        except Exception as error:
            if (told := in_words(error)) is None:
                raise
            raise told from error

    return guarded


def in_words(error: BaseException) -> HostError | None:
    """What an exception of UNO means to us; None for any other exception."""
    uno = bridge().uno
    if isinstance(error, tuple(uno.getClass(name) for name in _GONE)) or _was_cut_off(error):
        return HostGone(
            "LibreOffice, or the workbook in it, has gone away.",
            hint="What was recorded is in the journal: open the register again and press Refresh.",
        )
    if isinstance(error, uno.getClass("com.sun.star.uno.Exception")):
        text = _PLACE.sub("", str(getattr(error, "Message", "")).split("\n")[0]).strip()[:200]
        return HostError(
            f"LibreOffice refused a step{f': {text}' if text else ''}.",
            hint="Press Refresh: what was recorded will be shown.",
            code="CALC-REFUSED",
        )
    return None


def _was_cut_off(error: BaseException) -> bool:
    """True when the office died during this very call, which UNO tells by a plain runtime error."""
    runtime = bridge().uno.getClass("com.sun.star.uno.RuntimeException")
    return isinstance(error, runtime) and "URP bridge" in str(getattr(error, "Message", ""))
