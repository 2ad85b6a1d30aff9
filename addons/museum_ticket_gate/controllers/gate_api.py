# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from datetime import UTC, datetime

from odoo import http
from odoo.http import request

from odoo.addons.museum_exhibition.controllers import api_kit as kit
from odoo.addons.museum_exhibition.controllers import errors

from ..models.museum_gate_verify import Scan

GATE_GROUP = "museum_exhibition.group_museum_gate"
MANAGER_GROUP = "museum_exhibition.group_museum_manager"

# A QR holds at most 4296 characters; more is no scan.
MAX_SCANNED = 4296
MAX_DEVICE = 64
MAX_REASON = 200
_UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE
)


def gate_for_user(gate_id):
    """The gate, when the user may scan there; no query once things are cached.

    :raise errors.Forbidden: no gate role, or no such open gate in his companies.
        Both look the same: nobody learns which gates another museum has.
    """
    user = request.env.user
    if not user.has_group(GATE_GROUP):
        raise errors.Forbidden
    gate = request.env["museum.gate"].browse(gate_id)
    info = gate._gate_info(gate_id, request.env.lang)
    if not info or not info.active or info.company_id not in user._get_company_ids():
        raise errors.Forbidden(
            request.env._("This gate is not open for you. Choose another one.")
        )
    return gate


def _instant(value, name):
    """An ISO 8601 instant with offset as naive UTC, or None."""
    text = kit.text(value, name, 40)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise errors.InvalidRequest(details={name: "must be ISO 8601"}) from None


class MuseumGateApi(http.Controller):
    """The decision at the door."""

    # no website, no session to write: a fifth of the time of a scan
    @kit.api_route(
        "/tickets/verify",
        methods=["POST"],
        auth="user",
        website=False,
        save_session=False,
    )
    def verify(
        self,
        gate_id,
        scan_uuid,
        code=None,
        token=None,
        scanned_at=None,
        device=None,
        override_reason=None,
    ):
        """Judge one scan, let in who may, log it; for the gate role.

        ``token`` is the raw text of a QR, ``code`` a typed one; either may hold
        both. The same ``scan_uuid`` again gets the same answer and lets in nobody
        twice. ``override_reason`` lets a manager overrule time and place.
        Refusals are verdicts with status 200, not errors.
        """
        gate = gate_for_user(kit.record_id(gate_id, "gate_id"))
        if (code is None) == (token is None):
            raise errors.InvalidRequest(details={"code": "give code or token"})
        name = "code" if token is None else "token"
        text = kit.text(code or token, name, MAX_SCANNED, required=True)
        uuid = kit.text(scan_uuid, "scan_uuid", 36, required=True).lower()
        if not _UUID.fullmatch(uuid):
            raise errors.InvalidRequest(details={"scan_uuid": "must be a UUID"})
        reason = kit.text(override_reason, "override_reason", MAX_REASON) or None
        if reason and not request.env.user.has_group(MANAGER_GROUP):
            raise errors.Forbidden(
                request.env._("Only a manager can let somebody in anyway.")
            )
        scan = Scan(
            uuid=uuid,
            scanned_at=_instant(scanned_at, "scanned_at"),
            device=kit.text(device, "device", MAX_DEVICE) or None,
            override_reason=reason,
        )
        return gate._verify(text, scan)
