# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_recurrence
from . import test_refusal
from . import test_slot_plan_lib
from . import test_slot_plan
from . import test_schedule
from . import test_hold
from . import test_slot
from . import test_slot_staff
from . import test_access
from . import test_hold_race
from . import test_seat_limits
from . import test_seat_limits_race
from . import test_seat_history
from . import api_probe
from . import test_api_kit
from . import test_api_openapi
from . import test_api_exhibitions
from . import test_web_pages
from . import test_web_list
from . import test_web_exhibition
from . import test_seats_live
from . import test_coalescer
from . import test_exhibition_states
from . import test_venue_hours
from . import test_prices, test_ticket_category
from . import test_setup
from . import test_tenants
