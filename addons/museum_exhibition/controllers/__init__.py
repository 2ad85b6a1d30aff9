# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import errors
from . import serializers
from . import api_dispatcher
from . import api_kit
from . import openapi
from . import exhibition_api
from . import pages
from . import exhibition_page
from . import booking_page
