# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small HTTP/1.1 client for load: one connection per request, on this machine.

Small because it shares two cores with the server that it measures: a general client
costs as much processor time per request as Odoo's empty route does. One connection per
request because that is how a reverse proxy talks to Odoo's prefork workers.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

TIMEOUT = 180.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
# Odoo's prefork server queues 8 connections per worker; the kernel drops what comes on
# top of it, and the client's kernel sends it again after 1 s, 2 s, 4 s...  A proxy in
# front keeps its own queue instead; Gate plays its part.
PROXY_CONNECTIONS = 16


@dataclass(slots=True)
class Reply:
    """An answer; ``seconds`` from before connecting to the last byte."""

    status: int
    seconds: float
    body: bytes = b""
    cookie: str | None = None
    error: str | None = None
    location: str = ""
    queries: int = 0

    def json(self):
        """The body as JSON; an empty dict when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    def code(self) -> str:
        """``ok``, the API's error code, or what went wrong."""
        if self.error:
            return self.error
        if self.status < 400:
            return "ok"
        error = self.json().get("error")
        return error["code"] if isinstance(error, dict) else f"http {self.status}"


@dataclass
class Server:
    """Where requests go; ``gate`` limits the connections that are open at once."""

    host: str
    port: int
    gate: asyncio.Semaphore | None = None


@dataclass
class Session:
    """One visitor: keeps the session cookie from answer to answer.

    ``extra``: headers that each request has.
    """

    server: Server
    sid: str | None = None
    extra: dict = field(default_factory=dict)

    async def get(self, path: str) -> Reply:
        return await self.request("GET", path)

    async def post(self, path: str, data, **headers) -> Reply:
        return await self.request("POST", path, json.dumps(data).encode(), headers)

    async def rpc(self, path: str, **params) -> Reply:
        """Call one of Odoo's own JSON-RPC routes."""
        return await self.post(path, {"jsonrpc": "2.0", "params": params})

    async def form(self, path: str, fields: dict[str, str]) -> Reply:
        """Send a form as a browser does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.request("POST", path, urlencode(fields).encode(), headers)

    async def request(self, method, path, body=b"", headers=None) -> Reply:
        """Send one request; never raises for what the network or server does."""
        headers = {**self.extra, **(headers or {})}
        reply = await send(
            self.server, build(self.server, method, path, body, self.sid, headers)
        )
        if reply.cookie:
            self.sid = reply.cookie
        return reply


def build(server, method, path, body=b"", sid=None, headers=None) -> bytes:
    """The bytes of a request; JSON when it has a body."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {server.host}:{server.port}",
        "Connection: close",
        "Accept: */*",
    ]
    headers = headers or {}
    if body:
        lines.append(f"Content-Length: {len(body)}")
        headers = {"Content-Type": "application/json", **headers}
    if sid:
        lines.append(f"Cookie: session_id={sid}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def send(server: Server, payload: bytes) -> Reply:
    """Send the bytes over a fresh connection and read the answer to its end."""
    started = time.perf_counter()
    try:
        if server.gate is None:
            raw = await asyncio.wait_for(_exchange(server, payload), TIMEOUT)
        else:
            async with server.gate:
                raw = await asyncio.wait_for(_exchange(server, payload), TIMEOUT)
    except (OSError, TimeoutError) as error:
        name = type(error).__name__
        return Reply(0, time.perf_counter() - started, error=name)
    return _parse(raw, time.perf_counter() - started)


async def _exchange(server, payload):
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        writer.write(payload)
        head = await reader.readuntil(b"\r\n\r\n")
        # Not to the end of the connection: Odoo's worker closes it some 10 ms later.
        length = _LENGTH.search(head)
        return head + await (
            reader.readexactly(int(length[1])) if length else reader.read(-1)
        )
    except asyncio.IncompleteReadError as broken:
        raise ConnectionResetError from broken
    finally:
        writer.close()


def _parse(raw: bytes, seconds: float) -> Reply:
    head, _, body = raw.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1."):
        return Reply(0, seconds, error="no answer")
    reply = Reply(int(head[9:12]), seconds, body)
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        name, value = name.lower(), value.strip()
        if name == b"set-cookie" and value.startswith(b"session_id="):
            reply.cookie = value[11:].split(b";")[0].decode()
        elif name == b"location":
            reply.location = value.decode()
        elif name == b"x-bench-queries":
            reply.queries = int(value)
    return reply


@dataclass
class Run:
    """What a closed loop measured."""

    connections: int
    seconds: float
    replies: list[Reply]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.replies) / self.seconds if self.seconds else 0.0

    def outcomes(self) -> dict[str, int]:
        """Answers by :meth:`Reply.code`."""
        counts: dict[str, int] = {}
        for reply in self.replies:
            counts[reply.code()] = counts.get(reply.code(), 0) + 1
        return counts

    def milliseconds(self, quantile: float, replies=None) -> float:
        """A quantile of the waiting times; 0 when there are none."""
        times = sorted(reply.seconds for reply in replies or self.replies)
        if not times:
            return 0.0
        position = (len(times) - 1) * quantile
        low = int(position)
        high = min(low + 1, len(times) - 1)
        value = times[low] + (times[high] - times[low]) * (position - low)
        return value * 1000


async def closed_loop(
    connections: int,
    seconds: float,
    step: Callable[[], Awaitable[Reply | None]],
    most: int | None = None,
) -> Run:
    """Let so many clients call ``step`` again and again until the time is over.

    :param step: one request; None ends that client (nothing left to do)
    :param most: end after so many requests
    """
    replies: list[Reply] = []
    started = time.perf_counter()
    deadline = started + seconds
    left = most if most is not None else -1

    async def client():
        nonlocal left
        while time.perf_counter() < deadline and left != 0:
            left -= 1
            reply = await step()
            if reply is None:
                return
            replies.append(reply)

    await asyncio.gather(*(client() for _ in range(connections)))
    return Run(connections, time.perf_counter() - started, replies)
