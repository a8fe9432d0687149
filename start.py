"""Start here: makes the private environment, then runs the demo, the tests or the command line.

    python start.py demo [DIR]        build a demonstration register (default: ./demo-register)
    python start.py test [ARGS...]    run the tests (the rest goes to pytest)
    python start.py check             style, types and layers, as the build machine checks them
    python start.py cli ARGS...       any `casebook` command

It guarantees that `.venv` beside this file holds exactly the packages of the lock files, each checked by its hash, or
that nothing runs. It needs the standard library only, works on Linux, macOS and Windows, and asks nothing.

Environment variables: CI (a host that is absent becomes a failure), CASEBOOK_NO_APT (never install system packages).
"""

import sys

# Kept above everything else, and the file free of newer syntax, so that an old Python can read this far and say why.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "Casebook needs Python 3.11 or newer; this is Python {}.{}.\n"
        "Install a newer one (https://www.python.org/downloads/), then: python3.11 start.py ...".format(
            *sys.version_info
        )
    )

import glob
import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = "casebook-stamp"
RUNTIME, DEV = "runtime", "dev"
LOCKS = {RUNTIME: ("requirements.lock",), DEV: ("requirements.lock", "requirements-dev.lock")}
#: Variables of the caller that would make the private environment look elsewhere.
FOREIGN = ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "VIRTUAL_ENV")
REQUIRABLE_HOSTS = ("libre", "postgres")
EXIT_USAGE, EXIT_TROUBLE, EXIT_STOPPED = 2, 3, 130


class Trouble(Exception):
    """Something outside this file went wrong; the text says what, and what to do."""


def say(text: str) -> None:
    """Tell the person at the terminal; on stderr, so that `cli --json` stays clean."""
    print(text, file=sys.stderr, flush=True)


# --- the environment -------------------------------------------------------------------------------------------------


def venv_command(name: str) -> Path:
    """Where the environment keeps a command."""
    return VENV / "Scripts" / (name + ".exe") if os.name == "nt" else VENV / "bin" / name


def child_environment() -> dict[str, str]:
    """The caller's environment without what would lead Python or pip out of `.venv`."""
    return {name: value for name, value in os.environ.items() if name not in FOREIGN}


def fingerprint(kind: str) -> str:
    """SHA-256 over the lock files, pyproject.toml and the folder: an environment does not survive a move."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in (*LOCKS[kind], "pyproject.toml"):
        digest.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
    return digest.hexdigest()


def read_stamp() -> dict[str, str]:
    """What the environment was last completely made for: kind -> fingerprint; empty when it never was."""
    try:
        lines = (VENV / STAMP).read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return {}
    return dict(line.split(" ", 1) for line in lines if " " in line)


def write_stamp(kinds: Iterable[str]) -> None:
    """Record, last of all and in one step, that the environment is complete."""
    draft = VENV / (STAMP + ".new")
    draft.write_text("".join(f"{kind} {fingerprint(kind)}\n" for kind in kinds), encoding="ascii")
    draft.replace(VENV / STAMP)


def ensure_environment(kind: str) -> None:
    """Make `.venv` what the lock files say; at once when its stamp says that it already is.

    Raises:
        Trouble: when it cannot be made; the next start begins again.
    """
    stamp = read_stamp()
    if stamp.get(kind) == fingerprint(kind) and venv_command("casebook").exists() and venv_works():
        return
    # Once the test packages are in, they stay: an environment never shrinks behind a developer's back.
    wanted = DEV if DEV in stamp or kind == DEV else RUNTIME
    refuse_from_inside()
    if stamp and venv_works():
        (VENV / STAMP).unlink()
    else:
        make_venv()
    say(f"Installing the packages of {LOCKS[wanted][-1]} into .venv (a minute or two, once).")
    # The lock names every package, so nothing is resolved: pip 23 would look up "coverage[toml]" anew and refuse it.
    run_pip("--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", LOCKS[wanted][-1])
    run_pip("--no-index", "--no-deps", "--no-build-isolation", "--editable", ".")
    if not venv_command("casebook").exists():
        raise Trouble(f"The package was installed, but {venv_command('casebook')} is not there.")
    write_stamp([RUNTIME, DEV] if wanted == DEV else [RUNTIME])


def venv_works() -> bool:
    """True when the environment's Python starts; it does not after an upgrade of the one it was made from."""
    try:
        done = subprocess.run([venv_command("python"), "-c", ""], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def refuse_from_inside() -> None:
    """An environment cannot be remade by the Python that lives in it."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        raise Trouble("The environment must be made again, and this Python lives in it: run start.py with another one.")


def make_venv() -> None:
    """A fresh, empty environment in the place of whatever is there."""
    if VENV.exists():
        say("The environment in .venv is unfinished, moved or not made by start.py: making it again.")
        try:
            shutil.rmtree(VENV)
        except OSError as fault:
            raise Trouble(
                f"{VENV} cannot be removed ({fault}). Close the programs that use it and try again."
            ) from None
    version = f"python3.{sys.version_info.minor}"
    hint = f"On Debian and Ubuntu: apt-get install {version}-venv (or python3-venv)."
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise Trouble(f"This Python cannot make environments: its venv module is missing. {hint}")
    say(f"Making the environment in {VENV}.")
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=child_environment(),
    )
    if done.returncode:
        text = (done.stdout + done.stderr).strip()
        why = hint if "ensurepip" in text else "Is the folder writable, and is there room on the disk?"
        raise Trouble(f"{text}\n\nThe environment could not be made. {why}")


def run_pip(*arguments: str) -> None:
    """`pip install` inside the environment, silent unless it fails.

    Raises:
        Trouble: with the end of pip's own words and what they mean.
    """
    command = [str(venv_command("python")), "-m", "pip", "install", "--quiet", "--no-input"]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", *arguments],
        cwd=ROOT,
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        text = (done.stderr + done.stdout).strip()
        raise Trouble("\n".join(text.splitlines()[-15:]) + "\n\n" + explain_pip(text))


#: What pip prints (lower case) -> what it means for the person who waits; the first that is found counts.
PIP_FAULTS = (
    ("do not match the hashes", "A package does not have the content that was locked: do not use it. If a proxy or a "
     "mirror changes packages, install from another one; otherwise report it."),
    ("no space left", "The disk is full."),
    ("permission denied", "A file may not be written: is .venv owned by another account, or in use?"),
    ("certificate", "The package index could not be trusted: behind a proxy that opens connections, set PIP_CERT to "
     "its certificate."),
    ("connection", "No way to the package index: check the network, or set HTTPS_PROXY or PIP_INDEX_URL."),
    ("name resolution", "No way to the package index: check the network, or set HTTPS_PROXY or PIP_INDEX_URL."),
    ("getaddrinfo", "No way to the package index: check the network, or set HTTPS_PROXY or PIP_INDEX_URL."),
    ("timed out", "The package index did not answer in time: try again, or set PIP_DEFAULT_TIMEOUT=120."),
    ("no matching distribution", "Either there is no way to the package index (check the network, or set HTTPS_PROXY "
     "or PIP_INDEX_URL), or it holds nothing for this Python and machine (take CPython 3.11 to 3.14, 64 bit)."),
)  # fmt: skip


def explain_pip(text: str) -> str:
    """Plain words for what pip said."""
    lowered = text.lower()
    for sign, meaning in PIP_FAULTS:
        if sign in lowered:
            return "The packages could not be installed. " + meaning
    return "The packages could not be installed; pip's own words are above. Nothing else was changed: try again."


# --- what the host tests need ----------------------------------------------------------------------------------------


class Part(NamedTuple):
    """One system program that host tests use."""

    name: str
    host: str
    package: str
    is_there: Callable[[], bool]
    gates: bool = True  # without it none of that host's tests can run


LIBREOFFICE_HOMES = (
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/opt/libreoffice*/program",
    "/Applications/LibreOffice.app/Contents/*",
    "C:/Program Files/LibreOffice/program",
)
POSTGRES_HOME = "/usr/lib/postgresql/*/bin/initdb"
CARLITO = "/usr/share/fonts/**/Carlito-Regular.*"


def any_file(*patterns: str) -> bool:
    """True when a file matches one of the absolute patterns."""
    return any(glob.glob(pattern, recursive=True) for pattern in patterns)


def in_libreoffice(*names: str) -> bool:
    """True when one of LibreOffice's usual folders holds one of these files."""
    return any_file(*(f"{home}/{name}" for home in LIBREOFFICE_HOMES for name in names))


def on_path(*names: str) -> bool:
    """True when one of these commands can be called."""
    return any(shutil.which(name) for name in names)


ON_LINUX = sys.platform.startswith("linux")


def linux_only(is_there: Callable[[], bool]) -> Callable[[], bool]:
    """A part that other systems bring along or do without."""
    return is_there if ON_LINUX else lambda: True


def office(library: str) -> Callable[[], bool]:
    """A part of LibreOffice that Debian packs on its own; elsewhere LibreOffice is one piece."""
    return lambda: in_libreoffice(library) if ON_LINUX else in_libreoffice("soffice", "soffice.exe")


PARTS = (
    Part("LibreOffice Calc", "libre", "libreoffice-calc", office("libsclo.so")),
    Part("LibreOffice Writer", "libre", "libreoffice-writer", office("libswlo.so")),
    Part("LibreOffice's Python bridge", "libre", "python3-uno", office("pyuno.so")),
    Part("PostgreSQL", "postgres", "postgresql", lambda: on_path("initdb") or any_file(POSTGRES_HOME)),
    Part("Carlito font", "libre", "fonts-crosextra-carlito", linux_only(lambda: any_file(CARLITO)), gates=False),
    Part("pdftoppm", "libre", "poppler-utils", lambda: on_path("pdftoppm"), gates=False),
    Part("Xvfb", "libre", "xvfb", linux_only(lambda: on_path("Xvfb")), gates=False),
    Part("xdotool", "libre", "xdotool", linux_only(lambda: on_path("xdotool")), gates=False),
)


def missing_parts() -> list[Part]:
    """The system programs that host tests use and this machine has not."""
    return [part for part in PARTS if not part.is_there()]


def apt_prefix(environment: Mapping[str, str]) -> list[str] | None:
    """How system packages may be installed without asking anybody; None when they may not."""
    if environment.get("CASEBOOK_NO_APT") or not sys.platform.startswith("linux") or not on_path("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def ensure_hosts() -> None:
    """Install what host tests miss where that is allowed; otherwise say what is missing and what will be skipped."""
    missing = missing_parts()
    prefix = apt_prefix(os.environ) if missing else None
    if missing and prefix is not None:
        say("Installing for the host tests: " + " ".join(part.package for part in missing))
        apt_install(prefix, [part.package for part in missing])
        missing = missing_parts()
    for part in missing:
        effect = f"the {part.host} tests are skipped" if part.gates else f"some {part.host} tests are skipped"
        say(f"Not on this machine: {part.name} (Debian package {part.package}); {effect}.")


def apt_install(prefix: Sequence[str], packages: Sequence[str]) -> None:
    """Refresh the package lists, then install; a failure is told and left to the skips that follow."""
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    for step in (["update"], ["install", "--no-install-recommends", *packages]):
        done = subprocess.run(
            [*apt, *step], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False
        )
        if done.returncode:
            say("\n".join((done.stdout + done.stderr).strip().splitlines()[-5:]))
            say(f"apt-get {step[0]} failed (words above).")


# --- the commands ----------------------------------------------------------------------------------------------------


def run(command: Sequence[Path | str], cwd: Path | None = None) -> int:
    """Run to the end with the caller's terminal; Ctrl-C reaches the child first, which then ends in its own way."""
    child = subprocess.Popen([str(word) for word in command], cwd=cwd, env=child_environment())
    stops = 0
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            stops += 1
            if stops > 1:
                child.kill()
        else:
            return EXIT_STOPPED if stops else code


def demo(arguments: Sequence[str]) -> int:
    """A demonstration register, in the given folder or in ./demo-register."""
    ensure_environment(RUNTIME)
    return run([venv_command("casebook"), "demo", *(arguments or ["demo-register"])])


def cli(arguments: Sequence[str]) -> int:
    """Any command of `casebook`."""
    ensure_environment(RUNTIME)
    return run([venv_command("casebook"), *arguments])


def test(arguments: Sequence[str]) -> int:
    """The tests: two at a time, host tests one after the other, hosts required on a build machine."""
    ensure_environment(DEV)
    ensure_hosts()
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false", "no")
    required = ["--require=" + ",".join(REQUIRABLE_HOSTS)] if in_ci else []
    pytest = (str(venv_command("python")), "-m", "pytest", "-n", "2", "--dist", "loadgroup")
    return run([*pytest, *required, *arguments], cwd=ROOT)


def check(arguments: Sequence[str]) -> int:
    """Style, types and layers: all of them, the worst result counts."""
    ensure_environment(DEV)
    files = list(arguments) or ["."]
    steps = (["ruff", "check", *files], ["ruff", "format", "--check", *files], ["mypy"], ["lint-imports"])
    worst = 0
    for tool, *words in steps:
        say(" ".join(["--", tool, *words]))
        worst = max(worst, run([venv_command(tool), *words], cwd=ROOT))
        if worst == EXIT_STOPPED:
            break
    return worst


COMMANDS = {"demo": demo, "test": test, "check": check, "cli": cli}


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code is 2 for wrong usage, 3 for trouble outside, 130 when stopped, else its own."""
    if not arguments or arguments[0] not in COMMANDS:
        wants_help = bool(arguments) and arguments[0] in ("-h", "--help", "help")
        (print if wants_help else say)((__doc__ or "").strip())
        return 0 if wants_help else EXIT_USAGE
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Trouble as trouble:
        say(str(trouble))
    except OSError as fault:
        say(f"{fault}\n\nA file could not be read or written: is the folder complete, writable and not full?")
    except KeyboardInterrupt:
        say("\nStopped. Nothing is broken: the same command starts again where it must.")
        return EXIT_STOPPED
    return EXIT_TROUBLE


def leave() -> NoReturn:
    """End the process with the command's exit code."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    leave()
