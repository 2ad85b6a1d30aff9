/**
 * How many tickets of which category may be chosen, and what they cost. Pure.
 *
 * Quantities are {categoryId: number}; categories are those of the API. The server
 * checks the same rules again; here they keep a visitor from a dead end.
 */

/** @returns {{tickets: number, seats: number, minor: number}} sums of what is chosen */
export function totals(categories, quantities) {
    const sum = {tickets: 0, seats: 0, minor: 0};
    for (const category of categories) {
        const number = quantities[category.id] || 0;
        sum.tickets += number;
        sum.seats += number * category.seats_per_ticket;
        sum.minor += number * category.price_minor;
    }
    return sum;
}

/** @returns {number} the number that one step up leads to */
function stepUp(category, number) {
    return number ? number + 1 : Math.max(1, category.min_quantity);
}

/**
 * Why one more of a category cannot be chosen.
 *
 * @param {{maxPerBooking: number, seatsLeft: number|null}} limits
 * @returns {""|"booking"|"category"|"seats"}
 */
export function whyNotMore(category, categories, quantities, limits) {
    const number = quantities[category.id] || 0;
    const wanted = stepUp(category, number);
    const sum = totals(categories, {...quantities, [category.id]: wanted});
    if (limits.seatsLeft !== null && sum.seats > limits.seatsLeft) {
        return "seats";
    }
    if (sum.tickets > limits.maxPerBooking) {
        return "booking";
    }
    if (category.max_quantity && wanted > category.max_quantity) {
        return "category";
    }
    return "";
}

/**
 * @returns {Object<string, number>} the quantities after one tap on + (1) or - (-1)
 */
export function step(category, categories, quantities, limits, direction) {
    const number = quantities[category.id] || 0;
    let next = number;
    if (direction > 0) {
        if (!whyNotMore(category, categories, quantities, limits)) {
            next = stepUp(category, number);
        }
    } else if (number) {
        next = number - 1 < Math.max(1, category.min_quantity) ? 0 : number - 1;
    }
    return withNumber(quantities, category.id, next);
}

/**
 * The quantities after a number was typed: the nearest one that the rules allow.
 */
export function typed(category, categories, quantities, limits, text) {
    const wanted = /^\d{1,4}$/.test(text.trim()) ? Number(text.trim()) : 0;
    let result = withNumber(quantities, category.id, 0);
    while ((result[category.id] || 0) < wanted) {
        if (whyNotMore(category, categories, result, limits)) {
            break;
        }
        result = step(category, categories, result, limits, 1);
    }
    return result;
}

function withNumber(quantities, id, number) {
    const result = {...quantities};
    if (number) {
        result[id] = number;
    } else {
        delete result[id];
    }
    return result;
}

/** @returns {Object} only known categories; numbers are kept even when seats ran out */
export function onlyKnown(categories, quantities) {
    const known = new Set(categories.map((category) => String(category.id)));
    return Object.fromEntries(
        Object.entries(quantities).filter(([id]) => known.has(String(id)))
    );
}

/** @returns {boolean} whether there are seats enough for what is chosen */
export function fits(categories, quantities, limits) {
    const sum = totals(categories, quantities);
    return (
        sum.tickets > 0 &&
        sum.tickets <= limits.maxPerBooking &&
        (limits.seatsLeft === null || sum.seats <= limits.seatsLeft)
    );
}

/** @returns {{id: number, quantity: number}[]} as POST /cart/items wants them */
export function forCart(quantities) {
    return Object.entries(quantities).map(([id, quantity]) => ({
        id: Number(id),
        quantity,
    }));
}
