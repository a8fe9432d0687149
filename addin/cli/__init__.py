"""The command line: the same service as the buttons, for servers, scripts and machines without a spreadsheet program.

Exit codes: 0 done; 1 findings or refusals; 2 wrong usage; 3 host, file or settings trouble. A family of commands is one
file here; importing it adds its commands to `main`.
"""

# ruff: noqa: F401
from addin.cli import (
    claims,
    evidence,
    files,
    finance,
    history,
    letters,
    measure,
    numbers,
    outbox,
    packs,
    privacy,
    proof,
    reconciliation,
    registers,
    rules,
    work,
    workboard,
)
from addin.cli.frame import DONE, FINDINGS, TROUBLE, USAGE, main
