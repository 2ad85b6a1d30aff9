/**
 * What the gate's screen is doing, as a table of moves. Pure: (state, event) ->
 * state, with the scan to be asked in ``state.asking``.
 *
 * start -> ready -> checking -> shown -> ready
 */
import {lookOf} from "./outcome.js";

export const INITIAL = Object.freeze({
    phase: "start",
    asking: null,
    // scans that came in while one was being asked, oldest first
    queue: [],
    shown: null,
    recent: [],
});

const MAX_QUEUE = 5;
const MAX_RECENT = 20;

/**
 * @param {object} state
 * @param {object} event one of
 *     {type: "started"}
 *     {type: "scanned", scan, source: "camera"|"wedge"|"typed"|"retry"}
 *     {type: "answered", scan, answer, at} {type: "failed", scan, failure, message, at}
 *     {type: "dismissed"} {type: "elapsed", shown}
 */
export function reduce(state, event) {
    return MOVES[event.type](state, event);
}

/** Whether a camera should look now: a red screen waits for a person. */
export function isCameraWanted(state) {
    return (
        state.phase === "ready" ||
        (state.phase === "shown" && state.shown.look.holdMs !== null)
    );
}

const MOVES = {
    started: (state) => (state.phase === "start" ? {...state, phase: "ready"} : state),

    scanned(state, {scan, source}) {
        if (state.phase === "start") {
            return state;
        }
        if (state.phase === "checking") {
            const isKnown = [state.asking, ...state.queue].some(
                ({uuid}) => uuid === scan.uuid
            );
            // what a camera sees meanwhile it will see again
            if (isKnown || source === "camera" || state.queue.length >= MAX_QUEUE) {
                return state;
            }
            return {...state, queue: [...state.queue, scan]};
        }
        if (source === "camera" && !isCameraWanted(state)) {
            return state;
        }
        // a trigger pulled by hand acknowledges whatever is on the screen
        return {...state, phase: "checking", asking: scan, shown: null};
    },

    answered: (state, {scan, answer, at}) =>
        show(state, scan, {code: answer.verdict, answer, at}),

    failed: (state, {scan, failure, message, at}) =>
        show(state, scan, {code: failure, failure, message, at}),

    dismissed: next,

    elapsed: (state, {shown}) => (state.shown === shown ? next(state) : state),
};

function show(state, scan, outcome) {
    if (state.asking?.uuid !== scan.uuid) {
        // asked before the person went on to another ticket
        return state;
    }
    const shown = {
        ...outcome,
        scan,
        look: lookOf(outcome.code, outcome.answer?.proofs),
    };
    const others = state.recent.filter((entry) => entry.scan.uuid !== scan.uuid);
    return {
        ...state,
        phase: "shown",
        asking: null,
        shown,
        recent: [shown, ...others].slice(0, MAX_RECENT),
    };
}

function next(state) {
    if (state.phase !== "shown") {
        return state;
    }
    const [asking, ...queue] = state.queue;
    return asking
        ? {...state, phase: "checking", asking, queue, shown: null}
        : {...state, phase: "ready", shown: null};
}
