# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from base64 import b64encode
from datetime import date, datetime, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import file_open

# The museum's colours: indigo sky, brick, sand, white, night.
COLOURS = {
    "o-color-1": "#3d3391",
    "o-color-2": "#b5452a",
    "o-color-3": "#f7f2ea",
    "o-color-4": "#ffffff",
    "o-color-5": "#16173f",
}
FONTS = ("font", "headings-font", "navbar-font", "buttons-font")
SLOT_DAYS = 90
# Services of museums, as the tax office numbers services (SAC).
SERVICE_CODE = "999641"
# (month, day, name): national and state holidays with a fixed date.
HOLIDAYS = [
    (1, 26, "Republic Day"),
    (5, 1, "Maharashtra Day"),
    (8, 15, "Independence Day"),
    (10, 2, "Gandhi Jayanti"),
    (12, 25, "Christmas Day"),
]
# (exhibition, weekday from 0 = Monday, shares of seats kept back for schools): so that
# days and times with few places left, and full ones, are seen at once.
SCHOOL_DAYS = [
    ("exhibition_planetarium", 2, (0.3, 0.62, 0.95, 0.1, 1.0)),
    ("exhibition_planetarium", 3, (1.0,)),
    ("exhibition_planetarium", 4, (0.7, 0.8, 0.95)),
    ("exhibition_mars", 3, (0.4, 0.9, 1.0, 0.2)),
    ("exhibition_robots", 2, (1.0,)),
    ("exhibition_robots", 5, (1.0, 0.75)),
    ("exhibition_robots", 6, (0.5, 0.75)),
    ("exhibition_engines", 1, (0.6, 1.0)),
]


def next_holiday(today):
    """The first fixed holiday after today, as (day, name).

    :param date today: the day in the museum's time zone
    """
    days = [
        (date(today.year + years, month, day), name)
        for years in (0, 1)
        for month, day, name in HOLIDAYS
    ]
    return min(entry for entry in days if entry[0] > today)


class MuseumDemo(models.AbstractModel):
    """Makes and renews the demo museum; called by this addon's data files.

    Every step can be repeated: it looks first and writes what is missing or stale.
    """

    _name = "museum.demo"
    _description = "Demo museum"

    @api.model
    def _set_up_company(self):
        """Chart of accounts, taxes and looks: before the first price is made."""
        company = self.env.ref("base.main_company")
        if company.museum_code == "SCIM":
            return
        self._write_company(company)
        self._set_up_taxes(company)
        self._set_up_website(company)
        self._set_up_languages()

    @api.model
    def _write_company(self, company):
        with file_open("museum_demo/static/img/logo.png", "rb") as logo:
            picture = self._base64(logo.read())
        company.write(
            {
                "name": "Saptarishi Science Museum",
                "street": "7 Saptarishi Marg, Pashan",
                "zip": "411008",
                "city": "Pune",
                "state_id": self.env.ref("base.state_in_mh").id,
                "country_id": self.env.ref("base.in").id,
                "phone": "+91 20 5555 0107",
                "email": "visit@example.com",
                "website": "https://museum.example.com",
                # The placeholder that official samples use; it belongs to nobody.
                "vat": "27AAAAA0000A1Z5",
                "logo": picture,
                "primary_color": COLOURS["o-color-1"],
                "secondary_color": COLOURS["o-color-2"],
                "museum_code": "SCIM",
                "museum_slot_days": SLOT_DAYS,
                "museum_terms_version": "1",
            }
        )
        company.partner_id.tz = "Asia/Kolkata"
        rupee = self.env.ref("base.INR")
        rupee.active = True
        if company.currency_id != rupee:
            company.currency_id = rupee
        # Odoo's own programs (gift cards) were made while it was another one.
        programs = self.env["loyalty.program"].with_context(active_test=False)
        programs.search([("currency_id", "!=", rupee.id)]).currency_id = rupee
        for user in ("base.user_admin", "base.public_user", "base.user_root"):
            self.env.ref(user).tz = "Asia/Kolkata"

    @api.model
    def _set_up_taxes(self, company):
        chart = self.env["account.chart.template"].with_company(company)
        if company.chart_template != "in":
            chart.try_loading("in", company, install_demo=False)
        company.write(
            {
                "account_price_include": "tax_included",
                "account_sale_tax_id": chart.ref("sgst_sale_18").id,
            }
        )
        # Odoo asks for an HSN or SAC code of that many digits on invoices.
        company.l10n_in_hsn_code_digit = "6"

    @api.model
    def _set_up_website(self, company):
        website = self.env.ref("website.default_website")
        with file_open("museum_demo/static/img/logo.png", "rb") as logo:
            picture = self._base64(logo.read())
        with file_open("museum_demo/static/img/favicon.png", "rb") as icon:
            favicon = self._base64(icon.read())
        website.write(
            {
                "name": company.name,
                "company_id": company.id,
                "logo": picture,
                "favicon": favicon,
                "auth_signup_uninvited": "b2c",
                # Guests may buy, too.
                "account_on_checkout": "optional",
                "show_line_subtotals_tax_selection": "tax_included",
                # Nobody has written a home page: what is on is the best one.
                "homepage_url": "/exhibitions",
            }
        )
        # The header's placeholder phone number and its second "Contact us".
        views = self.env["website"].with_context(website_id=website.id)
        for key in ("header_text_element", "header_call_to_action"):
            views.viewref(f"website.{key}").active = False
        # Tickets are booked from their exhibition: this museum has no shop page.
        shop = self.env["website.menu"].search(
            [("url", "=", "/shop"), ("website_id", "=", website.id)]
        )
        shop.unlink()
        assets = self.env["website.assets"].with_context(website_id=website.id)
        assets.make_scss_customization(
            "/website/static/src/scss/options/colors/user_color_palette.scss",
            dict(COLOURS),
        )
        # Odoo's default fonts are loaded from another company's server.
        assets.make_scss_customization(
            "/website/static/src/scss/options/user_values.scss",
            dict.fromkeys(FONTS, "'SYSTEM_FONTS'"),
        )

    @api.model
    def _set_up_languages(self):
        """Hindi beside English, with the switch in the website's header.

        Odoo's wizard loads what the installed addons have; that of this one, the
        demo's own stories, follows when its data is in.
        """
        hindi = self.env.ref("base.lang_hi_IN")
        website = self.env.ref("website.default_website")
        self.env["base.language.install"].create(
            {"lang_ids": [(6, 0, hindi.ids)], "website_ids": [(6, 0, website.ids)]}
        ).lang_install()
        # Lakhs and crores, in both languages of an Indian museum.
        languages = hindi | self.env["res.lang"]._lang_get("en_US")
        languages.write({"grouping": "[3,2,0]"})

    @api.model
    def _set_up_programme(self):
        """Closures, the special exhibition's last day, and the slots to come."""
        first_time = not self.env["museum.slot"].search_count(
            [("exhibition_id", "=", self.env.ref("museum_demo.exhibition_mars").id)],
            limit=1,
        )
        today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
        self._renew_special_exhibition(today)
        self._renew_closures(today)
        exhibitions = self._exhibitions()
        exhibitions._plan_ahead()
        if first_time:
            self._keep_seats_for_schools(today)
        names = ("moon", "coding")
        for name in names:  # closed, and a draft: they have no slots
            exhibitions |= self.env.ref(f"museum_demo.exhibition_{name}")
        self._write_service_code(exhibitions)

    @api.model
    def _exhibitions(self):
        names = ("planetarium", "fossils", "mars", "robots", "engines", "courtyard")
        found = self.env["museum.exhibition"]
        for name in names:
            found |= self.env.ref(f"museum_demo.exhibition_{name}")
        return found

    @api.model
    def _renew_special_exhibition(self, today):
        special = self.env.ref("museum_demo.exhibition_mars")
        if not special.date_to or special.date_to < today + timedelta(days=30):
            special.write(
                {
                    "date_from": today - timedelta(days=30),
                    "date_to": today + timedelta(days=150),
                }
            )

    @api.model
    def _renew_closures(self, today):
        """The next holiday, and a Tuesday five weeks on for the engines' boilers."""
        Closure = self.env["museum.closure"]
        ahead = [("date_from", ">", today)]
        building = self.env.ref("museum_demo.venue_main")
        if not Closure.search_count([*ahead, ("exhibition_id", "=", False)], limit=1):
            holiday, name = next_holiday(today)
            for venue in (building, self.env.ref("museum_demo.venue_dome")):
                Closure.create(
                    {
                        "name": name,
                        "venue_id": venue.id,
                        "date_from": holiday,
                        "date_to": holiday,
                    }
                )
        engines = self.env.ref("museum_demo.exhibition_engines")
        if not Closure.search_count([*ahead, ("exhibition_id", "=", engines.id)]):
            tuesday = today + timedelta(days=35 + (1 - today.weekday()) % 7)
            Closure.create(
                {
                    "name": "Inspection of the boilers",
                    "exhibition_id": engines.id,
                    "date_from": tuesday,
                    "date_to": tuesday,
                }
            )

    @api.model
    def _keep_seats_for_schools(self, today):
        """Only for slots made in this very transaction: nobody can have a seat yet."""
        for name, weekday, shares in SCHOOL_DAYS:
            day = today + timedelta(days=1 + (weekday - today.weekday() - 1) % 7)
            exhibition = self.env.ref(f"museum_demo.{name}")
            slots = self.env["museum.slot"].search(
                [("exhibition_id", "=", exhibition.id), ("local_date", "=", day)],
                order="start_at",
            )
            for slot, share in zip(slots, cycle(shares), strict=False):
                slot.pool_id.sudo().blocked = int(slot.capacity * share)

    @api.model
    def _write_service_code(self, exhibitions):
        products = exhibitions.category_ids.product_id.product_tmpl_id
        missing = products.filtered(lambda product: not product.l10n_in_hsn_code)
        missing.l10n_in_hsn_code = SERVICE_CODE

    @api.model
    def _base64(self, content):
        return b64encode(content)
