"""The process in which a file is read: `python -m addin.imports.worker`, one job on standard input, one answer out.

It puts limits on its own memory and time before it looks at the file, has no way to the register, and opens no file.
Input is a line of JSON (`Job`), then the file's bytes; output is a line with `ok` or `no` and JSON (`Answer`,
`Refusal`).
"""

from __future__ import annotations

import os
import sys
from typing import Final

#: Before polars is loaded: each of its threads reserves memory, and one is quicker where others work too.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from addin.imports.limits import hold_to_limits

MEMORY: Final = 1_600 * 1024 * 1024
SECONDS: Final = 120


def main() -> None:
    """Do one job."""
    hold_to_limits(MEMORY, SECONDS)
    from addin.imports.exchange import Job, Refusal  # noqa: PLC0415 - after the limits
    from addin.imports.job import do_job  # noqa: PLC0415
    from addin.imports.refusal import Refused  # noqa: PLC0415

    job = Job.model_validate_json(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        said = b"ok\n" + do_job(content, job).model_dump_json().encode()
    except Refused as refused:
        refusal = Refusal(code=refused.code, message=refused.message, hint=refused.hint)
        said = b"no\n" + refusal.model_dump_json().encode()
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
