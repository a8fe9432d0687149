"""Files that arrive from other systems: taken from the inbox, read elsewhere, judged by rules, recorded as one.

`run` takes a file from the disk to the register, `asking` says what its rows ask for, `places` knows the inbox. The
reading itself is done by `addin.imports` in a process of its own.
"""

from __future__ import annotations

from addin.arrivals.run import STEPS, expect_files, import_file, import_inbox

__all__ = ["STEPS", "expect_files", "import_file", "import_inbox"]
