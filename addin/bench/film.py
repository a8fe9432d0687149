"""One claim with a film as evidence: what attaching it and making its set cost in time and memory.

The film is a file with a hole, of any size; what is copied, hashed and listed is every byte of it. It is measured in a
process of its own, whose memory is asked of the system.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from addin.bench.backlog import START, fill_backlog
from addin.bench.memory import peak_mib
from addin.claims.letters import Extent, Wanted, make_letters
from addin.errors import CasebookError
from addin.evidence import attach_files
from addin.folder import create
from addin.verify import verify


@dataclass(frozen=True, slots=True)
class Film:
    """A film of so many MiB: seconds to attach it and to make the set, memory in MiB before and at most, verify."""

    mib: int
    attach_s: float
    set_s: float
    before_mib: float
    peak_mib: float
    enclosed: bool
    verified: str

    def lines(self) -> Iterator[str]:
        """In words."""
        how = "enclosed" if self.enclosed else "listed and not enclosed"
        yield (
            f"A film of {self.mib:,} MiB: attached in {self.attach_s:.1f} s, set made in {self.set_s:.1f} s ({how}); "
            f"memory {self.before_mib:.0f} MiB before, {self.peak_mib:.0f} MiB at most. {self.verified}"
        )


def bench_film(base: Path, mib: int) -> Film:
    """Measure it in a process of its own."""
    code = f"from addin.bench.film import show_film; show_film({str(base / 'film')!r}, {mib})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CasebookError(f"The film could not be measured: {done.stderr[-300:]}")
    return Film(**json.loads(done.stdout))


def show_film(folder: str, mib: int) -> None:
    """A register with one claim gets a film and a set; prints what was measured, as JSON."""
    place = Path(folder)
    service = create(place, demo=True, clock=lambda: START)
    acting = service.acting(service.settings.actors()["a.khan"])
    (case_id,) = fill_backlog(acting, 1)
    film = place / "inbox" / "bench.mp4"
    with film.open("wb") as file:
        file.truncate(mib * 2**20)
    make_letters(acting, [Wanted(case_id)], Extent(pdf=True, claim_set=True))  # warm: templates, fonts, compiler
    before, started = peak_mib(), time.perf_counter()
    attached = attach_files(acting, case_id, [film], "CCTV reference")
    between = time.perf_counter()
    made = make_letters(acting, [Wanted(case_id)], Extent(pdf=True, claim_set=True))
    ended = time.perf_counter()
    service.close()
    if not (attached.ok and made.ok):
        raise CasebookError(f"{attached.message} {made.message}")
    size = max((place / name).stat().st_size for name in made.files)
    found = Film(mib, between - started, ended - between, before, peak_mib(), size > mib * 2**20,
                 verify(place).sentence())  # fmt: skip
    click.echo(json.dumps(asdict(found)))
