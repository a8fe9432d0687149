"""Runs the xlwings project's own test suite against our engines, and counts.

    python tests/bench/xlwings_suite.py SUITE_DIR [--engine closed|libre] [--json] [--seconds 20]

SUITE_DIR is the folder `tests` of xlwings' source distribution; it is copied to a temporary folder and never changed.
The suite talks to whatever engine is active in xlwings; here that is one of ours. Our engines open workbooks and make
none, so that the runner answers `books.add()` with a copy of a blank workbook of three sheets, and gives a new
instance one, as Excel does; nothing else is helped.

passed       the test ran to its end
failed       an answer differs from the one that xlwings expects
unsupported  the engine refused in words (`Unsupported`, a NotImplementedError)
error        the test could not be set up, or took longer than its time
skipped      the suite itself leaves the test out here (another system, another package)
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy  # noqa: F401 - before xlwings: the suite's converters need it, a click does not
import pandas  # noqa: F401 - the same
import pytest
import xlsxwriter

from addin.errors import HostGone
from addin.hosts.boot import register_engine, xw
from addin.hosts.closed import ClosedDriver
from addin.hosts.engine import Apps, Books, Engine
from addin.hosts.libre import LibreDriver
from addin.hosts.office import Office

COUNTED = ("passed", "failed", "unsupported", "error", "skipped")
PYTEST = [
    *("-q", "--no-header", "--tb=no", "--continue-on-collection-errors"),
    *("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:warnings"),
]
#: Files of the suite that do not speak to the active engine of a spreadsheet program.
OUT_OF_SCOPE = {
    "test_markdown.py": "asks for a licence of the commercial part at import",
    "test_table_columns.py": "asks for a licence of the commercial part at import",
    "test_table_rows.py": "asks for a licence of the commercial part at import",
    "test_e2e.py": "xlwings' command line and its own add-in",
    "test_async_load.py": "xlwings Lite",
    "test_bulk_color_engines.py": "engines of xlwings' own",
    "test_calamine_used_range.py": "the calamine engine",
    "test_caller.py": "xlwings' own add-in",
    "test_custom_functions_officejs.py": "functions in cells, over Office.js",
    "test_custom_scripts_call.py": "scripts over Office.js",
    "test_implementation_signatures.py": "signatures of xlwings' own engines",
    "test_jsnull.py": "xlwings Lite",
    "test_myst_docstrings.py": "docstrings",
    "test_names_collection.py": "the remote engine",
    "test_object_handles.py": "functions in cells, over Office.js",
    "test_range_duplicates_special.py": "the engines of xlwings' own, with mocks",
    "test_range_find_replace.py": "the engines of xlwings' own, with mocks",
    "test_range_sort.py": "the engines of xlwings' own, with mocks",
    "test_remote_*.py": "the remote engine",
    "test_streaming_*.py": "functions in cells, over Office.js",
    "test_table_sort.py": "the engines of xlwings' own, with mocks",
    "test_xlmac.py": "Excel on the Mac",
    "test_engines/*": "the remote and calamine engines",
    "reports/*": "the commercially licensed part",
    "restapi/*": "xlwings' web server",
    "udfs/*": "functions in cells, on Windows",
}


class Late(Exception):
    """A test took longer than its time."""


class Counting:
    """A pytest plugin: time limits, and what came of each test."""

    def __init__(self, seconds, revive):
        self.seconds, self.revive = seconds, revive
        self.found: dict[str, tuple[str, str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.revive()
        signal.alarm(self.seconds)
        try:
            return (yield)
        finally:
            signal.alarm(0)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        what = self._what(call, report)
        known = self.found.get(item.nodeid, ("passed", ""))[0]
        if what is not None and (known == "passed" or item.nodeid not in self.found):
            reason = str(call.excinfo.value).split("\n")[0][:160] if call.excinfo else ""
            self.found[item.nodeid] = what, reason
        return report

    @staticmethod
    def _what(call, report):
        if call.excinfo is None:
            return "passed" if report.when == "call" else None
        if call.excinfo.errisinstance(NotImplementedError) or "NotImplementedError" in str(call.excinfo.value):
            return "unsupported"
        if report.skipped:
            return "skipped"
        return "error" if report.when != "call" or call.excinfo.errisinstance((Late, HostGone)) else "failed"


def blank_books(folder: Path) -> None:
    """Let `books.add()` open a copy of a blank workbook: the one thing the runner does for the engines."""
    blank = folder / "blank.xlsx"
    book = xlsxwriter.Workbook(str(blank))
    for name in ("Sheet1", "Sheet2", "Sheet3"):
        book.add_worksheet(name)
    book.close()
    numbers = itertools.count(1)

    def add(self):
        return self.open(str(shutil.copy(blank, folder / f"Book{next(numbers)}.xlsx")))

    plain = Apps.add

    def add_app(self, spec=None, add_book=None, xl=None, visible=None):
        app = plain(self, spec, add_book, xl, visible)
        if add_book is not False:
            app.books.add()
        return app

    Books.add, Apps.add = add, add_app  # type: ignore[method-assign]


def hosts(engine: str, profile: Path):
    """The driver, a way to bring its program back to life, and a way to end it."""
    if engine == "closed":
        return ClosedDriver(), lambda _engine: None, lambda: None
    driver = LibreDriver(Office.start(profile, headless=True))

    def revive(engine):
        if not driver.office.is_running:
            engine.apps.items.clear()  # its books went with it
            driver.office = Office.start(profile, headless=True)
            print("The office died and was started again.", file=sys.stderr)

    return driver, revive, lambda: driver.office.stop()  # noqa: PLW0108 - the last office, not the first


def late(_signal, _frame):
    raise Late("took too long")


def run(suite: Path, engine: str, seconds: int) -> dict[str, tuple[str, str]]:
    """What came of every test, by its name."""
    with tempfile.TemporaryDirectory(prefix="xlwings-suite-") as base:
        folder = Path(base)
        copy = shutil.copytree(suite, folder / "tests")
        blank_books(folder)
        driver, revive, stop = hosts(engine, folder / "profile")
        ours = Engine(driver)
        register_engine(ours)
        xw.engines.engines_by_name[driver.name].activate()
        plugin = Counting(seconds, lambda: revive(ours))
        signal.signal(signal.SIGALRM, late)
        ignored = [f"--ignore-glob={copy}/{name}" for name in OUT_OF_SCOPE]
        try:
            pytest.main([str(copy), "-c", str(copy / "pytest.ini"), *PYTEST, *ignored], plugins=[plugin])
        finally:
            stop()
        return {name.removeprefix("tests/"): found for name, found in plugin.found.items()}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", type=Path)
    parser.add_argument("--engine", choices=("closed", "libre"), default="closed")
    parser.add_argument("--seconds", type=int, default=20, help="how long one test may take")
    parser.add_argument("--json", action="store_true", help="also every test with its reason")
    given = parser.parse_args()
    out, sys.stdout = sys.stdout, sys.stderr  # pytest's own words go beside
    found = run(given.suite.resolve(), given.engine, given.seconds)
    sys.stdout = out
    files: dict[str, Counter[str]] = {}
    for name, (what, _) in sorted(found.items()):
        files.setdefault(name.partition("::")[0], Counter())[what] += 1
    total = Counter(what for what, _ in found.values())
    if given.json:
        print(json.dumps({"engine": given.engine, "total": total, "files": files, "tests": found}, indent=1))
        return
    print(f"| file, engine {given.engine} | {' | '.join(COUNTED)} |\n|---|{'---|' * len(COUNTED)}")
    for name, counts in [*files.items(), ("all", total)]:
        print(f"| {name} | {' | '.join(str(counts[what]) for what in COUNTED)} |")


if __name__ == "__main__":
    main()
