import assert from "node:assert/strict";
import test from "node:test";

import {isSettled, nextDelay, takesLong} from "../../src/portal/waiting_rules.js";

test("asks often at first and never stops", () => {
    assert.equal(nextDelay(0), 2000);
    assert.equal(nextDelay(10), 5000);
    assert.equal(nextDelay(500), 20000);
});

test("waits while every booking waits or is not known", () => {
    assert.equal(isSettled([{state: "awaiting_payment"}, {state: "pending"}]), false);
    assert.equal(isSettled([null, null]), false);
    assert.equal(isSettled([]), false);
});

test("shows the page anew once one is settled, well or badly", () => {
    for (const state of ["confirmed", "expired", "cancelled"]) {
        assert.equal(isSettled([null, {state}]), true);
    }
    const attention = {state: "pending", money_state: "needs_attention"};
    assert.equal(isSettled([attention]), true);
});

test("says after three quarters of a minute that it takes long", () => {
    assert.equal(takesLong(45000), false);
    assert.equal(takesLong(45001), true);
});
