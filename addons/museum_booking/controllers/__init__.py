# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import cart
from . import booking_form
from . import payment
from . import api_cart
from . import api_visitors
from . import api_auth
from . import api_bookings
from . import portal
from . import api_tickets
from . import lookup
from . import cancelling
from . import guest_account
from . import api_lookup
from . import api_cancelling
