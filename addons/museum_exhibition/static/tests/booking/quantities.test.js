import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import test from "node:test";

import {
    brokenRules,
    fits,
    forCart,
    onlyKnown,
    step,
    totals,
    typed,
    whyNotMore,
} from "../../src/booking/quantities.js";

const {rules} = JSON.parse(
    readFileSync(new URL("./vectors.json", import.meta.url), "utf8")
);

const adult = {
    id: 1,
    price_minor: 15000,
    seats_per_ticket: 1,
    min_quantity: 0,
    max_quantity: 0,
};
const family = {...adult, id: 2, price_minor: 40000, seats_per_ticket: 4};
const group = {...adult, id: 3, price_minor: 10000, min_quantity: 10, max_quantity: 12};
const all = [adult, family, group];
const free = {maxPerBooking: 20, seatsLeft: null};

test("sums count tickets, seats and money apart", () => {
    assert.deepEqual(totals(all, {1: 2, 2: 1}), {tickets: 3, seats: 6, minor: 70000});
    assert.deepEqual(totals(all, {}), {tickets: 0, seats: 0, minor: 0});
});

test("a step adds and takes one", () => {
    assert.deepEqual(step(adult, all, {}, free, 1), {1: 1});
    assert.deepEqual(step(adult, all, {1: 1}, free, 1), {1: 2});
    assert.deepEqual(step(adult, all, {1: 1}, free, -1), {});
    assert.deepEqual(step(adult, all, {}, free, -1), {});
});

test("a category with a smallest number starts there and ends there", () => {
    assert.deepEqual(step(group, all, {}, free, 1), {3: 10});
    assert.deepEqual(step(group, all, {3: 10}, free, -1), {});
    assert.deepEqual(step(group, all, {3: 12}, free, 1), {3: 12});
    assert.equal(whyNotMore(group, all, {3: 12}, free), "category");
});

test("seats are what the tickets take, not their number", () => {
    const five = {maxPerBooking: 20, seatsLeft: 5};
    assert.equal(whyNotMore(family, all, {}, five), "");
    assert.equal(whyNotMore(family, all, {1: 2}, five), "seats");
    assert.equal(whyNotMore(adult, all, {2: 1}, five), "");
    assert.equal(whyNotMore(adult, all, {1: 1, 2: 1}, five), "seats");
});

test("a booking has its own limit", () => {
    const two = {maxPerBooking: 2, seatsLeft: null};
    assert.equal(whyNotMore(adult, all, {1: 1, 2: 1}, two), "booking");
    assert.deepEqual(step(adult, all, {1: 2}, two, 1), {1: 2});
});

test("a typed number becomes the nearest one allowed", () => {
    assert.deepEqual(typed(adult, all, {}, free, "7"), {1: 7});
    assert.deepEqual(typed(adult, all, {1: 3}, free, "900"), {1: 20});
    assert.deepEqual(typed(adult, all, {1: 3}, free, "two"), {});
    assert.deepEqual(typed(adult, all, {1: 3}, free, "-4"), {});
    assert.deepEqual(typed(group, all, {}, free, "4"), {3: 10});
    assert.deepEqual(typed(adult, all, {}, {maxPerBooking: 20, seatsLeft: 2}, "5"), {
        1: 2,
    });
});

test("choices that no longer fit are kept but cannot be added", () => {
    const one = {maxPerBooking: 20, seatsLeft: 1};
    assert.ok(!fits(all, {1: 2}, one));
    assert.ok(fits(all, {1: 1}, one));
    assert.ok(!fits(all, {}, free));
    assert.ok(!fits(all, {1: 21}, free));
});

test("only known categories reach the cart", () => {
    assert.deepEqual(onlyKnown(all, {1: 2, 99: 1}), {1: 2});
    assert.deepEqual(forCart({1: 2, 2: 1}), [
        {id: 1, quantity: 2},
        {id: 2, quantity: 1},
    ]);
});

test("rules are those of the server", () => {
    const categories = Object.entries(rules.categories).map(([id, category]) => ({
        ...category,
        id: Number(id),
    }));
    for (const {name, wanted, min, max, broken} of rules.cases) {
        const limits = {minPerBooking: min, maxPerBooking: max, seatsLeft: null};
        assert.deepEqual(brokenRules(categories, wanted, limits), broken, name);
        assert.equal(fits(categories, wanted, limits), !broken.length, name);
    }
});

test("a category may have fewer places of its own than the slot", () => {
    const places = {...adult, seats_left: 2};
    assert.equal(whyNotMore(places, [places], {1: 1}, free), "");
    assert.equal(whyNotMore(places, [places], {1: 2}, free), "own");
    assert.deepEqual(typed(places, [places], {}, free, "5"), {1: 2});
    assert.ok(!fits([places], {1: 3}, free), "chosen before they went to others");
    assert.equal(whyNotMore({...places, seats_left: null}, [places], {1: 2}, free), "");
    assert.equal(whyNotMore({...places, seats_left: 0}, [places], {}, free), "own");
});

test("children may be chosen before the adult, but not bought", () => {
    const child = {...adult, id: 4, needs_adult: true};
    const parent = {...adult, is_adult: true};
    assert.equal(whyNotMore(child, [parent, child], {}, free), "");
    assert.ok(!fits([parent, child], {4: 1}, free));
    assert.ok(fits([parent, child], {1: 1, 4: 1}, free));
});
