# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real mail server of the tests: what Odoo sends arrives here, and nowhere else."""

import email
import email.policy
import re
import socket
import threading
import time
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mailbox:
    """Keeps every mail by its envelope's recipient, in the order of arrival."""

    def __init__(self):
        self._mails: list[tuple[list[str], EmailMessage]] = []
        self._arrived = threading.Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port())

    @property
    def port(self) -> int:
        return self._controller.port

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._arrived:
            recipients = [address.lower() for address in envelope.rcpt_tos]
            self._mails.append((recipients, mail))
            self._arrived.notify_all()
        return "250 Kept"

    def of(self, address: str) -> list[EmailMessage]:
        """The mails that have arrived for an address, oldest first."""
        with self._arrived:
            return [mail for to, mail in self._mails if address.lower() in to]

    def wait(
        self, address: str, subject: str = "", count: int = 1, seconds: float = 60
    ) -> EmailMessage:
        """The mail for an address whose subject has this in it, once it is there.

        :param count: wait for so many of them; the last one is returned
        """

        def found():
            mails = self.of(address)
            return [mail for mail in mails if subject in str(mail["subject"])]

        with self._arrived:
            there = self._arrived.wait_for(lambda: len(found()) >= count, seconds)
        subjects = [str(mail["subject"]) for mail in self.of(address)]
        assert there, f"no {subject!r} for {address} after {seconds} s, but {subjects}"
        return found()[-1]

    def code(self, address: str, count: int = 1) -> str:
        """The six digits of the newest login code for an address."""
        mail = self.wait(address, "code", count)
        return digits_of(mail.get_body(("plain", "html")).get_content())

    @contextmanager
    def open(self, server):
        """Run it, with the live server's mail going here."""
        self._controller.start()
        made = server.call(
            "ir.mail_server",
            "create",
            {
                "name": "Mailbox of the tests",
                "smtp_host": "127.0.0.1",
                "smtp_port": self.port,
                "smtp_encryption": "none",
                "smtp_authentication": "login",
                "sequence": -1,
            },
        )
        try:
            yield self
        finally:
            ids = made if isinstance(made, list) else [made]
            server.call("ir.mail_server", "unlink", ids)
            self._controller.stop()


def digits_of(text: str) -> str:
    """The code in the words of a mail or an SMS."""
    return re.search(r"(?<!\d)\d{6}(?!\d)", re.sub("<[^>]*>", " ", text))[0]


def code_by_sms(server, number: str, seconds: float = 60) -> str:
    """The six digits of the newest SMS to a number (as +919822012345).

    Read where the demo museum's provider, which sends none, keeps them.
    """
    until = time.monotonic() + seconds
    while not (
        rows := server.query(
            "SELECT body FROM sms_log WHERE number = %s ORDER BY id DESC LIMIT 1",
            [number],
        )
    ):
        assert time.monotonic() < until, f"no SMS to {number} after {seconds} s"
        time.sleep(0.3)
    return digits_of(rows[0][0])
