"""The command line on a real register: exit codes 0 done, 1 findings, 2 wrong usage, 3 trouble; and what JSON says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from e2e_kit import TRACKING, formulas, repack

import addin
from addin.cli import main
from addin.logic.cases import case_types
from addin.macros.actions import actions
from addin.service import Service
from addin.settings import load

OUTCOME = {"status", "ok", "message", "rows", "problems", "seq", "head", "files"}
LINE = {"case", "ok", "message", "events"}
FAULT = {"code", "message", "field", "cell", "hint"}


@dataclass
class Shell:
    """Somebody at a terminal, standing in a register's folder."""

    folder: Path
    who: str = "a.khan"

    def __call__(self, *words: str, who: str = "", text: str | bytes | None = None, here: bool = True) -> Result:
        line = [*words, "--register", str(self.folder)] if here else list(words)
        return CliRunner().invoke(main, line, input=text, env={"CASEBOOK_USER": who or self.who})

    def json(self, *words: str, code: int = 0, **how: Any) -> Any:
        """The JSON answer of a command that must end with an exit code."""
        result = self(*words, "--json", **how)
        assert result.exit_code == code, (result.exit_code, result.output, result.exception)
        return json.loads(result.stdout)

    def opened(self, text: str, code: str) -> str:
        """Read a message and answer the number of the case of a type it opened."""
        self.json("intake", "-", text=text)
        return self.service(lambda service: service.journal.cases(types=[code])[-1].case_id)

    def service(self, look: Callable[[Service], Any]) -> Any:
        service = Service.open(self.folder, actor=load(self.folder).actors()["a.khan"])
        try:
            return look(service)
        finally:
            service.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "register"
    result = CliRunner().invoke(main, ["new", str(folder), "--demo", "--json"])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def shell(made: Path, tmp_path: Path) -> Shell:
    folder = tmp_path / "register"
    shutil.copytree(made, folder)
    return Shell(folder)


def sound(shell: Shell) -> dict[str, Any]:
    report: dict[str, Any] = shell.json("verify", str(shell.folder), here=False)
    assert report["ok"] is True
    return report


# ---- new --------------------------------------------------------------------------------------------------------


def test_new_makes_a_register_and_says_where(tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    result = CliRunner().invoke(main, ["new", str(folder), "--json"])
    body = json.loads(result.stdout)
    assert (result.exit_code, body["ok"], body["folder"]) == (0, True, str(folder))
    assert {path.name for path in folder.iterdir()} >= {"casebook.xlsm", "journal.sqlite", "casebook.toml", "inbox"}
    assert Shell(folder).json("verify", str(folder), here=False)["events"] == 1


def test_new_never_writes_over_something(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(main, ["new", str(tmp_path)])
    assert result.exit_code == 3
    assert "is not empty" in result.stderr
    assert "Name a new folder" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_register_that_is_no_demo_takes_nobody_elses_name(tmp_path: Path) -> None:
    folder = tmp_path / "real"
    assert CliRunner().invoke(main, ["new", str(folder)], env={"USER": "root"}).exit_code == 0
    text = (folder / "casebook.toml").read_text(encoding="utf-8")
    assert "demo = false" in text


# ---- actions ----------------------------------------------------------------------------------------------------


def test_actions_lists_every_button_with_its_states(shell: Shell) -> None:
    rows = shell.json("actions", here=False)
    assert {row["id"] for row in rows} == set(actions())
    assert {"id", "sheet", "label", "roles", "states", "hint", "button"} == set(rows[0])
    approve = next(row for row in rows if row["id"] == "refunds.approve")
    assert approve["states"] == {"RFD": ["Amount checked"]}
    assert {row["sheet"] for row in rows} >= {kind.sheet for kind in case_types().values()}
    plain = shell("actions", here=False)
    assert plain.exit_code == 0
    assert len(plain.output.splitlines()) == len(rows)


# ---- press ------------------------------------------------------------------------------------------------------


def test_press_moves_a_case_of_the_closed_workbook(shell: Shell) -> None:
    case = shell.opened("where is 5200417302? says preparing since Friday", "OST")
    body = shell.json("press", "requests.note", "--case", case, "--set", "owner=b.lowe", "--reason", "Asked")
    assert set(body) == OUTCOME
    assert set(body["rows"][0]) == LINE
    assert (body["ok"], body["rows"][0]["case"], len(body["rows"][0]["events"])) == (True, case, 2)
    assert body["seq"] == sound(shell)["events"]


def test_a_refused_press_answers_one_and_names_the_fault(shell: Shell) -> None:
    case = shell.opened("where is 5200417302? says preparing since Friday", "OST")
    body = shell.json("press", "requests.close", "--case", case, code=1)
    assert body["status"] == "refused"
    assert set(body["problems"][0]) == FAULT
    assert body["problems"][0]["code"] == "MOVE-STATE"
    words = shell("press", "requests.close", "--case", case)
    assert words.exit_code == 1
    assert "works from" in words.output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("press", "refunds.teleport"), "ACT-UNKNOWN"),
        (("press", "requests.note", "--case", "CASE-2026-000099"), "CASE-UNKNOWN"),
        (("press", "requests.note"), "SEL-NONE"),
        (("press", "requests.add"), "ADD-NONE"),
        (("press", "desk.read"), "CHAT-EMPTY"),
        (("press", "desk.take"), "TAKE-NONE"),
        (("press", "desk.month_end", "--set", "period=October"), "PACK-PERIOD"),
    ],
)
def test_what_cannot_be_pressed_answers_one_with_a_code(shell: Shell, words: tuple[str, ...], code: str) -> None:
    body = shell.json(*words, code=1)
    assert body["problems"][0]["code"] == code
    assert body["problems"][0]["hint"]


def test_a_key_is_done_once(shell: Shell) -> None:
    case = shell.opened("where is 5200417302? says preparing since Friday", "OST")
    line = ("press", "requests.note", "--case", case, "--reason", "From a script", "--key", "k-1")
    first, second = shell.json(*line), shell.json(*line)
    assert "done before" in second["message"]
    assert second["rows"][0]["events"] == first["rows"][0]["events"][-1:]


@pytest.mark.parametrize(
    "words",
    [
        ("press",), ("press", "requests.note", "--set", "owner"), ("press", "requests.note", "--wrong"), ("fly",),
        ("intake",), ("intake", "nowhere.txt"), ("letter",), ("month-end",), ("check", "tracking"), ("check", "iban"),
        ("rebuild", "castle"), ("new",),
    ],
)  # fmt: skip
def test_wrong_usage_answers_two(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell(*words, here=False).exit_code == 2


# ---- trouble ----------------------------------------------------------------------------------------------------


def test_a_folder_that_is_no_register_answers_three(tmp_path: Path) -> None:
    result = Shell(tmp_path)("press", "desk.refresh")
    assert result.exit_code == 3
    assert "casebook new DIR" in result.stderr


def test_somebody_without_a_role_answers_three(shell: Shell) -> None:
    result = shell("press", "desk.refresh", who="z.nobody")
    assert result.exit_code == 3
    assert "has no role" in result.stderr


def test_a_workbook_open_elsewhere_answers_three_and_nothing_is_recorded(shell: Shell) -> None:
    case = shell.opened("where is 5200417302? says preparing since Friday", "OST")
    events = sound(shell)["events"]
    (shell.folder / ".~lock.casebook.xlsm#").write_text(",omar,desk-3,,;", encoding="utf-8")
    for words in (("press", "requests.note", "--case", case, "--reason", "x"), ("intake", "-")):
        result = shell(*words, text="where is 5200417303?")
        assert result.exit_code == 3
        assert "open in LibreOffice (omar)" in result.stderr
    assert shell.service(lambda service: service.journal.head().seq) == events


def test_messages_are_not_recorded_when_the_workbook_cannot_show_them(shell: Shell) -> None:
    repack(shell.folder / "casebook.xlsm", "xl/workbook.xml", b'<sheet name="Stock"', b'<sheet name="Stocks"')
    body = shell.json("intake", "-", text=TALK, code=1)
    assert body["problems"][0]["code"] == "BOOK-SHEET"
    assert shell.service(lambda service: service.journal.head().seq) == 1


def test_a_missing_journal_answers_three(shell: Shell) -> None:
    for path in shell.folder.glob("journal.sqlite*"):
        path.unlink()
    result = shell("press", "desk.refresh")
    assert result.exit_code == 3
    assert "journal.sqlite" in result.stderr
    assert not (shell.folder / "journal.sqlite").exists()
    body = shell.json("verify", str(shell.folder), here=False, code=1)
    assert body["ok"] is False


def test_a_missing_workbook_answers_three_and_is_made_anew(shell: Shell) -> None:
    shell.opened("where is 5200417302? says preparing since Friday", "OST")
    (shell.folder / "casebook.xlsm").unlink()
    result = shell("press", "desk.refresh")
    assert result.exit_code == 3
    assert "casebook.xlsm" in result.stderr
    assert "rebuild workbook" in result.stderr
    assert shell("rebuild", "workbook").exit_code == 0
    sound(shell)


def test_wrong_settings_are_named(shell: Shell) -> None:
    path = shell.folder / "casebook.toml"
    path.write_text("colour = 'red'\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    result = shell("press", "desk.refresh")
    assert result.exit_code == 3
    assert "colour" in result.stderr


# ---- intake -----------------------------------------------------------------------------------------------------

TALK = "where is 5200417302? says preparing since Friday"


def test_intake_reads_standard_input(shell: Shell) -> None:
    body = shell.json("intake", "-", "--from", "Nadia (Care)", text=TALK)
    assert set(body) == OUTCOME
    assert body["message"].startswith("1 message read, 1 proposed")
    assert "Opened CASE-" in body["message"]
    report = sound(shell)
    assert report["notes"] == [], "the workbook shows it"


def test_intake_reads_a_file_of_messages_one_a_line(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    lines = [
        {"id": "m1", "ts": at, "from": "Nadia", "text": TALK},
        {"id": "m2", "ts": at, "from": "Tom", "text": "UPS brought back 5200417311, label says receiver not available"},
        {"id": "m3", "ts": at, "from": "Tom", "text": "thanks all"},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    body = shell.json("intake", str(path))
    assert body["message"].startswith("3 messages read")
    types = shell.service(lambda service: [case.type for case in service.journal.cases()])
    assert sorted(types) == ["CRP", "OST"]
    sound(shell)


def test_a_dry_run_shows_and_records_nothing(shell: Shell) -> None:
    result = shell("intake", "-", "--dry-run", text=TALK)
    assert result.exit_code == 0
    line = json.loads(result.stdout)
    assert line["proposals"][0]["type"] == "OST"
    assert sound(shell)["events"] == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("not json", "Line 2 is not a JSON object"),
        ('{"id": "m1"}', "Line 2 lacks ts and text"),
        ('{"id":"m1","ts":"2026-09-07T09:00","from":"x","text":"y"}', "Line 2: ts '2026-09-07T09:00' does not say"),
    ],
)
def test_a_line_that_is_no_message_is_named(shell: Shell, tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    result = shell("intake", str(path))
    assert result.exit_code == 3
    assert words in result.stderr


def test_bytes_of_any_kind_are_read_without_a_fault(shell: Shell) -> None:
    for content in (b"\x00\xff\xfe\x9d", "Größe 5200417302 où est-il?".encode("utf-16")):
        assert shell("intake", "-", text=content).exit_code in (0, 1)
    nothing = shell("intake", "-", text=b"")
    assert (nothing.exit_code, "holds no text" in nothing.stderr) == (3, True)
    sound(shell)


def test_a_formula_in_a_message_is_only_text_in_the_saved_workbook(shell: Shell) -> None:
    shell.json(
        "intake", "-", text='=HYPERLINK("http://evil.example","5200417315") can you check this one, where is it?'
    )
    assert formulas(shell.folder / "casebook.xlsm") == []


# ---- check ------------------------------------------------------------------------------------------------------


def test_check_tracking_answers_one_when_a_number_is_wrong(shell: Shell) -> None:
    (good,) = shell.json("check", "tracking", TRACKING, here=False)
    assert (good["ok"], good["is_ups"], good["check_ok"]) == (True, True, True)
    good, bad = shell.json("check", "tracking", TRACKING, "1Z12345E0305271641", here=False, code=1)
    assert bad["ok"] is False
    assert {"value", "ok", "norm", "kind", "suggestions", "sentence"} <= set(bad)


def test_check_postcode_answers_one_when_a_postcode_is_wrong(shell: Shell) -> None:
    (good,) = shell.json("check", "postcode", "ba1 9zz", here=False)
    assert (good["ok"], good["norm"]) == (True, "BA1 9ZZ")
    result = shell("check", "postcode", "BA1 9Z", here=False)
    assert result.exit_code == 1


# ---- verify, snapshot, month end, letter, doctor, rebuild ----------------------------------------------------------


def test_verify_answers_one_and_names_the_event_that_was_altered(shell: Shell) -> None:
    shell.opened(TALK, "OST")
    report = sound(shell)
    assert set(report) == {"ok", "what", "events", "head", "faults", "notes"}
    repack(
        shell.folder / "casebook.xlsm", None, b"order status check, order 5200417302", b"order status check, order 9"
    )
    body = shell.json("verify", str(shell.folder), here=False, code=1)
    assert body["faults"][0]["seq"] >= 2
    words = shell("verify", str(shell.folder), here=False)
    assert words.exit_code == 1
    assert f"event {body['faults'][0]['seq']}" in words.output


def test_verify_of_nothing_answers_three(shell: Shell, tmp_path: Path) -> None:
    assert shell("verify", str(tmp_path / "nowhere"), here=False).exit_code == 3


def test_a_snapshot_is_kept_and_can_be_verified(shell: Shell) -> None:
    shell.opened(TALK, "OST")
    body = shell.json("snapshot", "--why", "Before the stocktake", who="s.moreau")
    assert "keeps the register up to event" in body["message"]
    (manifest,) = list((shell.folder / "snapshots").glob("*.json"))
    assert shell.json("verify", str(manifest), here=False)["what"] == "snapshot"
    assert (shell.folder / "witness.txt").exists()
    sound(shell)


def test_month_end_makes_a_workbook(shell: Shell) -> None:
    shell.opened(TALK, "OST")
    period = f"{datetime.now(UTC):%Y-%m}"
    body = shell.json("month-end", period, who="s.moreau")
    workbook, pack = body["files"]
    assert (shell.folder / workbook).stat().st_size > 10_000
    assert "draft" in body["message"]
    sound(shell)
    assert shell.json("verify", str(shell.folder), str(shell.folder / pack), here=False)["ok"]
    refused = shell.json("pack", "accept", str(shell.folder / pack), who="f.osei", code=1)
    assert refused["problems"][0]["code"] == "PCK-04"
    button = ("press", "reconcile.review_pack", "--set", f"period={period}")
    refused = shell.json(*button, who="s.moreau", code=1)
    assert [problem["code"] for problem in refused["problems"]] == ["PCK-02", "PCK-04"]
    assert "Sylvie Moreau prepared this pack" in refused["message"]
    returned = shell.json("pack", "return", str(shell.folder / pack), "--reason", "Too early", who="f.osei")
    assert "is returned by" in returned["message"]
    (mine,) = shell.json("key", "list")
    assert shell.json("key", "new", "--why", "Yearly", who="s.moreau")["ok"]
    assert shell.json("key", "revoke", mine["fingerprint"], "--reason", "Old", who="s.moreau")["ok"]
    sound(shell)


def test_a_month_that_is_none_answers_one(shell: Shell) -> None:
    body = shell.json("month-end", "2026-13", code=1)
    assert body["problems"][0]["code"] == "PACK-PERIOD"
    assert "2026-10" in body["problems"][0]["hint"]


def test_a_letter_is_refused_with_what_it_lacks(shell: Shell) -> None:
    case = shell.opened("5200417305 no scans since Friday, tracking 1Z12345E0305271648, open a claim?", "UPC")
    body = shell.json("letter", case, code=1)
    assert body["files"] == []
    assert body["problems"][0]["code"].startswith("LET-")
    other = shell.opened(TALK, "OST")
    assert shell.json("letter", other, code=1)["problems"][0]["code"] == "LET-CASE"


def test_doctor_walks_every_link(shell: Shell) -> None:
    rows = shell.json("doctor")
    assert all(set(row) == {"name", "ok", "message"} and row["ok"] for row in rows)
    assert {"python", "journal", "workbook", "templates", "person", "rights"} <= {row["name"] for row in rows}
    (shell.folder / "casebook.xlsm").write_bytes(b"not a workbook")
    broken = shell.json("doctor", code=3)
    assert [row["name"] for row in broken if not row["ok"]] == ["workbook"]


def test_doctor_outside_a_register_says_so(tmp_path: Path) -> None:
    result = Shell(tmp_path)("doctor")
    assert result.exit_code == 3
    assert "is not a register" in result.output


def test_a_workbook_is_made_anew_only_when_asked_to_replace(shell: Shell) -> None:
    case = shell.opened(TALK, "OST")
    result = shell("rebuild", "workbook")
    assert result.exit_code == 1
    assert "--replace" in result.stderr
    assert "casebook-kept-" in shell("rebuild", "workbook", "--replace").output
    sound(shell)
    assert shell.json("press", "requests.note", "--case", case, "--reason", "After the rebuild")["ok"]


# ---- the program itself -----------------------------------------------------------------------------------------


def test_the_installed_program_answers_with_the_same_exit_codes(shell: Shell, tmp_path: Path) -> None:
    """One run through a real process: streams, encoding and exit codes as a script sees them."""
    program = [sys.executable, "-c", "from addin.cli import main; main()"]
    run = subprocess.run(
        [*program, "press", "requests.close", "--case", "CASE-2026-000001", "--json"],
        cwd=shell.folder,
        env={**os.environ, "CASEBOOK_USER": "a.khan", "PYTHONPATH": str(Path(addin.__file__).parents[1])},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 1, run.stderr
    assert json.loads(run.stdout)["problems"][0]["code"] == "CASE-UNKNOWN"
