# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import main
from . import post_processing
from . import api_payments
