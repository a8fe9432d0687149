"""A real LibreOffice for tests: started once, in a profile of its own, ended with the tests."""

from __future__ import annotations

import contextlib
import time

from addin.hosts.office import Office

PATIENCE_S = 20.0


@contextlib.contextmanager
def running_office(profile, **more):
    """A private office that is gone when the block ends."""
    office = Office.start(profile, **more)
    try:
        yield office
    finally:
        office.stop()


def wait_for(condition, what, patience_s=PATIENCE_S):
    """The condition's answer as soon as it is true; an AssertionError that says what was waited for."""
    deadline = time.monotonic() + patience_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {patience_s} s for: {what() if callable(what) else what}"
        time.sleep(0.02)
    return found
