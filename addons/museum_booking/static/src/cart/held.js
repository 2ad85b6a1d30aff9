/**
 * Until when seats are held, as this browser last heard it: for pages that do not show
 * the cart, so that they need not ask. Only a note: who acts on it asks the server.
 */

const HELD = "museum_booking.held";
const WARNED = "museum_booking.warned";

/**
 * @param {string} heldUntil ISO 8601, or "" when nothing is held
 * @param {number} offset milliseconds from this device's clock to the server's
 */
export function noteHeld(heldUntil, offset) {
    try {
        localStorage.setItem(HELD, JSON.stringify({heldUntil, offset}));
    } catch {
        // Some private windows keep nothing: the cart itself warns.
    }
}

/** @returns {{heldUntil: (string|undefined), offset: (number|undefined)}} */
export function notedHeld() {
    try {
        return JSON.parse(localStorage.getItem(HELD)) || {};
    } catch {
        return {};
    }
}

/**
 * @param {string} heldUntil
 * @returns {boolean} true the first time in this tab
 */
export function isNewWarning(heldUntil) {
    try {
        const isNew = sessionStorage.getItem(WARNED) !== heldUntil;
        sessionStorage.setItem(WARNED, heldUntil);
        return isNew;
    } catch {
        return true;
    }
}
