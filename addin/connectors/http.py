"""The HTTP connector: each text as a JSON request to a ticket tool, with retries that cannot send it twice.

1. Every request of a text bears the same `Idempotency-Key`; a receiver that keeps keys takes it once.
2. What may pass by itself (no connection, a lost answer, 408, 409, 425, 429, 5xx) is tried again with growing waits, or
   after the time the receiver names; anything else is refused for good.
3. What every other text would meet as well (a secret that is not accepted, a certificate that is not trusted, a
   redirect) stops the run; no text becomes a dead letter for it.
4. The secret comes from the environment, goes into one header and into no message, event or file, even where the
   receiver repeats it.
5. An answer is read up to a limit of size and of time; redirects are not followed, since they would carry the secret
   elsewhere.
"""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import httpx

from addin.connectors.contract import Receipt, Undelivered
from addin.errors import ConfigError
from addin.logic.outbox import OutItem
from addin.logic.values import clean_text

#: Status codes that may pass by themselves, besides all of 500 and above; 409 is a request under the same key that the
#: receiver is still at work on.
_PASSING: Final = frozenset({408, 409, 425, 429})
#: How many times the time for one step of an answer the whole of it may take.
_WHOLE: Final = 3
#: Most of an answer that is read, in bytes.
_ANSWER_LIMIT: Final = 65_536
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long: attempts in one run, the first wait, the longest wait and the time for one request."""

    attempts: int = 4
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    timeout_s: float = 10.0


class HttpConnector:
    """Sends texts to one address; `token` is the secret for the Authorization header, "" for none.

    `trust` holds the authorities of the house beside the usual ones; `sleep` waits between attempts.
    """

    name = "http"

    def __init__(
        self,
        url: str,
        token: str = "",
        patience: Patience | None = None,
        *,
        proxy: str = "",
        trust: ssl.SSLContext | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._patience, self._sleep, self._token = url, patience or Patience(), sleep, token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(
            headers=headers,
            timeout=self._patience.timeout_s,
            follow_redirects=False,
            trust_env=False,
            proxy=proxy or None,
            verify=trust if trust is not None else True,
        )

    def deliver(self, item: OutItem) -> Receipt:
        """Send one text, trying again while that can help.

        Raises:
            Undelivered: permanent when the receiver refused it; unreachable when the settings or the line are at fault;
                else busy for as long as we tried.
        """
        body = json.dumps(item.as_dict(), ensure_ascii=False, sort_keys=True).encode("utf-8")
        headers = {"Idempotency-Key": item.key, "Content-Type": "application/json"}
        wait = self._patience.first_wait_s
        for attempt in range(1, self._patience.attempts + 1):
            why, unreachable, asked = "", False, 0.0
            try:
                status, answer, asked = self._request(body, headers)
            except httpx.RequestError as error:
                if untrusted := _untrusted(error):
                    raise _for_all(item, untrusted, attempt, _TRUST_HINT) from error
                why, unreachable = _no_answer(error), True
            else:
                if 200 <= status < 300:
                    return Receipt(attempt, _reference(answer, self._token))
                why = f"the receiver answered {status}{_told(answer, self._token)}"
                if fault := _fault_of_settings(status):
                    raise _for_all(item, f"{why}: {fault[0]}", attempt, fault[1])
                if status < 500 and status not in _PASSING:
                    hint = "Correct the text or the settings, then let it be sent again."
                    raise Undelivered(f"{item.ref}: {why}.", attempts=attempt, permanent=True, hint=hint)
            if attempt < self._patience.attempts:
                self._sleep(min(max(wait, asked), self._patience.longest_wait_s))
                wait *= 2
        hint = "It stays in the outbox and is tried again at the next send."
        raise Undelivered(f"{item.ref}: {why}.", attempts=attempt, unreachable=unreachable, hint=hint)

    def _request(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, float]:
        with self._client.stream("POST", self._url, content=body, headers=headers) as response:
            answer = b""
            until = time.monotonic() + _WHOLE * self._patience.timeout_s
            for part in response.iter_bytes():
                answer += part
                if time.monotonic() > until:  # a receiver that sends a byte now and then
                    raise httpx.ReadTimeout("the whole answer took too long")
                if len(answer) >= _ANSWER_LIMIT:
                    break
            return response.status_code, answer[:_ANSWER_LIMIT], _asked_wait(response.headers.get("Retry-After", ""))

    def close(self) -> None:
        """Close its connections."""
        self._client.close()


def trusting(ca_file: str) -> ssl.SSLContext:
    """The usual authorities and those of a file of the house.

    Raises:
        ConfigError: when the file is not there or holds no certificate.
    """
    try:
        context = ssl.create_default_context()
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        words = f"{Path(ca_file).name}, which ca_file in [outbox] names, cannot be read as certificates."
        raise ConfigError(
            words, hint="It is a PEM file: ask who runs the house's certificates.", code="CFG-CA"
        ) from error
    return context


_TRUST_HINT: Final = "Name the file of the house's own authority as ca_file in [outbox], or tell who runs the receiver."
_ADDRESS_HINT: Final = "Correct url in [outbox]; a redirect is not followed, since the secret would go along."
_LOGIN_HINT: Final = "Set the environment variable that token_env in [outbox] names to a secret that is valid."


def _fault_of_settings(status: int) -> tuple[str, str] | None:
    """What is wrong with the settings, and what to do, where a status speaks of them and not of the text."""
    if status in (401, 407):
        return "the secret is not accepted", _LOGIN_HINT
    return ("it points to another address", _ADDRESS_HINT) if 300 <= status < 400 else None


def _for_all(item: OutItem, why: str, attempt: int, hint: str) -> Undelivered:
    """A fault that the next text would meet as well: nothing is given up, nothing more is tried."""
    return Undelivered(f"{item.ref}: {why}.", attempts=attempt, unreachable=True, hint=hint)


def _untrusted(error: BaseException) -> str:
    """Why no secure connection came about; empty when that was not it."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return "the receiver's certificate is not trusted"
        if isinstance(found, ssl.SSLError):
            return "no secure connection to the receiver came about"
        found = found.__cause__ or found.__context__
    return ""


def _no_answer(error: httpx.RequestError) -> str:
    """Why no answer came, without the address (it may hold a key) and without the driver's words."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return "the receiver could not be reached"
    if isinstance(error, httpx.TimeoutException):
        return "the receiver did not answer in time"
    return "the connection broke before the answer came"


def _asked_wait(text: str) -> float:
    """The seconds a receiver asks us to wait, by count or by date; 0 when it does not, or says nonsense."""
    if text.isascii() and text.isdecimal():
        return int(text[:6]) * 1.0
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return 0.0
    left = (until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)
    return max(left.total_seconds(), 0.0)


def _read(answer: bytes) -> dict[str, object]:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _reference(answer: bytes, secret: str) -> str:
    """The receiver's own reference; anything that does not look like one is left out, and so is the secret."""
    found = _read(answer).get("reference")
    good = isinstance(found, str) and _REFERENCE.fullmatch(found) and not (secret and secret in found)
    return str(found) if good else ""


def _told(answer: bytes, secret: str) -> str:
    """The receiver's own words on a refusal, without the secret should it repeat it."""
    words = _read(answer).get("error")
    if not isinstance(words, str) or not words.strip():
        return ""
    said = words.replace(secret, "[secret]") if secret else words
    return f" ({' '.join(clean_text(said).split())[:120]})"
