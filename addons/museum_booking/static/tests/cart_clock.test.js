import assert from "node:assert/strict";
import test from "node:test";

import {
    LAST,
    OVER,
    QUIET,
    SOON,
    clockText,
    offsetOf,
    phaseOf,
    timeLeft,
} from "../src/cart/clock.js";

const now = Date.parse("2026-03-14T10:00:00Z");

test("the server's clock counts, whatever the visitor's says", () => {
    const late = now - 3600000; // an hour slow
    const offset = offsetOf("2026-03-14T10:00:00Z", late);
    assert.equal(timeLeft("2026-03-14T10:15:00Z", offset, late), 900000);
    assert.equal(timeLeft("2026-03-14T10:15:00Z", offset, late + 60000), 840000);
    assert.equal(timeLeft("2026-03-14T09:59:00Z", offset, late), 0);
});

test("without held seats there is no clock", () => {
    assert.equal(timeLeft("", 0, now), null);
    assert.equal(phaseOf(null), QUIET);
    assert.equal(offsetOf("", now), 0);
});

test("it is noticed at five minutes, and asks at two", () => {
    const phases = [301, 300, 121, 120, 1, 0].map((seconds) => phaseOf(seconds * 1000));
    assert.deepEqual(phases, [QUIET, SOON, SOON, LAST, LAST, OVER]);
});

test("zero is shown only when it is over", () => {
    assert.equal(clockText(861000), "14:21");
    assert.equal(clockText(1), "0:01");
    assert.equal(clockText(0), "0:00");
});
