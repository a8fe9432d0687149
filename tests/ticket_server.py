"""A small ticket tool on this computer: a real HTTP server that keeps idempotency keys and fails as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "s3cret-token"


@dataclass
class TicketTool:
    """What the server was asked and what it made; `faults` are used up one request at a time, then all goes well.

    A fault is a status code, "drop" (the connection breaks before the work), "lose" (it breaks after the work, so that
    the answer is lost), "slow" (no answer within the time), "huge" (an answer without an end), or "nonsense".
    """

    url: str = ""
    faults: list[int | str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    tickets: dict[str, str] = field(default_factory=dict)
    retry_after: str = ""
    release: threading.Event = field(default_factory=threading.Event)

    def fail(self, *faults: int | str) -> None:
        """Fail the next requests in these ways."""
        self.faults += faults

    @property
    def keys(self) -> list[str]:
        """The idempotency keys, one for each request that was read."""
        return [found["idempotency-key"] for found in self.headers]

    def ticket(self, key: str) -> str:
        """The ticket of a key: made at its first request, the same at every other."""
        return self.tickets.setdefault(key, f"TCK-{1000 + len(self.tickets)}")


class _Handler(BaseHTTPRequestHandler):
    tool: TicketTool

    def do_POST(self) -> None:
        tool = self.tool
        body = self.rfile.read(int(self.headers["Content-Length"]))
        tool.headers.append({name.lower(): value for name, value in self.headers.items()})
        tool.requests.append(json.loads(body))
        fault = tool.faults.pop(0) if tool.faults else 201
        if fault == "drop":
            self.connection.close()
            return
        if fault == "slow":
            tool.release.wait(5)
            return
        if isinstance(fault, int) and fault >= 300:
            self._answer(fault, {"error": f"fault {fault}\r\nX-Evil: 1"})
            return
        reference = tool.ticket(tool.keys[-1])
        if fault == "lose":
            self.connection.close()
        elif fault == "nonsense":
            self._answer(201, ["<html>", reference])
        elif fault == "huge":
            self._answer(201, {"reference": reference, "more": "x" * 3_000_000})
        else:
            self._answer(201, {"reference": reference})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if self.tool.retry_after:
            self.send_header("Retry-After", self.tool.retry_after)
        if 300 <= status < 400:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what these tests are about."""


@contextmanager
def ticket_tool(faults: Sequence[int | str] = ()) -> Iterator[TicketTool]:
    """A ticket tool that runs while the block does."""
    tool = TicketTool(faults=list(faults))
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"tool": tool}))
    tool.url = f"http://127.0.0.1:{server.server_address[1]}/api/updates"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield tool
    finally:
        tool.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
