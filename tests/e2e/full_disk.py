"""Makes letters on a disk that is too small for all of them, then gives it room and goes on; says what came of both.

    unshare --user --map-root-user --mount python full_disk.py REGISTER PLACE KIB COMMAND...

It mounts a small file system of its own at PLACE, copies the register there and runs COMMAND (which ends in
`--register`) twice. Nobody outside sees the mount, and it is gone with the process.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path


def run(command: list[str], folder: Path) -> dict[str, object]:
    """The command on the register: its exit code, what it answered, and how much room is left."""
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)
    return {"code": done.returncode, "said": done.stdout, "wrong": done.stderr, "free": shutil.disk_usage(folder).free}


def main(register: str, place: str, kib: str, *command: str) -> None:
    """Both runs as JSON, and the register as it ended, copied back over the one that was given."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", place], check=True)
    folder = Path(place) / "register"
    shutil.copytree(register, folder)
    first = run(list(command), folder)
    subprocess.run(["mount", "-o", "remount,size=200m", place], check=True)
    second = run(list(command), folder)
    shutil.rmtree(register)
    shutil.copytree(folder, register)
    sys.stdout.write(json.dumps([first, second]))


if __name__ == "__main__":
    main(*sys.argv[1:])
