"""Settings: what a register's file may say, how a fault in it is told, and who is at the keyboard."""

from __future__ import annotations

import getpass
import os
import sys
import tomllib

import pytest

from addin.errors import ConfigError
from addin.logic.values import Actor, Role
from addin.settings import FILE, Settings, account, load, who

GOOD = """
register_id = "ab12"
demo = true
currency = "EUR"

[house]
name = "House of Aurelle"

[store]
witness = "/mnt/audit/witness.txt"

[intake]
ticket = "AU[0-9]{8}"

[people."a.khan"]
name = "Amira Khan"
roles = ["coordinator", "qc"]

[policy]
sla.resolve_hours.P1 = 6
"approval.refund.senior_qa" = "GBP 750.00"
hours.weekdays = ["Mon", "Tue"]
hours.start = 07:30:00
recon.fx_percent = 0.25
some.flag = true
"""


def loaded(folder, text) -> Settings:
    """The settings of a folder with this file."""
    (folder / FILE).write_text(text, encoding="utf-8")
    return load(folder)


def fault(folder, text) -> ConfigError:
    """How a file is refused."""
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text)
    assert caught.value.hint
    return caught.value


def test_a_file_is_read_over_the_defaults(tmp_path):
    """What it does not say stays as it is by default."""
    settings = loaded(tmp_path, GOOD)
    assert (settings.register_id, settings.demo, settings.currency) == ("ab12", True, "EUR")
    assert (settings.house.name, settings.house.site) == ("House of Aurelle", "Distribution centre")
    assert settings.intake.ticket == "AU[0-9]{8}"
    assert settings.actors() == {
        "a.khan": Actor("a.khan", "Amira Khan", frozenset({Role.COORDINATOR, Role.QC})),
    }


def test_an_empty_file_is_all_defaults(tmp_path):
    """Nothing has to be said."""
    assert loaded(tmp_path, "") == Settings()


def test_policy_keys_may_be_written_with_or_without_quotes(tmp_path):
    """Dotted keys are TOML tables, and numbers, times, lists and yes/no become the policy's texts."""
    assert loaded(tmp_path, GOOD).policy == {
        "sla.resolve_hours.P1": 6,
        "approval.refund.senior_qa": "GBP 750.00",
        "hours.weekdays": "Mon; Tue",
        "hours.start": "07:30:00",
        "recon.fx_percent": "0.25",
        "some.flag": "yes",
    }


def test_a_byte_order_mark_does_not_matter(tmp_path):
    """Windows editors write one."""
    (tmp_path / FILE).write_bytes(b'\xef\xbb\xbfregister_id = "x"\r\n')
    assert load(tmp_path).register_id == "x"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("registerid = 'x'", "registerid"),
        ("[house]\nnam = 'x'", "house.nam"),
        ("[people.'a']\nname = 'A'\nroles = ['boss']", "people.a.roles"),
        ("[people.'a']\nroles = []", "people.a.name"),
        ("demo = 'perhaps'", "demo"),
        ("register_id = 7", "register_id"),
        ("[intake]\nticket = '['", "regular expression"),
        ("house = 'x'", "house"),
        ("policy = 'x'", "policy"),
        ("[unknown]\nx = 1", "unknown"),
    ],
)
def test_an_unknown_key_or_a_wrong_value_is_named(tmp_path, text, words):
    """Nothing is passed over in silence."""
    error = fault(tmp_path, text)
    assert words in error.message
    assert FILE in error.message


def test_every_fault_is_named_at_once(tmp_path):
    """Not one after the other."""
    error = fault(tmp_path, "demo = 'x'\ncolour = 1\n[house]\nnam = 'x'")
    assert all(word in error.message for word in ("demo", "colour", "house.nam"))


@pytest.mark.parametrize("content", [b"demo = ", b"\xff\xfe\x00", b"demo = true\ndemo = true", b"x = 'a\x00'"])
def test_what_is_no_toml_is_told(tmp_path, content):
    """With the parser's own place."""
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ConfigError, match=r"casebook\.toml cannot be read"):
        load(tmp_path)


def test_a_folder_that_is_no_register_is_told(tmp_path):
    """Empty, absent, or a file: with the ways out."""
    (tmp_path / "file").write_text("x")
    for place in (tmp_path, tmp_path / "absent", tmp_path / "file"):
        with pytest.raises(ConfigError, match="is not a register") as caught:
            load(place)
        assert "casebook new" in caught.value.hint


def test_a_file_that_cannot_be_opened_is_told(tmp_path):
    """In words, not as an error of the system."""
    (tmp_path / FILE).mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_settings_never_change_while_a_register_is_open():
    """They are read once."""
    with pytest.raises(ValueError, match="frozen"):
        Settings().demo = True  # type: ignore[misc]


def test_every_setting_is_described_with_its_origin(tmp_path):
    """Section by section, for the doctor."""
    found = {name: (value, origin) for name, value, origin in loaded(tmp_path, GOOD).described()}
    assert found["register_id"] == ("ab12", FILE)
    assert found["house.name"] == ("House of Aurelle", FILE)
    assert found["house.site"] == ("Distribution centre", "default")
    assert found["carrier.account"] == ("", "default")
    assert found["store.witness"] == ("/mnt/audit/witness.txt", FILE)
    assert "people" in found
    assert "policy" in found


def test_passwords_are_never_shown():
    """Neither the lock's nor the database's."""
    settings = Settings.model_validate(
        {"lock_password": "hunter2", "store": {"url": "postgresql://team:s3cret@db.example/x"}}
    )
    shown = " ".join(value for _, value, _ in settings.described())
    assert "hunter2" not in shown
    assert "s3cret" not in shown
    assert "postgresql://team:(not shown)@db.example/x" in shown


def test_every_setting_can_be_written(tmp_path):
    """The file of all defaults reads back as the defaults."""
    import tomli_w

    text = tomli_w.dumps(Settings().model_dump(mode="json"))
    assert tomllib.loads(text)
    assert loaded(tmp_path, text) == Settings()


# Who is at the keyboard ----------------------------------------------------------------------------------------------

PEOPLE = {"people": {"a.khan": {"name": "Amira Khan", "roles": ["coordinator"]}}}


def test_the_account_is_the_operating_systems(monkeypatch):
    """No variable of the environment makes one somebody else: four-eyes rules rest on it."""
    before = account()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "CASEBOOK_USER"):
        monkeypatch.setenv(name, "a.khan")
    assert getpass.getuser() == "a.khan"
    assert account() == before
    with pytest.raises(ConfigError) as caught:
        who(Settings.model_validate(PEOPLE))
    assert caught.value.code == "CFG-WHO"
    assert before in caught.value.message
    assert "a.khan" in caught.value.hint


def test_an_account_without_an_entry_is_told_how_to_get_one(monkeypatch):
    """With what to write and where."""
    monkeypatch.setattr("addin.settings.account", lambda: "n.one")
    with pytest.raises(ConfigError, match=r"n\.one") as caught:
        who(Settings())
    assert "[people.'n.one']" in caught.value.hint
    assert "nobody yet" in caught.value.hint


def test_the_settings_spelling_of_an_account_is_recorded(monkeypatch):
    """Windows does not tell capitals apart; one person must not be two."""
    monkeypatch.setattr("addin.settings.account", lambda: "A.Khan")
    assert who(Settings.model_validate(PEOPLE)).id == "a.khan"


def test_only_a_register_for_trying_out_lets_one_be_another(monkeypatch):
    """CASEBOOK_USER counts with `demo = true` alone, and names people of the register only."""
    monkeypatch.setattr("addin.settings.account", lambda: "root")
    environment = {"CASEBOOK_USER": "a.khan"}
    assert who(Settings.model_validate({**PEOPLE, "demo": True}), environment).id == "a.khan"
    with pytest.raises(ConfigError):
        who(Settings.model_validate(PEOPLE), environment)
    with pytest.raises(ConfigError, match=r"b\.lowe") as caught:
        who(Settings.model_validate({**PEOPLE, "demo": True}), {"CASEBOOK_USER": "b.lowe"})
    assert "CASEBOOK_USER=name" in caught.value.hint


@pytest.mark.skipif(sys.platform == "win32", reason="accounts have numbers on POSIX only")
def test_an_account_without_a_name_is_told(monkeypatch):
    """In a container the number may have no entry."""
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    with pytest.raises(ConfigError, match="has no name"):
        account()
