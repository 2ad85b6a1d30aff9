# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
import random
import time
from contextlib import contextmanager

from psycopg2 import errors
from psycopg2.pool import PoolError

from odoo import api, fields, models, modules
from odoo.sql_db import Cursor

from ..exceptions import HoldConflict, HoldExpired, QuantityError, SlotClosed, SlotFull
from ..lib import seat_ledger as ledger
from ..lib.quantities import broken_rules

_logger = logging.getLogger(__name__)

# The longest that seats can be kept from others without being paid, however often the
# visitor asks for more time.
CEILING_MINUTES = 60
# Tries of one short transaction. A second try is common in a rush (somebody else got
# the seat between look and take); the last ones are for locks that never come free.
TRIES = 8
BUSY_ERRORS = (errors.LockNotAvailable, errors.DeadlockDetected, PoolError)


class Wish:
    """Tickets that somebody wants in a slot, and the seats that they take.

    The caller's snapshot may be older than the slot's pools: whoever hears that it is
    (``Relinked``) looks them up again, in the engine's own transaction.
    """

    def __init__(self, slot_id, quantities=None, demand=None, kept=None):
        self.slot_id = slot_id
        self.quantities = quantities
        self.demand = demand
        self.kept = kept
        self.is_stale = False

    def look_again(self, cr):
        """The demand, looked up again if the former try found it outdated."""
        if self.is_stale:
            demand = ledger.read_demand(cr, self.slot_id, self.quantities, self.kept)
            if not demand or demand.seats != self.demand.seats:
                raise ledger.Closed(self.slot_id)  # the tickets themselves changed
            self.demand, self.is_stale = demand, False
        return self.demand

    @contextmanager
    def current(self, cr):
        """The demand, for a move that may find it outdated."""
        try:
            yield self.look_again(cr)
        except ledger.Relinked:
            self.is_stale = True
            raise

    def is_short(self, full):
        """Whether a refusal is about a pool that this slot counts in."""
        return bool(self.demand and full.short.keys() & self.demand.pools.keys())

    def short_category(self, full):
        """The category that a refusal is about, if any, and the seats left.

        When the slot has too few seats too, that is what is told.
        """
        limited = self.demand.limited if self.demand else {}
        common = {
            pool: left for pool, left in full.short.items() if pool not in limited
        }
        if common:
            return None, min(common.values())
        pool_id = min(full.short, key=lambda pool: (full.short[pool], pool))
        return limited[pool_id], full.short[pool_id]


class StaleSnapshot(errors.SerializationFailure):
    """The ledger changed after the caller's transaction took its snapshot.

    Derived from PostgreSQL's own error so that everything in Odoo that runs a request
    or a job again after a serialization failure does so here: ``retrying()``, the
    payment post-processing page, the payment cron.
    """

    pgcode = "40001"


class MuseumHold(models.Model):
    """One line of the seat ledger: who holds how many seats of a slot, until when.

    Written by the seat engine alone (``lib/seat_ledger.py``). The methods below run it:
    all but :meth:`_sell` in a short READ COMMITTED transaction of their own, which is
    committed when they return, whatever becomes of the caller's transaction. So:

    * Every call is idempotent by token; Odoo may run the request again.
    * The caller must not have written or locked (``lock_for_update``) a hold, a pool or
      a slot that it created: this transaction does not see or waits for them. What it
      wrote, the caller's snapshot does not show: use what the methods return.
    * Give seats back after the commit (:meth:`_after_commit`), or a rollback of the
      caller leaves it with seats that somebody else took.

    :meth:`_sell` after a hold changed in the same request (typically :meth:`_renew` of
    one that was reclaimed): the request's snapshot is older than the hold, PostgreSQL
    would not let it sell, and it cannot know whether it may. It raises
    :class:`StaleSnapshot`; Odoo rolls back and runs the request again, where the
    renewal finds nothing to do and the sale succeeds. That costs a second or so, on the
    rare path of money that came after the clock ran out; the ordinary path never meets
    it.
    """

    _name = "museum.hold"
    _description = "Museum seat hold"
    _log_access = False
    _order = "id desc"
    _rec_name = "slot_id"

    token = fields.Char(
        required=True, readonly=True, copy=False, groups="base.group_system"
    )
    slot_id = fields.Many2one(
        "museum.slot", required=True, readonly=True, index=True, ondelete="restrict"
    )
    exhibition_id = fields.Many2one(related="slot_id.exhibition_id")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    quantities = fields.Json(readonly=True, help="Tickets by category id.")
    seats = fields.Integer(required=True, readonly=True, default=0)
    taken_at = fields.Datetime(
        string="Taken", required=True, readonly=True, help="UTC."
    )
    expires_at = fields.Datetime(
        string="Kept until", required=True, readonly=True, help="UTC."
    )
    state = fields.Selection(
        [
            ("active", "Held"),
            ("sold", "Sold"),
            ("expired", "Expired"),
            ("released", "Given back"),
        ],
        required=True,
        readonly=True,
        default="active",
    )
    promised_start_at = fields.Datetime(
        readonly=True,
        help="Start of the slot when the seats were taken: money that comes late does"
        " not buy another time. UTC.",
    )
    promised_venue_id = fields.Many2one(
        "museum.venue",
        readonly=True,
        ondelete="set null",
        help="Where the slot was when the seats were taken.",
    )
    take_ids = fields.One2many("museum.hold.take", "hold_id", readonly=True)

    _token_uniq = models.Constraint("UNIQUE (token)", "A token holds seats once.")
    # Finds what ran out, per slot for buyers and over all slots for the sweeper.
    _slot_due_idx = models.Index("(slot_id, expires_at) WHERE state = 'active'")
    _due_idx = models.Index("(expires_at) WHERE state = 'active'")

    # --- the engine's methods ----------------------------------------------------

    @api.model
    def _take(self, token, slot, quantities, minutes, start_at=None):
        """Hold seats of a slot for a while; all of them or none.

        Idempotent: the same token and quantities again return what is held (or sold)
        already; what ran out or was given back is taken anew. Does not check prices.

        :param str token: chosen by the caller, the same when the request is run again
        :param slot: one museum.slot
        :param dict quantities: tickets by category id
        :param int minutes: how long the seats are kept
        :param datetime start_at: when the slot starts as the visitor was told (UTC);
            default: as this transaction sees it
        :return: hold_id, expires_at (UTC), seats
        :rtype: dict
        :raise QuantityError: the quantities break a rule
        :raise SlotClosed: the slot is not on sale
        :raise SlotChanged: it was moved to another time meanwhile
        :raise SlotFull: fewer seats are free; nothing was written
        :raise HoldConflict: the token holds something else
        """
        slot.ensure_one()
        # Before the demand: what the visitor was told, not what comes in between.
        start_at = start_at or slot.sudo().start_at
        quantities, demand = self._demand(slot, quantities)
        wish = Wish(slot.id, quantities, demand)

        # Whoever lost a race takes the locks first and then knows for sure.
        def move(cr, attempt):
            with wish.current(cr) as demand:
                order = self._make_order(
                    token, slot, quantities, demand, minutes, start_at
                )
                return ledger.take(cr, order, careful=attempt > 1)

        hold = self._run(move, wish)
        slot._seats_moved()
        return self._hold_dict(hold)

    @api.model
    def _make_order(self, token, slot, quantities, demand, minutes, start_at):
        return ledger.Order(
            token=token,
            slot_id=slot.id,
            company_id=demand.company_id,
            quantities=quantities,
            seats=demand.seats,
            pools=demand.pools,
            seconds=minutes * 60,
            versions=demand.versions,
            start_at=start_at,
        )

    @api.model
    def _resize(self, token, quantities):
        """Change the tickets of a live hold, all or nothing; its clock stays.

        Tickets that are no longer sold stay, or get fewer; only more are refused.

        :raise HoldExpired: the token holds nothing any more
        :raise QuantityError, SlotClosed, SlotFull: as for :meth:`_take`
        """
        slot, kept = self._slot_of(token)
        quantities, demand = self._demand(slot, quantities, kept)
        wish = Wish(slot.id, quantities, demand, kept)

        def move(cr, _attempt):
            with wish.current(cr) as demand:
                return ledger.resize(
                    cr, token, quantities, demand.seats, demand.pools, demand.versions
                )

        hold = self._run(move, wish)
        slot._seats_moved()
        return self._hold_dict(hold)

    @api.model
    def _renew(self, token, minutes):
        """Make sure that the token has its seats for ``minutes`` more.

        Before money is taken, or after it came late. What ran out is taken anew; what
        is held is extended (see :meth:`_extend`); what is sold stays.

        :raise HoldExpired: the ledger does not know the token
        :raise SlotFull: the seats went to others
        :raise SlotClosed: the slot was closed or cancelled, or is over
        :raise SlotChanged: the slot was moved after the seats had been given back
        """
        slot, _kept = self._slot_of(token)
        hold = self._run(
            lambda cr, attempt: ledger.renew(
                cr, token, minutes * 60, CEILING_MINUTES * 60
            ),
            Wish(slot.id),
        )
        slot._seats_moved()
        return self._hold_dict(hold)

    @api.model
    def _extend(self, tokens, minutes):
        """Keep live holds for ``minutes`` from now; never shorter than they are.

        However often it is called, a hold ends an hour after it was taken.

        :return: {token: expires_at (UTC)} of the holds that are live
        :rtype: dict
        """
        tokens = list(tokens)
        if not tokens:
            return {}
        return self._run(
            lambda cr, attempt: ledger.extend(
                cr, tokens, minutes * 60, CEILING_MINUTES * 60
            )
        )

    @api.model
    def _release(self, tokens):
        """Give held seats back. What is sold, expired or given back stays as it is.

        :return: the tokens given back by this call; one that is just being sold by
            another transaction is not among them
        :rtype: set
        """
        return self._give_back(tokens, ledger.ACTIVE)

    @api.model
    def _unsell(self, tokens):
        """Give sold seats back, for a booking that was cancelled.

        The sale must be committed. Call it after the commit of the cancellation.

        :return: the tokens given back by this call
        :rtype: set
        """
        return self._give_back(tokens, ledger.SOLD)

    @api.model
    def _sell(self, tokens):
        """Turn holds into sold seats in the CALLER's transaction; moves no pool.

        Seats and the caller's own rows become final together or not at all. A hold that
        ran out but that nobody wanted meanwhile still has its seats and is sold.

        :return: the tokens that could not be sold, because their seats were given back
        :rtype: list
        :raise StaleSnapshot: the hold changed after this transaction began; Odoo runs
            the request again (see the class)
        """
        tokens = set(tokens)
        if not tokens:
            return []
        sold = ledger.sell(self.env.cr, tokens)
        missing = tokens - sold.keys()
        if missing:
            with self._short_tx() as cr:
                truth = ledger.states(cr, missing)
            if {ledger.ACTIVE, ledger.SOLD} & set(truth.values()):
                raise StaleSnapshot("the hold is newer than this transaction")
        self._forget()
        self._moved(sold.values())
        return sorted(missing)

    @api.model
    def _sweep(self, limit=200):
        """Give back what ran out and nobody asked for; return how many holds."""
        slot_ids = self._run(lambda cr, attempt: ledger.sweep(cr, limit))
        self._moved(slot_ids)
        return len(slot_ids)

    @api.model
    def _cron_sweep(self):
        """Tidy up: buyers reclaim by themselves what they need."""
        while self._sweep(limit=200) >= 200:
            pass

    @api.model
    def _after_commit(self, function):
        """Call ``function(env)`` once the current transaction is committed.

        With an environment on a cursor of its own that is committed too. An error is
        logged: there is nobody left to tell. In tests, which never commit, at once.
        """
        if self._in_test_transaction():
            function(self.env)
            return
        self.env.cr.postcommit.add(self._later(function))

    @api.model
    def _later(self, function):
        registry, uid, context = self.env.registry, self.env.uid, self.env.context

        def run():
            try:
                with registry.cursor() as cr:
                    function(api.Environment(cr, uid, context))
            except Exception:
                _logger.exception("What had to follow the commit failed")

        return run

    @api.model
    def _after_end(self, function):
        """Like :meth:`_after_commit`, but after a rollback as well."""
        if self._in_test_transaction():
            function(self.env)
            return
        self._after_commit(function)
        self.env.cr.postrollback.add(self._later(function))

    # --- running it --------------------------------------------------------------

    @api.model
    def _in_test_transaction(self):
        """Whether all data of a test are in one transaction that is never committed.

        Another connection would not see them. Threads of a test with cursors of their
        own are not meant.
        """
        test = modules.module.current_test
        if not test:
            return False
        return not isinstance(self.env.cr, Cursor) or (
            getattr(test, "cr", None) is self.env.cr
        )

    @contextmanager
    def _short_tx(self):
        """A cursor in a short READ COMMITTED transaction beside the caller's one.

        Committed on exit, rolled back when the body raises. In the one transaction of
        a test, a savepoint stands in for it.
        """
        if self._in_test_transaction():
            with self.env.cr.savepoint():
                yield self.env.cr
            return
        with self.env.registry.cursor() as cr:
            # One round trip; the isolation level must come before any query.
            cr.execute(
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
                "SET LOCAL lock_timeout = '3s'"
            )
            yield cr

    @api.model
    def _moved(self, slot_ids):
        """Seats of these slots moved: see ``museum.slot._seats_moved``."""
        if slot_ids := set(slot_ids):
            self.env["museum.slot"].browse(sorted(slot_ids))._seats_moved()

    @api.model
    def _run(self, move, *wishes):
        """Run one move of the engine, again when it lost a race or a lock.

        Turns the engine's refusals into those that people can read.

        :param wishes: what is wanted, for the words of a refusal
        """
        result = None
        for attempt in range(1, TRIES + 1):
            try:
                with self._short_tx() as cr:
                    result = move(cr, attempt)
                break
            except ledger.Again:
                if attempt > 2:
                    time.sleep(random.uniform(0.0, 0.02 * attempt))
            except BUSY_ERRORS as error:
                _logger.info("Seats are busy, try %s: %s", attempt, error)
                time.sleep(random.uniform(0.0, 0.02 * attempt))
            except ledger.Full as full:
                raise self._slot_full(full, wishes) from full
            except ledger.Closed as closed:
                raise SlotClosed(
                    self.env._("This time is no longer on sale."),
                    slot_id=closed.slot_id or wishes[0].slot_id,
                ) from closed
            except ledger.Moved as moved:
                slot = self.env["museum.slot"].browse(moved.slot_id)
                raise slot._changed(moved.start_at) from moved
            except ledger.Gone as gone:
                raise HoldExpired(
                    self.env._("The time to buy these tickets has run out.")
                ) from gone
            except ledger.Mismatch as mismatch:
                raise HoldConflict(
                    self.env._("This request already holds other tickets.")
                ) from mismatch
        else:
            raise HoldConflict(
                self.env._("Too many people want these seats just now. Try again.")
            )
        self._forget()
        return result

    @api.model
    def _slot_full(self, full, wishes):
        # Sold-out shows are refused by the hundred each second: no look-ups for words,
        # but for the name of a category.
        wish = next((wish for wish in wishes if wish.is_short(full)), wishes[0])
        category_id, seats_left = wish.short_category(full)
        details = {"slot_id": wish.slot_id, "seats_left": seats_left}
        # How many were wanted tells which other times are worth offering.
        if seats := wish.demand and wish.demand.seats:
            details["seats"] = seats
        words = self._full_words(seats_left)
        if category_id:
            category = self.env["museum.ticket.category"].sudo().browse(category_id)
            details["category_id"] = category_id
            words = self._category_full(category, seats_left)
        refusal = SlotFull(words, **details)
        refusal.wanted = wish.quantities or {}
        return refusal

    @api.model
    def _give_back(self, tokens, state):
        wanted, done = set(tokens), {}
        for attempt in range(1, TRIES + 1):
            rest = wanted - done.keys()
            if not rest:
                break
            done |= self._run(
                lambda cr, _attempt, rest=rest: ledger.release(cr, rest, state)
            )
            with self._short_tx() as cr:
                truth = ledger.states(cr, wanted - done.keys())
            if state not in truth.values():
                break
            # A seller or a second tab has its row for a moment.
            time.sleep(random.uniform(0.0, 0.02 * attempt))
        self._moved(done.values())
        return set(done)

    @api.model
    def _demand(self, slot, wanted, kept=None):
        """Clean quantities, and the seats that they take, by one query.

        :param dict kept: tickets that are held already, by category id
        :raise QuantityError: they break a rule
        """
        wanted = {int(key): int(qty) for key, qty in wanted.items() if qty}
        for model in ("museum.slot", "museum.ticket.category", "museum.exhibition"):
            self.env[model].flush_model()
        demand = ledger.read_demand(self.env.cr, slot.id, wanted, kept)
        if not demand:
            raise SlotClosed(self.env._("This time is no longer on sale."))
        if broken_rules(
            wanted,
            demand.categories,
            demand.max_per_booking,
            demand.min_per_booking,
        ):
            slot = slot.sudo()
            problems = slot.exhibition_id._quantity_errors(slot, wanted, kept)
            raise QuantityError(problems[0]["message"], errors=problems)
        return wanted, demand

    @api.model
    def _slot_of(self, token):
        """The slot of a token, and its tickets by category id."""
        with self._short_tx() as cr:
            known = ledger.read_hold(cr, token)
        if not known:
            raise HoldExpired(self.env._("The time to buy these tickets has run out."))
        slot = self.env["museum.slot"].sudo().browse(known.slot_id)
        return slot, {int(key): count for key, count in known.quantities.items()}

    @api.model
    def _hold_dict(self, hold):
        return {
            "hold_id": hold.id,
            "expires_at": hold.expires_at,
            "seats": hold.seats,
        }

    @api.model
    def _forget(self):
        """Drop what the ORM remembers of seats, and note that our snapshot is old."""
        self.env.cr.cache["museum_seats_moved"] = True
        for model in ("museum.hold", "museum.hold.take", "museum.seat.pool"):
            self.env[model].invalidate_model()
        self._forget_seats()

    @api.model
    def _forget_seats(self):
        """Drop the fields of slots that follow from their counters."""
        self.env["museum.slot"].invalidate_model(
            [
                "is_limited",
                "capacity",
                "taken",
                "blocked",
                "seats_left",
                "fill_percent",
                "status",
                "status_color",
            ]
        )

    @api.model
    def _pools_now(self, pool_ids):
        """Counters of pools, as committed.

        :return: {pool id: (is_limited, capacity, taken, blocked)}

        Usually from the request's own snapshot; when this request moved seats, the
        snapshot is older than that, and a fresh look is taken.
        """
        if self.env.cr.cache.get("museum_seats_moved"):
            with self._short_tx() as cr:
                fresh = ledger.read_pools(cr, pool_ids)
            # A pool that this request created is not committed yet.
            rest = set(pool_ids) - fresh.keys()
            return {**ledger.read_pools(self.env.cr, rest), **fresh} if rest else fresh
        return ledger.read_pools(self.env.cr, pool_ids)

    @api.autovacuum
    def _gc_dead_holds(self):
        """Holds that never became a sale are of no use after a month."""
        self.env.cr.execute(
            """
            DELETE FROM museum_hold
             WHERE id IN (
                       SELECT id
                         FROM museum_hold
                        WHERE state IN ('expired', 'released')
                          AND expires_at < now() AT TIME ZONE 'UTC'
                                           - INTERVAL '30 days'
                        LIMIT 10000
                          FOR UPDATE SKIP LOCKED
                   )
            """
        )
