# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_codes
from . import test_token
from . import test_access_booking
from . import test_cart_api
from . import test_checkout_doors
from . import test_guards
from . import test_order_confirm
from . import test_ticket_issue
from . import test_ticket_keys
from . import test_mail_tickets
from . import test_pdf_tickets
from . import test_portal_tickets
from . import test_ticket_race
from . import test_terms
from . import test_visit_cancelled
from . import test_setup_booking
from . import test_one_price
