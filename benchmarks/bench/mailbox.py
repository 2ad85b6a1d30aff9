# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mail server on this machine that delivers to nobody but the benchmark's visitors.

So what they wait for is what people wait for: the mail, through Odoo's own queue and
SMTP. Nothing leaves the machine.
"""

import asyncio
import email
import re
import time
from email import policy

CODE = re.compile(r">\s*(\d{6})\s*<")
# Mails with pictures in them are larger than the 64 KB that asyncio reads at once.
MOST_BYTES = 16 * 1024 * 1024
ANSWERS = {b"HELO": b"250 bench", b"EHLO": b"250 bench", b"DATA": b"354 go on"}


class NoMail(Exception):
    """Nothing came for an address in time."""


class Mailbox:
    """What arrived by SMTP, by address; as a context it listens."""

    def __init__(self, port: int):
        self.port = port
        self.count = 0
        self._waiting: dict[str, asyncio.Future] = {}

    async def __aenter__(self):
        self._server = await asyncio.start_server(
            self._talk, "127.0.0.1", self.port, limit=MOST_BYTES
        )
        return self

    async def __aexit__(self, *exception):
        self._server.close()
        await self._server.wait_closed()

    def expect(self, address: str) -> None:
        """Say before it is asked for that somebody will read this address's mail."""
        self._waiting[address] = asyncio.get_running_loop().create_future()

    async def code(self, address: str, seconds: float = 60) -> tuple[str, float]:
        """The six digits that were mailed to an address, and the seconds waited.

        :raise NoMail: no mail, or one without a code
        """
        started = time.perf_counter()
        try:
            text = await asyncio.wait_for(self._waiting[address], seconds)
        except TimeoutError:
            raise NoMail("no mail came") from None
        finally:
            self._waiting.pop(address, None)
        found = CODE.search(text)
        if not found:
            raise NoMail("a mail without a code came")
        return found[1], time.perf_counter() - started

    async def _talk(self, reader, writer):
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # hung up: nothing arrived
        finally:
            writer.close()

    async def _converse(self, reader, writer):
        writer.write(b"220 bench\r\n")
        people = []
        while line := await reader.readline():
            word = line[:4].upper().strip()
            if word == b"QUIT":
                break
            if word == b"RCPT":
                people.append(line.partition(b"<")[2].partition(b">")[0].decode())
            writer.write(ANSWERS.get(word, b"250 ok") + b"\r\n")
            if word == b"DATA":
                await writer.drain()
                self._arrived(people, await reader.readuntil(b"\r\n.\r\n"))
                people = []
                writer.write(b"250 ok\r\n")

    def _arrived(self, people, raw):
        self.count += 1
        message = email.message_from_bytes(raw, policy=policy.default)
        body = message.get_body(("html", "plain"))
        text = body.get_content() if body else ""
        for address in people:
            waiting = self._waiting.get(address)
            if waiting and not waiting.done():
                waiting.set_result(text)
