"""`casebook bench letters`: what a letter costs, as ratios measured in one run on one computer.

1. The same claim letters, with the same words, as Word files: our way beside docxtpl alone with a fresh document each
   time, the ordinary way. Both texts are compared before anything is counted.
2. The same letters as PDF: set directly beside LibreOffice in one batch call. The direct pages are compared in words by
   a host test; here only the processor time is.
3. Claim sets of a whole backlog, made by `casebook letter --all-due --pdf --set` in a process of its own that is killed
   on the way as often as asked and started again. Then every set is made once more, as its next version, in one process
   without the workbook: its memory after a tenth is compared with that after all.

4. With `--film`, one claim with a file of that size as evidence.

Processor time throughout (that of child processes for the office), so that other work on the computer disturbs less.
It is asked of the system in a way that Windows does not have. Seconds differ between computers; ratios of one run may
be compared.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

import click

from addin.bench.backlog import START, fill_backlog, lacking
from addin.bench.film import Film, bench_film
from addin.bench.memory import RSS_UNIT, peak_mib
from addin.claims.history import history_of
from addin.claims.letters import Extent, Wanted, make_letters
from addin.claims.values import Stamp, claim_letter
from addin.errors import CasebookError, HostError
from addin.folder import create, write_workbook
from addin.letters import LetterTemplate, Templates, render_letter, templates_root
from addin.letters.direct_pdf import direct_pdf
from addin.letters.office_pdf import find_office, office_pdfs
from addin.letters.pdf import font_folders
from addin.letters.plain import plain_docx, printed_words
from addin.logic.claim_purposes import usual_purpose
from addin.service import Service
from addin.settings import load
from addin.verify import verify

LETTERS: Final = 40
ROUNDS: Final = 5
CLAIMS: Final = 1_000
_CASEBOOK: Final = "from addin.cli import main; main()"
_PERSON: Final = "a.khan"
#: How often the journal is looked at while a run is waited for.
_LOOK_S: Final = 0.05
Tick = Callable[[], None]
Ready = tuple[LetterTemplate, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor milliseconds of one letter: our Word file, docxtpl's, our PDF, LibreOffice's (0 where it is absent)."""

    docx_ms: float
    docxtpl_ms: float
    pdf_ms: float
    office_ms: float

    @property
    def ratios(self) -> dict[str, float]:
        """How many times less ours costs."""
        return {
            "docxtpl_to_docx": self.docxtpl_ms / self.docx_ms,
            "office_to_pdf": self.office_ms / self.pdf_ms if self.office_ms else 0.0,
        }


@dataclass(frozen=True, slots=True)
class Backlog:
    """A backlog of claim sets: claims, letters made and refused, kills survived, seconds, and memory in MiB."""

    claims: int
    letters: int
    refused: int
    kills: int
    seconds: float
    cpu_ms_each: float
    peak_mib: float
    sets_mib_tenth: float
    sets_mib: float
    gap_free: bool
    doubles: int
    verified: str


@dataclass(frozen=True, slots=True)
class LettersReport:
    """What `bench letters` found."""

    cost: Cost
    backlog: Backlog | None
    note: str = ""
    film: Film | None = None

    def as_dict(self) -> dict[str, object]:
        """The report as JSON shows it."""
        ratios = {name: round(value, 1) for name, value in self.cost.ratios.items()}
        costs = {name: round(value, 3) for name, value in asdict(self.cost).items()}
        return {**costs, **ratios, "note": self.note, "backlog": asdict(self.backlog) if self.backlog else None,
                "film": asdict(self.film) if self.film else None}  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The report in words."""
        cost, ratios = self.cost, self.cost.ratios
        yield (
            f"Word file: {cost.docx_ms:.2f} ms of processor time each, docxtpl alone {cost.docxtpl_ms:.1f} ms: "
            f"1/{ratios['docxtpl_to_docx']:.0f}."
        )
        if cost.office_ms:
            yield (
                f"PDF: {cost.pdf_ms:.1f} ms each, LibreOffice in one call {cost.office_ms:.0f} ms: "
                f"1/{ratios['office_to_pdf']:.1f}."
            )
        else:
            yield f"PDF: {cost.pdf_ms:.1f} ms each. {self.note}"
        if found := self.backlog:
            yield (
                f"{found.claims:,} claims: {found.letters:,} letters with PDF and set in {found.seconds:.0f} s "
                f"({found.cpu_ms_each:.0f} ms of processor time each), {found.refused} refused, {found.kills} kills."
            )
            gaps = "without gaps" if found.gap_free else "WITH GAPS"
            yield f"Numbers {gaps}, {found.doubles} made twice. {found.verified}"
            sets = f"{found.sets_mib_tenth:.0f} MiB after a tenth of the sets, {found.sets_mib:.0f} MiB after all"
            yield f"Memory: {sets}; {found.peak_mib:.0f} MiB with the workbook, which grows with the register."
        if self.film:
            yield from self.film.lines()


def bench_letters(
    letters: int = LETTERS, rounds: int = ROUNDS, claims: int = CLAIMS, kills: int = 1, tick: Tick = lambda: None,
    *, film_mib: int = 0,
) -> LettersReport:  # fmt: skip
    """Measure letters, and a backlog of claim sets when `claims` is not 0.

    Args:
        letters: how many letters a round makes.
        rounds: how often each way is measured, in turn; medians count.
        claims: the size of the backlog.
        kills: how often the process that works on it is killed.
        tick: called once a step.
        film_mib: the size of a film that one claim has as evidence; 0 for none.
    """
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as base:
        ready = _sample(Path(base) / "sample", letters)
        tick()
        cost, note = _costs(ready, rounds, Path(base), tick)
        backlog = _backlog(Path(base), claims, kills, tick) if claims else None
        film = bench_film(Path(base), film_mib) if film_mib else None
        return LettersReport(cost, backlog, note, film)


# ---- single letters -----------------------------------------------------------------------------------------------


def _sample(folder: Path, count: int) -> list[Ready]:
    """Templates and values of so many letters, of all subtypes."""
    service = _register(folder, count)
    templates = Templates(templates_root())
    ready: list[Ready] = []
    for case in service.journal.cases(types=["UPC"]):
        row = next(
            row for row in templates.listed().values()
            if row.purpose == usual_purpose(case.status) and row.suits(case.text("subtype"), case.status)
        )  # fmt: skip
        letter = claim_letter(service, case, templates.letter(row.id))
        stamp = Stamp(f"LTR-2026-{len(ready) + 1:06d}", 1, templates.letter(row.id).mark)
        if not letter.problems:
            ready.append((templates.letter(row.id), letter.stamped(stamp)))
    service.close()
    return ready


def _register(folder: Path, claims: int) -> Service:
    service = create(folder, demo=True, clock=lambda: START)
    acting = replace(service, actor=service.settings.actors()[_PERSON])
    fill_backlog(acting, claims)
    write_workbook(acting)
    return acting


def _costs(ready: Sequence[Ready], rounds: int, base: Path, tick: Tick) -> tuple[Cost, str]:
    for template, values in ready:  # the same words, or nothing may be compared; this warms every template, too
        if printed_words(render_letter(template, values)) != printed_words(plain_docx(template, values)):
            raise CasebookError(f"The two ways print different words for {template.id}.")
    fonts, day = font_folders(templates_root()), datetime.now(UTC).date()
    for template, values in ready:
        direct_pdf(template, values, on=day, font_folders=fonts)
    files = [base / f"letter-{number:04d}.docx" for number in range(len(ready))]
    for file, one in zip(files, ready, strict=True):
        file.write_bytes(render_letter(*one))
    office, note = _office()
    taken: list[tuple[float, float, float, float]] = []
    for number in range(1, rounds + 1):
        fresh = _renumbered(ready, number)  # the compiler remembers pages: none may be the same again
        ours = _each(fresh, lambda one: render_letter(*one))
        plain = _each(fresh, lambda one: plain_docx(*one))
        pages = _each(fresh, lambda one: direct_pdf(*one, on=day, font_folders=fonts))
        taken.append((ours, plain, pages, _by_office(files, base / "pdf") if office else 0.0))
        tick()
    return Cost(*(median(column) for column in zip(*taken, strict=True))), note


def _renumbered(ready: Sequence[Ready], turn: int) -> list[Ready]:
    """The letters with other numbers, references and amounts, one template after the other as a batch makes them."""
    found: list[Ready] = []
    for number, (template, values) in enumerate(sorted(ready, key=lambda one: one[0].id)):
        mark = f"{turn:02d}-{number:04d}"
        other = {"letter_no": f"LTR-{mark}", "our_ref": f"CLM-{mark}", "consignee_name": f"J. Example {mark}",
                 "tracking_grouped": f"1Z 123 45E 03 {mark}", "amount_claimed": f"£{turn},{number:03d}.00"}  # fmt: skip
        found.append((template, {**values, **other}))
    return found


def _office() -> tuple[bool, str]:
    try:
        find_office()
    except HostError as absent:
        return False, f"{absent.message} Nothing to compare the PDF with."
    return True, ""


def _each(ready: Sequence[Ready], make: Callable[[Ready], bytes]) -> float:
    """Processor milliseconds of one letter."""
    before = time.process_time()
    for one in ready:
        make(one)
    return (time.process_time() - before) / len(ready) * 1e3


def _by_office(files: Sequence[Path], folder: Path) -> float:
    folder.mkdir(exist_ok=True)
    before = _children_s()
    office_pdfs(files, folder)
    spent = _children_s() - before
    if len(list(folder.glob("*.pdf"))) != len(files):
        raise CasebookError("LibreOffice did not make every letter.")
    return spent / len(files) * 1e3


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# ---- a whole backlog ----------------------------------------------------------------------------------------------


def _backlog(base: Path, claims: int, kills: int, tick: Tick) -> Backlog:
    folder = base / "backlog"
    _register(folder, claims).close()
    tick()
    started = time.perf_counter()
    runs = []
    for number in range(kills):
        runs.append(_run(folder, kill_at=claims * (number + 1) // (kills + 1)))
        tick()
    runs.append(_run(folder))
    seconds = time.perf_counter() - started
    found = _judged(folder, claims, kills)
    spent = sum(one.cpu_s for one in runs) / max(found.letters, 1) * 1e3
    tenth, whole = _sets(folder)
    tick()
    peak = max(one.peak_mib for one in runs)
    return replace(
        found, seconds=seconds, cpu_ms_each=spent, peak_mib=peak, sets_mib_tenth=tenth, sets_mib=whole
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Ran:
    """What one run of the command used."""

    cpu_s: float
    peak_mib: float


def _started(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _CASEBOOK, "letter", "--all-due", "--pdf", "--set", "--json"]
    command += ["--register", str(folder)]
    return subprocess.Popen(
        command, env=os.environ | {"CASEBOOK_USER": _PERSON}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def _run(folder: Path, kill_at: int | None = None) -> _Ran:
    """The command to its end, or killed without warning once so many letters stand in the journal."""
    running = _started(folder)
    while kill_at is not None and _letters(folder) < kill_at and not _ended(running.pid):
        time.sleep(_LOOK_S)
    if kill_at is not None:
        running.kill()
    said = running.stderr.read().decode() if running.stderr else ""
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode not in (0, 1) and kill_at is None:
        raise CasebookError(f"The batch ended with {running.returncode}: {said[-300:]}")
    return _Ran(used.ru_utime + used.ru_stime, used.ru_maxrss / RSS_UNIT)


def _sets(folder: Path) -> tuple[float, float]:
    """Every set made once more in a process of its own: its memory in MiB after a tenth and at the end."""
    code = f"from addin.bench.letters import make_sets_again; make_sets_again({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CasebookError(f"The sets could not be made again: {done.stderr[-300:]}")
    tenth, whole = done.stdout.split()
    return float(tenth), float(whole)


def make_sets_again(folder: str) -> None:
    """Make the set of every claim as its next version; prints the peak of memory after a tenth and at the end."""
    service = _reading(Path(folder))
    wanted = [Wanted(case.case_id) for case in service.journal.cases(types=["UPC"])]
    for part in (wanted[: len(wanted) // 10], wanted[len(wanted) // 10 :]):
        make_letters(service, part, Extent(pdf=True, claim_set=True))
        click.echo(f"{peak_mib():.0f}")
    service.close()


def _ended(pid: int) -> bool:
    """True when a process is over; it is still there to be asked what it used."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _letters(folder: Path) -> int:
    service = _reading(folder)
    try:
        return sum(1 for made in history_of(service.journal).values() for _ in made)
    finally:
        service.close()


def _judged(folder: Path, claims: int, kills: int) -> Backlog:
    service = _reading(folder)
    try:
        made = [one for found in history_of(service.journal).values() for one in found]
        doubles = sum(len(found) - 1 for found in history_of(service.journal).values())
        ids = [case.case_id for case in service.journal.cases(types=["UPC"])]
    finally:
        service.close()
    numbers = sorted(one.number for one in made)
    gap_free = numbers == [f"LTR-{numbers[0][4:8]}-{n:06d}" for n in range(1, len(numbers) + 1)] if numbers else False
    whole = all(one.printed and one.in_set for one in made)
    report = verify(folder)
    words = report.sentence() if whole else "Some letters lack their set."
    refused = len(lacking(ids))
    return Backlog(
        claims=claims, letters=len(made), refused=refused, kills=kills, seconds=0, cpu_ms_each=0, peak_mib=0,
        sets_mib_tenth=0, sets_mib=0, gap_free=gap_free and len(made) == claims - refused, doubles=doubles,
        verified=words,
    )  # fmt: skip


def _reading(folder: Path) -> Service:
    return Service.open(folder, actor=load(folder).actors()[_PERSON])
