# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The museum in Hindi: a visitor walks from /hi/exhibitions to the tickets.

Whatever is written in Latin letters on the way must be a name, a code or a sign; the
list of those is here. So an English word that is forgotten fails its page's test.
"""

import io
import re
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
import requests
from psycopg2 import sql
from support.browser import Contexts

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "locale": "hi-IN",
    "is_mobile": True,
    "has_touch": True,
}
DEVANAGARI = re.compile(r"[\u0900-\u097f]")
WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
# What is written in Latin letters in Hindi, too.
SIGNS = {
    *("QR", "PDF", "SMS", "JavaScript", "CC0", "CC", "UPI", "am", "pm"),
    # the two names in the language switch, and its codes
    *("English", "US", "en", "EN", "hi", "HI"),
    # cards and their banks, as their logos are called
    *("American", "Express", "Discover", "MasterCard", "VISA", "RuPay", "Maestro"),
    *("Razorpay", "Odoo", "INR", "GST", "SGST", "CGST", "IGST", "GSTIN", "SAC"),
    # the name and address that the company's own record has, and its placeholders
    *("Saptarishi", "Science", "Museum", "Marg", "Pashan", "Pune"),
    *("Maharashtra", "MH", "India", "SCIM", "Asia", "Kolkata"),
    # of the walk
    *("Meera", "Kulkarni"),
}
LOOKS_LIKE_DATA = re.compile(
    r"Test stage [0-9a-f]{8}|\S+@\S+|https?://\S+|\b[A-Z]*\d[A-Z\d]*(?:-[A-Z\d]+)*\b|\b[A-Z]{2,5}(?:-[A-Z\d]+)+\b"
)
# Every text that people see or hear, one to a line.
TEXTS = """() => {
    const found = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (parent.closest("script, style, noscript, template, .o_translate_off")) {
            continue;
        }
        // Odoo's lists: states have one name, and not every country has a Hindi one.
        const known = ":is([name=country], [name=state]) > option:not([value=''])";
        if (parent.matches(known)) {
            continue;
        }
        // The visually hidden is read aloud; what is not drawn at all is not.
        if (parent.closest("option") || parent.checkVisibility()) {
            found.push(node.textContent);
        }
    }
    const names = ["aria-label", "placeholder", "title", "alt"];
    for (const element of document.body.querySelectorAll("*")) {
        if (!element.checkVisibility()) {
            continue;
        }
        for (const name of names) {
            found.push(element.getAttribute(name) || "");
        }
    }
    return found.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""


def english_in(texts, allowed=()):
    """The texts with a word in Latin letters that is no sign and no name."""
    wrong = []
    for text in texts:
        words = WORD.findall(LOOKS_LIKE_DATA.sub(" ", text))
        if not SIGNS.union(allowed).issuperset(words):
            wrong.append(text)
    return sorted(set(wrong))


def test_the_search_finds_english_words():
    assert english_in(["कार्ट", "Your cart"]) == ["Your cart"]
    assert english_in(["टिकट left"]) == ["टिकट left"]
    assert english_in(["SCIM-7XK9M2Q", "visit@example.com", "QR कोड", "10:00 am"]) == []


@pytest.fixture(scope="module")
def exhibition(server):
    """Id of a hall that is never full, and that asks who comes."""
    (id_,) = server.query(
        "SELECT res_id FROM ir_model_data"
        " WHERE module = 'museum_demo' AND name = 'exhibition_fossils'"
    )[0]
    kinds = [kind for (kind,) in server.query("SELECT id FROM museum_id_kind")]
    asks = {
        "visitor_names": "required",
        "visitor_id": "required",
        "visitor_id_kind_ids": [(6, 0, kinds)],
    }
    server.call("museum.exhibition", "write", [id_], asks)
    yield id_
    asks = {"visitor_names": "no", "visitor_id": "no"}
    server.call("museum.exhibition", "write", [id_], asks)


@pytest.fixture(scope="module")
def walk(server, exhibition, browser, mailbox):
    """Walk once; every page's texts on the way, and where they led."""
    contexts = Contexts(browser)
    page = contexts.new(**PHONE).new_page()
    try:
        walk = Walk(server, exhibition, page, mailbox)
        walk.look()
        walk.book()
        walk.cart()
        walk.codes()
        walk.log_in()
        walk.summary()
        walk.pay()
        walk.tickets()
        walk.find(contexts.new(**PHONE).new_page())
        yield walk
    except BaseException:
        contexts.screenshots("hindi")
        raise
    finally:
        contexts.close()


def code_in(mail):
    return re.search(r"\b\d{6}\b", re.sub("<[^>]*>", "", mail[0]))[0]


class Walk:
    """A new visitor's way; ``texts`` has what each page said."""

    def __init__(self, server, exhibition, page, mailbox):
        self.server, self.exhibition, self.page = server, exhibition, page
        self.mailbox, self.mails = mailbox, 0
        self.email = f"meera-{uuid.uuid4().hex[:8]}@example.com"
        self.texts = {}
        self.languages = {}

    def read(self, name, page=None):
        """Keep what the page says now."""
        page = page or self.page
        page.wait_for_load_state("networkidle")
        self.texts[name] = page.evaluate(TEXTS)
        self.languages[name] = page.evaluate("document.documentElement.lang")

    def mail(self):
        """Body and subject of the next mail with a code to the visitor."""
        self.mails += 1
        mail = self.mailbox.wait(self.email, "कोड", self.mails)
        return mail.get_body(("html", "plain")).get_content(), str(mail["subject"])

    def look(self):
        page = self.page
        page.goto(f"{self.server.url}/hi/exhibitions")
        self.read("list")
        page.goto(f"{self.server.url}/hi/exhibitions?search=zzzz")
        self.read("nothing found")
        page.goto(f"{self.server.url}/hi/exhibitions")
        page.locator(f"a[href$='-{self.exhibition}']:visible").first.click()
        self.read("exhibition")

    def book(self):
        page = self.page
        address = page.url.split("?")[0]
        day = datetime.now(ZoneInfo("Asia/Kolkata")).date() + timedelta(days=1)
        while day.weekday() in (0, 5, 6):  # closed; and the promotion is for weekdays
            day += timedelta(days=1)
        page.goto(f"{address}/book")
        self.read("calendar")
        page.goto(f"{address}/book?date={day}")
        page.wait_for_load_state("networkidle")
        page.locator("a[data-slot]:visible").last.click()
        page.locator(".o_museum_category button:visible").nth(1).click()
        self.read("tickets")
        page.locator(".o_museum_add:visible").click()
        page.wait_for_url("**/shop/cart**")

    def cart(self):
        page = self.page
        page.locator(".o_museum_cart_added").wait_for()
        self.read("cart")
        page.locator("[data-museum-action=clear]").click()
        page.locator(".o_dialog .btn-danger").wait_for()
        self.read("empty the cart")
        page.locator(".o_dialog .btn-secondary").click()
        page.locator(".o_dialog").wait_for(state="detached")
        # What the API says to a call from this page.
        self.refusal = page.evaluate(
            """async () => {
                const answer = await fetch("/api/v1/cart/items", {
                    method: "POST",
                    headers: {"Content-Type": "application/json"},
                    body: JSON.stringify({slot_id: 2147483647, categories: []}),
                });
                return (await answer.json()).error.message;
            }"""
        )

    def codes(self):
        """One that is none; and the demo museum's, for Monday to Friday."""
        page = self.page
        for name, code in (("no code", "NO-SUCH-CODE"), ("promotion", "SCIENCE10")):
            field = page.locator("input[name=promo]:visible").first
            field.fill(code)
            with page.expect_navigation():
                field.press("Enter")
            self.read(name)
        page.locator("#cart_products", has_text="10 %").wait_for()
        page.locator("a[name='website_sale_main_button']:visible").last.click()

    def log_in(self):
        page = self.page
        page.wait_for_url("**/web/login**")
        page.locator(".o_museum_guest").wait_for()
        self.read("login")
        page.fill("input[name=address]", "nobody")
        page.locator("form:has(input[name=address])").evaluate(
            "form => { form.noValidate = true }"
        )
        page.locator("form:has(input[name=address]) button[type=submit]").click()
        self.read("login refused")
        page.fill("input[name=address]", self.email)
        page.locator("form:has(input[name=address]) button[type=submit]").click()
        page.locator("input[name=code]").wait_for()
        self.read("code")
        self.code_mail = self.mail()
        page.fill("input[name=code]", code_in(self.code_mail))
        page.locator("form:has(input[name=code]) button[type=submit]").first.click()

    def summary(self):
        page = self.page
        page.wait_for_url("**/shop/payment**")
        page.wait_for_load_state("networkidle")
        page.locator(".o_museum_company summary").click()
        company = page.locator(".o_museum_company_form")
        company.locator("[name=name]").wait_for()
        self.read("summary")
        company.locator("[name=name]").fill("Meera Kulkarni")
        company.locator("[name=name]").press("Enter")
        company.locator(".is-invalid").first.wait_for()
        company.locator("[name=name]").fill("")
        page.locator(".o_museum_contact_form [name=name]").fill("Meera Kulkarni")
        page.locator("#o_museum_accept").check()
        page.locator("button[name='o_payment_submit_button']:visible").click()
        page.locator(".o_museum_visitor .is-invalid").first.wait_for()
        self.read("summary refused")
        for visitor in page.locator(".o_museum_visitor").all():
            visitor.locator("[name=name]").fill("Meera Kulkarni")
            visitor.locator("[name=id_kind_id]").select_option(index=1)
            visitor.locator("[name=id_number]").fill("4321")
        visitor.locator("[name=id_number]").press("Tab")
        page.locator("[data-stored]").first.wait_for()
        self.read("names saved")

    def pay(self):
        page = self.page
        page.locator("button[name='o_payment_submit_button']:visible").click()
        page.locator("#rzp-sandbox-pay-upi").wait_for()
        other = page.context.new_page()
        other.goto(f"{self.server.url}/hi/shop/cart")
        other.locator(".o_museum_payment_open").wait_for()
        self.read("payment open", other)
        other.close()
        page.locator("#rzp-sandbox-pay-upi").click()
        page.wait_for_url("**/shop/confirmation**", timeout=60_000)

    def tickets(self):
        page = self.page
        page.locator("a[href*='/my/tickets/']").first.wait_for(timeout=60_000)
        self.read("confirmation")
        self.reference = re.search(r"/my/tickets/([A-Z0-9-]+)", page.content())[1]
        page.goto(f"{self.server.url}/hi/my/tickets")
        self.read("my tickets")
        page.goto(f"{self.server.url}/hi/my/tickets/{self.reference}")
        self.read("ticket")
        page.goto(f"{self.server.url}/hi/my")
        self.read("account")
        link = f"{self.server.url}/my/tickets/{self.reference}/pdf"
        self.pdf = page.request.get(link).body()

    def find(self, page):
        """The booking, in a browser that knows nothing."""
        page.goto(f"{self.server.url}/hi/bookings/find")
        self.read("find", page)
        page.fill("input[name=reference]", "nobody")
        page.fill("input[name=contact]", self.email)
        page.locator("form:has([name=reference]) button[type=submit]").click()
        page.locator("#find_booking_error").wait_for()
        self.read("find refused", page)
        page.fill("input[name=reference]", self.reference)
        page.locator("form:has([name=reference]) button[type=submit]").click()
        page.locator("input[name=code]").wait_for()
        self.read("find code", page)
        self.find_mail = self.mail()
        page.fill("input[name=code]", code_in(self.find_mail))
        page.locator("form:has(input[name=code]) button[type=submit]").first.click()
        page.wait_for_url(f"**/my/tickets/{self.reference}")
        self.read("found", page)


PAGES = [
    *("list", "nothing found", "exhibition", "calendar", "tickets", "cart"),
    *("empty the cart", "no code", "promotion", "login", "login refused", "code"),
    *("summary", "summary refused", "names saved", "payment open", "confirmation"),
    *("my tickets", "ticket", "account", "find", "find refused", "find code", "found"),
]


@pytest.mark.parametrize("name", PAGES)
def test_no_english_is_left_on(walk, name):
    # The address typed wrong is shown again.
    assert english_in(walk.texts[name], {"nobody", "zzzz"}) == []
    assert DEVANAGARI.search(" ".join(walk.texts[name]))
    assert walk.languages[name] == "hi-IN"


def test_the_api_answers_in_the_pages_language(walk):
    assert DEVANAGARI.search(walk.refusal), walk.refusal


@pytest.mark.parametrize(
    ("language", "hindi"), [("hi-IN,hi;q=0.9", True), ("fr", False)]
)
def test_a_program_chooses_by_accept_language(server, language, hindi):
    answer = requests.get(
        f"{server.url}/api/v1/exhibitions/987654",
        headers={"Accept-Language": language},
        timeout=60,
    )
    assert answer.status_code == 404
    assert bool(DEVANAGARI.search(answer.json()["error"]["message"])) is hindi


@pytest.mark.parametrize("mail", ["code_mail", "find_mail"])
def test_the_mail_with_the_code_is_in_hindi(walk, mail):
    body, subject = getattr(walk, mail)
    text = re.sub(r"<[^>]*>", " ", body)
    assert english_in([*text.split("\n"), subject]) == []
    assert DEVANAGARI.search(subject)


def test_the_visitor_keeps_his_language(server, walk):
    assert server.query(
        "SELECT lang FROM res_partner WHERE email = %s", [walk.email]
    ) == [("hi_IN",)]


def test_the_pdf_is_in_hindi_and_its_letters_are_there(walk):
    pdf = pypdfium2.PdfDocument(io.BytesIO(walk.pdf))
    text = pdf[0].get_textpage().get_text_range()
    assert DEVANAGARI.search(text)
    assert not re.search(r"\b(Booking|Where|Price|admits|Terms)\b", text)
    # A font without Devanagari would draw boxes, all of the same glyph.
    assert "\ufffd" not in text


def test_every_story_of_the_demo_museum_has_a_translation(server):
    """museum_demo is not in the database of the addons' tests: its data is here."""
    fields = {
        "museum.exhibition": ("name", "summary", "description", "access_info"),
        "museum.venue": ("name", "description", "how_to_reach"),
        "museum.ticket.category": ("name", "description", "proof"),
        "museum.exhibition.tag": ("name",),
        "museum.price.rule": ("name",),
        "museum.cancellation.policy": ("text",),
        "museum.exhibition.image": ("name",),
        "loyalty.reward": ("description",),
    }
    missing = []
    for model, names in fields.items():
        rows = server.query(
            sql.SQL(
                "SELECT data.name, {values} FROM {table} record"
                " JOIN ir_model_data data ON data.res_id = record.id"
                " AND data.model = %s AND data.module = 'museum_demo'"
            ).format(
                values=sql.SQL(", ").join(
                    sql.Identifier("record", name) for name in names
                ),
                table=sql.Identifier(model.replace(".", "_")),
            ),
            [model],
        )
        assert rows, model
        for xmlid, *values in rows:
            for name, value in zip(names, values, strict=True):
                if (value or {}).get("en_US") and not DEVANAGARI.search(
                    value.get("hi_IN") or ""
                ):
                    missing.append(f"{xmlid}: {name}")
    assert missing == []
