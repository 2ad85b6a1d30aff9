# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A sandbox that stands in for Razorpay where Razorpay cannot be reached.

It is a real HTTP server in its own process: state in SQLite, signed webhooks, a
checkout window. It is NOT Razorpay, moves no money and says so on every page.
"""
