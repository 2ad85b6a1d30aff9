# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

OPERATIONS = ("read", "write", "create", "unlink")
SECRETS = ("sms_dlt_url", "sms_dlt_api_key", "sms_dlt_report_secret")


@tagged("-at_install", "post_install")
class TestAccess(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public = cls.env.ref("base.public_user")
        cls.portal = new_test_user(cls.env, "gw_portal", groups="base.group_portal")
        cls.employee = new_test_user(cls.env, "gw_employee", groups="base.group_user")
        cls.admin = new_test_user(cls.env, "gw_admin", groups="base.group_system")

    def test_rights_table(self):
        rights = {
            "sms.log": ("read", "unlink"),
            "sms.dlt.template": OPERATIONS,
        }
        for model, allowed in rights.items():
            for user in (self.public, self.portal, self.employee, self.admin):
                for operation in OPERATIONS:
                    may = user == self.admin and operation in allowed
                    self.assertEqual(
                        self.env[model].with_user(user).has_access(operation),
                        may,
                        (model, user.login, operation),
                    )

    def test_only_the_system_reads_keys(self):
        """Guard: ``groups`` of the fields."""
        company = self.env.company
        company.sms_dlt_api_key = "secret"
        for user in (self.portal, self.employee):
            for name in SECRETS:
                with self.assertRaises(AccessError):
                    company.with_user(user).read([name])
        self.assertEqual(company.with_user(self.admin).sms_dlt_api_key, "secret")

    def test_records_of_other_companies_are_not_seen(self):
        """Guard: the record rules."""
        other = self.env["res.company"].create({"name": "Other"})
        log = self.env["sms.log"].create({"number": "1", "company_id": other.id})
        text = self.env["sms.dlt.template"].create(
            {
                "name": "Theirs",
                "template_id": "1234567890",
                "text": "x",
                "company_id": other.id,
            }
        )
        for record in (log, text):
            seen = record.with_user(self.admin).search([("id", "=", record.id)])
            self.assertFalse(seen)
