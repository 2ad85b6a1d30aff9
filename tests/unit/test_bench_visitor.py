# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The benchmark's visitors notice when they are stopped: only so figures mean much."""

import asyncio
import smtplib
import sys
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from bench import browser, client, machine, mailbox, visitor

ADDRESS = "visitor1@example.com"


def apart(coroutine):
    """Run it in a thread: in this one the browser's loop may run already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def send(port, body):
    message = EmailMessage()
    message["From"], message["To"] = "museum@example.com", ADDRESS
    message["Subject"] = "Your code"
    message.set_content(body, subtype="html", cte="base64")
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.send_message(message)


def read_code(body, seconds=5):
    """The code that a mailbox finds in a mail; None: no mail is sent."""

    async def run():
        async with mailbox.Mailbox(machine.free_port()) as box:
            box.expect(ADDRESS)
            if body:
                await asyncio.to_thread(send, box.port, body)
            return (await box.code(ADDRESS, seconds))[0]

    return apart(run())


def test_a_code_is_read_from_a_mail_of_any_size():
    picture = "<img alt='123' src='data:," + "A" * 200_000 + "'/>"
    code = "<strong>\n 012345\n</strong>"
    assert read_code(picture + code) == "012345"


def test_a_mail_without_a_code_and_no_mail_are_told():
    with pytest.raises(mailbox.NoMail, match="without a code"):
        read_code("<p>There is no account for this address.</p>")
    with pytest.raises(mailbox.NoMail, match="no mail came"):
        read_code(None, seconds=0.05)


def answers(*texts):
    """A server that gives these answers, and the requests that it got."""
    got = []

    async def serve(reader, writer):
        got.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(texts[len(got) - 1].replace("\n", "\r\n").encode())
        writer.close()

    return serve, got


def visit(walk, *texts):
    """Let a browser walk along these answers.

    :return: what it got to, and the requests
    """
    serve, got = answers(*texts)

    async def run():
        port = machine.free_port()
        async with await asyncio.start_server(serve, "127.0.0.1", port):
            server = client.Server("127.0.0.1", port)
            return await walk(browser.Browser.new(server, 70_000))

    return apart(run()), got


MOVED = "HTTP/1.1 303 OK\nLocation: http://127.0.0.1:1/b?c=d\nContent-Length: 0\n\n"
PAGE = "HTTP/1.1 200 OK\nSet-Cookie: session_id=abc; Path=/\nContent-Length: 4\n\npage"
REFUSED = (
    'HTTP/1.1 429 OK\nContent-Length: 38\n\n{"error": {"code": "otp_limited"    }}'
)


def test_a_browser_follows_redirects_under_an_address_of_its_own():
    async def walk(browser):
        return await browser.open("/a"), browser

    (page, walker), got = visit(walk, MOVED, PAGE)
    assert page.body == b"page"
    assert [request.split(" HTTP")[0] for request in got] == ["GET /a", "GET /b?c=d"]
    assert all("X-Forwarded-For: 198.19.17.112\r\n" in request for request in got)
    assert [asked.what for asked in walker.asked] == ["GET /a", "GET /b"]
    assert walker.sid == "abc"


def test_a_visitor_who_is_refused_is_stopped():
    async def walk(browser):
        with pytest.raises(browser_stopped, match="POST /api/v1/x: otp_limited"):
            await browser.api("POST", "/x", {})

    browser_stopped = browser.Stopped
    visit(walk, REFUSED)


def test_who_was_stopped_is_told_and_does_not_count():
    visits = [browser.Visit(browser.Browser(None)) for _number in range(3)]
    done, slow, stopped = visits
    done.ends()
    slow.ends()
    done.seconds, slow.seconds, stopped.seconds = 1.0, 3.0, 0.001
    stopped.problem = "POST /cart/items: slot_full"
    run = client.Run(1, 30, visits)
    assert visitor.per_minute(run) == 4
    assert visitor.wait(run, "seconds") == pytest.approx((2000, 2900))
    assert visitor.problems_of(run) == "1: POST /cart/items: slot_full"


def test_what_a_visitor_asks_for_twice_is_counted_apart():
    one = browser.Visit(browser.Browser(None))
    one.browser.asked += [browser.Asked("POST /login", 1, 5)] * 2
    assert list(visitor.by_step([one])) == ["POST /login", "POST /login (2)"]
    assert visitor.slowest(client.Run(1, 1, [one])) == "POST /login: 1000 ms"
    assert visitor.size(client.Run(1, 1, [one])) == "2, 10"
