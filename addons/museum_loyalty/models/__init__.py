# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import account_fiscal_position
from . import loyalty_card
from . import loyalty_program
from . import loyalty_reward
from . import loyalty_rule
from . import museum_booking
from . import museum_refund
from . import res_users
from . import sale_order
from . import sale_order_cards
from . import sale_order_codes
from . import sale_order_line
from . import sale_order_scope
