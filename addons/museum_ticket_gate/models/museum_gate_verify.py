# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The decision at a gate: from what was scanned to an answer and a log row."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import psycopg2.errors
from babel.dates import format_datetime
from dateutil.tz import gettz

from odoo import models, tools
from odoo.exceptions import UserError
from odoo.tools.misc import babel_locale_parse

from odoo.addons.museum_booking.lib import codes, ticket_token

from ..lib import admission, verdict

# Each try loses only to somebody who got a ticket in: this many in a row is a
# broken database, not a crowd.
MAX_TRIES = 8
# A device's clock is believed within these bounds, else the server's is logged.
DEVICE_CLOCK_BEHIND = timedelta(hours=24)
DEVICE_CLOCK_AHEAD = timedelta(minutes=5)
MAX_LOGGED_CODE = 40

_BUSY = (psycopg2.errors.DeadlockDetected, psycopg2.errors.LockNotAvailable)


class ScanRepeatedDifferently(UserError):
    """A scan number was used again for another ticket or gate."""

    code = "idempotency_mismatch"
    http_status = 422
    details = {}


class GateBusy(UserError):
    """The tickets are locked by somebody else for too long."""

    code = "conflict"
    http_status = 409
    details = {}


class GateInfo(NamedTuple):
    """What a scan needs to know of its gate, cached in the registry."""

    company_id: int
    museum_code: str
    name: str
    active: bool
    facts: verdict.GateFacts


class Reading(NamedTuple):
    """What a scan says: a code to look up, or a verdict that needs no look."""

    code: str | None
    logged: str
    refusal: str | None = None


class Scan(NamedTuple):
    """One attempt as the device reports it."""

    uuid: str
    scanned_at: datetime | None = None
    device: str | None = None
    override_reason: str | None = None


class MuseumGate(models.Model):
    _inherit = "museum.gate"

    def _verify(self, text, scan):
        """Judge what was scanned at this gate, let in who may, log the attempt.

        Runs in short READ COMMITTED transactions of its own, which are committed
        when this returns. It does NOT check that the user may use this gate.

        :param str text: a QR's content or a typed code
        :param Scan scan: the same ``uuid`` again gets the same answer again
        :return: the API's answer, see ``openapi/gate.json``
        :raise ScanRepeatedDifferently: the uuid stands for another scan
        :raise GateBusy: no decision, nothing was logged; ask again
        """
        self.ensure_one()
        reading = self._read_text(text)
        for _attempt in range(MAX_TRIES):
            try:
                with self.env["museum.hold"]._short_tx() as cr:
                    row = self._decide(cr, reading, scan)
                return self._answer(
                    scan.uuid, row.verdict, row.visitors, row.details, row.scanned_at
                )
            except admission.AlreadyRecorded:
                return self._answer_again(reading, scan)
            except (admission.LostRace, *_BUSY):
                continue
        raise GateBusy(self.env._("The ticket is being changed. Scan it again."))

    # === reading ===
    def _read_text(self, text):
        """What ``text`` stands for; a token must be signed by one of our keys."""
        if ticket_token.looks_like_token(text):
            letters = ticket_token.fold(text)
            try:
                payload = ticket_token.verify(text, self._public_keys())
                return Reading(payload.code, payload.code)
            except ticket_token.TokenError as error:
                ours = set(letters) <= set(ticket_token.ALPHABET)
                is_forged = error.reason != ticket_token.MALFORMED or ours
                # some other QR, a link say, is no attempt to cheat
                refusal = verdict.FORGED if is_forged else verdict.NOT_FOUND
                return Reading(None, self._logged(text), refusal)
        museums = (self._gate_info(self.id, self.env.lang).museum_code,)
        for normalise in (codes.normalise_ticket_code, codes.normalise_reference):
            try:
                code = normalise(text, museums)
                return Reading(code, code)
            except codes.InvalidCode:
                continue
        return Reading(None, self._logged(text), verdict.NOT_FOUND)

    def _logged(self, text):
        """What the log keeps of a text that is none of our codes.

        It may be anybody's contact card or a link with a session in it.
        """
        compact = text.strip().upper()
        if len(compact) <= MAX_LOGGED_CODE and all(
            char in codes.ALPHABET or char in "01OIL-" for char in compact
        ):
            return compact
        return self.env._("unreadable, %(length)s characters", length=len(text))

    def _public_keys(self):
        return self.env["museum.signing.key"]._public_keys()

    # === deciding ===
    def _decide(self, cr, reading, scan):
        """Judge and record in the transaction of ``cr``; return the log row."""
        gate = self._gate_info(self.id, self.env.lang)
        if reading.refusal:
            candidates, now = [], admission.database_now(cr)
            outcome = verdict.Verdict(reading.refusal), [], None
        else:
            candidates, now = admission.find(
                cr, reading.code, gate.company_id, lang=self.env.lang or "en_US"
            )
            outcome = verdict.settle(
                [verdict.judge(each.facts, gate.facts, now) for each in candidates],
                override=bool(scan.override_reason),
            )
        decision, indexes, overridden = outcome
        entering = [candidates[index] for index in indexes]
        row = admission.ScanRow(
            uuid=scan.uuid,
            scanned_at=self._plausible(scan.scanned_at, now),
            received_at=now,
            gate_id=self.id,
            company_id=gate.company_id,
            user_id=self.env.uid,
            device=scan.device,
            code=reading.logged,
            verdict=decision.code,
            details=self._details(cr, decision, candidates, entering),
            visitors=sum(each.visitors for each in entering),
            overridden_verdict=overridden,
            override_reason=scan.override_reason if overridden else None,
            **self._subject(candidates),
        )
        admission.record(cr, row, entering)
        return row

    @staticmethod
    def _plausible(scanned_at, now):
        if scanned_at is None:
            return now
        soonest, latest = now - DEVICE_CLOCK_BEHIND, now + DEVICE_CLOCK_AHEAD
        return scanned_at if soonest <= scanned_at <= latest else now

    @staticmethod
    def _subject(candidates):
        """What the log row points to: a ticket, or a booking as a whole."""
        if not candidates:
            return {}
        first = candidates[0]
        is_single = len(candidates) == 1 and not first.is_group
        return {
            "ticket_id": first.ticket_id if is_single else None,
            "booking_id": first.booking_id,
            "slot_id": first.slot_id,
            "exhibition_id": first.exhibition_id,
        }

    def _details(self, cr, decision, candidates, entering):
        """Language-neutral facts of the answer, ready for JSON."""
        if not candidates:
            return {}
        concerned = entering or candidates
        first = concerned[0]
        tickets = {}
        for each in concerned:
            if each.ticket_id:
                tickets[each.category] = tickets.get(each.category, 0) + 1
        instants = {
            name: value.isoformat()
            for name, value in decision.details.items()
            if isinstance(value, datetime)
        }
        details = {
            "code": first.code,
            "exhibition": first.exhibition,
            "venue": first.venue,
            "tz": first.facts.tz,
            "tickets": tickets,
            # only of those who go in: the others are not asked for anything
            "proofs": {
                each.category: each.proof for each in entering if each.proof is not None
            },
            **instants,
        }
        if first.facts.start_at:
            details["start_at"] = first.facts.start_at.isoformat()
            details["end_at"] = first.facts.end_at.isoformat()
        if decision.code == verdict.ALREADY_USED:
            # of a group the last one: that is who is being asked about
            entered = [each for each in candidates if each.facts.used_at]
            used = max(entered, key=lambda each: each.facts.used_at, default=first)
            details["used_at"] = used.facts.used_at and used.facts.used_at.isoformat()
            details["used_gate"] = used.entry_scan_id and admission.entry_of(
                cr, used.entry_scan_id, lang=self.env.lang or "en_US"
            )
        return details

    # === answering ===
    def _answer_again(self, reading, scan):
        with self.env["museum.hold"]._short_tx() as cr:
            row = admission.recorded(cr, scan.uuid)
        if row.gate_id != self.id or row.code != reading.logged:
            raise ScanRepeatedDifferently(
                self.env._("This scan number was used for another ticket.")
            )
        return self._answer(
            scan.uuid, row.verdict, row.visitors, row.details, row.scanned_at
        )

    def _answer(self, uuid, word, admitted, details, scanned_at):
        gate = self._gate_info(self.id, self.env.lang)
        tz = gettz(details.get("tz") or "UTC")

        def local(name):
            return _local_iso(details.get(name), tz)

        return {
            "verdict": word,
            "message": self._message(word, details, tz, scanned_at),
            "admitted": admitted,
            "visitors": details.get("tickets", {}),
            "proofs": {
                category: proof or self.env._("proof of this price")
                for category, proof in details.get("proofs", {}).items()
            },
            "code": details.get("code"),
            "exhibition": details.get("exhibition"),
            "venue": details.get("venue"),
            "slot": details.get("start_at")
            and {"start_at": local("start_at"), "end_at": local("end_at")},
            "used_at": local("used_at"),
            "used_gate": details.get("used_gate"),
            "can_override": word in verdict.OVERRIDABLE,
            "gate": {"id": self.id, "name": gate.name},
            "scan_uuid": uuid,
            "scanned_at": _local_iso(scanned_at.isoformat(), tz),
        }

    def _message(self, word, details, tz, scanned_at):
        """The reason in one line, in the operator's language."""
        if word == verdict.GRANTED:
            return details.get("exhibition") or ""
        moments = _Moments(details, tz, self.env.lang or "en_US", scanned_at)
        return getattr(self, f"_message_{word}")(details, moments)

    def _message_already_used(self, details, moments):
        when = moments.short("used_at")
        if details.get("used_gate"):
            return self.env._(
                "Already used: %(when)s, %(gate)s", when=when, gate=details["used_gate"]
            )
        return self.env._("Already used: %(when)s", when=when)

    def _message_wrong_date(self, details, moments):
        return self.env._("This ticket is for %(when)s", when=moments.full("start_at"))

    def _message_too_early(self, details, moments):
        return self.env._(
            "Entry from %(opens)s, the visit is at %(start)s",
            opens=moments.short("opens_at"),
            start=moments.short("start_at"),
        )

    def _message_too_late(self, details, moments):
        return self.env._(
            "Entry ended at %(closes)s, the visit was at %(start)s",
            closes=moments.short("closes_at"),
            start=moments.short("start_at"),
        )

    def _message_wrong_venue(self, details, moments):
        return self.env._(
            "This ticket is for %(venue)s", venue=details.get("venue") or ""
        )

    def _message_no_reservation(self, details, moments):
        return self.env._("No time is reserved yet: choose one at the desk")

    def _message_not_paid(self, details, moments):
        return self.env._("This booking is not paid yet: send to the desk")

    def _message_cancelled(self, details, moments):
        return self.env._("This ticket was cancelled")

    def _message_expired(self, details, moments):
        if details.get("valid_until"):
            return self.env._(
                "This ticket was valid until %(when)s", when=moments.full("valid_until")
            )
        return self.env._("This ticket has expired")

    def _message_not_found(self, details, moments):
        return self.env._("No ticket has this code")

    def _message_forged(self, details, moments):
        return self.env._("This code was not made by the museum")

    # === cached facts ===
    @tools.ormcache("gate_id", "lang", cache="default")
    def _gate_info(self, gate_id, lang):
        """Facts of one gate, or None. Cleared when a gate or company changes."""
        gate = self.sudo().with_context(lang=lang).browse(gate_id).exists()
        if not gate:
            return None
        return GateInfo(
            company_id=gate.company_id.id,
            museum_code=gate.company_id.museum_code or "",
            name=gate.name,
            active=gate.active,
            facts=verdict.GateFacts(
                venue_id=gate.venue_id.id or None,
                early_minutes=gate.early_minutes,
                late_minutes=gate.late_minutes,
            ),
        )


def _local_iso(value, tz):
    if not value:
        return None
    instant = datetime.fromisoformat(value).replace(tzinfo=UTC, microsecond=0)
    return instant.astimezone(tz).isoformat()


class _Moments:
    """Instants of an answer in words, as seen from the day of the scan."""

    def __init__(self, details, tz, lang, scanned_at):
        self.details = details
        self.tz = tz
        self.locale = babel_locale_parse(lang)
        self.scan_day = self._local(scanned_at).date()

    def short(self, name):
        """``14:05`` on the day of the scan, else like `full`."""
        instant = self._instant(name)
        if instant is None or instant.date() != self.scan_day:
            return self.full(name)
        return format_datetime(instant, "HH:mm", locale=self.locale)

    def full(self, name):
        """``Sat 14 Mar, 14:05``, with the year when it is another one."""
        instant = self._instant(name)
        if instant is None:
            return ""
        same_year = instant.year == self.scan_day.year
        pattern = "EEE d MMM, HH:mm" if same_year else "EEE d MMM y, HH:mm"
        return format_datetime(instant, pattern, locale=self.locale)

    def _instant(self, name):
        value = self.details.get(name)
        return self._local(datetime.fromisoformat(value)) if value else None

    def _local(self, instant):
        return instant.replace(tzinfo=UTC).astimezone(self.tz)
