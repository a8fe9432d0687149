"""What an engine does not do: refused in words, member by member, so that nothing is silently skipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from addin.errors import Unsupported
from addin.hosts.boot import base_classes


def ability(owner: object, member: str, what: str) -> Callable[..., Any]:
    """What only some hosts can do with a sheet or a document.

    Raises:
        Unsupported: this host cannot; `what` says it in words, as "give sheets names".
    """
    found: Callable[..., Any] | None = getattr(owner, member, None)
    if found is None:
        raise Unsupported(f"This host cannot {what}.", hint="Open the workbook in Excel or LibreOffice for that.")
    return found


_Class = TypeVar("_Class", bound=type)


def _refusal(owner: str, member: str) -> Callable[..., Any]:
    def refuse(*_args: Any, **_keywords: Any) -> Any:
        raise Unsupported(f"This host has no {owner}.{member}.", hint="Use Excel for that, or leave it out.")

    return refuse


def complete(cls: _Class) -> _Class:
    """Class decorator: members of the xlwings base class that are missing here raise `Unsupported`."""
    own = {name for parent in cls.__mro__ if not _is_base(parent) for name in vars(parent)}
    for parent in filter(_is_base, cls.__mro__):
        for name, member in vars(parent).items():
            if name in own:
                mine = vars(cls).get(name)
                if isinstance(member, property) and member.fset and isinstance(mine, property) and mine.fset is None:
                    setattr(cls, name, mine.setter(_refusal(cls.__name__, f"{name}=")))
            elif isinstance(member, property) and _is_stub(member.fget):
                refuse = _refusal(cls.__name__, name)
                setattr(cls, name, property(refuse, refuse))
            elif _is_stub(getattr(member, "__func__", member)):
                setattr(cls, name, _refusal(cls.__name__, name))
    return cls


def _is_base(cls: type) -> bool:
    return cls.__module__ == base_classes.__name__


def _is_stub(member: Any) -> bool:
    return "NotImplementedError" in getattr(getattr(member, "__code__", None), "co_names", ())


class Shim:
    """What `.api` gives: the few members of Excel's object model that this project uses, under Excel's names."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _refusal(type(self).__name__.removesuffix("Api") + ".api", name)()
