"""How much memory a process has used at most, as the system counts it; not to be asked on Windows."""

from __future__ import annotations

import resource
import sys
from typing import Final

#: What the system counts memory in, for a MiB: KiB, but on macOS bytes.
RSS_UNIT: Final = 1024 if sys.platform != "darwin" else 1024 * 1024


def peak_mib() -> float:
    """The peak of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / RSS_UNIT
