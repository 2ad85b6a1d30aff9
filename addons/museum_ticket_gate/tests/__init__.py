# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_gate_page
from . import test_scan_log
from . import test_scan_race
from . import test_verdict
from . import test_verify_api
