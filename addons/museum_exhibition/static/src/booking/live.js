/**
 * Seats that change while somebody looks: when to ask, what a push changes, what to say.
 * Pure: no clock, no document.
 */

export const POLL_MS = 30 * 1000;
// A push can be lost, and holds that run out are not pushed at all.
export const PUSHED_POLL_MS = 120 * 1000;
const LONGEST_MS = 300 * 1000;
const JITTER = 0.1; // not all visitors at the same moment
// A month that was read longer ago is read again when it is shown.
export const MONTH_AGE_MS = 60 * 1000;
// From here on a time says "Only ..."; twin of controllers/wording.py.
export const FEW_SEATS = 10;

/**
 * How long to wait before the API is asked again.
 *
 * @param {{isHidden: boolean, isPushed: boolean, failures: number}} state isPushed: the
 *     bus is connected; failures: answers in a row that did not come
 * @param {number} random from 0 to 1
 * @returns {number|null} null: not at all, until the page is seen again
 */
export function nextPollMs({isHidden, isPushed, failures}, random) {
    if (isHidden) {
        return null;
    }
    const base = isPushed && !failures ? PUSHED_POLL_MS : POLL_MS;
    const wait = Math.min(base * 2 ** Math.min(failures, 10), LONGEST_MS);
    return Math.round(wait * (1 - JITTER + 2 * JITTER * random));
}

/** @returns {boolean} whether what was read then has to be read again */
export function isOld(readAt, now) {
    return readAt === undefined || now - readAt > MONTH_AGE_MS;
}

/**
 * The seats of a push that are newer than what is known: pushes of several servers may
 * overtake each other, and a new connection brings the last minute once more.
 *
 * @param {{at: string, slots: {id: number}[]}} message of the bus
 * @param {number} readMs when the times were read, by the server's clock
 * @param {Map<number, number>} told when each slot was pushed last; brought up to date
 * @returns {Object[]} of message.slots
 */
export function freshSeats(message, readMs, told) {
    const at = Date.parse(message.at);
    const fresh = message.slots.filter(
        ({id}) => at > readMs && at > (told.get(id) ?? -Infinity)
    );
    for (const {id} of fresh) {
        told.set(id, at);
    }
    return fresh;
}

/**
 * @param {Object[]} slots as known
 * @param {{id: number, seats_left: number|null, status: string}[]} seats as pushed
 * @returns {Object[]|null} the slots with their new seats; null when nothing differs
 */
export function withSeats(slots, seats) {
    const news = new Map(seats.map((seat) => [seat.id, seat]));
    let differs = false;
    const changed = slots.map((slot) => {
        const seat = news.get(slot.id);
        const start_at = seat?.start_at ?? slot.start_at;
        if (
            !seat ||
            (seat.seats_left === slot.seats_left &&
                seat.status === slot.status &&
                start_at === slot.start_at)
        ) {
            return slot;
        }
        differs = true;
        const {seats_left, status, end_at} = seat;
        const times = start_at === slot.start_at ? {} : {start_at, end_at};
        return {...slot, seats_left, status, ...times};
    });
    return differs ? changed : null;
}

function hasSeats(slot) {
    return slot.status === "available" || slot.status === "limited";
}

/**
 * What is worth saying about the chosen time when its seats changed.
 *
 * @param {Object|null} before
 * @param {Object|null} after
 * @returns {""|"gone"|"full"|"closed"|"free"|"few"} "few": few are left, and fewer than
 *     before; more seats, or fewer of many, are nobody's concern
 */
export function newsOf(before, after) {
    if (!before) {
        return "";
    }
    if (!after) {
        return "gone";
    }
    if (after.start_at !== before.start_at) {
        return "moved";
    }
    if (!hasSeats(after)) {
        return before.status === after.status ? "" : after.status;
    }
    if (!hasSeats(before)) {
        return "free";
    }
    const left = after.seats_left;
    const isFewer = before.seats_left === null || left < before.seats_left;
    return left !== null && left <= FEW_SEATS && isFewer ? "few" : "";
}

/**
 * Other times of the same list, near a time, that have room.
 *
 * @returns {Object[]} nearest first
 */
export function timesNear(slots, slot, seats, limit = 3) {
    const at = Date.parse(slot.start_at);
    const distance = (other) => Math.abs(Date.parse(other.start_at) - at);
    return slots
        .filter(
            (other) =>
                other.id !== slot.id &&
                hasSeats(other) &&
                (other.seats_left === null || other.seats_left >= seats)
        )
        .sort((a, b) => distance(a) - distance(b) || a.id - b.id)
        .slice(0, limit);
}

/**
 * Days near a day that have room, of those that are known.
 *
 * @param {Object<string, {status: string}>} days by date
 * @returns {string[]} in order of time
 */
export function daysNear(days, date, limit = 3) {
    const at = Date.parse(date);
    const distance = (day) => Math.abs(Date.parse(day) - at);
    return Object.keys(days)
        .filter((day) => day !== date && hasSeats(days[day]))
        .sort((a, b) => distance(a) - distance(b) || (a < b ? -1 : 1))
        .slice(0, limit)
        .sort();
}

/**
 * "soon" for what is closed because its sale has not begun.
 *
 * @param {{status: string, sale_starts_at: string|null}} sold a slot or a day
 * @returns {string}
 */
export function stateOf(sold) {
    return sold.status === "closed" && sold.sale_starts_at ? "soon" : sold.status;
}

/**
 * Whether the visitor's own clock shows another time than the venue's.
 *
 * @param {string} moment of the API, with the venue's offset
 * @param {number} localOffset minutes that the device is ahead of UTC at that moment
 * @returns {boolean}
 */
export function isOtherZone(moment, localOffset) {
    const match = /([+-])(\d{2}):(\d{2})$/.exec(moment);
    const minutes = match
        ? (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]))
        : 0;
    return minutes !== localOffset;
}
