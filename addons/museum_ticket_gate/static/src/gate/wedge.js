import {bestReading} from "./code.js";

/**
 * Tells a keyboard-wedge scanner from a person by the speed of its keys.
 * Pure: keys and times come in, scans come out.
 */

// Scanners send a key every 1-40 ms; some wireless ones pause up to 80 ms.
const MAX_GAP_MS = 100;
// Without an Enter at its end, only a burst no hand can type counts.
const MAX_MEAN_GAP_MS = 45;
const MIN_LENGTH_WITH_END = 6;
const MIN_LENGTH_WITHOUT_END = 10;
const MAX_LENGTH = 2000;
// CR LF scanners send a second end key.
const END_ECHO_MS = 150;
export const SILENCE_MS = 160;

const US_SYMBOLS = {
    Minus: "-",
    NumpadSubtract: "-",
    Slash: "/",
    Period: ".",
    Equal: "=",
};

function usCharacter(code) {
    const letterOrDigit = /^(?:Key([A-Z])|Digit(\d)|Numpad(\d))$/.exec(code || "");
    if (letterOrDigit) {
        return letterOrDigit[1] || letterOrDigit[2] || letterOrDigit[3];
    }
    return US_SYMBOLS[code] || "";
}

export class Wedge {
    constructor() {
        this.reset();
        this.lastScanAt = -Infinity;
    }

    reset() {
        this.characters = "";
        this.positions = "";
        this.firstAt = 0;
        this.lastAt = -Infinity;
    }

    /** Whether a burst is going on, so that its keys must not press buttons. */
    get isBusy() {
        return this.characters.length > 1;
    }

    /**
     * @param {{key: string, code?: string}} key as in KeyboardEvent
     * @param {number} at milliseconds, any origin
     * @returns {{scan?: string, swallow: boolean}} a finished scan, and whether
     *     the key belongs to the scanner and not to what has the focus
     */
    press(key, at) {
        if (key.key === "Enter" || key.key === "Tab") {
            return this._end(at);
        }
        if (key.key?.length !== 1) {
            // Shift, Alt and the like come between a scanner's characters
            return {swallow: false};
        }
        if (at - this.lastAt > MAX_GAP_MS || this.characters.length >= MAX_LENGTH) {
            this.reset();
            this.firstAt = at;
        }
        this.characters += key.key;
        this.positions += usCharacter(key.code);
        this.lastAt = at;
        return {swallow: this.isBusy};
    }

    _end(at) {
        const inTime = at - this.lastAt <= MAX_GAP_MS;
        if (inTime && this.characters.length >= MIN_LENGTH_WITH_END) {
            return {scan: this._take(at), swallow: true};
        }
        this.reset();
        return {swallow: at - this.lastScanAt <= END_ECHO_MS};
    }

    /**
     * Call when no key came for SILENCE_MS: scanners may send no end key.
     *
     * Keys of a scan may still wait behind a busy moment of the page, so what is too
     * short stays: the next key tells by its own time whether it goes on.
     *
     * @param {number} at
     * @returns {string|undefined} a finished scan
     */
    silence(at) {
        const gaps = this.characters.length - 1;
        const mean = gaps > 0 ? (this.lastAt - this.firstAt) / gaps : Infinity;
        if (
            this.characters.length >= MIN_LENGTH_WITHOUT_END &&
            mean <= MAX_MEAN_GAP_MS
        ) {
            return this._take(at);
        }
        return undefined;
    }

    _take(at) {
        const scan = bestReading(this.characters, this.positions);
        this.reset();
        this.lastScanAt = at;
        return scan;
    }
}
