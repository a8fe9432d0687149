"""The doctor's look at LibreOffice: present and sound, absent where nobody asked for it, named and not there."""

from __future__ import annotations

import pytest

from addin import doctor
from addin.hosts import unoboot


@pytest.fixture
def findings(tmp_path):
    """The doctor's findings on the way to Calc, by name."""
    return lambda: {each.name: each for each in doctor.examine(tmp_path) if each.name.startswith("calc")}


def test_a_computer_without_libreoffice_lacks_nothing(findings, monkeypatch):
    """Excel's users need none; the words say who does."""
    monkeypatch.delenv(unoboot.PROGRAM_VARIABLE, raising=False)
    monkeypatch.setattr(unoboot, "_PROGRAMS", ())
    (found,) = findings().values()
    assert found.ok
    assert "Only 'open --host calc' needs it" in found.message


def test_a_libreoffice_that_was_named_must_be_there(findings, monkeypatch, tmp_path):
    """A wrong path is told with the variable to put right."""
    monkeypatch.setenv(unoboot.PROGRAM_VARIABLE, str(tmp_path / "nowhere"))
    (found,) = findings().values()
    assert not found.ok
    assert unoboot.PROGRAM_VARIABLE in found.message


def test_a_program_without_its_bridge_is_told(findings, monkeypatch, tmp_path):
    """Debian packs the bridge on its own: the words name its package."""
    (tmp_path / "soffice.bin").write_bytes(b"")
    monkeypatch.setenv(unoboot.PROGRAM_VARIABLE, str(tmp_path))
    monkeypatch.setattr(unoboot, "_PYTHON_FOLDERS", ())
    for name in ("pyuno", "uno", "unohelper"):
        monkeypatch.delitem(unoboot.sys.modules, name, raising=False)
    found = findings()
    assert found["calc: program"].ok
    assert not found["calc: bridge"].ok
    assert "python3-uno" in found["calc: bridge"].message


def test_a_profile_folder_that_cannot_be_made_is_told(findings, monkeypatch, tmp_path):
    """The private office keeps its settings there."""
    monkeypatch.setattr(doctor, "program_folder", lambda: tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "locked"))
    monkeypatch.setattr(doctor.os, "access", lambda place, _mode: tmp_path not in (place, *place.parents))
    assert not findings()["calc: profiles"].ok
