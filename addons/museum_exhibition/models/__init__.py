# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import res_company
from . import res_config_settings
from . import museum_venue
from . import museum_venue_limit
from . import museum_seat_pool
from . import museum_ticket_category
from . import museum_exhibition
from . import museum_schedule
from . import museum_closure
from . import museum_slot
from . import museum_slot_seats
from . import museum_slot_planned
from . import museum_slot_availability
from . import museum_slot_live
from . import museum_slot_report
from . import museum_hold
from . import museum_hold_take
from . import museum_slot_plan
from . import museum_slot_plan_line
from . import museum_idempotency_key
from . import ir_http
from . import ir_websocket
from . import museum_exhibition_website
from . import website
