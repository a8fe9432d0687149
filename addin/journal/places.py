"""Where a journal must not live: drives that other computers share."""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path
from typing import Final

#: File systems on which SQLite's shared memory and locks cannot be trusted.
_NETWORK: Final = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "ceph",
        "glusterfs",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.davfs",
        "fuse.davfs2",
        "fuse.glusterfs",
        "fuse.gvfsd-fuse",
        "fuse.smbnetfs",
        "davfs",
        "davfs2",
        "9p",
        "ncpfs",
        "lustre",
        "beegfs",
        "vboxsf",
        "webdav",
    }
)


def network_kind(path: Path, mounts: str | None = None) -> str | None:
    """The kind of network drive a path lies on, or None for a local disk.

    `mounts` is the text of the mount table (one "device folder type ..." a line); read from the system when None.
    """
    text = str(path)
    if text.startswith(("\\\\", "//")):
        return "UNC path"
    if sys.platform == "win32":
        return _windows_kind(path)
    if mounts is None:
        table = Path("/proc/mounts")
        mounts = table.read_text(encoding="utf-8", errors="replace") if table.exists() else ""
    return _mounted_kind(str(path.resolve()), mounts)


def _mounted_kind(path: str, mounts: str) -> str | None:
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        folder = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), parts[1])
        inside = path == folder or path.startswith(folder.rstrip("/") + "/")
        if inside and len(folder) >= len(best):
            best, kind = folder, parts[2]
    return kind if kind in _NETWORK else None


def _windows_kind(path: Path) -> str | None:
    remote = 4
    drive = path.absolute().drive + "\\"
    found = ctypes.windll.kernel32.GetDriveTypeW(drive)  # type: ignore[attr-defined,unused-ignore]
    return "mapped network drive" if found == remote else None
