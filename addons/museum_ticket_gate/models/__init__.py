# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import museum_gate  # isort: skip
from . import (
    museum_booking,
    museum_gate_verify,
    museum_scan,
    museum_signing_key,
    museum_ticket,
)
