"""Progress on long work, where a person watches: on a terminal, and never into JSON or a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tick = Callable[[], None]
#: Takes words about how far some work has come.
Say = Callable[[str], None]


def watched() -> bool:
    """True when somebody looks at the answer on a terminal."""
    return sys.stderr.isatty()


@contextmanager
def bar(what: str, total: int, *, quiet: bool = False) -> Iterator[Tick]:
    """A bar of `total` steps; the block calls what it gets once a step. Nothing is drawn where nobody watches."""
    if quiet or total < 2 or not watched():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


@contextmanager
def waiting_for(what: str, *, quiet: bool = False) -> Iterator[Say]:
    """A moving sign while one long step runs, with what it is; the block may say how far it is come."""
    if quiet or not watched():
        yield say_nothing
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield status.update


def say_nothing(words: str) -> None:
    """For work that nobody watches."""
