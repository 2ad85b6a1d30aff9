/**
 * Amounts as people write them. Pure; twin of lib/booking_calendar.py.
 */

/**
 * @param {string} digits
 * @param {number[]} grouping sizes from the right, as locales have them: the last one
 *     repeats, 0 says so once more, -1 ends it; [3, 2, 0] makes 12,34,567
 * @param {string} separator
 * @returns {string}
 */
export function groupDigits(digits, grouping, separator) {
    const sizes = grouping.filter((size) => size);
    if (!separator || !sizes.length) {
        return digits;
    }
    const parts = [];
    let rest = digits;
    for (let position = 0; rest; position++) {
        const size = sizes[Math.min(position, sizes.length - 1)];
        if (size < 0 || rest.length <= size) {
            parts.unshift(rest);
            break;
        }
        parts.unshift(rest.slice(-size));
        rest = rest.slice(0, -size);
    }
    return parts.join(separator);
}

/**
 * @param {number} amount whole number of minor units (paise, cents)
 * @param {{decimals: number, symbol: string, before: boolean, point: string,
 *     separator: string, grouping: number[]}} style
 * @returns {string} whole amounts without decimals
 */
export function formatMinor(amount, style) {
    const sign = amount < 0 ? "-" : "";
    const digits = String(Math.abs(amount)).padStart(style.decimals + 1, "0");
    const cut = digits.length - style.decimals;
    const fraction = digits.slice(cut);
    let text = groupDigits(digits.slice(0, cut), style.grouping, style.separator);
    if (/[1-9]/.test(fraction)) {
        text += style.point + fraction;
    }
    return style.before
        ? `${sign}${style.symbol}${text}`
        : `${sign}${text}\u00a0${style.symbol}`;
}
