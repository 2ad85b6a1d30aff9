# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A visitor's browser, as far as a server sees one: it follows links and sends forms.

Every visitor has a session and an address (198.18.0.0/15, which is set aside for
benchmarks) of his own, told by X-Forwarded-For as a proxy does, so the limits on
attempts by address stay on and stop nobody. Styles, scripts, pictures and websockets
are not asked for: they are the same for everybody, and a proxy's or a cache's business.
"""

import json
import re
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lxml import html

from .client import Reply, Server, Session

MOST_REDIRECTS = 8
# What differs from one exhibition, event, slot or cart to another.
NAMES = re.compile(r"(?<=/exhibitions/)[^/]+|(?<=/event/)[^/]+|\b\d+\b")
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Stopped(Exception):
    """A visitor cannot go on; says where and why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a visitor's, or what else he waited for."""

    what: str
    seconds: float
    queries: int = 0


@dataclass
class Browser(Session):
    """A session that remembers what it asked for and goes no further than it may."""

    asked: list[Asked] = field(default_factory=list)

    @classmethod
    def new(cls, server: Server, number: int) -> "Browser":
        """The browser of visitor ``number``, who was never here before."""
        low, high = number % 256, number // 256 % 256
        extra = {
            "X-Forwarded-For": f"198.{18 + number // 65536 % 2}.{high}.{low}",
            "X-Forwarded-Host": f"{server.host}:{server.port}",
            "X-Forwarded-Proto": "http",
            "User-Agent": AGENT,
            "Accept-Language": "en-US,en",
        }
        return cls(server, extra=extra)

    async def request(self, method, path, body=b"", headers=None) -> Reply:
        reply = await super().request(method, path, body, headers)
        what = f"{method} {NAMES.sub('…', path.partition('?')[0])}"
        self.asked.append(Asked(what, reply.seconds, reply.queries))
        return reply

    def waited(self, what: str, seconds: float) -> None:
        """Count what a visitor waited for beside answers."""
        self.asked.append(Asked(what, seconds))

    async def open(self, path: str) -> Reply:
        """Open a page, through its redirects.

        :raise Stopped: there is no page
        """
        return await self.follow(await self.get(path))

    async def submit(self, path: str, page: Reply, **fields: str) -> Reply:
        """Send a page's form with these values and open what it leads to.

        :raise Stopped: the page has no form for it, or there is no answer
        """
        token = html.fromstring(page.body).find(".//input[@name='csrf_token']")
        if token is None:
            raise Stopped(f"no form for {path}")
        fields["csrf_token"] = token.get("value")
        return await self.follow(await self.form(path, fields))

    async def follow(self, reply: Reply) -> Reply:
        """The page at the end of redirects.

        :raise Stopped: there is none
        """
        for _again in range(MOST_REDIRECTS):
            self.check(reply)
            if not 300 <= reply.status < 400:
                return reply
            parts = urlsplit(reply.location)
            query = f"?{parts.query}" if parts.query else ""
            reply = await self.get(parts.path + query)
        raise Stopped("redirects without end")

    async def api(self, method: str, path: str, data: dict | None = None):
        """Call the API as the pages' scripts do.

        :return: the answer's JSON
        :raise Stopped: it was refused
        """
        body, headers = b"", {"Accept": "application/json"}
        if data is not None:
            headers["Idempotency-Key"] = str(uuid.uuid4())
            body = json.dumps(data).encode()
        reply = await self.request(method, f"/api/v1{path}", body, headers)
        self.check(reply)
        return reply.json()

    def check(self, reply: Reply) -> None:
        """:raise Stopped: the last answer was no good"""
        if reply.error or reply.status >= 400:
            raise Stopped(f"{self.asked[-1].what}: {reply.code()}")


@dataclass
class Visit:
    """How one visitor fared. ``seconds``: of the whole path; ``status``: 200, or 0."""

    browser: Browser
    seconds: float = 0.0
    shown: float = 0.0
    is_held: bool = False
    problem: str = ""
    started: float = field(default_factory=time.perf_counter)

    def sees_payment(self) -> None:
        """The payment page is there."""
        self.shown = time.perf_counter() - self.started

    def ends(self, problem: str = "") -> "Visit":
        """The path is over."""
        self.seconds = time.perf_counter() - self.started
        self.problem = problem
        return self

    @property
    def queries(self) -> int:
        return sum(asked.queries for asked in self.browser.asked)

    def steps(self) -> list[Asked]:
        """What was asked for, in order; what came twice is numbered."""
        seen: Counter[str] = Counter()
        found = []
        for asked in self.browser.asked:
            seen[asked.what] += 1
            again = f" ({seen[asked.what]})" if seen[asked.what] > 1 else ""
            found.append(Asked(asked.what + again, asked.seconds, asked.queries))
        return found
