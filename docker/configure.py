"""Set the public address and Razorpay's keys (read by `odoo shell`)."""

import os

parameters = env["ir.config_parameter"].sudo()
parameters.set_param("web.base.url", os.environ["PUBLIC_URL"])
parameters.set_param("web.base.url.freeze", "True")
provider = env["payment.provider"].search([("code", "=", "razorpay")], limit=1)
key = os.environ.get("RAZORPAY_KEY_ID")
if provider and key:
    provider.write(
        {
            "razorpay_key_id": key,
            "razorpay_key_secret": os.environ.get("RAZORPAY_KEY_SECRET"),
            "razorpay_webhook_secret": os.environ.get("RAZORPAY_WEBHOOK_SECRET"),
            "state": "test" if key.startswith("rzp_test_") else "enabled",
            "is_published": True,
        }
    )
env.cr.commit()
