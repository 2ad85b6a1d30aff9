import {normalise} from "./code.js";

/**
 * Scans that got no answer. Pure; the caller stores ``toJSON()``.
 *
 * The server may have let the visitor in before the line broke. The same ticket
 * must therefore be asked for under the same scan number, else its holder would
 * be told that somebody has used it.
 */
const KEEP_MS = 15 * 60 * 1000;
// as much as a QR can hold
const MAX_TEXT = 4296;

export class PendingScans {
    /**
     * @param {Array<object>} [kept] what ``toJSON()`` gave before
     * @param {() => string} makeUuid
     */
    constructor(kept, makeUuid) {
        this.byCode = new Map(
            (kept || []).map((scan) => [`${scan.gateId} ${scan.code}`, scan])
        );
        this.makeUuid = makeUuid;
    }

    /**
     * @param {string} text what was scanned
     * @param {number} gateId
     * @param {number} at milliseconds since 1970
     * @returns {{uuid: string, code: string, text: string, gateId: number, scannedAt: number}}
     */
    open(text, gateId, at) {
        const code = normalise(text);
        const key = `${gateId} ${code}`;
        for (const [other, scan] of this.byCode) {
            if (at - scan.scannedAt > KEEP_MS) {
                this.byCode.delete(other);
            }
        }
        if (!this.byCode.has(key)) {
            const uuid = this.makeUuid();
            // the server undoes keyboard layouts itself: it gets the text as it came
            const raw = String(text).trim().slice(0, MAX_TEXT);
            this.byCode.set(key, {uuid, code, text: raw, gateId, scannedAt: at});
        }
        return this.byCode.get(key);
    }

    /** The server answered: the next scan of this ticket is a new one. */
    close(scan) {
        this.byCode.delete(`${scan.gateId} ${scan.code}`);
    }

    get list() {
        return [...this.byCode.values()];
    }

    toJSON() {
        return this.list;
    }
}
