# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Random histories of the seat engine, against a model that fits on a page.

Each history runs on a real connection at READ COMMITTED, one savepoint for each move,
and is rolled back. Time passes by moving the ledger's clock times back.
"""

import uuid
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo import SUPERUSER_ID
from odoo.tests import tagged

from ..lib import seat_audit, seat_links
from ..lib import seat_ledger as ledger
from ..lib.seat_many import take_many
from .race_common import RaceCase

MINUTE = 60
CEILING = 60 * MINUTE
FAMILY_SEATS = 3

slots = st.integers(0, 1)
minutes = st.integers(1, 30)
limits = st.none() | st.integers(2, 12)
tokens = st.sampled_from("abcd")
tickets = st.fixed_dictionaries(
    {"adult": st.integers(0, 3), "family": st.integers(0, 1)}
).filter(lambda wanted: any(wanted.values()))


@dataclass
class Held:
    """What the model knows of a token."""

    slot: int
    wanted: dict
    state: str
    taken: int
    expires: int

    def seats(self, pool):
        """Seats that it takes of a pool: a slot, "family" of a slot, the venue."""
        kind, slot = pool
        if kind != "venue" and slot != self.slot:
            return 0
        family = self.wanted["family"] * FAMILY_SEATS
        return family if kind == "family" else family + self.wanted["adult"]


class SeatMachine(RuleBasedStateMachine):
    """Two slots at the same time in one venue; a category may have a limit."""

    case = None  # the test, set by it

    def __init__(self):
        super().__init__()
        self.now = 0
        self.held = {}
        self.limit = {("slot", 0): 8, ("slot", 1): 8}
        self.blocked = {0: 0, 1: 0}
        self.open = {0: True, 1: True}
        self.is_on_sale = True
        self.cr = self.case.registry.cursor()
        self.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        self.slot_ids = self.case.slot_ids
        self.own = seat_links.own_pools(self.cr, self.slot_ids)
        self.pool_ids = {
            ("slot", number): self.own[slot_id]
            for number, slot_id in enumerate(self.slot_ids)
        }

    @initialize(first=tickets, second=tickets, lasts=st.tuples(minutes, minutes))
    def some_are_there(self, first, second, lasts):
        self.take("a", 0, first, lasts[0])
        self.take("b", 1, second, lasts[1])

    def teardown(self):
        self.cr.rollback()
        self.cr.close()

    # --- the model

    def _is_live(self, hold):
        return hold.state == "active" and hold.expires > self.now

    def _free(self, pool):
        """Free seats of a pool; None without a limit."""
        limit = self.limit.get(pool)
        if limit is None:
            return None
        gone = sum(
            hold.seats(pool)
            for hold in self.held.values()
            if hold.state == "sold" or self._is_live(hold)
        )
        kind, slot = pool
        return limit - gone - (self.blocked[slot] if kind == "slot" else 0)

    def _short(self, *more, less=None):
        """The fewest seats of the pools that have too few; None when all is well."""
        short = []
        for pool in self.limit:
            seats = sum(hold.seats(pool) for hold in more)
            free = self._free(pool)
            own = less.seats(pool) if less else 0
            if seats and free is not None and free + own < seats:
                short.append(max(0, free))
        return min(short, default=None)

    def _sells(self, slot):
        return self.is_on_sale and self.open[slot]

    def _would(self, slot, wanted, lasts=15):
        expires = self.now + lasts * MINUTE
        return Held(slot, wanted, "active", self.now, expires)

    # --- the engine

    def _move(self, function):
        """One move as ``museum.hold._run`` runs it: (result, what it was refused by)"""
        for attempt in range(1, 6):
            try:
                with self.cr.savepoint(flush=False):
                    return function(attempt > 1), None
            except ledger.Again:
                continue
            except (ledger.Full, ledger.BelowTaken, ledger.NotBlocked) as refusal:
                return None, refusal
            except (ledger.Closed, ledger.Gone, ledger.Mismatch) as refusal:
                return None, type(refusal)
        raise AssertionError("it never came to an end, and nobody else is there")

    def _quantities(self, wanted):
        return {
            self.case.category_ids[name]: qty for name, qty in wanted.items() if qty
        }

    def _order(self, token, slot, wanted, lasts):
        quantities = self._quantities(wanted)
        demand = ledger.read_demand(self.cr, self.slot_ids[slot], quantities)
        return ledger.Order(
            token=token,
            slot_id=self.slot_ids[slot],
            company_id=demand.company_id,
            quantities=quantities,
            seats=demand.seats,
            pools=demand.pools,
            seconds=lasts * MINUTE,
            versions=demand.versions,
        )

    def _state(self, token):
        return ledger.states(self.cr, [token]).get(token)

    def _same(self, refusal, expected):
        """The engine refused for the reason and with the number of the model."""
        if isinstance(expected, int):
            assert isinstance(refusal, ledger.Full), refusal
            assert refusal.seats_left == expected, (refusal.seats_left, expected)
        else:
            assert refusal is expected, (refusal, expected)

    # --- what buyers do

    def _expected(self, token, slot, wanted):
        known = self.held.get(token)
        if known and (known.state == "sold" or self._is_live(known)):
            same = (known.slot, known.wanted) == (slot, wanted)
            return "kept" if same else ledger.Mismatch
        if not self._sells(slot):
            return ledger.Closed
        return None

    @rule(token=tokens, slot=slots, wanted=tickets, lasts=minutes)
    def take(self, token, slot, wanted, lasts):
        expected = self._expected(token, slot, wanted)
        would = self._would(slot, wanted, lasts)
        if expected is None:
            expected = self._short(would)
        order = self._order(token, slot, wanted, lasts)
        hold, refusal = self._move(
            lambda careful: ledger.take(self.cr, order, careful=careful)
        )
        if expected == "kept":
            assert hold
        else:
            self._same(refusal, expected)
            if expected is None:
                self.held[token] = would

    @rule(token=tokens, wanted=st.tuples(tickets, tickets), lasts=minutes)
    def take_both(self, token, wanted, lasts):
        names = [f"{token}:0", f"{token}:1"]
        expected = [self._expected(names[slot], slot, wanted[slot]) for slot in (0, 1)]
        would = {
            slot: self._would(slot, wanted[slot], lasts)
            for slot in (0, 1)
            if expected[slot] != "kept"
        }
        refused = next((word for word in expected if word is ledger.Mismatch), None)
        refused = refused or next((w for w in expected if w is ledger.Closed), None)
        if not refused and would:
            refused = self._short(*would.values())
        orders = [
            self._order(names[slot], slot, wanted[slot], lasts) for slot in (0, 1)
        ]
        _holds, refusal = self._move(lambda _careful: take_many(self.cr, orders))
        self._same(refusal, refused)
        if refused is None:
            self.held.update({names[slot]: hold for slot, hold in would.items()})

    def _names(self):
        return sorted(self.held)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), wanted=tickets)
    def resize(self, data, wanted):
        token = data.draw(st.sampled_from(self._names()))
        known = self.held[token]
        would = Held(known.slot, wanted, "active", known.taken, known.expires)
        expected = None
        if not self._is_live(known):
            expected = ledger.Gone
        elif any(would.seats(pool) > known.seats(pool) for pool in self.limit):
            if not self._sells(known.slot):
                expected = ledger.Closed
            else:
                expected = self._short(would, less=known)
        order = self._order(token, known.slot, wanted, 1)
        _hold, refusal = self._move(
            lambda _careful: ledger.resize(
                self.cr,
                token,
                order.quantities,
                order.seats,
                order.pools,
                order.versions,
            )
        )
        self._same(refusal, expected)
        if expected is None:
            self.held[token] = would

    @precondition(lambda self: self.held)
    @rule(data=st.data(), lasts=st.integers(1, 90))
    def extend(self, data, lasts):
        token = data.draw(st.sampled_from(self._names()))
        known = self.held[token]
        ends, _none = self._move(
            lambda _careful: ledger.extend(self.cr, [token], lasts * MINUTE, CEILING)
        )
        assert set(ends) == ({token} if self._is_live(known) else set())
        if ends:
            most = min(self.now + lasts * MINUTE, known.taken + CEILING)
            known.expires = max(known.expires, most)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), lasts=minutes)
    def renew(self, data, lasts):
        token = data.draw(st.sampled_from(self._names()))
        known = self.held[token]
        is_kept = self._state(token) == "active"
        would = self._would(known.slot, known.wanted, lasts)
        expected = None
        if known.state != "sold" and not self._is_live(known):
            if not self._sells(known.slot):
                expected = ledger.Closed
            elif not is_kept:
                expected = self._short(would)
        _hold, refusal = self._move(
            lambda _careful: ledger.renew(self.cr, token, lasts * MINUTE, CEILING)
        )
        self._same(refusal, expected)
        if known.state == "sold" or expected is not None:
            return
        if self._is_live(known):
            most = min(self.now + lasts * MINUTE, known.taken + CEILING)
            known.expires = max(known.expires, most)
        else:
            self.held[token] = would

    @precondition(lambda self: self.held)
    @rule(data=st.data(), state=st.sampled_from(["active", "sold"]))
    def give_back(self, data, state):
        token = data.draw(st.sampled_from(self._names()))
        before = self._state(token)
        given, _none = self._move(
            lambda _careful: ledger.release(self.cr, [token], state)
        )
        assert set(given) == ({token} if before == state else set())
        if given:
            self.held[token].state = "released"

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def sell(self, data):
        token = data.draw(st.sampled_from(self._names()))
        before = self._state(token)
        sold, _none = self._move(lambda _careful: ledger.sell(self.cr, [token]))
        # What ran out but nobody wanted meanwhile still has its seats.
        assert set(sold) == ({token} if before in ("active", "sold") else set())
        if sold:
            self.held[token].state = "sold"

    # --- time

    @rule(passes=st.sampled_from([1, 5, 10, 20, 60]), is_swept=st.booleans())
    def pass_time(self, passes, is_swept):
        self.now += passes * MINUTE
        self.cr.execute(
            """
            UPDATE museum_hold
               SET taken_at = taken_at - %(minutes)s * INTERVAL '1 minute',
                   expires_at = expires_at - %(minutes)s * INTERVAL '1 minute'
             WHERE slot_id = ANY(%(slots)s)
            """,
            {"minutes": passes, "slots": self.slot_ids},
        )
        if is_swept:
            self._sweep()

    def _sweep(self):
        self._move(lambda _careful: ledger.sweep(self.cr, 100))
        for token, hold in self.held.items():
            late = hold.state == "active" and not self._is_live(hold)
            assert not late or self._state(token) == "expired"

    # --- what staff do

    def _set_limit(self, pools, limit):
        """All of these pools get the limit, or none: as the model says."""
        gone = [
            (self.limit[pool] or 0) - self._free(pool)
            if self.limit[pool] is not None
            else self._gone(pool)
            for pool in pools
        ]
        allowed = limit is None or max(gone) <= limit
        _known, refusal = self._move(
            lambda _careful: ledger.set_limit(
                self.cr,
                [self.pool_ids[pool] for pool in pools],
                is_limited=limit is not None,
                capacity=limit or 0,
            )
        )
        assert (refusal is None) == allowed, (refusal, gone, limit)
        if allowed:
            self.limit.update(dict.fromkeys(pools, limit))

    def _gone(self, pool):
        """Seats taken and blocked of a pool without a limit."""
        self.limit[pool] = 0
        gone = -self._free(pool)
        self.limit[pool] = None
        return gone

    @rule(slot=slots, limit=limits)
    def set_capacity(self, slot, limit):
        self._set_limit([("slot", slot)], limit)

    @rule(slot=slots, seats=st.integers(-3, 4).filter(bool), again=st.booleans())
    def block(self, slot, seats, again):
        pool = ("slot", slot)
        free = self._free(pool)
        allowed = free is None or seats <= free
        if seats < 0:
            allowed = -seats <= self.blocked[slot]
        wish = ledger.Block(
            token=uuid.uuid4().hex,
            slot_id=self.slot_ids[slot],
            company_id=self.case.slot_company_id,
            user_id=SUPERUSER_ID,
            seats=seats,
            reason="random",
        )
        for _call in range(1 + again):
            done, refusal = self._move(
                lambda _careful: ledger.block(self.cr, self.pool_ids[pool], wish)
            )
            assert (refusal is None) == allowed
            if allowed:
                after = self.blocked[slot] + seats
                assert done == ledger.Blocked(seats, after), (done, after)
        if allowed:
            self.blocked[slot] += seats

    @rule(limit=limits)
    def limit_venue(self, limit):
        """Linked with its people first, without a limit; then limited."""
        pool = ("venue", None)
        if pool not in self.limit:
            start = self.case.start
            pools = seat_links.make_venue_pools(
                self.cr,
                self.case.venue_id,
                self.case.slot_company_id,
                [start],
                is_limited=False,
                capacity=0,
            )
            self.pool_ids[pool] = pools[start]
            self.limit[pool] = None
            self._set_limit([pool], None)  # it may have one of before
        links = {slot_id: [self.pool_ids[pool]] for slot_id in self.slot_ids}
        _left, refusal = self._move(lambda _: ledger.relink_venue(self.cr, links))
        assert refusal is None
        self._set_limit([pool], limit)

    @precondition(lambda self: ("venue", None) in self.limit)
    @rule()
    def unlink_venue(self):
        """The slots moved to a time that has no maximum."""
        links = {slot_id: [] for slot_id in self.slot_ids}
        self._move(lambda _careful: ledger.relink_venue(self.cr, links))
        del self.limit["venue", None]

    @rule(limit=limits)
    def limit_family(self, limit):
        pools = [("family", 0), ("family", 1)]
        if pools[0] not in self.limit:
            companies = dict.fromkeys(self.slot_ids, self.case.slot_company_id)
            family = self.case.category_ids["family"]
            self._move(
                lambda _careful: ledger.add_category(
                    self.cr, companies, family, FAMILY_SEATS
                )
            )
            made, _rest = seat_links.category_pools(
                self.cr, family, [self.case.exhibition_id]
            )
            for number, slot_id in enumerate(self.slot_ids):
                self.pool_ids["family", number] = made[slot_id]
                self.limit["family", number] = None
        self._set_limit(pools, limit)

    @rule(closed=st.sampled_from([None, None, 0, 1, "exhibition"]))
    def close_one_and_open_the_others(self, closed):
        self.is_on_sale = closed != "exhibition"
        self.open = {slot: slot != closed for slot in (0, 1)}
        for slot, is_open in self.open.items():
            self.cr.execute(
                "UPDATE museum_slot SET state = %s WHERE id = %s",
                ["open" if is_open else "closed", self.slot_ids[slot]],
            )
        self.cr.execute(
            "UPDATE museum_exhibition SET is_on_sale = %s WHERE id = %s",
            [self.is_on_sale, self.case.exhibition_id],
        )

    # --- what is always true

    @invariant()
    def model_and_engine_agree(self):
        pools = {self.pool_ids[pool]: pool for pool in self.limit}
        free = ledger.free_seats(self.cr, pools)
        assert {pools[key]: left for key, left in free.items()} == {
            pool: self._free(pool) for pool in self.limit
        }
        for token, hold in self.held.items():
            state = self._state(token)
            late = hold.state == "active" and not self._is_live(hold)
            assert state == hold.state or (late and state == "expired")

    @invariant()
    def counters_and_ledger_agree(self):
        assert not seat_audit.audit(self.cr, list(self.pool_ids.values()))
        assert not seat_audit.wrong_takes(self.cr, self.slot_ids)
        assert not seat_audit.above(self.cr)


@tagged("post_install", "-at_install")
class TestSeatHistory(RaceCase):
    def setUp(self):
        super().setUp()
        with self._env() as env:
            cls = type(self)
            cls.exhibition = env["museum.exhibition"].browse(self.exhibition_id)
            second = self._make_slot(in_hours=self.hours + 1, capacity=8)
            env["museum.slot"].browse(self.slot_id).capacity = 8
            family = self.exhibition.category_ids[-1]
            family.seats_per_ticket = FAMILY_SEATS
            self.category_ids = {"adult": self.adult_id, "family": family.id}
            self.slot_ids = [self.slot_id, second.id]
            self.start = second.start_at

    def test_no_history_leads_engine_and_model_apart(self):
        machine = type("Machine", (SeatMachine,), {"case": self})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=100,
                stateful_step_count=50,
                deadline=None,
                database=None,
                # Shrinking takes minutes; the history itself is printed.
                phases=[Phase.generate],
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
