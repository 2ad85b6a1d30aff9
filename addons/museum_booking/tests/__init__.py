# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_codes
from . import test_token
from . import test_cart_api
from . import test_order_confirm
