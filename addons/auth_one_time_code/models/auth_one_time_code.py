# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize

from odoo.addons.phone_validation.tools import phone_validation

from ..exceptions import InputRefused, OtpExpired, OtpLimited, OtpWrong
from ..lib import codes, masking
from ..lib.addresses import Address, counted_ip, plain_email, plain_phone
from ..lib.proof import GOOD_FOR_SECONDS, Verified
from ..lib.waits import Rule, growing_waits, steady_waits
from .own_transaction import database_key, own_transaction, request_memory

GOOD_FOR_MINUTES = 5
TRIES = 3
HOUR, DAY = 3600, 24 * 3600
# For an address from one place (hour, day), for all addresses from one place, and for
# an address from all places: what a stranger does elsewhere leaves its owner some.
SENDS_PER_HOUR, SENDS_PER_DAY, SENDS_PER_IP, SENDS_IN_ALL = 5, 20, 30, 15
WRONG_PER_DAY, WRONG_PER_IP, WRONG_IN_ALL = 10, 20, 40
KEEP_DAYS = 1
DEFAULT_REGION = "IN"
ADD_ADDRESS = "add_address"


class AuthOneTimeCode(models.Model):
    """A code that was sent, and what is left of it.

    Code and challenge are only there as digests: neither the database nor a copy of it
    gives one away. The challenge stays with the browser (or app) that asked, so a code
    is worth nothing anywhere else.

    Nothing that a caller gets depends on whether there is an account: for an address
    without one a row is made too, which no code opens, and a message is sent too, which
    says so.
    """

    _name = "auth.one.time.code"
    _description = "One-time code"
    _order = "id desc"
    _rec_name = "purpose"

    purpose = fields.Selection(
        [("login", "Log in"), (ADD_ADDRESS, "Add a way to log in")],
        required=True,
        readonly=True,
        default="login",
    )
    kind = fields.Selection(
        [("email", "E-mail"), ("phone", "Phone")], required=True, readonly=True
    )
    address = fields.Char(required=True, readonly=True, groups="base.group_system")
    challenge_hash = fields.Char(
        required=True, readonly=True, copy=False, groups="base.group_system"
    )
    code_hash = fields.Char(
        required=True, readonly=True, copy=False, groups="base.group_system"
    )
    state = fields.Selection(
        [("sent", "Sent"), ("used", "Used"), ("void", "Void")],
        required=True,
        readonly=True,
        default="sent",
    )
    expires_at = fields.Datetime(required=True, readonly=True, help="UTC.")
    used_at = fields.Datetime(string="Used or void since", readonly=True, help="UTC.")
    tries_left = fields.Integer(required=True, readonly=True, default=TRIES)
    sends = fields.Integer(
        required=True,
        readonly=True,
        default=1,
        help="How often this browser had a code sent to the address.",
    )
    ip = fields.Char(
        string="IP address", readonly=True, copy=False, groups="base.group_system"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)

    _challenge_uniq = models.Constraint(
        "UNIQUE (challenge_hash)", "A challenge is used once."
    )

    # --- addresses -----------------------------------------------------------------

    @api.model
    def _parse_address(self, text, country=None):
        """What somebody typed as an address.

        :param country: res.country of numbers without a prefix; else the company's
        :rtype: Address
        :raise InputRefused: it is none; the message says what to do
        """
        text = text if isinstance(text, str) else ""
        if not text.strip():
            raise InputRefused(
                self.env._("Type your e-mail address or mobile number."),
                field="address",
            )
        if "@" in text:
            email = plain_email(text)
            email = email and email_normalize(email)
            if not email:
                raise InputRefused(
                    self.env._(
                        "This is not an e-mail address. Type it like name@example.com."
                    ),
                    field="address",
                )
            return Address("email", email)
        number = plain_phone(text)
        number = number and self._parse_number(number, country)
        if not number:
            raise InputRefused(
                self.env._(
                    "This is not a mobile number or an e-mail address."
                    " Type a number with its country, like +91 98765 43210."
                ),
                field="address",
            )
        return Address("phone", number)

    @api.model
    def _parse_number(self, number, country):
        country = country or self.env.company.country_id
        if not country:
            country = self.env["res.country"].search([("code", "=", DEFAULT_REGION)])
        return self._phone_format_number(number, country, force_format="E164")

    @api.model
    def _mask(self, kind, value):
        """The address as it may be shown."""
        if kind == "email":
            return masking.mask_email(value)
        region = phone_validation.phone_get_region_data_for_number(value)
        return masking.mask_phone(value, region["phone_code"])

    @api.model
    def _shown(self, text):
        """What was typed, as it is used: whole, for who typed it and nobody else.

        :param str text: an address that :meth:`_request` took
        """
        kind, value = self._parse_address(text)
        if kind == "email":
            return value
        region = phone_validation.phone_get_region_data_for_number(value)
        return phone_validation.phone_format(
            value,
            region["code"],
            region["phone_code"],
            force_format="INTERNATIONAL",
            raise_exception=False,
        )

    @api.model
    def _address_digest(self, address):
        """What the log of attempts has of an address, besides the masked one."""
        return codes.digest(database_key(self.env), "address", *address)

    @api.model
    def _log(self, outcome, purpose, address=None, ip=None):
        self.env["auth.one.time.attempt"]._log(
            outcome,
            purpose,
            kind=address and address[0],
            masked=address and self._mask(*address),
            digest=address and self._address_digest(address),
            ip=ip,
        )

    # --- asking for a code ---------------------------------------------------------

    @api.model
    def _request(self, purpose, text, ip, challenge=None, country=None):
        """Send a code to an address, or a message that says why there is none.

        The row and the message are made in the caller's transaction; the message goes
        out once that is committed.

        :param str purpose: what the code is for, a value of the field
        :param str text: the address as it was typed
        :param str ip: where the request came from
        :param str challenge: what the last call gave this browser; its code becomes
            void when it went to the same address
        :param country: see :meth:`_parse_address`
        :return: ``challenge`` (keep it where only this browser has it), ``kind``,
            ``masked`` (the address), ``expires_in``, ``resend_in`` (seconds) and
            ``tries_left``
        :rtype: dict
        :raise InputRefused: no address
        :raise OtpLimited: too many codes, or too many wrong ones
        """
        address = self._parse_address(text, country)
        self._check_wrong_codes(purpose, address, ip)
        self._check_destination(purpose, address, ip)
        rules = self._send_rules(purpose, address, ip)
        # What an SMS costs is counted with the rest, or nothing is.
        cost_rules = self._cost_rules(address)
        if wait := self.env["attempt.limit"]._spend(rules + cost_rules):
            self._log("limited", purpose, address, ip)
            raise self._costly(cost_rules) or self._limited(wait, purpose)
        former = self._void(purpose, challenge, address)
        road, user = self._road(purpose, address)
        # The same work on each road.
        challenge, code = codes.new_challenge(), codes.new_code()
        key = database_key(self.env)
        code_hash = codes.code_digest(key, purpose, challenge, code)
        sent = self.sudo().create(
            {
                "purpose": purpose,
                "kind": address.kind,
                "address": address.value,
                "challenge_hash": codes.digest(key, "challenge", challenge),
                "code_hash": code_hash if road == "code" else codes.no_code(),
                "expires_at": fields.Datetime.add(
                    fields.Datetime.now(), minutes=GOOD_FOR_MINUTES
                ),
                "sends": former.sends + 1,
                "ip": ip,
                "company_id": self.env.company.id,
            }
        )
        sent._send(road, code, user)
        self._log("resent" if former else "sent", purpose, address, ip)
        return {
            "challenge": challenge,
            "kind": address.kind,
            "masked": self._mask(*address),
            "expires_in": GOOD_FOR_MINUTES * 60,
            "resend_in": self.env["attempt.limit"]._wait(rules),
            "tries_left": TRIES,
        }

    @api.model
    def _send_rules(self, purpose, address, ip):
        waits = growing_waits(SENDS_PER_DAY)
        here = self._from_here(address, ip)
        rules = [
            Rule(purpose, "send", here, SENDS_PER_HOUR, HOUR),
            Rule(purpose, "send", here, SENDS_PER_DAY, DAY, waits),
            Rule(
                purpose,
                "send_all",
                ":".join(address),
                SENDS_IN_ALL,
                HOUR,
                steady_waits(SENDS_IN_ALL),
            ),
        ]
        return rules + (
            [Rule(purpose, "send_ip", counted_ip(ip), SENDS_PER_IP, HOUR)] if ip else []
        )

    @api.model
    def _from_here(self, address, ip):
        """What is counted for an address and the place that it is typed at."""
        return " ".join((":".join(address), counted_ip(ip) if ip else ""))

    @api.model
    def _wrong_rules(self, purpose, address, ip):
        rules = []
        if address:
            here, everywhere = self._from_here(address, ip), ":".join(address)
            rules += [
                Rule(purpose, "wrong", here, WRONG_PER_DAY, DAY),
                Rule(purpose, "wrong_all", everywhere, WRONG_IN_ALL, DAY),
            ]
        if ip:
            rules.append(Rule(purpose, "wrong_ip", counted_ip(ip), WRONG_PER_IP, HOUR))
        return rules

    @api.model
    def _check_wrong_codes(self, purpose, address, ip):
        """No new codes for whoever guessed too often."""
        rules = self._wrong_rules(purpose, address, ip)
        if wait := self.env["attempt.limit"]._wait(rules):
            self._log("limited", purpose, address, ip)
            raise self._limited(wait, purpose)

    @api.model
    def _limited(self, wait, purpose="login"):
        if wait < 120:
            words = self.env._(
                "That was too often. Try again in %(seconds)s seconds.", seconds=wait
            )
        elif purpose != "login":  # no password helps there
            words = self.env._(
                "That was too often. Try again in %(minutes)s minutes.",
                minutes=-(-wait // 60),
            )
        elif wait < 2 * HOUR:
            words = self.env._(
                "That was too often. Try again in %(minutes)s minutes,"
                " or log in with a password.",
                minutes=-(-wait // 60),
            )
        else:
            words = self.env._(
                "That was too often. Try again in %(hours)s hours,"
                " or log in with a password.",
                hours=-(-wait // HOUR),
            )
        return OtpLimited(words, retry_after=wait)

    @api.model
    def _void(self, purpose, challenge, address):
        """End this browser's former code for the address; nobody else's.

        A stranger who asks for codes for an address has another challenge.

        :return: the former row, ended or not
        """
        former = self.sudo()
        if challenge:
            key = database_key(self.env)
            former = former.search(
                [
                    ("challenge_hash", "=", codes.digest(key, "challenge", challenge)),
                    ("purpose", "=", purpose),
                    ("kind", "=", address.kind),
                    ("address", "=", address.value),
                ]
            )
            former.filtered(lambda row: row.state == "sent").state = "void"
        return former

    @api.model
    def _road(self, purpose, address):
        """What to send, and the user if there is one: hook for other purposes.

        :return: "code", or "no_account" or "staff" for words without a code
        """
        if purpose != "login":
            return "code", self.env["res.users"]
        return self.env["res.users"]._one_time_code_road(*address)

    # --- giving it back ------------------------------------------------------------

    @api.model
    def _verify(self, purpose, challenge, text, ip=None):
        """Check a code; uses up one try, which stays used whatever happens next.

        A right code is used up too: a second request with it finds nothing. The same
        HTTP request, run again by Odoo, gets the same answer.

        :param str challenge: what :meth:`_request` gave
        :param str text: the code as it was typed
        :rtype: Verified
        :raise InputRefused: not six digits; uses no try
        :raise OtpWrong, OtpExpired, OtpLimited: see there
        """
        code = codes.typed_code(text)
        if not code:
            raise InputRefused(
                self.env._("Type the six digits of the code."), field="code"
            )
        challenge = challenge if isinstance(challenge, str) else ""
        memory, known = request_memory(), ("verify", purpose, challenge, code)
        if known not in memory:
            memory[known] = self._verify_once(purpose, challenge, code, ip)
            self.env["auth.one.time.code"].invalidate_model()
        verified, refusal = memory[known]
        if refusal:
            kind, details = refusal
            raise self._refusal(kind, details, purpose)
        return verified

    @api.model
    def _verify_once(self, purpose, challenge, code, ip):
        """``(verified, None)``, or ``(None, (outcome, details))``."""
        limits = self.env["attempt.limit"]
        key = database_key(self.env)
        challenge_hash = codes.digest(key, "challenge", challenge)
        address, is_live = self._address_of(purpose, challenge_hash)
        # What is no longer live is no guess at the address.
        rules = self._wrong_rules(purpose, address if is_live else None, ip)
        # Counted before the look: guesses at once cannot slip through together.
        if wait := limits._spend(rules):
            self._log("limited", purpose, address, ip)
            return None, ("limited", wait)
        tried = self._use_try(purpose, challenge_hash)
        if not tried:
            self._log("expired", purpose, address, ip)
            return None, ("expired", None)
        code_id, code_hash, tries_left = tried
        if not codes.same(code_hash, codes.code_digest(key, purpose, challenge, code)):
            self._log("wrong", purpose, address, ip)
            if not tries_left:
                self._finish(code_id, "void")
            return None, ("wrong", tries_left)
        if not self._finish(code_id, "used"):
            self._log("expired", purpose, address, ip)
            return None, ("expired", None)
        self._log("used", purpose, address, ip)
        here, everywhere = self._from_here(address, ip), ":".join(address)
        limits._forgive(
            purpose,
            ("wrong", here),
            ("send", here),
            ("wrong_all", everywhere),
            ("send_all", everywhere),
        )
        limits._give_back([rule for rule in rules if rule.scope == "wrong_ip"])
        return Verified(code_id, purpose, *address), None

    @api.model
    def _refusal(self, outcome, details, purpose="login"):
        if outcome == "limited":
            return self._limited(details, purpose)
        if outcome == "wrong" and details:
            return OtpWrong(
                self.env._(
                    "This is not the code. Tries left: %(tries)s.", tries=details
                ),
                tries_left=details,
            )
        if outcome == "wrong":
            return OtpWrong(
                self.env._("This is not the code. Ask for a new one."), tries_left=0
            )
        return self._expired()

    @api.model
    def _expired(self):
        return OtpExpired(self.env._("This code is no longer good. Ask for a new one."))

    @api.model
    def _address_of(self, purpose, challenge_hash):
        """A challenge's address, and whether its code is live.

        Committed by another request, maybe just now.
        """
        with own_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    """
                    SELECT kind, address,
                           state = 'sent' AND tries_left > 0
                           AND expires_at > clock_timestamp() AT TIME ZONE 'UTC'
                      FROM auth_one_time_code
                     WHERE challenge_hash = %s AND purpose = %s
                    """,
                    challenge_hash,
                    purpose,
                )
            )
            row = cr.fetchone()
        return (Address(*row[:2]), row[2]) if row else (None, False)

    @api.model
    def _use_try(self, purpose, challenge_hash):
        """Use up one try of a live code, committed before anybody looks at the code.

        :return: ``(id, code_hash, tries_left)``, or None
        """
        with own_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE auth_one_time_code SET tries_left = tries_left - 1
                     WHERE challenge_hash = %s AND purpose = %s AND state = 'sent'
                       AND tries_left > 0
                       AND expires_at > clock_timestamp() AT TIME ZONE 'UTC'
                 RETURNING id, code_hash, tries_left
                    """,
                    challenge_hash,
                    purpose,
                )
            )
            return cr.fetchone()

    @api.model
    def _finish(self, code_id, state):
        """Use the code, or make it void; of two at once one succeeds."""
        with own_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE auth_one_time_code
                       SET state = %s,
                           used_at = clock_timestamp() AT TIME ZONE 'UTC'
                     WHERE id = %s AND state = 'sent'
                 RETURNING id
                    """,
                    state,
                    code_id,
                )
            )
            return bool(cr.fetchone())

    @api.model
    def _used_lately(self, code_id, purpose):
        """Whether the code was used for this within the life of a proof.

        The caller's snapshot may be older than that.
        """
        with own_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    """
                    SELECT 1 FROM auth_one_time_code
                     WHERE id = %s AND purpose = %s AND state = 'used'
                       AND used_at > clock_timestamp() AT TIME ZONE 'UTC'
                                     - %s * INTERVAL '1 second'
                    """,
                    code_id,
                    purpose,
                    GOOD_FOR_SECONDS,
                )
            )
            return bool(cr.fetchone())

    @api.autovacuum
    def _gc_codes(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.sudo().search([("expires_at", "<", limit)], limit=50000).unlink()
        # What was sent is gone already; what failed was kept to be looked at.
        self.env["mail.mail"].sudo().search(
            [("model", "=", self._name), ("create_date", "<", limit)], limit=50000
        ).unlink()
