/**
 * The clock of held seats. Pure.
 *
 * It counts by the server's time: a visitor's watch may be wrong, and a laptop that
 * slept must not believe that no time has passed.
 */

export const MINUTE = 60 * 1000;

export const QUIET = "quiet";
export const SOON = "soon";
export const LAST = "last";
export const OVER = "over";

/**
 * @param {string} serverTime ISO 8601, when the page was made
 * @param {number} localNow Date.now() of this moment
 * @returns {number} milliseconds to add to Date.now() to get the server's time
 */
export function offsetOf(serverTime, localNow) {
    const server = Date.parse(serverTime);
    return Number.isNaN(server) ? 0 : server - localNow;
}

/**
 * @param {string} heldUntil ISO 8601
 * @param {number} offset see offsetOf
 * @param {number} localNow Date.now() of this moment
 * @returns {number|null} milliseconds left, 0 when over; null when nothing is held
 */
export function timeLeft(heldUntil, offset, localNow) {
    const end = Date.parse(heldUntil);
    return Number.isNaN(end) ? null : Math.max(0, end - (localNow + offset));
}

/** Quiet until five minutes are left, noticeable then, at two more time is offered. */
export function phaseOf(left) {
    if (left === null) {
        return QUIET;
    }
    if (left <= 0) {
        return OVER;
    }
    if (left <= 2 * MINUTE) {
        return LAST;
    }
    return left <= 5 * MINUTE ? SOON : QUIET;
}

/** 861000 as "14:21"; never shows 0:00 while there is time left. */
export function clockText(left) {
    const seconds = Math.ceil(left / 1000);
    const rest = String(seconds % 60).padStart(2, "0");
    return `${Math.floor(seconds / 60)}:${rest}`;
}
