"""The whole loop, as people walk it: from an exhibition's page to a used ticket.

A visitor on a phone who has never been here books, logs in by a code, pays and gets
tickets; the gatekeeper scans the QR of the PDF with the camera: in, and the second time
refused.
"""

import re
import uuid

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from support.visitor import Stage

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    # Far from the museum: its pages show the museum's time all the same.
    "timezone_id": "America/New_York",
}
CAMERA = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)


def decode_pdf(path):
    """The text of each QR in the pages of a PDF, read from the rendered picture."""
    texts = []
    for page in pypdfium2.PdfDocument(path):
        picture = page.render(scale=3).to_pil()
        texts += [code.text for code in zxingcpp.read_barcodes(picture)]
    return texts


def video_of(pdf, path):
    """A camera's film (y4m) in which somebody holds a ticket's QR before it."""
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=3).to_pil()
    (found,) = zxingcpp.read_barcodes(page)
    corners = (found.position.top_left, found.position.bottom_right)
    (left, top), (right, bottom) = ((c.x, c.y) for c in corners)
    edge = 24
    code = page.crop((left - edge, top - edge, right + edge, bottom + edge))
    frame = Image.new("RGB", (640, 480), "#8a8a80")
    frame.paste(code.resize((380, 380)), (130, 50))
    y, cb, cr = frame.convert("YCbCr").split()
    small = [band.resize((320, 240)) for band in (cb, cr)]
    picture = y.tobytes() + b"".join(band.tobytes() for band in small)
    head = b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n"
    path.write_bytes(head + (b"FRAME\n" + picture) * 10)


@pytest.fixture(scope="module")
def stage(server):
    return Stage(server, capacity=6, start_minutes=20)


@pytest.fixture(scope="module")
def visit(server, stage, browser, mailbox, tmp_path_factory):
    """Walk the visitor's part once; what he has in the end."""
    from support.browser import Contexts

    contexts = Contexts(browser)
    folder = tmp_path_factory.mktemp("visit")
    page = contexts.new(**PHONE).new_page()
    try:
        walk = Walk(server, stage, page, mailbox)
        walk.choose()
        walk.hold()
        walk.log_in()
        walk.pay()
        walk.take_tickets(folder)
        walk.find_them_again()
        walk.problems = list(contexts.problems)
        yield walk
    except BaseException:
        contexts.screenshots("whole-loop")
        raise
    finally:
        contexts.close()


class Walk:
    """One visitor's way; each step is one screen of UX.md."""

    def __init__(self, server, stage, page, mailbox):
        self.server, self.stage, self.page = server, stage, page
        self.mailbox = mailbox
        self.email = f"meera-{uuid.uuid4().hex[:8]}@example.com"
        self.seen = {}

    def choose(self):
        page, stage = self.page, self.stage
        (self.title, self.start) = self.server.query(
            "SELECT exhibition.name->>'en_US', to_char(slot.start_at AT TIME ZONE 'UTC'"
            " AT TIME ZONE 'Asia/Kolkata', 'FMHH12:MI AM')"
            " FROM museum_slot slot JOIN museum_exhibition exhibition"
            " ON exhibition.id = slot.exhibition_id WHERE slot.id = %s",
            [stage.slot_id],
        )[0]
        page.goto(f"{self.server.url}/exhibitions?search={self.title[-8:]}")
        page.get_by_role("link", name=self.title).first.click()
        page.locator("main a[href*='/book']:visible").last.click()
        page.wait_for_url("**/book**")
        page.wait_for_load_state("networkidle")
        page.locator("a[data-date]").first.click()
        page.locator(f"a[data-slot='{stage.slot_id}']").click()
        self.seen["time"] = page.locator("body").inner_text()
        adult = page.locator(".o_museum_category", has_text="Adult")
        adult.get_by_role("button", name="One more").click()
        adult.get_by_role("button", name="One more").click()
        child = page.locator(".o_museum_category", has_text="Child")
        child.get_by_role("button", name="One more").click()
        # Every step has an address: a reload and the back button lose nothing.
        page.reload()
        page.wait_for_load_state("networkidle")
        self.seen["bar"] = page.locator(".o_museum_booking_bar").inner_text()

    def hold(self):
        page = self.page
        page.locator(".o_museum_add:visible").click()
        page.wait_for_url("**/shop/cart**")
        page.get_by_text("Seats held for").first.wait_for()  # the clock runs
        self.seen["cart"] = page.locator(".o_museum_cart").inner_text()
        self.seen["badge"] = page.locator(".my_cart_quantity:visible").inner_text()
        self.held = self.stage.pool()
        page.wait_for_load_state("networkidle")
        page.locator("a[name='website_sale_main_button']:visible").last.click()

    def log_in(self):
        page = self.page
        page.wait_for_url("**/web/login**")
        page.fill("input[name=address]", self.email)
        page.locator("form:has(input[name=address]) button[type=submit]").click()
        page.locator("input[name=code]").wait_for()
        page.fill("input[name=code]", self.mailbox.code(self.email))
        page.locator("form:has(input[name=code]) button[type=submit]").first.click()

    def pay(self):
        page = self.page
        page.wait_for_url("**/shop/payment**")
        page.wait_for_load_state("networkidle")
        # A new visitor has not said a name yet: the summary asks.
        page.get_by_label("Name", exact=True).fill("Meera Kulkarni")
        email = page.get_by_label("E-mail", exact=True).input_value()
        self.seen["summary"] = f"{page.locator('main').inner_text()}\n{email}"
        button = page.locator("button[name='o_payment_submit_button']:visible")
        page.get_by_label("I accept the terms").check()
        self.seen["button"] = button.inner_text()
        button.click()
        page.locator("#rzp-sandbox-pay-upi").click()
        page.wait_for_url("**/shop/confirmation**", timeout=60_000)

    def take_tickets(self, folder):
        page = self.page
        page.get_by_role("heading", name="See you on").first.wait_for()
        self.seen["done"] = page.locator("main").inner_text()
        self.reference = re.search(r"/my/tickets/([A-Z0-9-]+)", page.content())[1]
        self.codes = [
            row[0]
            for row in self.server.query(
                "SELECT ticket.code FROM museum_ticket ticket"
                " JOIN museum_booking booking ON booking.id = ticket.booking_id"
                " WHERE booking.name = %s"
                " ORDER BY ticket.id",
                [self.reference],
            )
        ]
        link = page.get_by_role("link", name="Download").first.get_attribute("href")
        answer = page.request.get(self.server.url + link)
        assert answer.headers["content-type"] == "application/pdf"
        self.pdf = folder / "tickets.pdf"
        self.pdf.write_bytes(answer.body())

    def find_them_again(self):
        page = self.page
        page.goto(f"{self.server.url}/my/tickets")
        self.seen["my tickets"] = page.locator("main").inner_text()
        page.goto(f"{self.server.url}/my/tickets/{self.reference}")
        self.seen["ticket"] = page.locator("main").inner_text()


def test_seats_are_held_and_shown_in_the_museums_time(visit):
    assert visit.start.replace(" ", "") in re.sub(r"\s", "", visit.seen["time"])
    assert "500" in visit.seen["bar"]
    assert visit.title in visit.seen["cart"]
    assert "Seats held for" in visit.seen["cart"]
    assert visit.seen["badge"].strip() == "3"
    assert visit.held == (3, 3)


def test_the_summary_names_visit_person_and_amount(visit):
    assert visit.title in visit.seen["summary"]
    assert visit.email in visit.seen["summary"]
    assert "500.00" in visit.seen["button"]


def test_tickets_are_there_at_once_and_later(visit):
    assert len(visit.codes) == 3
    for screen in ("done", "ticket"):
        assert visit.codes[0] in visit.seen[screen], screen
    assert visit.title in visit.seen["my tickets"]
    assert visit.problems == []


def test_the_pdf_holds_one_readable_signed_code_per_ticket(visit):
    texts = decode_pdf(visit.pdf)
    assert len(set(texts)) == 3
    assert visit.email not in "".join(texts)


def test_mail_with_tickets_arrives_once(mailbox, visit):
    mail = mailbox.wait(visit.email, visit.title, seconds=90)
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert {name.rsplit(".", 1)[-1] for name in names} == {"pdf", "ics"}
    (pdf,) = (part for part in mail.iter_attachments() if "pdf" in part.get_filename())
    pages = pypdfium2.PdfDocument(pdf.get_content())
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    assert all(code in text for code in visit.codes)
    subjects = [str(other["subject"]) for other in mailbox.of(visit.email)]
    assert subjects.count(str(mail["subject"])) == 1


def test_the_books_are_closed_for_it(server, visit):
    rows = server.query(
        """
        SELECT booking.state, booking.money_state, orders.state, move.state,
               move.payment_state, move.amount_total, move.amount_residual,
               bool_and(item.analytic_distribution IS NOT NULL)
          FROM museum_booking booking
          JOIN sale_order orders ON orders.id = booking.order_id
          JOIN sale_order_line line ON line.museum_booking_id = booking.id
          JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
          JOIN account_move_line item ON item.id = rel.invoice_line_id
          JOIN account_move move ON move.id = item.move_id
         WHERE booking.name = %s
         GROUP BY booking.id, orders.id, move.id
        """,
        [visit.reference],
    )
    ((state, money, order, move, payment, total, residual, analytic),) = rows
    assert (state, money, order, move) == ("confirmed", "paid", "sale", "posted")
    assert payment in ("paid", "in_payment")
    assert (float(total), float(residual)) == (500.0, 0.0)
    assert analytic


def test_gate_admits_by_camera_once(
    server, stage, visit, launch_browser, contexts, tmp_path
):
    film = tmp_path / "ticket.y4m"
    video_of(visit.pdf, film)
    camera = launch_browser(*CAMERA, f"--use-file-for-fake-video-capture={film}")
    context = contexts.new(
        camera, viewport={"width": 390, "height": 844}, permissions=["camera"]
    )
    page = context.new_page()
    page.goto(f"{server.url}/web/login?redirect=/gate")
    page.fill("input[name=login]", "gate")
    page.fill("input[name=password]", "gate")
    page.locator(".oe_login_form button[type=submit]").click()
    page.wait_for_url("**/gate**")
    page.goto(f"{server.url}/gate?gate={stage.gate_id}")
    page.get_by_role("button", name="Start scanning").click()
    page.locator(".g-word", has_text="GO").wait_for(timeout=20_000)
    assert "1 Adult" in page.locator(".g-count").inner_text()

    admitted = server.query(
        "SELECT code FROM museum_ticket WHERE code = ANY(%s) AND state = 'used'",
        [visit.codes],
    )
    assert len(admitted) == 1
    # Shown again, later and at another device: no.
    second = contexts.new(
        camera, viewport={"width": 390, "height": 844}, permissions=["camera"]
    ).new_page()
    second.context.add_cookies(context.cookies())
    second.goto(f"{server.url}/gate?gate={stage.gate_id}")
    second.get_by_role("button", name="Start scanning").click()
    second.locator(".g-word", has_text="NO").wait_for(timeout=20_000)
    assert "lready" in second.locator(".g-reason").inner_text()
    verdicts = server.query(
        "SELECT verdict FROM museum_scan scan JOIN museum_ticket ticket"
        " ON ticket.id = scan.ticket_id WHERE ticket.code = %s ORDER BY scan.id",
        [admitted[0][0]],
    )
    assert verdicts[0] == ("granted",)
    assert ("already_used",) in verdicts[1:]
    assert verdicts.count(("granted",)) == 1
