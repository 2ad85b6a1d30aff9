import assert from "node:assert/strict";
import test from "node:test";

import {heldBy, moveOf, ownAt, visitToMove} from "../../src/booking/moving.js";
import {fits, leftAt, whyNotMore} from "../../src/booking/quantities.js";

const visit = {
    reference: "SCIM-7XK9M2Q",
    exhibition: {id: 3},
    slot: {id: 7},
    held_until: "2026-03-14T10:00:00+05:30",
    categories: [{id: 1, quantity: 2}],
};

test("only a visit of this cart and exhibition can be moved", () => {
    const cart = {items: [visit]};
    assert.equal(visitToMove(cart, "SCIM-7XK9M2Q", 3), visit);
    assert.equal(visitToMove(cart, "SCIM-7XK9M2Q", 4), null);
    assert.equal(visitToMove(cart, "SCIM-OTHER22", 3), null);
});

test("a visit of the cart gets the time, and none is added beside it", () => {
    const body = {slot_id: 8, categories: [{id: 1, quantity: 2}]};
    assert.deepEqual(moveOf(visit, body), {
        method: "PATCH",
        path: "/cart/items/SCIM-7XK9M2Q",
        body,
    });
    assert.deepEqual(moveOf(null, body), {method: "POST", path: "/cart/items", body});
});

test("a visit that ran out holds no seats", () => {
    assert.deepEqual(heldBy(visit), {1: 2});
    assert.deepEqual(heldBy({...visit, held_until: null}), {});
    assert.deepEqual(heldBy(null), {});
});

test("at its own time a visit has its seats and its places of a category", () => {
    const group = {
        id: 1,
        price_minor: 100,
        seats_per_ticket: 4,
        min_quantity: 0,
        max_quantity: 0,
        seats_left: 0,
    };
    const other = {...group, id: 2, seats_per_ticket: 1};
    const all = [group, other];
    const at = (slot, moved) => leftAt(slot, all, ownAt(slot, moved));
    const limits = {maxPerBooking: 20, ...at({id: 7, seats_left: 1}, visit)};
    assert.deepEqual([limits.seatsLeft, limits.own], [9, {1: 2}]);
    assert.equal(whyNotMore(group, all, {1: 1}, limits), "");
    assert.equal(whyNotMore(group, all, {1: 2}, {...limits, seatsLeft: null}), "own");
    assert.equal(whyNotMore(other, all, {}, limits), "own");
    assert.ok(fits(all, {1: 2}, limits));
    assert.ok(!fits(all, {1: 2, 2: 1}, limits));
    // elsewhere, and once its clock ran out, it has nothing
    for (const left of [
        at({id: 8, seats_left: 9}, visit),
        at({id: 7, seats_left: 9}, {...visit, held_until: null}),
        at({id: 7, seats_left: 9}, null),
    ]) {
        assert.deepEqual(left, {seatsLeft: 9, own: {}});
        assert.ok(!fits(all, {1: 1}, {maxPerBooking: 20, ...left}));
    }
    assert.equal(at({id: 7, seats_left: null}, visit).seatsLeft, null);
    assert.deepEqual(at(null, visit), {seatsLeft: null, own: {}});
});
