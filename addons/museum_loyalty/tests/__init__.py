# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_access
from . import test_cards
from . import test_card_race
from . import test_checkout
from . import test_codes
from . import test_empty_account
from . import test_guards
from . import test_rules
