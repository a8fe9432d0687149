"""A register whose journal is on a server: made, pressed by two people at once, kept, verified, rebuilt."""

from __future__ import annotations

import json
import threading

import pytest
from click.testing import CliRunner

from addin.cli import main
from addin.closed_book import press_closed
from addin.folder import create, rebuild_journal
from addin.logic.chain import check
from addin.macros.press import Asked
from addin.service import RowRequest, Service
from addin.snapshots import Store
from addin.verify import verify

from .postgres_kit import server

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def there():
    with server() as running:
        yield running


@pytest.fixture
def register(there, tmp_path):
    service = create(tmp_path / "team", demo=True, given={"store": {"url": there.url()}})
    yield service
    service.close()
    there.run(f"DROP SCHEMA IF EXISTS cb_{service.settings.register_id} CASCADE")


def opened(service: Service, order: str) -> str:
    """A new order status check."""
    kind_fields = {"order_no": order}
    outcome = service.open_cases([RowRequest("", kind_fields, opens="OST")])
    assert outcome.ok, outcome.message
    return outcome.rows[0].case_id


def test_a_press_on_the_workbook_lands_on_the_server(register):
    """The folder holds no journal file; cells and chain agree, and the register is sound."""
    case_id = opened(register, "5200400001")
    assert press_closed(register, "requests.note", Asked((case_id,), reason="Seen")).ok
    assert not (register.folder / "journal.sqlite").exists()
    report = verify(register.folder)
    assert report.ok, report.sentence()
    assert report.head == register.journal.head()


def test_two_people_press_at_once_and_nothing_is_lost(register):
    """Every case is opened once, numbers have no gap, the chain is one."""
    names = ["a.khan", "b.lowe", "q.reid"]

    def work(name: str) -> None:
        mine = Service.open(register.folder, actor=register.settings.actors()[name])
        for number in range(8):
            opened(mine, f"52004{names.index(name)}{number:04d}")
        mine.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    cases = register.journal.cases()
    year = cases[0].case_id[5:9]
    assert [case.case_id for case in cases] == [f"CASE-{year}-{number:06d}" for number in range(1, 25)]
    assert list(check(register.journal.links())) == []
    assert {event.actor for event in register.journal.events(after=1)} == set(names)


def test_an_altered_event_on_the_server_is_named(register):
    """The administrator can take the triggers away, but not hide it."""
    opened(register, "5200400001")
    opened(register, "5200400002")
    db = register.journal._connection
    db.execute("ALTER TABLE events DISABLE TRIGGER events_stay")
    db.execute("UPDATE events SET text = replace(text, '5200400001', '5200400009') WHERE seq = 2")
    report = verify(register.folder)
    assert not report.ok
    assert report.faults[0].seq == 2


def test_a_snapshot_holds_the_journal_as_a_file(register):
    """Restored without the server, it is the same chain."""
    opened(register, "5200400001")
    assert press_closed(register, "desk.snapshot").ok
    store = Store(register.folder / "snapshots")
    (kept,) = store.list()
    done = store.restore(kept.name, register.folder.parent / "back")
    journal = next(path for path in done.files if path.suffix == ".sqlite")
    report = verify(journal)
    assert report.ok, report.sentence()
    assert report.head.hash == kept.head


def test_the_journal_is_made_again_from_the_workbook(register, there):
    """Same head; the present one is kept on the server under another name."""
    opened(register, "5200400001")
    assert press_closed(register, "desk.refresh").ok
    head = register.journal.head()
    register.close()
    found = rebuild_journal(register.folder, replace=True)
    assert (found.seq, found.hash) == (head.seq, head.hash)
    assert verify(register.folder).ok
    name = f"cb_{register.settings.register_id}_before_"
    there.run(f"DO $$ BEGIN ASSERT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname LIKE '{name}%'); END $$")


def test_doctor_and_command_line_know_the_server(there, tmp_path):
    """Made and examined by commands alone."""
    folder = tmp_path / "by command"
    made = CliRunner().invoke(main, ["new", str(folder), "--demo", "--postgres", there.url(), "--json"])
    assert made.exit_code == 0, made.output
    told = CliRunner().invoke(main, ["doctor", "--register", str(folder), "--json"], env={"CASEBOOK_USER": "a.khan"})
    journal = next(found for found in json.loads(told.output) if found["name"] == "journal")
    assert journal["ok"], journal
    there.run(f"DROP SCHEMA cb_{json.loads(made.output)['register']} CASCADE")
