/**
 * What the address of the booking page says is chosen. Pure.
 */

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MONTH = /^\d{4}-\d{2}$/;
const REFERENCE = /^[A-Z0-9]{2,6}-[A-Z0-9]{4,12}$/;
const QUANTITIES = /^(\d{1,10}:\d{1,4})(,\d{1,10}:\d{1,4})*$/;

/**
 * @param {string} search location.search
 * @returns {{date: string|null, slotId: number|null, month: string|null,
 *     quantities: Object<string, number>, replace: string|null}} what cannot be read is
 *     left out; replace is the booking in the cart which this visit shall replace
 */
export function readAddress(search) {
    const params = new URLSearchParams(search);
    const date = params.get("date") || "";
    const month = params.get("month") || "";
    const slot = params.get("slot") || "";
    const q = params.get("q") || "";
    const replace = params.get("replace") || "";
    const quantities = {};
    if (QUANTITIES.test(q)) {
        for (const pair of q.split(",")) {
            const [id, number] = pair.split(":").map(Number);
            if (number) {
                quantities[id] = number;
            }
        }
    }
    return {
        date: DAY.test(date) ? date : null,
        month: MONTH.test(month) ? month : null,
        slotId: /^\d{1,10}$/.test(slot) ? Number(slot) : null,
        quantities,
        replace: REFERENCE.test(replace) ? replace : null,
    };
}

/**
 * @param {{date: string|null, slotId: number|null, month: string|null,
 *     quantities: Object<string, number>, replace: string|null}} chosen
 * @returns {string} "" or "?date=...&slot=...&q=...&replace=..."
 */
export function writeAddress({date, slotId, month, quantities, replace}) {
    const parts = [];
    if (date) {
        parts.push(`date=${date}`);
    } else if (month) {
        parts.push(`month=${month}`);
    }
    if (date && slotId) {
        parts.push(`slot=${slotId}`);
    }
    const q = Object.entries(quantities || {})
        .filter(([, number]) => number > 0)
        .map(([id, number]) => `${id}:${number}`)
        .join(",");
    if (q) {
        parts.push(`q=${q}`);
    }
    if (replace) {
        parts.push(`replace=${replace}`);
    }
    return parts.length ? `?${parts.join("&")}` : "";
}
