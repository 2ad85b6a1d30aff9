# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What benchmarks/run.py is made of: a load client, a server, seeds, scenarios."""
