# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from markupsafe import Markup

from odoo import api, models

from ..lib import seat_audit

_logger = logging.getLogger(__name__)

# Findings that are told in words, and those that the log has: who sees a thousand of
# them looks at the cause, and `bin/check-seats` lists them all.
MOST_TOLD = 20
MOST_LOGGED = 1000


class MuseumHold(models.Model):
    """The checker: do the counters say what the ledger says? It never mends."""

    _inherit = "museum.hold"

    @api.model
    def _check_ledger(self, slots=None):
        """What is wrong with seats: always nothing.

        Other addons add what must agree with the ledger.

        :param slots: only what concerns these slots; default: everything
        :return: findings of ``lib/seat_audit.py``: dicts with ``problem``, and the ids
            and numbers that tell where
        :rtype: list[dict]
        """
        self.env.flush_all()
        pool_ids = slot_ids = None
        if slots is not None:
            slot_ids, pool_ids = slots.ids, slots.sudo()._all_pool_ids()
        with self._short_tx() as cr:
            found = seat_audit.audit(cr, pool_ids)
            found += seat_audit.above(cr) if slots is None else []
            found += seat_audit.wrong_takes(cr, slot_ids)
            found += seat_audit.wrong_venues(cr, slot_ids)
            found += seat_audit.wrong_categories(cr, slot_ids)
            found += seat_audit.wrong_slots(cr, slot_ids)
        return found

    @api.model
    def _cron_check_ledger(self):
        """Report what is wrong to the managers of the museum that it concerns."""
        found = self.sudo()._check_ledger()
        for finding in found[:MOST_LOGGED]:
            _logger.error("Seats do not agree: %s", finding)
        if len(found) > MOST_LOGGED:
            _logger.error("Seats do not agree: %s findings in all", len(found))
        for company, findings in self._by_company(found).items():
            self._tell_managers(company, findings)

    @api.model
    def _by_company(self, found):
        """Findings by the museum that they concern, in a handful of queries."""
        companies = {}
        for model, key in (
            ("museum.hold", "hold_id"),
            ("museum.slot", "slot_id"),
            ("museum.seat.pool", "pool_id"),
        ):
            ids = {finding[key] for finding in found if finding.get(key)}
            records = self.env[model].sudo().browse(ids).exists()
            companies[key] = {record.id: record.company_id for record in records}
        by_company = {}
        for finding in found:
            company = next(
                (
                    known
                    for key in ("pool_id", "slot_id", "hold_id")
                    if (known := companies[key].get(finding.get(key)))
                ),
                self.env.company,
            )
            by_company.setdefault(company, []).append(finding)
        return by_company

    @api.model
    def _tell_managers(self, company, findings):
        """A message in the inbox or mail of each manager."""
        managers = self.env.ref("museum_exhibition.group_museum_manager").all_user_ids
        managers = managers.filtered(
            lambda user: user.active and company in user.company_ids
        )
        if not managers:
            return
        lines = [self._finding_words(finding) for finding in findings[:MOST_TOLD]]
        self.env["mail.thread"].sudo().message_notify(
            partner_ids=managers.partner_id.ids,
            subject=self.env._(
                "%(company)s: seats do not agree (%(count)s)",
                company=company.name,
                count=len(findings),
            ),
            body=Markup("<br/>").join(
                [
                    self.env._(
                        "The daily check found counters or links of seats that do not"
                        " agree. Nothing was changed; tell who runs the system:"
                    ),
                    *lines,
                ]
            ),
        )

    @api.model
    def _finding_words(self, finding):
        """One line about a finding: the slot if there is one, then the facts."""
        slot = self.env["museum.slot"].sudo().browse(finding.get("slot_id"))
        if not slot and finding.get("pool_id"):
            pool = self.env["museum.seat.pool"].sudo().browse(finding["pool_id"])
            slot = pool.slot_id
        facts = ", ".join(f"{key} {value}" for key, value in finding.items())
        return f"{slot.display_name}: {facts}" if slot else facts
