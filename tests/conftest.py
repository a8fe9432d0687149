"""What all tests share: the gate before tests that need a real host.

A test marked `libre`, `postgres`, `excel` or `wine` is skipped, loudly, on a machine without that host. With
`--require=HOST` (the build machine) a skip of such a test is a failure, whatever its reason: a host that cannot be
driven must not look like a test that passed. Excel and Wine are never required: no build machine has to have them.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Generator, Iterable
from functools import cache

import pytest

from start import REQUIRABLE_HOSTS, missing_parts

HOSTS = (*REQUIRABLE_HOSTS, "excel", "wine")


@cache
def absence(host: str) -> str:
    """Why tests of a host cannot run on this machine; empty when they can."""
    if host == "excel":
        return "" if sys.platform == "win32" and _excel_is_registered() else "Excel for Windows is not on this machine"
    if host == "wine":
        if not os.environ.get("CASEBOOK_TEST_WINE"):
            return "asked for with CASEBOOK_TEST_WINE=1: they fetch a Python for Windows"
        return "" if shutil.which("wine") else "not on this machine: Wine (Debian: wine)"
    if host == "postgres" and os.environ.get("CASEBOOK_TEST_POSTGRES"):
        return ""
    missing = [f"{part.name} (Debian: {part.package})" for part in missing_parts() if part.host == host and part.gates]
    return f"not on this machine: {', '.join(missing)}" if missing else ""


def _excel_is_registered() -> bool:
    if sys.platform != "win32":
        return False
    import winreg

    try:
        winreg.CloseKey(winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, "Excel.Application"))
    except OSError:
        return False
    return True


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require",
        default="",
        metavar="HOSTS",
        help=f"fail, not skip, when one of these is absent (comma separated): {', '.join(REQUIRABLE_HOSTS)}",
    )


def pytest_configure(config: pytest.Config) -> None:
    unknown = required(config) - set(REQUIRABLE_HOSTS)
    if unknown:
        raise pytest.UsageError(f"--require knows {', '.join(REQUIRABLE_HOSTS)}; not {', '.join(sorted(unknown))}.")


def required(config: pytest.Config) -> frozenset[str]:
    """The hosts whose absence is a failure in this run."""
    return frozenset(filter(None, config.getoption("--require").split(",")))


def hosts_of(item: pytest.Item) -> list[str]:
    """The hosts a test is marked with."""
    return [host for host in HOSTS if item.get_closest_marker(host)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one host share a worker: two office programs at once would fight for the machine."""
    for item in items:
        hosts = hosts_of(item)
        if hosts and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(hosts[0]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for host in hosts_of(item):
        if reason := absence(host):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test of a required host is a failure, also when the test itself found a reason to skip."""
    report = yield
    hosts = hosts_of(item)
    if report.skipped and not hasattr(report, "wasxfail") and hosts:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        report.user_properties.append(("skipped host", f"{', '.join(hosts)}: {reason}"))
        if required(item.config).intersection(hosts):
            report.outcome = "failed"
            report.longrepr = f"{', '.join(hosts)} is required in this run, but the test was skipped: {reason}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly which host tests did not run, and why."""
    reasons = Counter(host_skips(terminalreporter.stats.get("skipped", ())))
    if reasons:
        terminalreporter.section("HOST TESTS THAT DID NOT RUN", yellow=True, bold=True)
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count} x {reason}")


def host_skips(reports: Iterable[pytest.TestReport]) -> list[str]:
    """The reasons of skipped host tests, one per test."""
    return [str(value) for report in reports for name, value in report.user_properties if name == "skipped host"]
