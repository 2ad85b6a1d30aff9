/**
 * How a verdict looks, sounds and how long it stays. Pure tables.
 *
 * Green lets in, amber sends on (wait, pay, go elsewhere: somebody can help),
 * red stops. Colour, word, icon, sound and vibration all differ, so that none of
 * them is needed alone.
 */

const GREEN = "green";
const AMBER = "amber";
const RED = "red";

export const VERDICT_COLOURS = {
    granted: GREEN,
    too_early: AMBER,
    wrong_venue: AMBER,
    no_reservation: AMBER,
    not_paid: AMBER,
    wrong_date: RED,
    too_late: RED,
    already_used: RED,
    cancelled: RED,
    expired: RED,
    not_found: RED,
    forged: RED,
};

// What happens on this side of the network: nothing was decided, so never green.
export const FAILURE_COLOURS = {
    no_answer: AMBER,
    logged_out: AMBER,
    forbidden: AMBER,
    refused_request: AMBER,
};

// null: until somebody taps. Amber carries a sentence that has to be read.
export const HOLD_MS = {[GREEN]: 1500, [AMBER]: 3000, [RED]: null};

export const VIBRATION = {
    [GREEN]: [80],
    [AMBER]: [120, 80, 120],
    [RED]: [400, 100, 400],
};

/**
 * @param {string} code a verdict or a failure
 * @param {Object<string, string>} [proofs] what to ask for, by category
 * @returns {{colour: string, word: string, icon: string, holdMs: number|null}}
 *     ``word`` and ``icon`` are keys; the page has the sentences
 */
export function lookOf(code, proofs) {
    const isFailure = Object.hasOwn(FAILURE_COLOURS, code);
    const colours = isFailure ? FAILURE_COLOURS : VERDICT_COLOURS;
    // a verdict that this page does not know yet lets nobody in
    const colour = Object.hasOwn(colours, code) ? colours[code] : RED;
    return {
        colour,
        word: {[GREEN]: "go", [AMBER]: "wait", [RED]: "no"}[colour],
        icon: isFailure
            ? "unknown"
            : {[GREEN]: "check", [AMBER]: "hand", [RED]: "cross"}[colour],
        // a question to the person at the gate waits for the answer
        holdMs: isFailure ? null : holdOf(colour, proofs),
    };
}

/** What to ask for has to be read, as long as any other sentence. */
function holdOf(colour, proofs) {
    const isAsking = colour === GREEN && Object.keys(proofs || {}).length > 0;
    return HOLD_MS[isAsking ? AMBER : colour];
}

/**
 * "Student card (Student), Pass (Senior)"
 *
 * @param {Object<string, string>} proofs what to ask for, by category
 * @returns {string}
 */
export function proofLine(proofs) {
    return Object.entries(proofs || {})
        .map(([category, proof]) => `${proof} (${category})`)
        .join(", ");
}

/**
 * "2 Adult, 1 Child"
 *
 * @param {Object<string, number>} visitors tickets by category
 * @returns {string}
 */
export function countLine(visitors) {
    return Object.entries(visitors || {})
        .filter(([, quantity]) => quantity > 0)
        .map(([category, quantity]) => `${quantity} ${category}`.trim())
        .join(", ");
}
