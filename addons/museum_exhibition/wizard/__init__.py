# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import museum_slot_bulk
from . import museum_slot_change
from . import museum_seat_block
from . import museum_slot_seats
from . import museum_slot_prices
from . import museum_settings
from . import museum_setup
from . import museum_setup_checks
from . import museum_setup_making
