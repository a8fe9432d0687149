"""A PostgreSQL server of the tests' own: on loopback by a socket, in a folder that goes with it, stopped by its pid."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

PATIENCE_S = 60


def programs() -> Path:
    """The folder of the newest server's programs."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return Path(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))[-1]).parent  # noqa: PTH207 - absolute pattern


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


@contextlib.contextmanager
def server():
    """Start a server; yields a url for each database name."""
    account, folder = _account(), Path(tempfile.mkdtemp(prefix="cb-pg-"))
    data = folder / "data"
    who = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": folder, **who}
    made = subprocess.run(
        [programs() / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        check=False,
        **quiet,
    )
    assert made.returncode == 0, made.stdout.decode()
    # No TCP port at all: the socket lies in the server's own folder.
    settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "shared_buffers=16MB"]
    process = subprocess.Popen([programs() / "postgres", "-D", data, *settings], **quiet)

    def url(database: str = "postgres") -> str:
        return f"postgresql://tests@/{database}?host={folder}"

    try:
        _wait(url(), process)
        yield Server(url, process)
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """A running server: urls of its databases, and what tests do to it behind a journal's back."""

    def __init__(self, url, process):
        self.url, self.process = url, process

    def run(self, statement: str, *, path: str = "public") -> None:
        """Run a statement as the administrator."""
        with psycopg.connect(self.url(), autocommit=True) as db:
            db.execute(f"SET search_path TO {path}")
            db.execute(statement)

    def drop_connections(self) -> None:
        """End every other session, as a restart would."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def _wait(url: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            assert process.poll() is None, process.stdout.read().decode()
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
        else:
            return
