/**
 * Times of day as the venue's clock shows them. Pure.
 *
 * Moments are those of the API: "2026-03-14T10:00:00+05:30". The clock is read from the
 * text itself, so the visitor's own zone cannot get in.
 */

const NOON = 12;
const EVENING = 17;

/** @returns {string} the venue's day of a moment */
export function dayOfMoment(moment) {
    return moment.slice(0, 10);
}

/** @returns {string} "morning", "afternoon" or "evening" */
export function partOfDay(hour) {
    if (hour < NOON) {
        return "morning";
    }
    return hour < EVENING ? "afternoon" : "evening";
}

/**
 * @param {string} moment
 * @param {boolean} hour12 whether the language writes 2:30 PM
 * @param {string[]} halves how it writes AM and PM
 * @returns {string}
 */
export function clockOf(moment, hour12, halves = ["AM", "PM"]) {
    const hour = Number(moment.slice(11, 13));
    const minutes = moment.slice(14, 16);
    if (!hour12) {
        return `${moment.slice(11, 13)}:${minutes}`;
    }
    return `${hour % 12 || 12}:${minutes}\u00a0${halves[hour < NOON ? 0 : 1]}`;
}

/**
 * @param {{start_at: string}[]} slots in order of time
 * @returns {{part: string, slots: Object[]}[]} without empty parts
 */
export function groupByPart(slots) {
    const groups = [];
    for (const slot of slots) {
        const part = partOfDay(Number(slot.start_at.slice(11, 13)));
        if (groups.at(-1)?.part !== part) {
            groups.push({part, slots: []});
        }
        groups.at(-1).slots.push(slot);
    }
    return groups;
}

/**
 * Whether two lists show the same times, so that only their seats need a change.
 *
 * @returns {boolean}
 */
export function sameTimes(slots, others) {
    return (
        slots.length === others.length &&
        slots.every(
            (slot, i) =>
                slot.id === others[i].id && slot.start_at === others[i].start_at
        )
    );
}
