"""Limits that a process puts on itself before it touches a file from outside: memory, and time on the processor.

On Linux and macOS by `setrlimit` (macOS honours it for processor time only); on Windows by a job object. Where the
system offers neither, the container checks of `workbooks` and the clock of the waiting process still stand.
"""

from __future__ import annotations

import ctypes
import sys

_EXTENDED_LIMITS = 9
_PROCESS_MEMORY = 0x100
_PROCESS_TIME = 0x2
_TICKS_A_SECOND = 10_000_000


def hold_to_limits(memory: int, seconds: int) -> None:
    """Let this process use at most so many bytes of memory and seconds of processor time."""
    if sys.platform == "win32":
        _windows_job(memory, seconds)
        return
    import resource  # noqa: PLC0415 - not there on Windows

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


class _Basic(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64), ("job_time", ctypes.c_int64), ("flags", ctypes.c_uint32),
        ("least_set", ctypes.c_size_t), ("most_set", ctypes.c_size_t), ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t), ("priority", ctypes.c_uint32), ("scheduling", ctypes.c_uint32),
    )  # fmt: skip


class _Extended(ctypes.Structure):
    _fields_ = (
        ("basic", _Basic), ("io", ctypes.c_uint64 * 6), ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t), ("peak_process", ctypes.c_size_t), ("peak_job", ctypes.c_size_t),
    )  # fmt: skip


def _windows_job(memory: int, seconds: int) -> None:
    """A job object around this process; it ends with the process, so that nobody has to close it."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    limits = _Extended()
    limits.basic.flags = _PROCESS_MEMORY | _PROCESS_TIME
    limits.basic.process_time = seconds * _TICKS_A_SECOND
    limits.process_memory = memory
    kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
    kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess()))
