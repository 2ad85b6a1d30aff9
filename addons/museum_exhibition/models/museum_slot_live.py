# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from datetime import UTC, datetime
from functools import partial

import psycopg2

from odoo import SUPERUSER_ID, api, models, modules, sql_db
from odoo.modules.registry import Registry
from odoo.tools import SQL

from ..controllers.serializers import iso
from ..lib.coalescer import Coalescer

_logger = logging.getLogger(__name__)

CHANNEL = "museum.exhibition.%s"
MESSAGE = "museum.seats"
# Slots that share the venue's maximum change along; polling covers any more.
MAX_SLOTS = 200
_MOVED = "museum_exhibition.seats_moved"


def _tell(dbname, slot_ids):
    """Send the seats of these slots as they are now, in a transaction of its own."""
    try:
        with sql_db.db_connect(dbname).cursor() as cr:
            # The pool of registries, not a new one: this database is being served.
            env = Registry(dbname) and api.Environment(cr, SUPERUSER_ID, {})
            env["museum.slot"]._tell_seats(slot_ids)
    except psycopg2.InterfaceError:
        # The process is ending and has closed its connections; pages ask by themselves.
        _logger.info("Seats of %s slots were not pushed", len(slot_ids))


_told = Coalescer(_tell)


class MuseumSlot(models.Model):
    """Seats that change before the visitors' eyes: pushed over Odoo's bus.

    Whoever sells pays nothing for it: the slots are noted, and a moment after the end
    of the transaction another one reads them afresh (a request's own snapshot is older
    than what it moved) and sends one message per exhibition, however many sales there
    were.
    A message has states, not differences, so that a lost or doubled one does no harm;
    pages also ask by themselves now and then. Holds that run out are not pushed: nobody
    does anything at that moment.
    """

    _inherit = "museum.slot"

    def _seats_moved(self):
        """Note that seats of these slots moved, or that they opened or closed.

        Told after a rollback too: the seat engine commits apart from the request.
        """
        data = self.env.cr.postcommit.data
        if _MOVED not in data:
            data[_MOVED] = moved = set()
            # A test never commits; while addons are installed nobody looks on.
            if not modules.module.current_test and self.env.registry.ready:
                end = partial(_told.add, self.env.cr.dbname, moved)
                self.env.cr.postcommit.add(end)
                self.env.cr.postrollback.add(end)
        data[_MOVED].update(self.ids)

    def _set_state(self, state, reason=None):
        result = super()._set_state(state, reason)
        self._seats_moved()
        return result

    @api.model
    def _tell_seats(self, slot_ids):
        """Send what visitors may know of these slots to those who watch them.

        Nothing about exhibitions that are not published.
        """
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        slot_ids = self._with_shared_pools(slot_ids)
        rows = self._availability_rows(SQL("slot.id = ANY(%s)", slot_ids))
        exhibitions = self.env["museum.exhibition"].sudo()
        shown = exhibitions.browse({row["exhibition_id"] for row in rows}).filtered(
            lambda exhibition: exhibition.active and exhibition.is_published
        )
        for exhibition in shown:
            slots = [
                {
                    "id": row["id"],
                    "date": str(row["local_date"]),
                    "start_at": iso(row["start_at"], row["tz"]),
                    "end_at": iso(row["end_at"], row["tz"]),
                    "seats_left": row["seats_left"],
                    "status": row["status"],
                }
                for row in rows
                if row["exhibition_id"] == exhibition.id
            ]
            self.env["bus.bus"]._sendone(
                CHANNEL % exhibition.id, MESSAGE, {"slots": slots, "at": at}
            )

    @api.model
    def _with_shared_pools(self, slot_ids):
        """These slots and those that count in the same legal maximum of a venue."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT other.slot_id
                  FROM museum_slot_extra_pool_rel mine
                  JOIN museum_slot_extra_pool_rel other
                    ON other.pool_id = mine.pool_id
                 WHERE mine.slot_id = ANY(%s)
                 LIMIT %s
                """,
                list(slot_ids),
                MAX_SLOTS,
            )
        )
        return list({*slot_ids, *(slot_id for (slot_id,) in rows)})
