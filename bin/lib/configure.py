"""Tell a demo database which Razorpay to use (read by `odoo shell`; see server.sh)."""

import os

value = os.environ.__getitem__
parameters = env["ir.config_parameter"].sudo()
parameters.set_param("web.base.url", value("MUSEUM_BASE_URL"))
parameters.set_param("web.base.url.freeze", "True")
if hasattr(env["res.company"], "_museum_demo_razorpay"):
    env["res.company"]._museum_demo_razorpay(
        key_id=value("MUSEUM_KEY_ID"),
        key_secret=value("MUSEUM_KEY_SECRET"),
        webhook_secret=value("MUSEUM_WEBHOOK_SECRET"),
        api_url=value("MUSEUM_API_URL") or None,
    )
parameters.set_param("museum.serve.configured", value("MUSEUM_MARK"))
env.cr.commit()
