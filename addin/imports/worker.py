"""The process in which a file is read: `python -m addin.imports.worker`, one job on standard input, one answer out.

It puts limits on its own memory and time before it looks at the file, has no way to the register, and opens no file.
Input is a line of JSON (`Job`), then the file's bytes. Output is a line when it is loaded, and at the end a line with
`ok` or `no` and JSON (`Answer`, `Refusal`).
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Final

#: Before polars is loaded: each of its threads reserves memory, and one is quicker where others work too.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from addin.imports.limits import hold_to_limits

MEMORY: Final = 3 * 1024**3
SECONDS: Final = 120


def main() -> None:
    """Do one job."""
    gc.disable()  # the process ends with its job; looking for garbage while modules load is a tenth of its start
    hold_to_limits(MEMORY, SECONDS)
    from msgspec import json  # noqa: PLC0415 - after the limits

    from addin.imports.exchange import LOADED, Job, Refusal  # noqa: PLC0415
    from addin.imports.job import do_job  # noqa: PLC0415
    from addin.imports.refusal import Refused  # noqa: PLC0415

    sys.stdout.buffer.write(LOADED)
    sys.stdout.buffer.flush()
    given = sys.stdin.buffer.readline()
    if not given:  # started ahead, and no file came before its parent ended
        return
    job = json.decode(given, type=Job)
    content = sys.stdin.buffer.read()
    try:
        said = b"ok\n" + json.encode(do_job(content, job))
    except Refused as refused:
        refusal = Refusal(code=refused.code, message=refused.message, hint=refused.hint)
        said = b"no\n" + json.encode(refusal)
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()
    os._exit(0)  # everything is said; taking down what polars has set up would only take time


if __name__ == "__main__":
    main()
