# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import res_company
from . import museum_exhibition
from . import museum_slot
from . import museum_ticket_category
from . import museum_signing_key
from . import museum_ticket
from . import museum_booking
from . import product_template
from . import product_product
from . import sale_order
from . import sale_order_line
from . import payment_transaction
from . import website
