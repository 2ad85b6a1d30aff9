import assert from "node:assert/strict";
import test from "node:test";

import {heldBy, moveOf, visitToMove} from "../../src/booking/moving.js";

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

test("another time is added first, then the old visit goes", () => {
    assert.deepEqual(moveOf(visit, 8), {
        method: "POST",
        path: "/cart/items",
        remove: "/cart/items/SCIM-7XK9M2Q",
    });
    assert.equal(moveOf(null, 8).remove, null);
});

test("at its own time the visit is changed: nothing is doubled", () => {
    assert.deepEqual(moveOf(visit, 7), {
        method: "PATCH",
        path: "/cart/items/SCIM-7XK9M2Q",
        remove: null,
    });
});

test("a visit that ran out holds no seats", () => {
    assert.deepEqual(heldBy(visit), {1: 2});
    assert.deepEqual(heldBy({...visit, held_until: null}), {});
    assert.deepEqual(heldBy(null), {});
});
