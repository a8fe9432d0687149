"""A small ticket tool on this computer: a real HTTP server that keeps idempotency keys and fails as it is told."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

SECRET = "s3cret-token"


@dataclass
class TicketTool:
    """What the server was asked and what it made; `faults` are used up one request at a time, then all goes well.

    A fault is a status code, "drop" (the connection breaks before the work), "lose" (it breaks after the work, so that
    the answer is lost), "half" (it breaks in the middle of the answer), "slow" (no answer within the time), "stall"
    (the answer begins and does not go on), "drip" (it comes a byte at a time), "echo" (a refusal that repeats the
    secret), "huge" (an answer without an end), or "nonsense".
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
        if fault == "echo":
            self._answer(400, {"error": f"bad header: {self.headers['Authorization']}"})
            return
        reference = tool.ticket(tool.keys[-1])
        if fault in ("half", "stall", "drip"):
            self._part(str(fault), reference)
        elif fault == "lose":
            self.connection.close()
        elif fault == "nonsense":
            self._answer(201, ["<html>", reference])
        elif fault == "huge":
            self._answer(201, {"reference": reference, "more": "x" * 3_000_000})
        else:
            self._answer(201, {"reference": reference})

    def _part(self, how: str, reference: str) -> None:
        """An answer whose beginning comes, and whose end comes late or never."""
        body = json.dumps({"reference": reference}).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for byte in body if how == "drip" else body[:4]:
                self.wfile.write(bytes((byte,)))
                self.wfile.flush()
                if how == "drip":
                    self.tool.release.wait(0.05)
            if how == "stall":
                self.tool.release.wait(5)
        except OSError:
            pass
        self.close_connection = True
        if how == "half":
            self.connection.close()

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


def certificate(folder: Path) -> Path:
    """A certificate that 127.0.0.1 signed for itself, with its key, as a file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ticket tool of a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "tool.pem"
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


@contextmanager
def ticket_tool(faults: Sequence[int | str] = (), *, secured_by: Path | None = None) -> Iterator[TicketTool]:
    """A ticket tool that runs while the block does; with a certificate it speaks HTTPS."""
    tool = TicketTool(faults=list(faults))
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"tool": tool}))
    scheme = "http"
    if secured_by is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(secured_by)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    tool.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/api/updates"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield tool
    finally:
        tool.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
