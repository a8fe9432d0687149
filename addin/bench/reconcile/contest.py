"""One contender in a process of its own: `python -m addin.bench.reconcile.contest WHO FOLDER`; answers as JSON.

CPU seconds count from after the imports until the result is written; the peak is that of the whole process.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

SIDES: Final = ("left", "right")


def casebook(folder: Path) -> Callable[[], None]:
    """Casebook's own way: both files by the general layout, matched, judged, written as Parquet."""
    from addin.reconcile.lines import Answers  # noqa: PLC0415 - only its contender imports it
    from addin.reconcile.profile import load_profile  # noqa: PLC0415
    from addin.reconcile.two_files import compare_files, verdict_frame  # noqa: PLC0415

    profile = load_profile("generic")

    def run() -> None:
        answer = compare_files(folder / "right.csv", folder / "left.csv", profile, Answers(), None)
        found = answer.found
        for which, one, verdicts in (
            ("left", found.left, found.matching.left), ("right", found.right, found.matching.right),
        ):  # fmt: skip
            frame = verdict_frame(one, verdicts, found, texts=False)
            frame.select("line", "amount", "tier", "label").write_parquet(folder / f"{which}.casebook.parquet")

    return run


def pandas(folder: Path) -> Callable[[], None]:
    """The peer."""
    import polars as pl  # noqa: PLC0415

    from addin.bench.reconcile import peer  # noqa: PLC0415

    def run() -> None:
        frames = {which: peer.read(folder / f"{which}.csv") for which in SIDES}
        peer.reconcile(frames["left"], frames["right"])
        for which, frame in frames.items():
            cells = {name: frame[name].to_list() for name in ("tier", "label")}
            numbers = {"line": frame.index.to_numpy() + 2, "amount": frame["pence"].to_numpy()}
            pl.DataFrame({**numbers, **cells}).write_parquet(folder / f"{which}.pandas.parquet")

    return run


def floor(folder: Path) -> Callable[[], None]:
    """What cannot be avoided: read both files and write them as Parquet."""
    import polars as pl  # noqa: PLC0415

    def run() -> None:
        for which in SIDES:
            pl.read_csv(folder / f"{which}.csv").write_parquet(folder / f"{which}.floor.parquet")

    return run


CONTENDERS: Final = {one.__name__: one for one in (casebook, pandas, floor)}


def main() -> None:
    """Run the contender that is named."""
    run = CONTENDERS[sys.argv[1]](Path(sys.argv[2]))
    start = time.process_time()
    run()
    spent = time.process_time() - start
    sys.stdout.write(json.dumps({"cpu_s": round(spent, 3), "peak_mib": round(_peak_mib())}) + "\n")


def _peak_mib() -> float:
    """The most memory this process held. Where the system tells it of this program alone, that is taken: the other
    figure also counts what the starting process held, from which this one was forked.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return int(found[1]) / 1024
    import resource  # noqa: PLC0415 - not there on Windows

    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


if __name__ == "__main__":
    main()
