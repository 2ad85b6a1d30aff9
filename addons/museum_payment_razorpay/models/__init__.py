# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import res_config_settings
from . import payment_provider
from . import payment_transaction
from . import payment_transaction_settle
from . import payment_transaction_refund
from . import payment_transaction_cron
from . import payment_transaction_reopen
from . import museum_payment_event
from . import museum_booking
