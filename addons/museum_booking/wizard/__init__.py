# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import museum_booking_cancel
from . import museum_ticket_reissue
from . import museum_settings
