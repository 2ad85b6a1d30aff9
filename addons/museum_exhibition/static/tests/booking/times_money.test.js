import {readFileSync} from "node:fs";
import assert from "node:assert/strict";
import test from "node:test";

import {formatMinor} from "../../src/booking/money.js";
import {
    clockOf,
    dayOfMoment,
    groupByPart,
    partOfDay,
    sameTimes,
} from "../../src/booking/times.js";

const vectors = JSON.parse(
    readFileSync(new URL("./vectors.json", import.meta.url), "utf8")
);

for (const {minor, style, text} of vectors.amounts) {
    test(`amount ${text}`, () => assert.equal(formatMinor(minor, style), text));
}

for (const {hour, part} of vectors.parts) {
    test(`${hour} o'clock is ${part}`, () => assert.equal(partOfDay(hour), part));
}

test("the clock is the venue's, whatever zone the device is in", () => {
    assert.equal(clockOf("2026-03-14T19:05:00+05:30", false), "19:05");
    assert.equal(clockOf("2026-03-14T19:05:00+05:30", true), "7:05\u00a0PM");
    assert.equal(clockOf("2026-03-14T00:05:00-04:00", true), "12:05\u00a0AM");
    assert.equal(clockOf("2026-03-14T12:00:00Z", true), "12:00\u00a0PM");
    assert.equal(
        clockOf("2026-03-14T19:05:00+05:30", true, ["am", "pm"]),
        "7:05\u00a0pm"
    );
    assert.equal(dayOfMoment("2026-03-14T23:30:00+05:30"), "2026-03-14");
});

test("times are grouped without empty parts", () => {
    const at = (hour) => ({id: hour, start_at: `2026-03-14T${hour}:00:00+05:30`});
    const groups = groupByPart([at("09"), at("11"), at("18")]);
    assert.deepEqual(
        groups.map(({part, slots}) => [part, slots.length]),
        [
            ["morning", 2],
            ["evening", 1],
        ]
    );
    assert.deepEqual(groupByPart([]), []);
});

test("only the same times in the same order change in place", () => {
    assert.ok(sameTimes([{id: 1}, {id: 2}], [{id: 1}, {id: 2}]));
    assert.ok(!sameTimes([{id: 1}, {id: 2}], [{id: 2}, {id: 1}]));
    assert.ok(!sameTimes([{id: 1}], []));
});
