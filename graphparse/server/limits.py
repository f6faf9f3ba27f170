"""What keeps a server on its feet: names, limits on size, time and rate, headers for browsers."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_SECONDS = 30.0
"""Time that a client may take to send a request."""
MOST_CLIENTS = 10_000
"""Clients whose rate is known; those not seen for longest are forgotten."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

HOST = re.compile(r"(?:\[([^\]]+)\]|([^:]*))(?::\d*)?")
"""The header of that name: an address of IPv6 in brackets, or another name; perhaps a port."""


class KnownHosts:
    """ASGI middleware that turns away who calls the server by another name than its own.

    Starlette's own cuts an address of IPv6 at its first colon, but in the newest versions.

    Args:
        app: what is guarded.
        names: in lower case; "*" is any.
    """

    def __init__(self, app: ASGIApp, names: tuple[str, ...]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "*" not in self._names:
            found = HOST.fullmatch(Headers(scope=scope).get("host", ""))
            if found is None or (found[1] or found[2]).lower() not in self._names:
                await _error(400, "not a name of this server")(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Rate:
    """A bucket of tokens per client: it holds as many as a minute allows and fills steadily.

    Args:
        per_minute: requests of one client.
    """

    def __init__(self, per_minute: int) -> None:
        self._most = float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float | None = None) -> float:
        """Takes a token; 0.0, or the seconds until there will be one.

        Args:
            client: its address.
            now: seconds of a steady clock, for tests.
        """
        now = time.monotonic() if now is None else now
        tokens, before = self._buckets.pop(client, (self._most, now))
        tokens = min(self._most, tokens + (now - before) * self._most / 60)
        enough = tokens >= 1
        self._buckets[client] = (tokens - enough, now)
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if enough else (1 - tokens) * 60 / self._most


class Limits:
    """ASGI middleware in front of everything else.

    Requests that are POSTed count against the rate; those that another site made a
    browser send are refused.

    Args:
        app: what is guarded.
        most_bytes: of a request's body.
        rate: requests of a client, counted together.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, rate: Rate) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            body = await self._body(receive) if scope["method"] == "POST" else b""
            if isinstance(body, bytes):
                await self._app(scope, _given(body, receive), send_with_headers)
                return
            refusal = body
        await refusal(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        if scope["method"] != "POST":
            return None
        headers = Headers(scope=scope)
        if headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return _error(403, "requests from other sites are refused")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._most_bytes:
            return self._too_large()
        wait = self._rate.wait(scope["client"][0] if scope.get("client") else "")
        if wait:
            return _error(429, "too many requests", {"Retry-After": str(int(wait) + 1)})
        return None

    async def _body(self, receive: Receive) -> bytes | JSONResponse:
        """The whole body, or what is wrong with it; its length is not taken on trust."""
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    body += message.get("body", b"")
                    if len(body) > self._most_bytes:
                        return self._too_large()
                    if message["type"] == "http.disconnect" or not message.get("more_body"):
                        return bytes(body)
        except TimeoutError:
            return _error(408, f"no complete request in {BODY_SECONDS:g} s")

    def _too_large(self) -> JSONResponse:
        return _error(413, f"larger than {self._most_bytes} bytes", {"Connection": "close"})


def _given(body: bytes, receive: Receive) -> Receive:
    """A receiver that hands out a body that has been read, then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return messages.pop() if messages else await receive()

    return given


def _error(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status, headers)
