"""LibreOffice's Python bridge, brought into our own environment.

The bridge is a compiled module of LibreOffice and two text modules beside the system's Python. They are loaded by
path, so that nothing else of the system's packages becomes importable. The supported case is the same minor version
of Python as the one LibreOffice was built for; another one is refused in words.

The bridge replaces Python's `import` to answer names of LibreOffice's own; that is undone after loading, and UNO types
are asked for by `uno.getClass` and its kin.
"""

from __future__ import annotations

import builtins
import glob
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

from addin.errors import HostError

#: Names a LibreOffice of one's own: the folder that holds soffice.bin.
PROGRAM_VARIABLE: Final = "CASEBOOK_LIBREOFFICE"
_PROGRAMS: Final = (
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/opt/libreoffice*/program",
    "/Applications/LibreOffice.app/Contents/Resources",
)
_PYTHON_FOLDERS: Final = ("/usr/lib/python3/dist-packages", "/usr/lib64/python3*/site-packages")


class Bridge(NamedTuple):
    """The two modules of LibreOffice's Python bridge, untyped as they are."""

    uno: Any
    unohelper: Any


def program_folder() -> Path:
    """The folder of LibreOffice's programs.

    Raises:
        HostError: LibreOffice is not on this computer.
    """
    named = os.environ.get(PROGRAM_VARIABLE)
    patterns = (named,) if named else _PROGRAMS
    for pattern in patterns:
        for home in sorted(glob.glob(pattern), reverse=True):  # noqa: PTH207 - patterns are absolute
            if any((Path(home) / name).is_file() for name in ("soffice.bin", "soffice.exe")):
                return Path(home)
    raise HostError(
        f"LibreOffice was not found{f' in {named}' if named else ''}.",
        hint=f"Install LibreOffice Calc, or name its program folder in {PROGRAM_VARIABLE}.",
        code="CALC-MISSING",
    )


def bridge() -> Bridge:
    """LibreOffice's Python bridge, loaded at first need.

    Raises:
        HostError: LibreOffice or its bridge is missing, or made for another Python.
    """
    if "unohelper" not in sys.modules:
        _load_all(program_folder())
    return Bridge(sys.modules["uno"], sys.modules["unohelper"])


def _load_all(program: Path) -> None:
    os.environ.setdefault("URE_BOOTSTRAP", f"vnd.sun.star.pathname:{program}/fundamentalrc")
    python_import = builtins.__import__
    paths = list(sys.path)
    loaded: list[str] = []
    try:
        for name in ("pyuno", "uno", "unohelper"):
            if name not in sys.modules:
                loaded.append(name)
                _load(name, program)
    except Exception as error:
        for name in loaded:
            sys.modules.pop(name, None)
        raise HostError(
            f"LibreOffice's Python bridge does not load: {error}.",
            hint="Install it (Debian: python3-uno) and use the Python that LibreOffice was built for.",
            code="CALC-BRIDGE",
        ) from error
    finally:
        builtins.__import__ = python_import
        sys.path[:] = paths


def _load(name: str, program: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, _find(name, program))
    if spec is None or spec.loader is None:
        raise ImportError(f"{name} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _find(name: str, program: Path) -> Path:
    found = [program / f"{name}{suffix}" for suffix in (".so", ".pyd", ".py")]
    for pattern in _PYTHON_FOLDERS:
        found += [Path(home) / f"{name}.py" for home in glob.glob(pattern)]  # noqa: PTH207
    for path in found:
        if path.is_file():
            return path
    raise ImportError(f"{name} is not there")
