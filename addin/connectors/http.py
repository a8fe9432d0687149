"""The HTTP connector: each text as a JSON request to a ticket tool, with retries that cannot send it twice.

1. Every request of a text bears the same `Idempotency-Key`; a receiver that keeps keys takes it once.
2. What may pass by itself (no connection, a lost answer, 408, 425, 429, 5xx) is tried again with growing waits, or
   after the time the receiver names; anything else is refused for good.
3. The secret comes from the environment, goes into one header and into no message, event or file.
4. An answer is read up to a limit; redirects are not followed, since they would carry the secret elsewhere.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from addin.connectors.contract import Receipt, Undelivered
from addin.logic.outbox import OutItem
from addin.logic.values import clean_text

#: Status codes that may pass by themselves, besides all of 500 and above.
_PASSING: Final = frozenset({408, 425, 429})
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

    `sleep` waits between attempts; a test hands in one that does not.
    """

    name = "http"

    def __init__(
        self,
        url: str,
        token: str = "",
        patience: Patience | None = None,
        *,
        proxy: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._patience, self._sleep = url, patience or Patience(), sleep
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(
            headers=headers,
            timeout=self._patience.timeout_s,
            follow_redirects=False,
            trust_env=False,
            proxy=proxy or None,
        )

    def deliver(self, item: OutItem) -> Receipt:
        """Send one text, trying again while that can help.

        Raises:
            Undelivered: permanent when the receiver refused it; else unreachable or busy for as long as we tried.
        """
        body = json.dumps(item.as_dict(), ensure_ascii=False, sort_keys=True).encode("utf-8")
        headers = {"Idempotency-Key": item.key, "Content-Type": "application/json"}
        wait = self._patience.first_wait_s
        for attempt in range(1, self._patience.attempts + 1):
            why, unreachable, asked = "", False, 0.0
            try:
                status, answer, asked = self._request(body, headers)
            except httpx.RequestError as error:
                why, unreachable = _no_answer(error), True
            else:
                if 200 <= status < 300:
                    return Receipt(attempt, _reference(answer))
                why = f"the receiver answered {status}{_told(answer)}"
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
            for part in response.iter_bytes():
                answer += part
                if len(answer) >= _ANSWER_LIMIT:
                    break
            return response.status_code, answer[:_ANSWER_LIMIT], _asked_wait(response.headers.get("Retry-After", ""))

    def close(self) -> None:
        """Close its connections."""
        self._client.close()


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


def _reference(answer: bytes) -> str:
    """The receiver's own reference; anything that does not look like one is left out."""
    found = _read(answer).get("reference")
    return found if isinstance(found, str) and _REFERENCE.fullmatch(found) else ""


def _told(answer: bytes) -> str:
    words = _read(answer).get("error")
    return f" ({' '.join(clean_text(words).split())[:120]})" if isinstance(words, str) and words.strip() else ""
