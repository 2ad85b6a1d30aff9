/** The gate's decisions, without a browser: ``node --test addons/museum_ticket_gate/static/tests``. */
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {describe, test} from "node:test";

import {outcomeOf, verify} from "../src/gate/api.js";
import {bestReading, looksOurs, normalise, tail} from "../src/gate/code.js";
import {INITIAL, isCameraWanted, reduce} from "../src/gate/flow.js";
import {
    countLine,
    FAILURE_COLOURS,
    HOLD_MS,
    lookOf,
    proofLine,
    VERDICT_COLOURS,
} from "../src/gate/outcome.js";
import {PendingScans} from "../src/gate/pending.js";
import {RepeatFilter, SAME_CODE_MS} from "../src/gate/repeat.js";
import {Wedge} from "../src/gate/wedge.js";

const CODE = "SCIM-2026-X7K9M2-4HTQ3B";

function counter() {
    let n = 0;
    return () => `uuid-${++n}`;
}

/** Keys of a text as a browser reports them, one every ``gap`` milliseconds. */
function type(wedge, text, {gap = 10, start = 0, codes = []} = {}) {
    let at = start;
    const results = [];
    for (const [index, key] of [...text].entries()) {
        results.push(wedge.press({key, code: codes[index]}, at));
        at += gap;
    }
    return {results, at: at - gap};
}

describe("code", () => {
    test("typing habits do not matter", () => {
        for (const typed of [
            "scim-2026-x7k9m2-4htq3b",
            "  SCIM-2026-X7K9M2-4HTQ3B\n",
            "SCIM – 2026 – X7K9M2 – 4HTQ3B",
            "SCIM_2026_X7K9M2_4HTQ3B",
            "ＳＣＩＭ－２０２６－Ｘ７Ｋ９Ｍ２－４ＨＴＱ３Ｂ",
        ]) {
            assert.equal(normalise(typed), CODE);
        }
        assert.equal(normalise(undefined), "");
    });

    test("ours are told from other texts", () => {
        assert.ok(looksOurs(CODE));
        assert.ok(looksOurs("scim-7xk9m2q"));
        assert.ok(looksOurs("BCDEFGHJKNPRSTVX".repeat(12)));
        for (const other of [
            "https://example.org/x",
            "SCIM2026",
            "",
            "12345678",
            "BEGIN:VCARD",
        ]) {
            assert.ok(!looksOurs(other), other);
        }
    });

    test("the better of two readings is taken, the characters in doubt", () => {
        assert.equal(bestReading("éàéè", CODE), CODE);
        assert.equal(bestReading(CODE, "SOMETHING"), CODE);
        assert.equal(bestReading("abc", "xyz"), "abc");
    });

    test("lists show the end of a code only", () => {
        assert.equal(tail(CODE), "…4HTQ3B");
        assert.equal(tail("abc"), "ABC");
    });
});

describe("wedge", () => {
    test("a burst with Enter is one scan", () => {
        const wedge = new Wedge();
        const {at} = type(wedge, CODE);
        assert.deepEqual(wedge.press({key: "Enter"}, at + 10), {
            scan: CODE,
            swallow: true,
        });
    });

    test("a second end key of the scanner is swallowed, a later one is not", () => {
        const wedge = new Wedge();
        const {at} = type(wedge, CODE);
        wedge.press({key: "Enter"}, at + 5);
        assert.deepEqual(wedge.press({key: "Enter"}, at + 15), {swallow: true});
        assert.deepEqual(wedge.press({key: "Enter"}, at + 900), {swallow: false});
    });

    test("a person typing is no scan", () => {
        const wedge = new Wedge();
        const {at, results} = type(wedge, CODE, {gap: 140});
        assert.ok(results.every(({swallow}) => !swallow));
        assert.deepEqual(wedge.press({key: "Enter"}, at + 140), {swallow: false});
        assert.equal(wedge.silence(at + 400), undefined);
    });

    test("a burst without end key counts after silence", () => {
        const wedge = new Wedge();
        const {at} = type(wedge, CODE);
        assert.equal(wedge.silence(at + 200), CODE);
        const short = type(wedge, "ABCDEFG", {start: 1000});
        assert.equal(wedge.silence(short.at + 200), undefined);
    });

    test("a page that was busy does not cut a scan", () => {
        const wedge = new Wedge();
        const first = type(wedge, CODE.slice(0, 9));
        // the timer runs before the keys that wait behind it
        assert.equal(wedge.silence(first.at + 300), undefined);
        const {at} = type(wedge, CODE.slice(9), {start: first.at + 10});
        assert.equal(wedge.press({key: "Enter"}, at + 10).scan, CODE);
    });

    test("shift keys in between change nothing", () => {
        const wedge = new Wedge();
        let at = 0;
        for (const key of CODE) {
            wedge.press({key: "Shift"}, at++);
            wedge.press({key}, at++);
        }
        assert.equal(wedge.press({key: "Enter"}, at).scan, CODE);
    });

    test("what was typed slowly before is not part of the scan", () => {
        const wedge = new Wedge();
        type(wedge, "xyz", {gap: 300});
        const {at} = type(wedge, CODE, {start: 2000});
        assert.equal(wedge.press({key: "Enter"}, at + 10).scan, CODE);
    });

    test("keys of a burst press no button, the first one may", () => {
        const wedge = new Wedge();
        const {results} = type(wedge, "AB C");
        assert.deepEqual(
            results.map(({swallow}) => swallow),
            [false, true, true, true]
        );
    });

    test("a French layout is read by the places of the keys", () => {
        const wedge = new Wedge();
        const codes = [...CODE].map((char) =>
            char === "-" ? "Minus" : /\d/.test(char) ? `Digit${char}` : `Key${char}`
        );
        const onAzerty = {
            2: "é",
            0: "à",
            6: "-",
            7: "è",
            9: "ç",
            4: "'",
            3: '"',
            "-": ")",
            M: ",",
            Q: "A",
        };
        const typed = [...CODE].map((char) => onAzerty[char] || char).join("");
        const {at} = type(wedge, typed, {codes});
        assert.equal(wedge.press({key: "Enter"}, at + 5).scan, CODE);
    });

    test("an endless burst does not grow for ever", () => {
        const wedge = new Wedge();
        type(wedge, "A".repeat(5000), {gap: 1});
        assert.ok(wedge.characters.length <= 2000);
    });
});

describe("outcome", () => {
    const {cases} = JSON.parse(
        readFileSync(new URL("../../tests/vectors/verdicts.json", import.meta.url))
    );

    test("every verdict of the server has a colour", () => {
        const words = new Set([...cases.map(({verdict}) => verdict), "forged"]);
        assert.deepEqual(new Set(Object.keys(VERDICT_COLOURS)), words);
    });

    test("only granted is green", () => {
        for (const [verdict, colour] of Object.entries(VERDICT_COLOURS)) {
            assert.equal(colour === "green", verdict === "granted", verdict);
        }
        assert.ok(Object.values(FAILURE_COLOURS).every((colour) => colour === "amber"));
    });

    test("an unknown verdict stops", () => {
        assert.equal(lookOf("something_new").colour, "red");
        assert.equal(lookOf("constructor").colour, "red");
    });

    test("word and icon differ with the colour", () => {
        const looks = ["granted", "too_early", "forged"].map(lookOf);
        for (const part of ["colour", "word", "icon"]) {
            assert.equal(new Set(looks.map((look) => look[part])).size, 3, part);
        }
    });

    test("red and unanswered scans stay, green goes after 1.5 s", () => {
        assert.equal(lookOf("granted").holdMs, 1500);
        assert.equal(lookOf("granted", {}).holdMs, 1500);
        // what to ask for has to be read
        assert.equal(lookOf("granted", {Student: "Student card"}).holdMs, 3000);
        assert.equal(lookOf("already_used", {Student: "Student card"}).holdMs, null);
        assert.equal(lookOf("already_used").holdMs, null);
        assert.equal(lookOf("no_answer").holdMs, null);
        assert.equal(HOLD_MS.red, null);
    });

    test("counts are in words", () => {
        assert.equal(countLine({Adult: 2, Child: 1, Senior: 0}), "2 Adult, 1 Child");
        assert.equal(countLine(undefined), "");
        assert.equal(
            proofLine({Student: "Student card", Senior: "Pass"}),
            "Student card (Student), Pass (Senior)"
        );
        assert.equal(proofLine(undefined), "");
    });
});

describe("repeat", () => {
    test("a ticket in front of the camera is one scan, however long", () => {
        const filter = new RepeatFilter();
        const seen = [];
        for (let at = 0; at < 60000; at += 120) {
            seen.push(filter.isNew(CODE, at));
        }
        assert.equal(seen.filter(Boolean).length, 1);
        assert.equal(filter.isNew(CODE, 60000 + SAME_CODE_MS), true);
    });

    test("another ticket is new at once, and the first is still known", () => {
        const filter = new RepeatFilter();
        assert.ok(filter.isNew("A", 0));
        assert.ok(filter.isNew("B", 100));
        assert.ok(!filter.isNew("A", 200));
    });

    test("a scan without answer may be repeated at once", () => {
        const filter = new RepeatFilter();
        filter.isNew("A", 0);
        filter.forget("A");
        assert.ok(filter.isNew("A", 100));
    });
});

describe("pending", () => {
    test("a scan without answer keeps its number until it is answered", () => {
        const pending = new PendingScans([], counter());
        const first = pending.open(" scim-2026-x7k9m2-4htq3b", 1, 1000);
        assert.equal(first.text, "scim-2026-x7k9m2-4htq3b");
        assert.equal(pending.open(CODE, 1, 5000), first);
        assert.notEqual(pending.open(CODE, 2, 5000).uuid, first.uuid);
        pending.close(first);
        assert.notEqual(pending.open(CODE, 1, 6000).uuid, first.uuid);
    });

    test("it survives a reload and ends after a while", () => {
        const pending = new PendingScans([], counter());
        const scan = pending.open(CODE, 1, 1000);
        const kept = JSON.parse(JSON.stringify(pending));
        const reloaded = new PendingScans(kept, () => "new");
        assert.equal(reloaded.open(CODE, 1, 2000).uuid, scan.uuid);
        assert.equal(reloaded.open(CODE, 1, 1000 + 16 * 60 * 1000).uuid, "new");
    });
});

describe("flow", () => {
    const scan = (uuid) => ({uuid, code: uuid, gateId: 1, scannedAt: 0});
    const answer = (verdict) => ({verdict, visitors: {}, admitted: 0, message: ""});
    const run = (events, state = {...INITIAL, phase: "ready"}) =>
        events.reduce(reduce, state);

    test("nothing is scanned before the start", () => {
        const state = run(
            [{type: "scanned", scan: scan("a"), source: "wedge"}],
            INITIAL
        );
        assert.equal(state, INITIAL);
        assert.equal(run([{type: "started"}], INITIAL).phase, "ready");
    });

    test("scan, answer, back to the camera", () => {
        const asked = run([{type: "scanned", scan: scan("a"), source: "camera"}]);
        assert.deepEqual([asked.phase, asked.asking.uuid], ["checking", "a"]);
        assert.equal(isCameraWanted(asked), false);
        const shown = run(
            [{type: "answered", scan: scan("a"), answer: answer("granted"), at: 5}],
            asked
        );
        assert.deepEqual([shown.phase, shown.shown.look.colour], ["shown", "green"]);
        assert.equal(isCameraWanted(shown), true);
        const ready = run([{type: "elapsed", shown: shown.shown}], shown);
        assert.deepEqual(
            [ready.phase, ready.shown, ready.recent.length],
            ["ready", null, 1]
        );
    });

    test("red keeps the camera out, a trigger pulled by hand goes on", () => {
        const red = run([
            {type: "scanned", scan: scan("a"), source: "camera"},
            {type: "answered", scan: scan("a"), answer: answer("forged"), at: 5},
        ]);
        assert.equal(isCameraWanted(red), false);
        assert.equal(
            run([{type: "scanned", scan: scan("b"), source: "camera"}], red),
            red
        );
        const next = run([{type: "scanned", scan: scan("b"), source: "wedge"}], red);
        assert.deepEqual([next.phase, next.asking.uuid], ["checking", "b"]);
        assert.equal(run([{type: "dismissed"}], red).phase, "ready");
    });

    test("scans by hand wait their turn, once each", () => {
        const busy = run([
            {type: "scanned", scan: scan("a"), source: "wedge"},
            {type: "scanned", scan: scan("b"), source: "wedge"},
            {type: "scanned", scan: scan("b"), source: "wedge"},
            {type: "scanned", scan: scan("a"), source: "wedge"},
            {type: "scanned", scan: scan("c"), source: "camera"},
        ]);
        assert.deepEqual(
            busy.queue.map(({uuid}) => uuid),
            ["b"]
        );
        const state = run(
            [
                {type: "answered", scan: scan("a"), answer: answer("granted"), at: 1},
                {type: "dismissed"},
            ],
            busy
        );
        assert.deepEqual(
            [state.phase, state.asking.uuid, state.queue],
            ["checking", "b", []]
        );
    });

    test("an answer to another question is not shown", () => {
        const state = run([{type: "scanned", scan: scan("a"), source: "wedge"}]);
        assert.equal(
            run(
                [{type: "answered", scan: scan("z"), answer: answer("granted"), at: 1}],
                state
            ),
            state
        );
        const done = run(
            [{type: "answered", scan: scan("a"), answer: answer("granted"), at: 1}],
            state
        );
        assert.equal(run([{type: "elapsed", shown: {}}], done), done);
    });

    test("a scan without answer stays on the screen and in the list once", () => {
        const failed = run([
            {type: "scanned", scan: scan("a"), source: "wedge"},
            {type: "failed", scan: scan("a"), failure: "no_answer", at: 1},
        ]);
        assert.equal(failed.shown.look.colour, "amber");
        assert.equal(failed.shown.look.holdMs, null);
        const again = run(
            [
                {type: "scanned", scan: scan("a"), source: "retry"},
                {type: "answered", scan: scan("a"), answer: answer("granted"), at: 2},
            ],
            failed
        );
        assert.equal(again.shown.look.colour, "green");
        assert.equal(again.recent.length, 1);
    });
});

describe("api", () => {
    const scan = {
        uuid: "u",
        code: CODE,
        text: CODE,
        gateId: 3,
        scannedAt: Date.UTC(2026, 2, 14),
    };
    const options = (fetch) => ({url: "/x", device: "d", fetch, timeoutMs: 30});
    const json = (status, body) => async () => ({status, json: async () => body});

    test("asks with the scan's own number", async () => {
        let sent;
        const fetch = async (url, init) => {
            sent = JSON.parse(init.body);
            return {status: 200, json: async () => ({verdict: "granted"})};
        };
        assert.deepEqual(await verify(scan, options(fetch)), {
            answer: {verdict: "granted"},
        });
        assert.deepEqual(sent, {
            token: CODE,
            gate_id: 3,
            scan_uuid: "u",
            scanned_at: "2026-03-14T00:00:00.000Z",
            device: "d",
        });
    });

    test("a silent line ends after its time", async () => {
        const never = (url, {signal}) =>
            new Promise((resolve, reject) => {
                signal.addEventListener("abort", () => reject(new Error("aborted")));
            });
        assert.deepEqual(await verify(scan, options(never)), {failure: "no_answer"});
        const cut = async (url, {signal}) => ({
            status: 200,
            json: () => never(url, {signal}),
        });
        assert.deepEqual(await verify(scan, options(cut)), {failure: "no_answer"});
    });

    test("nothing but a verdict counts as one", async () => {
        const table = [
            [json(200, {}), "no_answer"],
            [json(200, null), "no_answer"],
            [json(500, {error: {}}), "no_answer"],
            [json(502, {}), "no_answer"],
            [json(429, {}), "no_answer"],
            [json(401, {}), "logged_out"],
            [json(403, {}), "forbidden"],
            [json(422, {}), "refused_request"],
            [
                async () => ({status: 200, json: async () => JSON.parse("<html>")}),
                "no_answer",
            ],
            [async () => Promise.reject(new TypeError("network")), "no_answer"],
        ];
        for (const [fetch, failure] of table) {
            assert.equal((await verify(scan, options(fetch))).failure, failure);
        }
        assert.equal(outcomeOf(403, {error: {message: "no"}}).message, "no");
    });
});
