"""Earlier versions of a register: named, read, compared, and brought back beside the present one."""

from addin.history.versions import Version, read_version, side_by_side

__all__ = ["Version", "read_version", "side_by_side"]
