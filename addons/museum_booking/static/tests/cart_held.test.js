import assert from "node:assert/strict";
import test from "node:test";

import {isNewWarning, noteHeld, notedHeld} from "../src/cart/held.js";

function storage() {
    const kept = new Map();
    return {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => kept.set(key, String(value)),
    };
}

test("what one page was told, another knows", () => {
    globalThis.localStorage = storage();
    assert.deepEqual(notedHeld(), {});
    noteHeld("2026-03-14T10:15:00Z", 250);
    assert.deepEqual(notedHeld(), {heldUntil: "2026-03-14T10:15:00Z", offset: 250});
    localStorage.setItem("museum_booking.held", "{");
    assert.deepEqual(notedHeld(), {});
});

test("a tab is warned of each end once", () => {
    globalThis.sessionStorage = storage();
    assert.equal(isNewWarning("2026-03-14T10:15:00Z"), true);
    assert.equal(isNewWarning("2026-03-14T10:15:00Z"), false);
    assert.equal(isNewWarning("2026-03-14T10:25:00Z"), true);
});

test("without storage nothing breaks", () => {
    delete globalThis.localStorage;
    delete globalThis.sessionStorage;
    noteHeld("2026-03-14T10:15:00Z", 0);
    assert.deepEqual(notedHeld(), {});
    assert.equal(isNewWarning("2026-03-14T10:15:00Z"), true);
});
