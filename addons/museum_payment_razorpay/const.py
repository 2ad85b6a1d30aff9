# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Razorpay fixes: names, limits, statuses. Ours stand next to their classes."""

# https://razorpay.com/docs/payments/payment-gateway/web-integration/, read 2026
CHECKOUT_JS = "https://checkout.razorpay.com/v1/checkout.js"

# https://razorpay.com/docs/api/orders/create/, read 2026
RECEIPT_LENGTH = 40
NOTES_COUNT = 15
NOTE_LENGTH = 256

# Operations that a visitor does in the checkout window.
CHECKOUT_OPERATIONS = ("online_direct", "online_redirect")

# https://razorpay.com/docs/payments/payments/#payment-life-cycle, read 2026
PAYMENT_CREATED = "created"
PAYMENT_AUTHORIZED = "authorized"
PAYMENT_CAPTURED = "captured"
PAYMENT_REFUNDED = "refunded"
PAYMENT_FAILED = "failed"

# Odoo's method codes, as the checkout's ``prefill.method`` knows them.
PREFILL_METHODS = {
    "card": "card",
    "upi": "upi",
    "netbanking": "netbanking",
    "wallets_india": "wallet",
    "emi_india": "emi",
    "paylater_india": "paylater",
}
