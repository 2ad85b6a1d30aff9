# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sandbox's own page: what was ordered, paid and delivered; a few buttons."""

from html import escape

HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Razorpay SANDBOX</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:15px/1.4 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem}
.note{background:#7a2e00;color:#fff;padding:.7rem 1rem;border-radius:6px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;border-bottom:1px solid #bbb;padding:.3rem .5rem}
button{min-height:2.2rem}
</style></head><body>
<h1>Razorpay SANDBOX</h1>
<p class="note"><strong>This is not Razorpay and moves no real money.</strong>
It stands in for Razorpay on this computer so that the shop can be tried.</p>
"""
SCRIPT = """<script>
document.addEventListener("click", async (event) => {
    const path = event.target.dataset.post;
    if (!path) return;
    const headers = {"Content-Type": "application/json"};
    const answer = await fetch(path, {method: "POST", headers, body: "{}"});
    if (!answer.ok) alert((await answer.json()).error.description);
    location.reload();
});
</script></body></html>"""


def _table(title, head, rows):
    cells = "".join(f"<th scope='col'>{escape(text)}</th>" for text in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows
    )
    none = "" if rows else "<p>None yet.</p>"
    return f"<h2>{title}</h2><table><tr>{cells}</tr>{lines}</table>{none}"


def _button(path, text):
    return f"<button data-post='{escape(path)}'>{escape(text)}</button>"


def _money(entity):
    return f"{entity['amount'] / 100:.2f} {escape(entity['currency'])}"


def _payment_row(payment):
    id_, status = payment["id"], payment["status"]
    buttons = ""
    if status in ("failed", "created"):
        buttons = _button(f"/_sandbox/payments/{id_}/authorise", "Authorise late")
    if status == "captured":
        buttons = _button(f"/_sandbox/payments/{id_}/refund", "Refund")
        buttons += _button(f"/_sandbox/payments/{id_}/dispute", "Dispute")
    why = escape(payment["error_reason"] or "")
    order = escape(payment["order_id"])
    return id_, order, _money(payment), payment["method"], f"{status} {why}", buttons


def _refund_row(refund):
    id_, buttons = refund["id"], ""
    if refund["status"] == "pending":
        buttons = _button(f"/_sandbox/refunds/{id_}/process", "Process")
        buttons += _button(f"/_sandbox/refunds/{id_}/fail", "Fail")
    return id_, refund["payment_id"], _money(refund), refund["status"], buttons


def _delivery_row(delivery):
    again = _button(f"/_sandbox/deliveries/{delivery['id']}/redeliver", "Deliver again")
    return (
        delivery["id"],
        escape(delivery["event"]),
        delivery["state"],
        delivery["tries"],
        escape(delivery["status"] or ""),
        again,
    )


def render(sandbox):
    """Return the page as bytes."""
    with sandbox.lock:
        orders = sandbox.store.all("order", limit=50, newest=True)
        payments = sandbox.store.all("payment", limit=50, newest=True)
        refunds = sandbox.store.all("refund", limit=50, newest=True)
        deliveries = sandbox.store.deliveries(limit=50)
    order_rows = [
        (o["id"], escape(str(o["receipt"])), _money(o), o["status"], o["attempts"])
        for o in orders
    ]
    parts = [
        HEAD,
        _table("Orders", ("Id", "Receipt", "Amount", "Status", "Attempts"), order_rows),
        _table(
            "Payments",
            ("Id", "Order", "Amount", "Method", "Status", ""),
            [_payment_row(payment) for payment in payments],
        ),
        _table(
            "Refunds",
            ("Id", "Payment", "Amount", "Status", ""),
            [_refund_row(refund) for refund in refunds],
        ),
        _table(
            "Webhook deliveries",
            ("No.", "Event", "State", "Tries", "Last answer", ""),
            [_delivery_row(delivery) for delivery in reversed(deliveries)],
        ),
        SCRIPT,
    ]
    return "".join(parts).encode()
