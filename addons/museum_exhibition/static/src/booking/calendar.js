/**
 * Days and months of the booking page. Pure: no clock, no document.
 *
 * Days are texts "2026-03-14", months "2026-03": those of the venue, whatever zone the
 * visitor's device is in. Twin of lib/booking_calendar.py; both are tested with
 * static/tests/booking/vectors.json.
 */

const DAY_MS = 24 * 60 * 60 * 1000;

function pad(number) {
    return String(number).padStart(2, "0");
}

function toUtc(day) {
    const [year, month, date] = day.split("-").map(Number);
    return Date.UTC(year, month - 1, date);
}

function fromUtc(ms) {
    const moment = new Date(ms);
    return `${moment.getUTCFullYear()}-${pad(moment.getUTCMonth() + 1)}-${pad(moment.getUTCDate())}`;
}

/** @returns {string} the month of a day */
export function monthOf(day) {
    return day.slice(0, 7);
}

/** @returns {string} the day so many days later (or earlier) */
export function shiftDay(day, days) {
    return fromUtc(toUtc(day) + days * DAY_MS);
}

/** @returns {string} the month so many months later (or earlier) */
export function shiftMonth(month, months) {
    const [year, number] = month.split("-").map(Number);
    const index = year * 12 + number - 1 + months;
    return `${Math.floor(index / 12)}-${pad((index % 12) + 1)}`;
}

/** @returns {number} ISO weekday of a day: 1 (Monday) to 7 (Sunday) */
export function weekdayOf(day) {
    return new Date(toUtc(day)).getUTCDay() || 7;
}

/** @returns {string} the last day of a month */
export function lastDayOf(month) {
    return shiftDay(`${shiftMonth(month, 1)}-01`, -1);
}

/**
 * The weeks of a month, days of its neighbours as null.
 *
 * @param {string} month
 * @param {number} weekStart ISO weekday that a week starts with
 * @returns {(string|null)[][]}
 */
export function monthWeeks(month, weekStart) {
    const first = `${month}-01`;
    const skipped = (weekdayOf(first) - weekStart + 7) % 7;
    const weeks = [];
    let day = shiftDay(first, -skipped);
    do {
        const week = [];
        for (let i = 0; i < 7; i++) {
            week.push(monthOf(day) === month ? day : null);
            day = shiftDay(day, 1);
        }
        weeks.push(week);
    } while (monthOf(day) === month);
    return weeks;
}

/** @returns {boolean} whether a day of this status can be chosen */
export function isFree(status) {
    return status === "available" || status === "limited";
}

/**
 * Where a key leads from a day of the calendar, by the rules of the ARIA grid.
 *
 * @param {string} day the day that has the focus
 * @param {string} key KeyboardEvent.key
 * @param {{first: string, last: string, weekStart: number, rtl: boolean}} options the
 *     first and last day that may be reached
 * @returns {string|null} the day to focus; null when the key means nothing here
 */
export function moveFocus(day, key, {first, last, weekStart, rtl = false}) {
    const forward = rtl ? -1 : 1;
    const inWeek = (weekdayOf(day) - weekStart + 7) % 7;
    let target;
    switch (key) {
        case "ArrowRight":
            target = shiftDay(day, forward);
            break;
        case "ArrowLeft":
            target = shiftDay(day, -forward);
            break;
        case "ArrowDown":
            target = shiftDay(day, 7);
            break;
        case "ArrowUp":
            target = shiftDay(day, -7);
            break;
        case "Home":
            target = shiftDay(day, -inWeek);
            break;
        case "End":
            target = shiftDay(day, 6 - inWeek);
            break;
        case "PageDown":
        case "PageUp": {
            const month = shiftMonth(monthOf(day), key === "PageDown" ? 1 : -1);
            const end = lastDayOf(month);
            const same = `${month}-${day.slice(8)}`;
            target = same > end ? end : same;
            break;
        }
        default:
            return null;
    }
    if (target < first) {
        return first;
    }
    return target > last ? last : target;
}

/**
 * The day of a month that the Tab key reaches: the chosen one, else the first free one,
 * else the first of the month.
 *
 * @param {string} month
 * @param {string|null} chosen
 * @param {Object<string, {status: string}>} days by date
 * @returns {string}
 */
export function tabDay(month, chosen, days) {
    if (chosen && monthOf(chosen) === month) {
        return chosen;
    }
    const free = Object.keys(days)
        .filter((day) => monthOf(day) === month && isFree(days[day].status))
        .sort();
    return free[0] || `${month}-01`;
}

/** A day as a Date that Intl writes right with timeZone "UTC". */
export function dayForIntl(day) {
    return new Date(toUtc(day));
}
