import assert from "node:assert/strict";
import test from "node:test";

import {
    POLL_MS,
    PUSHED_POLL_MS,
    daysNear,
    freshSeats,
    isOld,
    isOtherZone,
    newsOf,
    nextPollMs,
    stateOf,
    timesNear,
    withSeats,
} from "../../src/booking/live.js";

const seen = {isHidden: false, isPushed: false, failures: 0};

test("asks every half minute, seldom while seats are pushed, never unseen", () => {
    assert.equal(nextPollMs(seen, 0.5), POLL_MS);
    assert.equal(nextPollMs({...seen, isPushed: true}, 0.5), PUSHED_POLL_MS);
    assert.equal(nextPollMs({...seen, isHidden: true}, 0.5), null);
});

test("errors make it ask less and less often, up to a limit", () => {
    const waits = [0, 1, 2, 3, 4, 5, 2000].map((failures) =>
        nextPollMs({...seen, failures}, 0.5)
    );
    assert.deepEqual(
        waits,
        [30, 60, 120, 240, 300, 300, 300].map((seconds) => seconds * 1000)
    );
    // A bus that says nothing of errors is not trusted while there are some.
    const wait = nextPollMs({...seen, isPushed: true, failures: 1}, 0.5);
    assert.equal(wait, 2 * POLL_MS);
});

test("not all visitors ask at the same moment", () => {
    assert.equal(nextPollMs(seen, 0), 0.9 * POLL_MS);
    assert.equal(nextPollMs(seen, 1), 1.1 * POLL_MS);
});

test("a month is read again after a minute", () => {
    assert.ok(isOld(undefined, 5));
    assert.ok(!isOld(1000, 50000));
    assert.ok(isOld(1000, 62000));
});

test("a push that is older than what is known is dropped, slot by slot", () => {
    const read = Date.parse("2026-03-14T04:00:00.500Z");
    const told = new Map();
    const push = (milliseconds, ...ids) =>
        freshSeats(
            {
                at: `2026-03-14T04:00:00.${milliseconds}Z`,
                slots: ids.map((id) => ({id})),
            },
            read,
            told
        ).map(({id}) => id);
    assert.deepEqual(push("500", 1), []);
    assert.deepEqual(push("700", 1), [1]);
    assert.deepEqual(push("600", 1, 2), [2]);
    assert.deepEqual(push("700", 1), []);
    assert.deepEqual(push("800", 1, 2), [1, 2]);
    assert.deepEqual(freshSeats({at: "nonsense", slots: [{id: 3}]}, read, told), []);
});

const slot = (id, hour, seats_left, status = "available") => ({
    id,
    start_at: `2026-03-14T${hour}:00:00+05:30`,
    seats_left,
    status,
});

test("a push changes the seats of known times and nothing else", () => {
    const slots = [slot(1, "10", 5), slot(2, "11", null)];
    const pushed = [
        {id: 1, seats_left: 2, status: "limited"},
        {id: 9, seats_left: 1, status: "limited"},
    ];
    const [first, second] = withSeats(slots, pushed);
    assert.deepEqual(first, {...slots[0], seats_left: 2, status: "limited"});
    assert.equal(second, slots[1]);
    assert.equal(slots[0].seats_left, 5);
    const same = [{id: 1, seats_left: 5, status: "available"}];
    assert.equal(withSeats(slots, same), null);
    assert.equal(withSeats(slots, []), null);
    const start_at = "2026-03-14T16:00:00+05:30";
    const [moved] = withSeats(slots, [{...slots[0], start_at}]);
    assert.equal(moved.start_at, start_at);
    assert.equal(newsOf(slots[0], moved), "moved");
});

test("only what matters of the chosen time is said", () => {
    const many = slot(1, "10", 40);
    const few = slot(1, "10", 3, "limited");
    const full = slot(1, "10", 0, "full");
    const closed = slot(1, "10", 3, "closed");
    assert.equal(newsOf(many, slot(1, "10", 30)), "");
    assert.equal(newsOf(many, few), "few");
    assert.equal(newsOf(few, few), "");
    assert.equal(newsOf(few, slot(1, "10", 5)), "");
    assert.equal(newsOf(few, full), "full");
    assert.equal(newsOf(full, full), "");
    assert.equal(newsOf(full, few), "free");
    assert.equal(newsOf(few, closed), "closed");
    assert.equal(newsOf(few, null), "gone");
    assert.equal(newsOf(null, few), "");
    assert.equal(newsOf(slot(1, "10", null), slot(1, "10", null)), "");
});

test("near times have room, the nearest first", () => {
    const slots = [
        slot(1, "09", 8),
        slot(2, "10", 0, "full"),
        slot(3, "11", 2, "limited"),
        slot(4, "12", null),
        slot(5, "13", 9),
        slot(6, "14", 9, "closed"),
    ];
    const ids = (seats) => timesNear(slots, slots[1], seats).map(({id}) => id);
    assert.deepEqual(ids(1), [1, 3, 4]);
    assert.deepEqual(ids(3), [1, 4, 5]);
});

test("near days have room, in order of time", () => {
    const days = {
        "2026-03-10": {status: "available"},
        "2026-03-13": {status: "full"},
        "2026-03-14": {status: "full"},
        "2026-03-15": {status: "limited"},
        "2026-03-16": {status: "closed"},
        "2026-03-17": {status: "available"},
        "2026-03-28": {status: "available"},
    };
    assert.deepEqual(daysNear(days, "2026-03-14"), [
        "2026-03-10",
        "2026-03-15",
        "2026-03-17",
    ]);
    assert.deepEqual(daysNear({}, "2026-03-14"), []);
});

test("closed because it is too early is told apart", () => {
    assert.equal(stateOf({status: "closed", sale_starts_at: "2026-03-01"}), "soon");
    assert.equal(stateOf({status: "closed", sale_starts_at: null}), "closed");
    assert.equal(stateOf({status: "closed"}), "closed");
    assert.equal(stateOf({status: "full"}), "full");
});

test("the zone is named where clocks differ", () => {
    const moment = "2026-03-14T10:00:00+05:30";
    assert.ok(!isOtherZone(moment, 330));
    assert.ok(isOtherZone(moment, 0));
    assert.ok(isOtherZone("2026-03-14T10:00:00-04:00", 240));
    assert.ok(!isOtherZone("2026-03-14T10:00:00-04:00", -240));
    assert.ok(!isOtherZone("2026-03-14T10:00:00Z", 0));
});
