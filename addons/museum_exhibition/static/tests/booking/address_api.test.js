import assert from "node:assert/strict";
import test from "node:test";

import {ApiFailure, apiGet, apiPost, newKey} from "../../src/booking/api.js";
import {readAddress, writeAddress} from "../../src/booking/address.js";
import {outcomeOf} from "../../src/booking/outcome.js";

test("what is written into the address is read again", () => {
    const chosen = {
        date: "2026-03-14",
        slotId: 7,
        month: null,
        quantities: {1: 2, 3: 1},
        replace: "SCIM-7XK9M2Q",
    };
    const written = writeAddress(chosen);
    assert.equal(written, "?date=2026-03-14&slot=7&q=1:2,3:1&replace=SCIM-7XK9M2Q");
    assert.deepEqual(readAddress(written), chosen);
    assert.equal(writeAddress({date: null, quantities: {}}), "");
    assert.equal(writeAddress({month: "2026-04"}), "?month=2026-04");
    assert.equal(writeAddress({date: null, slotId: 7, quantities: {1: 0}}), "");
});

test("a broken address is forgiven", () => {
    const nothing = {
        date: null,
        slotId: null,
        month: null,
        quantities: {},
        replace: null,
    };
    for (const search of [
        "",
        "?date=tomorrow&slot=x&q=a:b&month=2026",
        "?q=1:2;3",
        "?slot=99999999999",
        "?date=<b>",
        "?replace=../7",
    ]) {
        assert.deepEqual(readAddress(search), nothing, search);
    }
});

function answering(status, body) {
    const calls = [];
    const fetchImpl = async (url, options) => {
        calls.push({url, options});
        return {ok: status < 400, status, json: async () => JSON.parse(body)};
    };
    return {calls, fetchImpl};
}

test("a write carries its key and JSON, from our own session", async () => {
    const {calls, fetchImpl} = answering(201, '{"id": 1}');
    const answer = await apiPost("/cart/items", {slot_id: 1}, "key", {fetchImpl});
    assert.deepEqual(answer, {id: 1});
    const [{url, options}] = calls;
    assert.equal(url, "/api/v1/cart/items");
    assert.equal(options.headers["Idempotency-Key"], "key");
    assert.equal(options.headers["Content-Type"], "application/json");
    assert.equal(options.credentials, "same-origin");
    assert.equal(options.body, '{"slot_id":1}');
});

test("parameters that are unknown are left out", async () => {
    const {calls, fetchImpl} = answering(200, "{}");
    await apiGet("/exhibitions", {search: "a b&c", kind: null}, {fetchImpl});
    assert.equal(calls[0].url, "/api/v1/exhibitions?search=a+b%26c");
});

test("a refusal brings its code and details", async () => {
    const body = JSON.stringify({
        error: {code: "slot_full", message: "Full", details: {alternatives: [{id: 4}]}},
    });
    const {fetchImpl} = answering(409, body);
    const failure = await apiPost("/x", {}, "k", {fetchImpl}).catch((error) => error);
    assert.ok(failure instanceof ApiFailure);
    assert.equal(failure.code, "slot_full");
    assert.deepEqual(outcomeOf(failure), {
        action: "other_time",
        retry: false,
        alternatives: [{id: 4}],
    });
});

test("no network and a cut answer may be sent again under the same key", async () => {
    const lost = async () => {
        throw new TypeError("Failed to fetch");
    };
    const failure = await apiPost("/x", {}, "k", {fetchImpl: lost}).catch((e) => e);
    assert.deepEqual(outcomeOf(failure), {
        action: "offline",
        retry: true,
        alternatives: [],
    });
    const {fetchImpl} = answering(200, "<html>");
    const cut = await apiPost("/x", {}, "k", {fetchImpl}).catch((e) => e);
    assert.equal(outcomeOf(cut).action, "offline");
});

test("every answer leads somewhere", () => {
    const act = (status, code) =>
        outcomeOf({kind: "refused", status, code, details: {}}).action;
    assert.equal(act(409, "slot_closed"), "other_time");
    assert.equal(act(409, "slot_changed"), "other_time");
    assert.equal(act(409, "conflict"), "wait");
    assert.equal(act(429, "rate_limited"), "wait");
    assert.equal(act(403, "forbidden"), "reload");
    assert.equal(act(404, "not_found"), "desk");
    assert.equal(act(422, "invalid_request"), "check");
    assert.equal(act(422, "idempotency_mismatch"), "check");
    assert.equal(act(500, "internal_error"), "trouble");
    assert.equal(act(502, "unreadable"), "trouble");
});

test("keys are new each time", () => {
    const keys = new Set(Array.from({length: 100}, newKey));
    assert.equal(keys.size, 100);
    assert.match([...keys][0], /^[0-9a-f]{32}$/);
});
