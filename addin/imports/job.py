"""One job of reading: a file's bytes to what they say. Runs in the process made for it (`worker`)."""

from __future__ import annotations

from addin.imports.check import check
from addin.imports.exchange import Answer, Job
from addin.imports.tables import read_text_table
from addin.imports.workbooks import is_workbook, read_workbook


def do_job(content: bytes, job: Job) -> Answer:
    """What a file says, judged row by row.

    Raises:
        Refused: when the file as a whole cannot be taken.
    """
    profile, table = (read_workbook if is_workbook(content) else read_text_table)(content, job.profiles)
    return check(table, profile, job)
