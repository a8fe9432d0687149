"""What VBA's CreateObject finds in LibreOffice: an object of ours, answered in this process.

LibreOffice hands CreateObject to a service named OleObjectFactory, which on Windows reaches COM. Elsewhere there is
none, so ours takes its place. LibreOffice looks for it once in its life: `offer` must come before the first workbook
with macros is loaded.

A call runs on the office's main thread: it waits, its window stands still, and calls back into the office on the same
thread are let in. Calls from another thread of ours would wait for the end of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from addin.hosts.office import Office
from addin.hosts.unoboot import bridge

_FACTORY: Final = "com.sun.star.bridge.OleObjectFactory"
#: A method of the offered object: takes VBA's arguments, answers one value. It must not raise.
Method = Callable[..., Any]


def offer(office: Office, name: str, methods: Mapping[str, Method]) -> None:
    """Let `CreateObject(name)` in the office's macros give an object with these methods (capitals do not matter)."""
    office.context.ServiceManager.insert(_factory(_objects(name, _object(methods))))


def _object(methods: Mapping[str, Method]) -> Any:
    """The class of the object that VBA talks to."""
    known = {method.lower(): call for method, call in methods.items()}

    def invoke(_self: Any, method: str, arguments: Any, _indices: Any, _values: Any) -> Any:
        return known[method.lower()](*arguments), (), ()

    members = {
        "getIntrospection": lambda _self: None,
        "invoke": invoke,
        "setValue": lambda _self, _name, _value: None,
        "getValue": lambda _self, _name: None,
        "hasMethod": lambda _self, method: method.lower() in known,
        "hasProperty": lambda _self, _name: False,
    }
    return _component("Object", members, "com.sun.star.script.XInvocation")


def _objects(name: str, wanted: Any) -> Any:
    """The class of what LibreOffice asks for objects by name."""

    def create(_self: Any, asked: str, _arguments: Any = ()) -> Any:
        return wanted() if asked.lower() == name.lower() else None

    members = {
        "createInstance": create,
        "createInstanceWithArguments": create,
        "getAvailableServiceNames": lambda _self: (name,),
    }
    return _component("Objects", members, "com.sun.star.lang.XMultiServiceFactory")


def _factory(objects: Any) -> Any:
    """The component that LibreOffice's service manager knows."""
    members = {
        "createInstanceWithContext": lambda _self, _context: objects(),
        "createInstanceWithArgumentsAndContext": lambda _self, _arguments, _context: objects(),
        "getImplementationName": lambda _self: "casebook.ObjectFactory",
        "supportsService": lambda _self, asked: asked == _FACTORY,
        "getSupportedServiceNames": lambda _self: (_FACTORY,),
    }
    faces = ("com.sun.star.lang.XSingleComponentFactory", "com.sun.star.lang.XServiceInfo")
    return _component("Factory", members, *faces)()


def _component(name: str, members: Mapping[str, Any], *interfaces: str) -> Any:
    """A class that speaks these interfaces of UNO."""
    uno, unohelper = bridge()
    return type(name, (unohelper.Base, *map(uno.getClass, interfaces)), dict(members))


def when_closed(model: Any, call: Callable[[], None]) -> None:
    """Call back when a document is closed, on a thread of the office's connection."""
    members = {
        "queryClosing": lambda _self, _event, _owns: None,
        "notifyClosing": lambda _self, _event: call(),
        "disposing": lambda _self, _event: None,
    }
    model.addCloseListener(_component("Listener", members, "com.sun.star.util.XCloseListener")())
