"""Makes the build recipes importable in tests: `build` is a folder of scripts, not a package."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT / "build") not in sys.path:
    sys.path.insert(0, str(ROOT / "build"))

import compound_file  # noqa: E402
import make  # noqa: E402
import ribbon  # noqa: E402
import vba_project  # noqa: E402

__all__ = ["ROOT", "compound_file", "make", "ribbon", "vba_project"]
