# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_lib
from . import test_create_order
from . import test_verify
from . import test_webhook
from . import test_late_money
from . import test_reconcile
from . import test_reopen
from . import test_refund
from . import test_plays
from . import test_refund_job
from . import test_provider
from . import test_access
from . import test_exactly_once
