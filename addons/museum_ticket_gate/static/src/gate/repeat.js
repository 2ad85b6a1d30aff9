/**
 * A camera sees the same ticket ten times a second. Pure.
 */
export const SAME_CODE_MS = 5000;

export class RepeatFilter {
    /** @param {number} [windowMs] how long a code has to be out of sight to count again */
    constructor(windowMs = SAME_CODE_MS) {
        this.windowMs = windowMs;
        this.seenAt = new Map();
    }

    /**
     * @param {string} code
     * @param {number} at milliseconds
     * @returns {boolean} whether this sight of the code is a new scan. Each sight
     *     starts the clock anew: a ticket left in front of the camera is one scan.
     */
    isNew(code, at) {
        for (const [other, seenAt] of this.seenAt) {
            if (at - seenAt >= this.windowMs) {
                this.seenAt.delete(other);
            }
        }
        const known = this.seenAt.has(code);
        this.seenAt.set(code, at);
        return !known;
    }

    /** Forget a code: its scan had no answer and may be tried again at once. */
    forget(code) {
        this.seenAt.delete(code);
    }
}
