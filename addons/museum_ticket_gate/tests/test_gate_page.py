# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from lxml import html

from odoo.tests import HttpCase, tagged

from .common import GateWorld


@tagged("post_install", "-at_install")
class TestGatePage(HttpCase):
    """The page itself: who gets it, and what it knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = GateWorld(cls.env)

    def page(self, user, query=""):
        self.authenticate(user.login, user.login)
        response = self.url_open(f"/gate{query}")
        return response, html.fromstring(response.content)

    def config(self, user, query=""):
        _response, page = self.page(user, query)
        (script,) = page.xpath("//script[@id='gate_config']")
        return json.loads(script.text)

    def test_page_knows_gates_operator_and_all_sentences(self):
        user = self.world.make_user("gate")
        config = self.config(user, f"?gate={self.world.gate.id}")
        self.assertEqual([gate["name"] for gate in config["gates"]], ["North door"])
        self.assertEqual(config["gateId"], self.world.gate.id)
        self.assertEqual(config["operator"], user.name)
        self.assertFalse(config["isManager"])
        self.assertTrue(all(config["texts"].values()))
        self.assertIn("redirect=%2Fgate", config["loginUrl"])

    def test_page_shows_the_gates_of_the_users_companies_only(self):
        elsewhere = GateWorld(self.env, "ELSE")
        self.world.make_gate("Closed door", active=False)
        config = self.config(elsewhere.make_user("gate"))
        self.assertEqual([gate["id"] for gate in config["gates"]], [elsewhere.gate.id])

    def test_names_cannot_leave_the_script(self):
        self.world.make_gate("</script><b>x</b>")
        config = self.config(self.world.make_user("gate"))
        self.assertIn("</script><b>x</b>", [gate["name"] for gate in config["gates"]])

    def test_odd_gate_numbers_are_no_error(self):
        user = self.world.make_user("gate")
        for query in ("?gate=", "?gate=x", "?gate=-1", "?gate=%EF%BC%91", "?gate=²"):
            with self.subTest(query):
                self.assertIn("gates", self.config(user, query))

    def test_others_are_told_whom_to_ask(self):
        for role in ("employee", "portal"):
            with self.subTest(role):
                response, page = self.page(self.world.make_user(role))
                self.assertEqual(response.status_code, 403)
                self.assertIn("role", page.xpath("string(//main)"))
                self.assertFalse(page.xpath("//script[@id='gate_config']"))

    def test_strangers_are_sent_to_the_login_and_back(self):
        self.authenticate(None, None)
        response = self.url_open("/gate?gate=1", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login?redirect=", response.headers["Location"])

    def test_page_needs_no_web_client(self):
        _response, page = self.page(self.world.make_user("gate"))
        sources = page.xpath("//script/@src") + page.xpath("//link/@href")
        bundles = [source for source in sources if "/web/assets/" in source]
        self.assertTrue(bundles)
        self.assertTrue(all("museum_ticket_gate" in bundle for bundle in bundles))

    def test_open_gate_button_opens_this_gate(self):
        action = self.world.gate.action_open_gate()
        self.assertEqual(action["url"], f"/gate?gate={self.world.gate.id}")
