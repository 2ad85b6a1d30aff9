# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import museum_demo
from . import res_company
