# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.http import request

from odoo.addons.auth_one_time_code.controllers import address_session, asking
from odoo.addons.auth_one_time_code.exceptions import CodeRefusal
from odoo.addons.auth_one_time_code.models.auth_one_time_code import ADD_ADDRESS
from odoo.addons.museum_exhibition.controllers import api_kit as kit

kit.errors.register_code("otp_wrong", 422)
kit.errors.register_code("otp_expired", 422)
kit.errors.register_code("otp_limited", 429)
kit.errors.register_code("address_taken", 409)
kit.errors.register_code("too_many_addresses", 409)
kit.errors.register_code("last_way_in", 409)


def _describe_refusal(exc, env):
    """When asking again makes sense is told as HTTP tells it, too."""
    details, headers = dict(exc.details), {}
    if "retry_after" in details:
        headers["Retry-After"] = str(details["retry_after"])
    if field := details.pop("field", None):
        details[field] = str(exc)
    return kit.errors.answer(exc.code, str(exc), details, headers)


kit.errors.register(CodeRefusal, _describe_refusal)


class MuseumAuthApi(http.Controller):
    """Log in with a one-time code. The session's cookie ties a code to its asker.

    The same session as that of the page ``/web/login/code``: begun there, a login may
    be ended here.
    """

    @kit.api_route("/auth/otp/request", methods=["POST"])
    def request_code(self, address):
        """Send a code by e-mail or SMS; says nothing of whether there is an account.

        :param str address: e-mail address or mobile number
        :raise OtpLimited: 429 with ``retry_after``, in seconds
        """
        return asking.ask(kit.text(address, "address", max_length=300))

    @kit.api_route("/auth/otp/status", methods=["GET"])
    def code_status(self):
        """What became of the code: it is sent a moment after it was asked for."""
        return asking.status(asking.asked(), asking.PURPOSE)

    @kit.api_route("/auth/otp/verify", methods=["POST"], replayed=False)
    def verify_code(self, code):
        """Log in; what is in the cart stays there.

        The session gets another cookie. An account with a second factor is not logged
        in yet: ``second_factor`` is the page that asks for it.

        :raise OtpWrong, OtpExpired: 422, with ``tries_left``
        """
        asking.log_in(kit.text(code, "code", max_length=20))
        is_in = request.session.uid is not None
        return {
            "logged_in": is_in,
            "second_factor": None if is_in else "/web/login/totp",
        }

    @kit.api_route("/auth/addresses", methods=["GET"], auth="user")
    def list_addresses(self):
        """The proved addresses of who is logged in, the oldest first."""
        user = request.env.user
        rows = user._one_time_code_addresses()
        return {
            "may_add": user._one_time_code_may_add(),
            "items": [_address_json(row) for row in rows],
        }

    @kit.api_route("/auth/addresses", methods=["POST"], auth="user")
    def request_address(self, address):
        """Send a code to an address that is to be a way to log in, too.

        :param str address: e-mail address or mobile number
        :raise CodesNotForStaff: 403
        :raise OtpLimited: 429 with ``retry_after``, in seconds
        """
        _check_session()
        return address_session.ask(kit.text(address, "address", max_length=300))

    @kit.api_route("/auth/addresses/status", methods=["GET"], auth="user")
    def address_status(self):
        """What became of the code to an address that is to be added."""
        _check_session()
        return asking.status(address_session.asked(), ADD_ADDRESS)

    @kit.api_route("/auth/addresses/verify", methods=["POST"], auth="user")
    def verify_address(self, code):
        """Add the address to which this session had a code sent.

        :raise OtpWrong, OtpExpired: 422, with ``tries_left``
        :raise AddressTaken, TooManyAddresses: 409
        """
        _check_session()
        row = address_session.add(kit.text(code, "code", max_length=20))
        return kit.json_response(_address_json(row), status=201)

    @kit.api_route(
        "/auth/addresses/<string:address_id>", methods=["DELETE"], auth="user"
    )
    def remove_address(self, address_id):
        """Take a way to log in away; other sessions end if it was the login.

        :raise LastWayIn: 409
        :raise NoSuchAddress: 404, also for somebody else's
        """
        _check_session()
        address_session.remove(kit.record_id(address_id, "address_id", in_path=True))
        return {"removed": True}


def _check_session():
    """:raise Forbidden: a key of the API is not the user himself"""
    if request.session.uid != request.env.uid:
        raise kit.errors.Forbidden


def _address_json(row):
    return {
        "id": row.id,
        "kind": row.kind,
        "address": row.value,
        "verified_at": kit.iso(row.verified_at, "UTC"),
    }
