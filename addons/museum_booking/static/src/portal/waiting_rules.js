/**
 * When to ask how a payment is, and when to stop: no DOM, no clock of its own.
 */

const WAITING_STATES = ["pending", "awaiting_payment"];

/**
 * Milliseconds until the next question: often at first, then patiently.
 *
 * @param {number} asked how often it was asked already
 * @returns {number}
 */
export function nextDelay(asked) {
    if (asked < 10) {
        return 2000;
    }
    return asked < 30 ? 5000 : 20000;
}

/**
 * Whether any booking has left the states of waiting, or staff have to look at it.
 *
 * @param {(null|{state: string, money_state?: string})[]} bookings null: not known
 * @returns {boolean}
 */
export function isSettled(bookings) {
    return bookings.some(
        (booking) =>
            booking &&
            (!WAITING_STATES.includes(booking.state) ||
                booking.money_state === "needs_attention")
    );
}

/**
 * Whether the visitor should be told that it may be closed.
 *
 * @param {number} milliseconds since the page was shown
 * @returns {boolean}
 */
export function takesLong(milliseconds) {
    return milliseconds > 45000;
}
