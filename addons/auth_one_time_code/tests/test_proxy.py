# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import config

from ..models.auth_one_time_code import SENDS_PER_IP
from .test_login_page import PageCase

EMAIL = "vera@example.com"


@tagged("-at_install", "post_install")
class TestProxy(PageCase):
    """Whose IP address is counted and logged, over real HTTP."""

    def setUp(self):
        super().setUp()
        self._behind_proxy(True)

    def _behind_proxy(self, is_behind):
        patcher = patch.dict(config._runtime_options, {"proxy_mode": is_behind})
        patcher.start()
        self.addCleanup(patcher.stop)

    def _ask_as(self, forwarded_for, address=EMAIL):
        host = self.base_url().removeprefix("http://")
        self.opener.headers.update(
            {"X-Forwarded-For": forwarded_for, "X-Forwarded-Host": host}
        )
        self._ask_page(address)
        lines = self.env["auth.one.time.attempt"].search([], limit=1, order="id desc")
        return lines.ip

    def test_behind_a_proxy_it_is_the_clients_address(self):
        self.assertEqual(self._ask_as("198.51.100.7"), "198.51.100.7")

    def test_what_a_client_claims_to_be_is_not_believed(self):
        """Guard: ``remote_addr``, not the header: only the proxy's word counts."""
        ip = self._ask_as("203.0.113.99, 198.51.100.7")
        self.assertEqual(ip, "198.51.100.7")

    def test_without_a_proxy_the_header_is_not_believed(self):
        self._behind_proxy(False)
        self.assertEqual(self._ask_as("198.51.100.7"), "127.0.0.1")

    def test_changing_the_claim_does_not_change_the_limit(self):
        """Guard: the same; over the API's and the page's own road."""
        self._behind_proxy(False)
        for number in range(SENDS_PER_IP):
            self._ask_as(f"198.51.100.{number}", f"visitor{number}@example.com")
            self.assertEqual(self.response.status_code, 200)
        self._ask_as("192.0.2.200", "visitor99@example.com")
        self.assertEqual(self.response.status_code, 429)

    def test_clients_behind_one_proxy_have_limits_of_their_own(self):
        for number in range(SENDS_PER_IP):
            self._ask_as("198.51.100.7", f"visitor{number}@example.com")
        self._ask_as("198.51.100.7", "visitor98@example.com")
        self.assertEqual(self.response.status_code, 429)
        self._ask_as("198.51.100.8", "visitor99@example.com")
        self.assertEqual(self.response.status_code, 200)

    def test_one_line_with_ipv6_has_one_limit(self):
        """Guard: ``counted_ip``; whoever has a /64 has more than enough addresses."""
        for number in range(SENDS_PER_IP):
            address = f"visitor{number}@example.com"
            ip = self._ask_as(f"2001:db8:1:2::{number:x}", address)
        self.assertEqual(ip, "2001:db8:1:2::1d", "the log has the whole address")
        self._ask_as("2001:db8:1:2:ffff::1", "visitor98@example.com")
        self.assertEqual(self.response.status_code, 429)
        self._ask_as("2001:db8:1:3::1", "visitor99@example.com")
        self.assertEqual(self.response.status_code, 200)
