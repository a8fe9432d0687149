"""`casebook bench attack`: thousands of tamperings that must be found at their place, and as many innocent rounds.

1. The register of the demo is played: letters, evidence, refunds, a version, a signed pack; then its head is witnessed.
2. Every designed attack is made twice, then attacks are drawn by chance, from a seed, so that each can be made again.
3. An attack counts as found when verify is not content, and as placed when the first fault names the event, or a fault
   the file, that was attacked.
4. Then what people and programs do in good faith (`innocent`): verify must be content each time.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from addin.bench.audit import attack_book, attack_files, attack_journal
from addin.bench.audit.innocent import ROUNDS
from addin.bench.audit.scene import Blow, Scene
from addin.demo.day import SCENES, Player
from addin.errors import CasebookError
from addin.journal import witness
from addin.packs.check import check_pack
from addin.snapshots import MANIFEST, Store
from addin.verify import Report, verify

TRIES: Final = 1_000
_SEED: Final = 20261130
Attack = Callable[[Scene, Path, Random], Blow | None]
Tick = Callable[[], None]
DESIGNED: Final[tuple[Attack, ...]] = (*attack_journal.DESIGNED, *attack_book.DESIGNED, *attack_files.DESIGNED)
RANDOM: Final[tuple[Attack, ...]] = (*attack_journal.RANDOM, *attack_book.RANDOM, *attack_files.RANDOM)


@dataclass
class AttackReport:
    """How many attacks were made, found and placed, how many innocent rounds raised an alarm, and what failed."""

    designed: int = 0
    drawn: int = 0
    found: int = 0
    placed: int = 0
    innocent: int = 0
    alarms: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def made(self) -> int:
        """All attacks."""
        return self.designed + self.drawn

    @property
    def ok(self) -> bool:
        """True when everything was found at its place and nothing innocent was accused."""
        return not self.failures

    def as_dict(self) -> dict[str, object]:
        """The report as JSON shows it."""
        return {
            "ok": self.ok, "designed": self.designed, "drawn": self.drawn, "found": self.found, "placed": self.placed,
            "innocent": self.innocent, "alarms": self.alarms, "by_kind": dict(sorted(self.by_kind.items())),
            "failures": self.failures,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The report in words."""
        yield (
            f"{self.made:,} tamperings ({self.designed} designed, {self.drawn:,} drawn) of {len(self.by_kind)} kinds: "
            f"{self.found:,} found, {self.placed:,} at the right place."
        )
        yield f"{self.innocent:,} innocent rounds: {self.alarms} false alarms."
        yield from self.failures[:40]


def attack(scene: Scene, designed: int, drawn: int, innocent: int, tick: Tick = lambda: None) -> AttackReport:
    """Make every designed attack `designed` times, then `drawn` ones by chance, then so many innocent rounds."""
    report, rng = AttackReport(), Random(_SEED)  # noqa: S311 - repeatable, no secret
    for make in [make for make in DESIGNED for _ in range(designed)]:
        report.designed += _strike(scene, make, rng, report)
        tick()
    while report.drawn < drawn:
        report.drawn += _strike(scene, rng.choice(RANDOM), rng, report)
        tick()
    kinds, weights = zip(*ROUNDS, strict=True)
    for make in rng.choices(kinds, weights, k=innocent):
        _spare(scene, make, rng, report)
        tick()
    return report


def _strike(scene: Scene, make: Attack, rng: Random, report: AttackReport) -> int:
    """Make one attack and judge what verify says; 0 when chance drew one that changes nothing."""
    with _bench() as work:
        blow = make(scene, work, rng)
        if blow is None:
            return 0
        name = make.__name__
        report.by_kind[name] += 1
        try:
            found = verify(blow.path, blow.other, witness=blow.witness, key=blow.key)
        except CasebookError as error:
            report.failures.append(f"{name}: verify ended with {error}")
            return 1
        if found.ok:
            report.failures.append(f"{name}: not found")
            return 1
        report.found += 1
        if is_placed(found, blow):
            report.placed += 1
        else:
            first = found.faults[0]
            wanted = sorted(blow.places) or f"event {min(blow.seqs)} to {max(blow.seqs)}"
            report.failures.append(f"{name}: found at {first.seq} {first.place!r} ({first.message}), not at {wanted}")
        return 1


def is_placed(found: Report, blow: Blow) -> bool:
    """True when the report names the place that was attacked."""
    if blow.seqs and found.faults[0].seq not in blow.seqs:
        return False
    return not blow.places or any(
        fault.place.startswith(place) for fault in found.faults for place in blow.places if fault.place
    )


def _spare(scene: Scene, make: Callable[[Scene, Path, Random], Blow], rng: Random, report: AttackReport) -> None:
    with _bench() as work:
        kept = make(scene, work, rng)
        found = verify(kept.path, kept.other, witness=kept.witness)
        report.innocent += 1
        if not found.ok:
            report.alarms += 1
            report.failures.append(f"{make.__name__}: accused of {found.faults[0].message}")


@contextmanager
def _bench() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="casebook-attack-") as work:
        yield Path(work)


def scene_of(folder: Path) -> Scene:
    """A finished register as a scene: its head witnessed, its newest pack and its newest version taken.

    Raises:
        CasebookError: the register is not sound, or lacks one of these.
    """
    packs, kept = sorted((folder / "packs").glob("*.zip")), Store(folder / "snapshots").list()
    report = verify(folder)
    if not report.ok or not packs or not kept:
        raise CasebookError(f"This register cannot be attacked: {report.sentence()}")
    witness.add(folder / "witness.txt", report.head)
    manifest = check_pack(packs[-1]).manifest
    shown = verify(folder / "casebook.xlsm").head.seq
    snapshot = folder / "snapshots" / f"{kept[-1].name}{MANIFEST}"
    known = manifest.tip.seq if manifest is not None else 0
    return Scene(folder, packs[-1], snapshot, folder / "witness.txt", known, kept[-1].seq, shown)


def bench_attack(tries: int = TRIES, innocent: int = TRIES, tick: Tick = lambda: None) -> AttackReport:
    """Attack the register of the demo."""
    with tempfile.TemporaryDirectory(prefix="casebook-attack-") as base:
        return attack(scene_of(play_demo(Path(base) / "register")), 2, tries, innocent, tick)


def play_demo(folder: Path, scenes: Sequence[tuple[str, Callable[[Player], None]]] = SCENES) -> Path:
    """Play the demo's day without telling it."""
    player = Player.begin(folder)
    try:
        for _, scene in scenes:
            scene(player)
        player.save()
    finally:
        player.end()
    shutil.rmtree(folder / "keys", ignore_errors=True)  # no attacker has the register's signing key
    return folder


__all__ = ["TRIES", "AttackReport", "attack", "bench_attack", "is_placed", "play_demo", "scene_of"]
