"""The work as a whole from the command line: every command answers in words and as JSON, with its exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from e2e_kit import Day

from addin.cli import DONE, FINDINGS, USAGE, main
from addin.logic.calendar import london_day

Shell = Callable[..., Any]


@pytest.fixture
def shell(day: Day, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The program on a register with three checks and an escalation."""
    monkeypatch.setenv("CASEBOOK_USER", "a.khan")
    day.now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)  # the program has the computer's clock
    day.saves = day.ends_plain = False  # it writes beside the open workbook
    for number in range(3):
        case = day.open("OST", order_no=f"520041750{number}")
        day.fill_and_save(case, root_cause="Carrier")
    day.open("ESC", situation="Wave 3 is stuck", recommendation="Release wave 3", update_text="x", target_team="IT")
    day.book.save()

    def run(*words: str, code: int = DONE, as_json: bool = True) -> Any:
        found = CliRunner().invoke(main, [*words, "--register", str(day.folder), *(["--json"] if as_json else [])])
        assert found.exit_code == code, found.output
        return json.loads(found.stdout) if as_json and code != USAGE else found.output

    return run


def test_looking_at_the_work(shell: Shell, day: Day) -> None:
    """Worklist, digest, roll-up: nothing is written."""
    assert len(shell("worklist")) == 4
    assert [row["type"] for row in shell("worklist", "--limit", "1", "--owner", "(nobody)")]
    assert shell("digest")["open"] == 4
    assert shell("digest", "--owner", "b.lowe")["open"] == 0
    assert shell("rollup", f"{london_day(day.now):%Y-%m}")["cases"]["opened"] == 4
    assert "not a month" in shell("rollup", "September", code=USAGE)
    assert "Most late" in shell("digest", as_json=False) or "Nothing is late" in shell("digest", as_json=False)


def test_moving_the_work(shell: Shell) -> None:
    """Sharing out said first, then done; a handover written; repeats found and opened, each once."""
    assert len(shell("share", "--dry-run")["rows"]) == 4
    assert shell("share", "--among", "b.lowe")["ok"]
    assert {row["owner"] for row in shell("worklist", "--owner", "b.lowe")} == {"b.lowe"}
    assert "Choose among" in shell("share", "--among", "nobody", code=FINDINGS)["message"]
    assert shell("handover", "--to", "b.lowe", "--shift", "Late")["ok"]
    shell("handover", "--to", "b.lowe", "--away-from", "tomorrow", code=USAGE)
    assert (
        "first and its last day"
        in shell("handover", "--to", "b.lowe", "--away-from", "2027-09-08", code=FINDINGS)["message"]
    )
    assert [one["key"] for one in shell("repeats", code=FINDINGS)] == ["cause:Carrier"]
    assert shell("repeats", "--open")["ok"]
    assert "new events" not in shell("press", "desk.refresh")["message"], "the workbook shows what was recorded"
    assert shell("repeats") == []


def test_telling_people(shell: Shell, day: Day, tmp_path: Path) -> None:
    """A text with a gap is refused by its field; a whole one is queued, sent, and its comment taken back."""
    esc = day.only("ESC").case_id
    assert {row["id"] for row in shell("messages", esc)} == {"escalations.sbar", "escalations.chaser"}
    shell("messages", "CASE-2026-000099", code=FINDINGS)
    gap = shell("message", esc, "escalations.sbar", code=FINDINGS)
    assert {problem["field"] for problem in gap["problems"]} >= {"background", "assessment"}
    done = shell("press", "escalations.update", "--case", esc, "--set", "background=Scanners restarted", "--set",
                 "assessment=38 orders miss the collection", "--set", "target_team=IT", "--set",
                 "ticket_ref=TCK-20417")  # fmt: skip
    assert done["ok"], done
    made = shell("message", esc, "escalations.sbar", "--channel", "chat", "--channel", "ticket")
    assert "SITUATION: Wave 3 is stuck" in made["text"]
    assert [row["state"] for row in shell("outbox", "list")] == ["waiting", "waiting"]
    lock = day.folder / ".~lock.casebook.xlsm#"
    lock.write_text(",q.reid,desk,07.09.2026 09:00,;", "utf-8")
    sent = shell("outbox", "send")
    assert len(sent["files"]) == 4
    assert "The workbook does not show it yet" in sent["message"]
    lock.unlink()
    assert "new events shown" in shell("press", "desk.refresh")["message"]
    assert shell("outbox", "list") == []
    assert {row["state"] for row in shell("outbox", "list", "--all")} == {"sent"}
    assert "no dead letters" in shell("outbox", "retry")["message"]
    export = tmp_path / "export.jsonl"
    export.write_text(json.dumps({"ticket": "TCK-20417", "id": "1", "text": "Done"}), "utf-8")
    assert shell("outbox", "comments", str(export))["ok"]
    assert "No comments wait" in shell("outbox", "comments", code=FINDINGS)["message"]
    assert len(day.case(esc).items("ticket_log")) == 1
    assert "new events" not in shell("press", "desk.refresh")["message"], "the comment stands in the workbook already"
