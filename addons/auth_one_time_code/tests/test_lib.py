# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import BaseCase, tagged

from ..lib import addresses, codes, masking, waits
from ..lib.local_path import local_path
from ..lib.proof import Proof


@tagged("-at_install", "post_install")
class TestLib(BaseCase):
    # --- codes

    def test_code_has_six_digits_and_keeps_its_zeros(self):
        made = {codes.new_code() for _ in range(2000)}
        self.assertTrue(all(len(code) == 6 and code.isdecimal() for code in made))
        self.assertTrue(any(code.startswith("0") for code in made))
        self.assertGreater(len(made), 1900)

    def test_challenge_has_256_bits(self):
        self.assertEqual(len(codes.new_challenge()), 43)
        self.assertNotEqual(codes.new_challenge(), codes.new_challenge())

    def test_digest_depends_on_key_purpose_challenge_and_code(self):
        one = codes.code_digest("key", "login", "challenge", "123456")
        for other in (
            ("KEY", "login", "challenge", "123456"),
            ("key", "lookup", "challenge", "123456"),
            ("key", "login", "challengE", "123456"),
            ("key", "login", "challenge", "123457"),
        ):
            self.assertFalse(codes.same(one, codes.code_digest(*other)), other)
        self.assertTrue(
            codes.same(one, codes.code_digest("key", "login", "challenge", "123456"))
        )
        self.assertNotEqual(codes.digest("k", "ab", "c"), codes.digest("k", "a", "bc"))

    def test_typed_code_table(self):
        for text, code in [
            ("012345", "012345"),
            (" 012 345 ", "012345"),
            ("012-345", "012345"),
            ("१२३४५६", "123456"),
            ("１２３４５６", "123456"),
            ("12345", ""),
            ("1234567", ""),
            ("12345a", ""),
            ("", ""),
            (None, ""),
            (123456, ""),
            (["123456"], ""),
            ("1" * 1000, ""),
        ]:
            self.assertEqual(codes.typed_code(text), code, text)

    # --- waits

    def test_waits_double_up_to_a_quarter_of_an_hour(self):
        self.assertEqual(waits.growing_waits(8), (30, 60, 120, 240, 480, 900, 900, 900))
        self.assertEqual(waits.wait_after(0), 0)
        self.assertEqual(waits.wait_after(10**6), 900)

    # --- addresses

    def test_plain_email_table(self):
        good = ["a@example.com", "A.b+c@Sub.Example.co.in", " a@example.com "]
        bad = [
            "",
            "a@",
            "@example.com",
            "a@localhost",
            "a@b@example.com",
            "Name <a@example.com>",
            '"a@evil.com" <b@example.com>',
            "a@example.com,b@example.com",
            "a@example.com;b@example.com",
            "a@example.com b@example.com",
            "a@example.com\nBcc: b@example.com",
            "a@example.com\r\n",
            "a\x00@example.com",
            "a@example.com\t",
            "a..b@example.com",
            ".a@example.com",
            "a@-example.com",
            "a@exa_mple.com",
            "á@example.com",
            "a@exámple.com",
            "\u212aevin@example.com",
            "a" * 65 + "@example.com",
            "a@" + "b" * 60 + "." + ("c" * 60 + ".") * 4 + "com",
        ]
        for text in good:
            self.assertEqual(addresses.plain_email(text), text.strip(" "), text)
        for text in bad:
            self.assertEqual(addresses.plain_email(text), "", text)

    def test_plain_phone_table(self):
        for text, number in [
            ("+91 98765 43210", "+91 98765 43210"),
            ("098765-43210", "098765-43210"),
            ("९८७६५४३२१०", "9876543210"),
            ("+91 98765 43210;ext=5", ""),
            ("1-800-FLOWERS", ""),
            ("++919876543210", ""),
            ("12", ""),
            ("9" * 40, ""),
            ("98765\n43210", ""),
        ]:
            self.assertEqual(addresses.plain_phone(text), number, text)

    def test_masks_show_little(self):
        self.assertEqual(masking.mask_email("vera@example.com"), "v•••@example.com")
        self.assertEqual(masking.mask_email("v@example.com"), "v•••@example.com")
        self.assertEqual(masking.mask_phone("+919876543210", "91"), "+91 ••••••3210")
        self.assertEqual(masking.mask_phone("+12025550123", "1"), "+1 ••••••0123")

    # --- where a login may lead

    def test_local_path_table(self):
        for path in ["/", "/my", "/my/bookings?page=2#x", "/a%2F%2Fb", "/मेरा"]:
            self.assertEqual(local_path(path), path)
        for path in [
            None,
            "",
            "my",
            "//evil.example",
            "///evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/\\evil.example",
            "\\\\evil.example",
            "/my\\..",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "/my\r\nSet-Cookie: a=b",
            "/" + "a" * 3000,
            ["/my"],
        ]:
            self.assertEqual(local_path(path), "", path)

    # --- proofs

    def test_proof_lets_its_user_in_once_within_a_minute(self):
        self.assertTrue(Proof(1, 7, 100.0).spend(7, 160.0))
        self.assertFalse(Proof(1, 7, 100.0).spend(7, 160.1), "too late")
        self.assertFalse(Proof(1, 7, 100.0).spend(8, 101.0), "somebody else")
        proof = Proof(1, 7, 100.0)
        self.assertTrue(proof.spend(7, 101.0))
        self.assertFalse(proof.spend(7, 101.0), "twice")
        proof = Proof(1, 7, 100.0)
        self.assertFalse(proof.spend(8, 101.0))
        self.assertFalse(proof.spend(7, 101.0), "spent by the wrong one")

    # --- IP addresses

    def test_counted_ip_table(self):
        for text, counted in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::ffff", "2001:db8:1:3::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("unix:", "unix:"),
            ("", ""),
        ]:
            self.assertEqual(addresses.counted_ip(text), counted, text)
