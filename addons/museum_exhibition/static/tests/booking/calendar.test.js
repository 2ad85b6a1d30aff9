import {readFileSync} from "node:fs";
import assert from "node:assert/strict";
import test from "node:test";

import {
    lastDayOf,
    monthWeeks,
    moveFocus,
    shiftDay,
    shiftMonth,
    tabDay,
    weekdayOf,
} from "../../src/booking/calendar.js";

const vectors = JSON.parse(
    readFileSync(new URL("./vectors.json", import.meta.url), "utf8")
);

for (const {month, weekStart, weeks, first} of vectors.months) {
    test(`weeks of ${month}, starting with ${weekStart}`, () => {
        const found = monthWeeks(month, weekStart);
        assert.equal(found.length, weeks);
        assert.deepEqual(found[0], first);
        assert.ok(found.every((week) => week.length === 7));
        const days = found.flat().filter(Boolean);
        assert.equal(days[0], `${month}-01`);
        assert.equal(days.at(-1), lastDayOf(month));
    });
}

for (const {month, by, to} of vectors.shifts) {
    test(`${month} by ${by} months is ${to}`, () => {
        assert.equal(shiftMonth(month, by), to);
    });
}

test("days pass months, years and leap days", () => {
    assert.equal(shiftDay("2024-02-28", 1), "2024-02-29");
    assert.equal(shiftDay("2026-12-31", 1), "2027-01-01");
    assert.equal(shiftDay("2026-03-01", -1), "2026-02-28");
    assert.equal(weekdayOf("2026-03-14"), 6);
    assert.equal(weekdayOf("2026-03-15"), 7);
});

const bounds = {first: "2026-03-01", last: "2026-05-31", weekStart: 1};

test("keys move the focus by day, week, row end and month", () => {
    const from = "2026-03-11"; // a Wednesday
    const expected = {
        ArrowRight: "2026-03-12",
        ArrowLeft: "2026-03-10",
        ArrowDown: "2026-03-18",
        ArrowUp: "2026-03-04",
        Home: "2026-03-09",
        End: "2026-03-15",
        PageDown: "2026-04-11",
        x: null,
    };
    for (const [key, day] of Object.entries(expected)) {
        assert.equal(moveFocus(from, key, bounds), day, key);
    }
});

test("the focus stays inside what can be booked", () => {
    assert.equal(moveFocus("2026-03-02", "ArrowUp", bounds), "2026-03-01");
    assert.equal(moveFocus("2026-05-30", "ArrowDown", bounds), "2026-05-31");
    assert.equal(moveFocus("2026-03-31", "PageDown", bounds), "2026-04-30");
});

test("arrows follow the writing direction", () => {
    const options = {...bounds, rtl: true};
    assert.equal(moveFocus("2026-03-11", "ArrowRight", options), "2026-03-10");
    assert.equal(moveFocus("2026-03-11", "ArrowLeft", options), "2026-03-12");
});

test("Tab reaches the chosen day, else the first free one", () => {
    const days = {
        "2026-03-03": {status: "full"},
        "2026-03-05": {status: "limited"},
        "2026-03-04": {status: "closed"},
    };
    assert.equal(tabDay("2026-03", "2026-03-20", days), "2026-03-20");
    assert.equal(tabDay("2026-03", "2026-04-20", days), "2026-03-05");
    assert.equal(tabDay("2026-04", null, days), "2026-04-01");
});
